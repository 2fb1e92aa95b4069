# Missing local memories, cores without registers.
# dump: no-ub
target remote localhost:@PORT@
info threads
p UB.f16[0]
x/2xh &UB
x/2xh 0
thread 2
bt
p UB.f16[0]
x/2i $pc
monitor ascend x -m UB 0
monitor ascend info summary
info os ascend-cores
info mem
