# A 950 dump of the first public writer: no registers at all, and still a session.
# dump: v850-950
target remote localhost:@PORT@
info threads
bt
info registers pc sp PC raw_pc coreid
x/i $pc
monitor ascend info summary
monitor ascend stop
monitor ascend bt --merge
continue
p input_0[0][0]@4
x/s &UB.u8[0x40]
