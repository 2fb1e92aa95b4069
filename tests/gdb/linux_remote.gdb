# program: say exit 4
# A program of the command line, to its end.
set sysroot /
set print address off
set print frame-arguments presence
set debuginfod enabled off
file @APPS@/say
target remote localhost:@PORT@
break say
continue
backtrace
continue
