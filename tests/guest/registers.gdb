# abis: x32 64
# guest: ascend-gdbserver /dev/ttyS1 /bin/widths@ABI@
# Registers of the guest's CPU: bases of segments, protection keys. The program runs on with them.
set print address off
file @GUEST@/bin/widths@ABI@
target remote @LINE@
break half
continue
print $fs_base != 0
print $gs_base
print/x $gs_base = 0x123456789000
set var $fs_base = $fs_base
print/x $pkru
print/x $pkru = 0x55555550
stepi
print/x $gs_base
print/x $pkru
maint flush register-cache
print/x $gs_base
print/x $pkru
delete
continue
