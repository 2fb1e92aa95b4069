# multi: yes
# The same with programs that the client starts: the library is in the environment it sends, twice;
# then a shell puts it there.
set print address off
set debuginfod enabled off
set breakpoint pending on
set sysroot /
set substitute-path /built/elsewhere @ROOT@/tests/apps
file @APPS@/hook_host
target extended-remote localhost:@PORT@
set remote exec-file @APPS@/hook_host
set args @APPS@/libdevice.so
set environment LD_PRELOAD @APPS@/libhook.so
break hook.c:34
run
backtrace
set {char[18]} sym = "device_mem_get_v2"
print sym
continue
print sym
continue
break hook.c:29
run
backtrace 1
continue
backtrace
delete
continue
unset environment LD_PRELOAD
show environment LD_PRELOAD
set exec-file-mismatch off
set remote exec-file /bin/sh
set args -c "LD_PRELOAD=@APPS@/libhook.so exec @APPS@/hook_host @APPS@/libdevice.so"
break hook.c:29
run
backtrace
info sharedlibrary apps.lib
continue
continue
monitor exit
