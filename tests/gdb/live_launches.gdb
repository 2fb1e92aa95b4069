# Several kernels of a program, on two streams, each launched more than once: which launch it is, and
# the tables that name the kernels.
# args: --device sim
# program: two_ops
set debuginfod enabled off
set print address off
set print thread-events off
target remote localhost:@PORT@
set breakpoint pending on
break two_ops.c:15 if $blockid == 2
break sum_to if $blockid == 3
info breakpoints
continue
print *mine@4
print $streamid
continue
bt 2
print *x@3
print $streamid
continue
print *x@3
print $streamid
info breakpoints
continue
