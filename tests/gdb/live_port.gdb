# The device alone at a port of its own: a process waits there until a kernel is launched. Two
# connections in one gdb, program and device; what ends is told at both, in whatever order.
# args: --device sim --device-port 0
# program: add_custom 1
set debuginfod enabled off
set print address off
maint set target-non-stop on
target remote localhost:@PORT@
add-inferior -no-connection
inferior 2
target remote localhost:@PORT2@
info threads
info registers pc
monitor ascend info cores
monitor doctor
set breakpoint pending on
break process
set schedule-multiple on
continue
info threads 2.*
bt
next
monitor ascend info tasks
delete breakpoints
set logging file /dev/null
set logging redirect on
set logging enabled on
python live = lambda: [i for i in gdb.inferiors() if i.pid]
python while live(): live()[0].threads()[0].switch(); gdb.execute("continue")
set logging enabled off
python print(len(live()), "live")
