# What can be changed from outside and what cannot: global memory is what the kernel goes on with; for
# local memories, the stack in them and registers the debug channel has no command.
# gdb keeps the words of a refused write to itself: `monitor why` has them.
# args: --device sim
# program: add_custom 1
set debuginfod enabled off
set print address off
set print thread-events off
target remote localhost:@PORT@
set breakpoint pending on
tbreak copy_in
continue
print *x@4
set var *(short *)x = 0x3c00
set var ((short *)x)[1] = 0x4000
print *x@4
print *ub
print UB.u16[0]@2
monitor why
set var UB.u16[0] = 1
monitor why
set var done = 1
up
set var done = 1
set var tile = 1
monitor why
print $blockid = 3
print $x0 = 3
call compute(0, 0)
jump 26
return
down
tbreak compute
continue
print UB.f16[0]@4
continue
