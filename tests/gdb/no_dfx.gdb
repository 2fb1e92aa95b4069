# Without DFX: inputs without dims, no tiling, no workspace; the arguments tell the rest.
# dump: no-dfx
target remote localhost:@PORT@
info threads
bt
monitor ascend info summary
monitor ascend info tensors
p/x args
p *t
up 3
p *t
p *x@4
ptype input_0
p input_0[0]@8
p output_0
p tiling
