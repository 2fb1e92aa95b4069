# The device alone is let go: its kernel runs on, the program stays with the client.
# args: --device sim
# program: add_custom
set debuginfod enabled off
set print address off
set print thread-events off
target remote localhost:@PORT@
set breakpoint pending on
break compute if $blockid == 6
list main,main
forward-search aclrtFree
tbreak $_
continue
detach inferiors 2
info inferiors
set logging file /dev/null
set logging redirect on
set logging enabled on
inferior 1
set logging enabled off
continue
print wrong
continue
