# All 75 cores of a 910B.
# dump: cores75
target remote localhost:@PORT@
info threads
thread find AIV 49
thread 75
bt
monitor ascend where
monitor ascend bt --merge
monitor ascend info devices
monitor ascend aiv 49
