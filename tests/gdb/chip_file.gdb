# A chip from a file: its name, the size of a memory, a register of its own.
# dump: demo
# args: --chip-file @ROOT@/tests/gdb/chip_file.ini
target remote localhost:@PORT@
monitor ascend info devices
print sizeof(UB)
print/x $LPCNT2
print/x $LPCNT
info registers LPCNT2
