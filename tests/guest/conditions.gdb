# abis: x32 32
# guest: ascend-gdbserver /dev/ttyS1 /bin/widths@ABI@
# says: ^passes 2 second, 4 bytes
# Conditions and messages that the server evaluates, hardware breakpoints, what a watchpoint sees; the
# client's core file of such a program.
set print address off
file @GUEST@/bin/widths@ABI@
target remote @LINE@
set breakpoint condition-evaluation target
set dprintf-style agent
break find if from->value - 2 == -1 && from->next->next->name[0] == 't'
dprintf 26,"passes %ld %s, %d bytes\n", from->value, from->name, sizeof(from)
tbreak of_both if a->next->value == -2 || b != &third
hbreak of_both if b == &third
continue
info breakpoints
continue
awatch third.name
continue
generate-core-file @WORK@/core
shell readelf -h @WORK@/core | grep -E 'Class|Type|Machine'
delete
continue
