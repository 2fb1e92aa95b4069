# A chip with wide masks and hardware breakpoints: those patch nothing, stop every core once, have
# conditions, and go with the client's breakpoint.
# also: drv
# args: --device sim --sim-args --chip=950
# program: add_custom
set debuginfod enabled off
set print address off
target remote localhost:@PORT@
set breakpoint pending on
break process
continue
bt
info registers blockid coreid coretype PC
monitor ascend info devices
delete
hbreak compute
continue
print *ub
x/2i $pc
stepi
continue
info breakpoints
condition 2 $blockid == 5
continue
print $blockid
finish
hbreak copy_in
hbreak copy_out
hbreak add_custom.c:52
hbreak add_custom.c:53
hbreak add_custom.c:54
hbreak add_custom.c:55
hbreak add_custom.c:62
hbreak add_custom.c:63
continue
monitor why
delete
continue
info inferiors
detach inferiors 2
