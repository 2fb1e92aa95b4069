# program: sleepers
# Steps of one thread do not keep others from running, also those that mostly sleep.
set sysroot /
set print address off
set print frame-arguments presence
set debuginfod enabled off
set print thread-events off
file @APPS@/sleepers
target remote localhost:@PORT@
tbreak wait_here
continue
set logging file /dev/null
set logging redirect on
set logging enabled on
python n = 0
python while n < 100000 and gdb.parse_and_eval("beats < until"): n += 1; gdb.execute("stepi")
set logging enabled off
print beats >= until
break wait_here if until > 3
continue
backtrace
kill
