# `run` twice: the device comes back as the process it was, and the breakpoint with it.
# also: drv
# args: --device sim
# multi: yes
set debuginfod enabled off
set print address off
target extended-remote localhost:@PORT@
set remote exec-file @APPS@/add_custom
set args 1
file @APPS@/add_custom
set breakpoint pending on
break process
run
bt 1
continue
run
bt 1
kill inferiors 1
info inferiors
kill inferiors 2
info inferiors
