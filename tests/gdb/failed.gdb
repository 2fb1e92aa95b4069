# Copies that failed on the device are unreadable, and what there is says so.
# dump: failed
target remote localhost:@PORT@
info threads
thread apply all bt
monitor ascend info summary
monitor ascend info tensors
p input_0[0][0]@4
p input_2
p output_1[0]
x/4xw 0x12c0c0030000
x/4xw 0x12c0c003fffc
monitor ascend x -m GM 0x12c0c0030000
monitor ascend x -m UB 0
p UB.f16[0]
thread 2
p UB.f16[0]@4
p/x args
x/2xg 0x00a0070100000000
