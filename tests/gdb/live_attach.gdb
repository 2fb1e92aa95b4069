# A program that was started by hand and waits for its debugger: attach to it, break in its kernel,
# leave. It comes to its right result.
# args: --device sim
# multi: yes
# beside: add_custom 4
set debuginfod enabled off
set print address off
set print thread-events off
set print inferior-events off
file @APPS@/add_custom
target extended-remote localhost:@PORT@
set breakpoint pending on
break process if $blockid == 2
set logging file /dev/null
set logging redirect on
set logging enabled on
attach @PID@
set logging enabled off
info inferiors
monitor doctor
continue
bt
print n
break count_wrong
continue
bt 1
finish
detach inferiors 2 1
info inferiors
python import time
python said = lambda: "add_custom:" in open("@WORK@/app").read()
python print(any(said() or time.sleep(0.05) for _ in range(1200)))
shell grep add_custom: @WORK@/app
