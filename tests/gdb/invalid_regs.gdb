# Registers the device could not read; one core lost its pc.
# dump: invalid-regs
target remote localhost:@PORT@
info threads
info registers
thread 1
bt
info registers pc sp x0 x29 x30 PC raw_pc
x/i $pc
continue
info locals
monitor ascend stop all
monitor ascend info summary
monitor ascend bt --merge
thread 3
bt
continue
