# Variables, tensors and local memory as typed values.
# dump: demo
target remote localhost:@PORT@
info locals
info args
p sum
p a + b
info symbol $pc
up
info frame
info locals
p *ub
p ub->x[i]
p ub->x[0]@8
p/x ub->z[0]@4
up
info args
p *x@4
p z - output_0
finish
up
p *t
p/x *t
ptype t
ptype output_0
whatis UB
ptype UB.f16
p output_0[0][0]@8
p input_0[0][0]@8
p input_1[1][0]@4
p sizeof(output_0)
p &output_0
p tiling
p/x args
p *(u32(*)[4])&tiling
p workspace_0
p UB.f16[0]@8
p UB.u8[0]@8
p UB.s8[0]@8
p UB.bf16[0]@4
p UB
p &UB.f32[2]
x/4xh &UB
x/4xb &UB.f32[2]
x/2xg $sp
x/s &UB.u8[0x2000]
info symbol &output_0[1][2]
info symbol 0x12c0c0018004
info address output_0
info address UB
