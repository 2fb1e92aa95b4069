# A kernel compiled with -O2: inlined functions, values in registers, location lists.
# dump: optimized
target remote localhost:@PORT@
info threads
thread apply all bt
info locals
info args
p half
p ub[0]@4
info frame
up
info locals
info scope matmul_mix.cpp:114
