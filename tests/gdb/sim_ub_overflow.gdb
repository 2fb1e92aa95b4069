# A core file that the simulated NPU's runtime left: the vector unit ran off the end of UB.
# dump: sim_ub_overflow
target remote localhost:@PORT@
bt
info locals
info threads
monitor ascend stop
