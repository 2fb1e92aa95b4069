# The interrupt key while the host waits for a kernel that stands: the host stops, the kernel stands as
# it stood, and both go on.
# args: --device sim
# program: add_custom
set debuginfod enabled off
set print address off
set print thread-events off
target remote localhost:@PORT@
set breakpoint pending on
break process if $blockid == 1
continue
python import os, signal, threading
set logging file /dev/null
set logging redirect on
set logging enabled on
inferior 1
python threading.Timer(1, os.kill, [os.getpid(), signal.SIGINT]).start()
continue
set logging enabled off
python print(gdb.selected_thread().is_stopped(), gdb.selected_inferior().num)
thread 2.2
next
delete
set schedule-multiple on
continue
