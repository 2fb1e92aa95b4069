# The interrupt key while a kernel never ends: its task is over, and what it was doing can be looked at.
# args: --device sim
# program: stuck
set debuginfod enabled off
set print address off
set print thread-events off
target remote localhost:@PORT@
set breakpoint pending on
tbreak wait_for if $blockid == 0
continue
python import os, signal, threading
python threading.Timer(1, os.kill, [os.getpid(), signal.SIGINT]).start()
set print frame-info short-location
continue
bt -frame-info short-location
print turns > 0
print *flag@2
print value
python print("task killed" in gdb.execute("info threads 2.2", to_string=True))
print UB.u8[0]@4
stepi
next
set var flag[0] = value
continue
