# Watching a local variable of a kernel, stepped by the client: each change, and the end of its scope.
# args: --device sim
# program: add_custom 1
set debuginfod enabled off
set print address off
set print thread-events off
target remote localhost:@PORT@
set breakpoint pending on
set can-use-hw-watchpoints 0
tbreak add_custom.c:45
continue
watch ub.z
continue
delete
watch done if done > 600
continue
info watchpoints
delete
tbreak 54 if done > 15000
continue
watch done
continue
continue
