# Without any symbols: addresses.
# dump: kernel-stripped
target remote localhost:@PORT@
info threads
bt
monitor ascend where
monitor ascend info kernels
info os ascend-cores
x/2i $pc
p output_0[0][0]@4
