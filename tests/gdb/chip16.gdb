# The successor of the 950 (chip 16).
# dump: chip16
target remote localhost:@PORT@
info threads
thread apply all bt
monitor ascend info summary
monitor ascend info devices
monitor ascend stop all
info registers error
p L1.u32[0]@2
thread 2
info registers error
p UB.f16[0]@2
