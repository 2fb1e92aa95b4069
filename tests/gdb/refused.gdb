# A dump cannot run or change: each attempt says so and the session goes on.
# dump: demo
target remote localhost:@PORT@
continue
stepi
step
next
nexti
finish
until
advance 40
signal SIGINT
jump 30
return
p sum = 1
p $x0 = 1
set var sum = 3
set {short}0x12c0c0013000 = 5
call add_pair(1, 2)
p add_pair(1, 2)
break compute
continue
info breakpoints
delete
hbreak compute
continue
delete
watch sum
continue
delete
dprintf add_custom.c:38,"hello\n"
continue
delete
catch load
continue
delete
restore /dev/null binary 0x12c0c0013000
load
record
checkpoint
tstatus
generate-core-file @WORK@/x.core
reverse-step
interrupt
run
bt 1
info threads
