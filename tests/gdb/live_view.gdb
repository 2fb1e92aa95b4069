# --view device: clients see the device alone, and its program runs by itself.
# args: --device sim --view device
# program: add_custom 1
# ends: yes
set debuginfod enabled off
set print address off
target remote localhost:@PORT@
info inferiors
set breakpoint pending on
break process
continue
bt
print UB.f16[0]@2
finish
continue
info inferiors
