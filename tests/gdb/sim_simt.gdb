# The core file of a SIMT function that writes where nothing is: warps, the thread that did it with its
# stack, registers of another thread.
# dump: sim_simt
target remote localhost:@PORT@
info threads
bt 1
info locals
monitor ascend stop
monitor ascend info threads
monitor ascend info memory
monitor ascend thread (31,1,0)
monitor ascend register read SIMT_PC EXECMASK
thread 2
info locals
