# The driver at its worst: every 7th command finds the queue full, every 5th wait ends at once, every
# 3rd event and every 17th reply is lost. A session is slower then, and otherwise as it always is.
# also: drv
# args: --device sim --sim-args --traps
# program: add_custom 1
set debuginfod enabled off
set print address off
target remote localhost:@PORT@
set breakpoint pending on
break process
continue
bt
info locals
next
next
next
step
tbreak copy_out
continue
up
print ub
print UB.f16[0]@4
x/4xh x
info registers blockid coreid coretype
finish
delete
continue
detach inferiors 2
