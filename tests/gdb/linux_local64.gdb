# program: local64
# Variables of threads by libthread_db, names, watchpoints on all threads, system calls.
set sysroot /
set print address off
set print frame-arguments presence
set debuginfod enabled off
file @APPS@/local64
target remote localhost:@PORT@
break work
continue
next 2
python print([t.name for t in gdb.selected_inferior().threads()])
thread apply all -q print mine
watch watched
continue
continue
print $_siginfo.si_signo
catch syscall write
commands
silent
print $orig_rax
end
continue
continue
continue
