# The same for a device that runs.
# args: --device sim --chip-file @ROOT@/tests/gdb/chip_file.ini --insecure-files
# program: add_custom 1
set debuginfod enabled off
target remote localhost:@PORT@
set breakpoint pending on
break process
continue
monitor ascend info devices
print sizeof(UB)
print/x $LPCNT2 == (int)$LPCNT
delete breakpoints
continue
