# program: say one
# args: --read-only --no-monitor
# What a user sees who may only look: each refusal says why where gdb shows it, and the session goes on.
set sysroot /
set debuginfod enabled off
set print address off
file @APPS@/say
target extended-remote localhost:@PORT@
continue
stepi
set var $rax = 1
print $rax == 1
kill
detach
monitor help
remote put @APPS@/say @WORK@/copy
remote delete @APPS@/say
info inferiors
disconnect
