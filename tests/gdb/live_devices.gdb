# Two devices: each is a process of its own, and the breakpoint is in the kernel of both.
# also: drv
# args: --device sim --sim-args --devices=2
# program: devices
set debuginfod enabled off
set print address off
target remote localhost:@PORT@
set breakpoint pending on
break scale
continue
print factor
continue
print factor
info inferiors
info threads 2.* 3.*
info breakpoints
monitor ascend info devices
x/dw x
inferior 2
detach
inferior 3
continue
detach inferiors 3
