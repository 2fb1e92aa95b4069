# An operator in a library that is opened late, closed and opened again: its kernel is loaded anew
# where it was before, and the breakpoint is there each time.
# also: drv
# args: --device sim
# program: late
set debuginfod enabled off
set print address off
target remote localhost:@PORT@
set breakpoint pending on
tbreak late_run
continue
bt 2
break scale
continue
print factor
continue
bt
delete
continue
detach inferiors 2
