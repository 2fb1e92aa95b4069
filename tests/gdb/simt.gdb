# Positions in vector functions of a 950: SIMT with its warps, SIMD, scalar.
# dump: simt
target remote localhost:@PORT@
info threads
monitor ascend stop all
monitor ascend info threads
p $SIMT_PC
p/x $EXECMASK
p $R0
p/x $V0
p $V0.f32[0]
p/x $MASK
info registers simt
thread 2
monitor ascend info threads
p $SIMT_PC
thread 3
p $SIMT_PC
bt
