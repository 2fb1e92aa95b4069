# A core file that the simulated NPU's runtime left: a copy ran off the end of global memory.
# dump: sim_gm_overflow
target remote localhost:@PORT@
bt
p/x $AIC_ERROR_0
p input_0[0]@4
monitor ascend info summary
