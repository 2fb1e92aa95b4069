# A dump of 4 GiB: the big tensor reads at both ends.
# dump: sparse-4g
target remote localhost:@PORT@
info threads
monitor ascend info tensors
info os ascend-memory
whatis workspace_1
x/s 0x100000000000
x/s 0x100080000000
x/s 0x1000fffffff0
x/4xw 0x1000fffffff8
x/2xg 0x00a0070700000000
x/s 0x00a00707fffffff0
p workspace_1
p workspace_1[0x80000000]@16
bt
