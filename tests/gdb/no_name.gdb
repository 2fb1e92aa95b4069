# The runtime gave no kernel name: the kernel has another name, everything else is there.
# dump: no-name
target remote localhost:@PORT@
info threads
bt
info sharedlibrary
monitor ascend info kernels
monitor ascend info summary
ptype input_0
p input_0[0][0]@8
p/x input_0[0][0]@8
p *(_Float16 (*)[8])&input_0
