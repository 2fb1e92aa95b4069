# Children of fork(), one after the other, each with memory of its own on the same device, then their
# parent: the device comes with each of them, and so does the breakpoint.
# also: drv
# args: --device sim
# program: processes serial
set debuginfod enabled off
set print address off
target remote localhost:@PORT@
set breakpoint pending on
break scale
continue
print factor
continue
continue
print factor
delete
continue
detach inferiors 2
