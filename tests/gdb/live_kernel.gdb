# A kernel on the simulated NPU: pending breakpoint, stop on a device core, locals, steps, the call
# stack, memory of the core, and on to the end of the program.
# also: drv
# args: --device sim
# program: add_custom 1
set debuginfod enabled off
set print address off
target remote localhost:@PORT@
set breakpoint pending on
break process
continue
info threads 2.*
bt
info locals
next
next
step
print ub
step
print tile
info registers blockid taskid coreid
finish
print UB.f16[0]@4
x/4xh &UB
x/4xh x
print *t
print t->tile = 256
set var *(short *)z = 7
x/2xh z
set var n = 1
set var $pc = 0
monitor ascend info devices
continue
info inferiors
info threads
detach inferiors 2
