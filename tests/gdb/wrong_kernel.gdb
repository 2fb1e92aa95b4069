# No kernel file is the one that ran: what is shown may be wrong, and says so.
# dump: wrong-kernel
target remote localhost:@PORT@
bt
monitor ascend info kernels
monitor ascend bt --merge
monitor ascend where
