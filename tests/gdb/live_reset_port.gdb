# The device alone: a program that gives it back and takes it again is one session there, and its end
# is that of the session.
# args: --device sim --view device
# program: reset
set debuginfod enabled off
set print address off
set print thread-events off
target remote localhost:@PORT@
set breakpoint pending on
break scale
continue
print factor
continue
print factor
delete
continue
shell grep reset: @WORK@/said
