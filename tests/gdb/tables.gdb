# Tables of the device in `info os`.
# dump: demo
target remote localhost:@PORT@
info os
info os ascend-devices
info os ascend-cores
info os ascend-memory
info os ascend-tensors
info os ascend-kernels
info os ascend-stop
info os processes
info os nonsense
