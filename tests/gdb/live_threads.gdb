# Cores are threads: which there are, from one to the other, each with its frames and variables.
# args: --device sim
# program: add_custom 3
set debuginfod enabled off
set print address off
set print thread-events off
target remote localhost:@PORT@
set breakpoint pending on
break process
continue
python import time
python cores = lambda: gdb.execute("monitor ascend info cores", to_string=True).count("breakpoint")
python print(any(cores() == 3 or time.sleep(0.05) for _ in range(400)))
info threads 2.*
thread 2.3
frame
info locals
up
print block
thread 2.4
frame 1
print first
thread find AIV
thread name third
thread apply 2.2-4 -q print $blockid
thread apply 2.2-4 -q up
frame
info threads 2.4
delete
set scheduler-locking on
next
set scheduler-locking off
thread apply 2.2-4 -q frame
continue
