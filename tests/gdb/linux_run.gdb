# multi: yes
# The life of programs over one connection: run twice with other words and environment, kill, run.
set sysroot /
set print address off
set print frame-arguments presence
set debuginfod enabled off
file @APPS@/say
target extended-remote localhost:@PORT@
set remote exec-file @APPS@/say
set args exit 3
break main
run
info inferiors
print argc
continue
set environment SAY hello
set args env SAY
run
print (int) strcmp(argv[1], "env")
kill
run
continue
monitor exit
