# The end of the file is missing: what is left is shown.
# dump: truncated
target remote localhost:@PORT@
info threads
info sharedlibrary
p input_0[0][0]@4
monitor ascend info summary
info line add_pair
p UB.f16[0]@4
