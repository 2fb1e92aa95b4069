# monitor doctor: before the program runs, at a breakpoint in a kernel, and of a kernel without -g.
# args: --device sim
# program: add_custom 1
set debuginfod enabled off
set print address off
target remote localhost:@PORT@
monitor doctor
set breakpoint pending on
break process
continue
monitor doctor
delete breakpoints
continue
monitor doctor
