# program: local32
# The same in a 32-bit program: its registers are told to libthread_db as those of a 64-bit one.
set sysroot /
set print address off
set print frame-arguments presence
set debuginfod enabled off
file @APPS@/local32
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
print $orig_eax
end
continue
continue
continue
