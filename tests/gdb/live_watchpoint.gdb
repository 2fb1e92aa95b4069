# A variable of a kernel is watched: the server steps, and says who changed it.
# args: --device sim
# program: add_custom 1
set debuginfod enabled off
set print address off
target remote localhost:@PORT@
set breakpoint pending on
break process
continue
next
watch done
continue
continue
info watchpoints
rwatch n
continue
delete
continue
detach inferiors 2
