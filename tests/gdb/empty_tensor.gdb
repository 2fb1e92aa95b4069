# Tensors of size 0, with and without dims: listed, no variables.
# dump: empty-tensor
target remote localhost:@PORT@
info threads
monitor ascend info summary
monitor ascend info tensors
info os ascend-tensors
ptype input_0
p input_2
p output_1
x/xw 0x12c0c0030000
