# Two devices of which one is shown: the other runs its kernels free.
# also: drv
# args: --device sim --device-id 1 --sim-args --devices=2
# program: devices
set debuginfod enabled off
set print address off
target remote localhost:@PORT@
set breakpoint pending on
break scale
continue
print factor
info inferiors
continue
detach inferiors 2
