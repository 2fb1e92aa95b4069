# The first public writer: no kernel_info, another padding.
# dump: v850
target remote localhost:@PORT@
info threads
bt
monitor ascend info summary
monitor ascend info kernels
p UB.f16[0]@4
