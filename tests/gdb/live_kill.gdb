# An end while cores stand at a breakpoint: of the program, kernel and all; then run again.
# args: --device sim
# multi: yes
set debuginfod enabled off
set print address off
set print thread-events off
target extended-remote localhost:@PORT@
set remote exec-file @APPS@/add_custom
file @APPS@/add_custom
set breakpoint pending on
break compute if $blockid == 6
run
kill inferiors 1 2
info inferiors
inferior 1
run
thread
delete
kill inferiors 2
info inferiors
set logging file /dev/null
set logging redirect on
set logging enabled on
inferior 1
set logging enabled off
tbreak count_wrong
continue
kill
