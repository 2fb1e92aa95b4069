# A program that resets its device and uses it again: the breakpoint is there both times.
# also: drv
# args: --device sim
# program: reset
set debuginfod enabled off
set print address off
target remote localhost:@PORT@
set breakpoint pending on
break scale
continue
print factor
continue
print factor
bt
continue
detach inferiors 2
