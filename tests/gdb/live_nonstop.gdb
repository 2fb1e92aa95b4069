# Non-stop: a core stops and steps while the host goes on, and both end.
# args: --device sim
# program: add_custom 1
set debuginfod enabled off
set print address off
set non-stop on
target remote localhost:@PORT@
set breakpoint pending on
break process
continue -a&
# await: hit Breakpoint 1
info threads 2.*
thread 2.2
next
next
print $blockid
thread 1.1
thread 2.2
step
continue&
# await: process 4194305) exited
info inferiors
