# No exception record: nobody knows why the cores stopped; the first core is in focus.
# dump: no-record
target remote localhost:@PORT@
info threads
info registers error
info program
monitor ascend stop all
monitor ascend info cores
info os ascend-stop
thread apply all bt
