# program: dispatch fork @APPS@/say exit 5
# A daemon of 16 threads makes a child that becomes another program: gdb follows it there.
set print address off
set debuginfod enabled off
set breakpoint pending on
set sysroot /
set print thread-events off
file @APPS@/dispatch
target remote localhost:@PORT@
set follow-fork-mode child
break say.c:say
tbreak start_forked
continue
backtrace 3
continue
info inferiors
backtrace 3
print more
finish
continue
