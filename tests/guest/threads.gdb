# abis: x32 32
# guest: ascend-gdbserver /dev/ttyS1 /bin/local@ABI@
# libthread_db, thread-local variables, hardware watchpoints of two threads.
set print address off
set print frame-arguments presence
file @GUEST@/bin/local@ABI@
target remote @LINE@
break work
continue
next 2
python print([t.name for t in gdb.selected_inferior().threads()])
thread apply all -q print mine
watch watched
continue
continue
catch syscall write
continue
continue
detach
