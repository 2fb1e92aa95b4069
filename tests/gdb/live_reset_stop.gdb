# The program has given its device back: its process is there without a task, until somebody lets it
# go on and hears of its end. The next launch is that of a device that is new.
# also: drv
# args: --device sim
# program: reset
set debuginfod enabled off
set print address off
set print thread-events off
target remote localhost:@PORT@
set breakpoint pending on
list run,run
forward-search aclrtResetDevice
tbreak $_
break scale
continue
print factor
continue
next
next
info threads
info breakpoints
monitor ascend info cores
inferior 2
print $coretype
x/i $pc
continue
info inferiors
inferior 1
next
continue
print factor
bt
continue
info inferiors
