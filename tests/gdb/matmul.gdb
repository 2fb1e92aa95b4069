# A mixed kernel in C++: cube and vector cores, stacks behind the alias at 0x100000.
# dump: matmul
target remote localhost:@PORT@
info threads
thread apply all bt
p *this
p this->line[0]@4
info locals
x/4xg $sp
p L0A.s32[0]@4
p L0B.s32[0]@4
p L0C.s32[0]@4
p L1.s32[0]@4
x/4dw 0x1000
p UB
ptype this
ptype output_0
p output_0[0]
monitor ascend stop
monitor ascend where
monitor ascend bt --merge
thread 2
bt
p *this
info locals
x/4xg $sp
p UB.s32[0]@4
p L1
x/2xg 0xff0000f8000 + 0x7e00
x/4dw 0
info registers vector
