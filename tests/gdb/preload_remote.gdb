# program: hook_host @APPS@/libdevice.so
# args: --wrapper env LD_PRELOAD=@APPS@/libhook.so --
# A library put in between by LD_PRELOAD, over `target remote`: files come from the server.
set print address off
set debuginfod enabled off
set breakpoint pending on
file @APPS@/hook_host
target remote localhost:@PORT@
break hook.c:34
break hook.c:29
continue
backtrace
info sharedlibrary apps.lib
list
set substitute-path /built/elsewhere @ROOT@/tests/apps
list 34
print sym
continue
backtrace
finish
continue
set {char[18]} sym = "device_mem_get_v2"
print sym
finish
info symbol $
continue
