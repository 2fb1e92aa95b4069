# The program has unloaded its kernel: nothing can be set there any more, and the program goes on.
# args: --device sim
# program: add_custom 1
set debuginfod enabled off
set print address off
set print thread-events off
target remote localhost:@PORT@
set breakpoint pending on
break copy_out if n == 0
list main,main
forward-search aclrtDestroyStream
tbreak $_
continue
inferior 2
break compute
inferior 1
next
info breakpoints
delete 3
next
delete 1
next
continue
