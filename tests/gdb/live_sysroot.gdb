# A gdb whose sysroot is not the server: it finds no kernel, the doctor says why, and what it says mends it.
# args: --device sim
# program: add_custom 1
set debuginfod enabled off
set print address off
set sysroot /
target remote localhost:@PORT@
set breakpoint pending on
break process
tbreak aclrtSynchronizeStream
continue
monitor doctor
inferior 2
set sysroot target:
info breakpoints
monitor doctor
