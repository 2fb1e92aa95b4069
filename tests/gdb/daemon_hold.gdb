# multi: yes
# args: --hold-children=say
# The same, but gdb stays with the daemon: the child waits at its program's first instruction until
# it is attached to.
set print address off
set print frame-arguments none
set debuginfod enabled off
set breakpoint pending on
set sysroot /
set print thread-events off
set print inferior-events off
file @APPS@/dispatch
target extended-remote localhost:@PORT@
set remote exec-file @APPS@/dispatch
set args vfork @APPS@/say exit 5
break end_of
run
python print(len(gdb.selected_inferior().threads()), "threads")
python import time
python held = lambda: [l.split()[0] for l in gdb.execute("monitor held", to_string=True).splitlines() if " waits " in l]
python any(held() or time.sleep(0.05) for _ in range(200))
monitor held
info os held
add-inferior
inferior 2
python gdb.execute("attach " + held()[0])
monitor held
break say.c:say
continue
backtrace 3
continue
thread 1.2
continue
run
python any(held() or time.sleep(0.05) for _ in range(200))
monitor release all
monitor release all
delete
continue
monitor exit
