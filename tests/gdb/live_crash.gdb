# A kernel that runs over the end of its unified buffer: the line, the call stack, and why.
# also: drv
# args: --device sim
# program: ub_overflow
set debuginfod enabled off
set print address off
target remote localhost:@PORT@
continue
bt
print n
info threads 2.2
