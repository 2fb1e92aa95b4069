# Of two kernel files the one that ran is taken.
# dump: two-kernels
target remote localhost:@PORT@
bt
monitor ascend info kernels
