# Which cores a step moves: the one, with scheduler-locking on; the others are where they were.
# also: drv
# args: --device sim
# program: add_custom 2
set debuginfod enabled off
set print address off
target remote localhost:@PORT@
set breakpoint pending on
break process
continue
monitor set coalesce off
set scheduler-locking on
thread 2.3
set $at = $pc
thread 2.2
next
next
thread 2.3
print $pc == $at
stepi
print $pc == $at
set $at = $pc
set scheduler-locking step
thread 2.2
step
thread 2.3
print $pc == $at
delete
set scheduler-locking off
set schedule-multiple on
continue
