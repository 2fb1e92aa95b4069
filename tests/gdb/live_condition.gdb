# Conditions on registers of the device, of eight cores; breakpoints by file and line; a launch that
# runs through gives the right result.
# also: drv
# args: --device sim
# program: add_custom
set debuginfod enabled off
set print address off
target remote localhost:@PORT@
set breakpoint pending on
break add_custom.c:43 if $blockid == 5
continue
print $blockid
print $coretype
print n
continue
