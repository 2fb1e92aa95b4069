# A host in Python: run by the server, a breakpoint in the kernel, on to the end.
# args: --device sim
# multi: yes
set debuginfod enabled off
set print address off
set print thread-events off
target extended-remote localhost:@PORT@
set remote exec-file /usr/bin/python3
set args @ROOT@/tests/apps/add_custom.py @APPS@/../../sim/lib64/libascendcl.so @APPS@/add_custom.o
set breakpoint pending on
break compute if $blockid == 7
run
bt 2
print ub->x[0]@4
delete
continue
