# Extended mode: attach shows the dump again after kill or detach; nothing can be run.
# dump: demo
target extended-remote localhost:@PORT@
info threads
kill
info threads
attach 1
bt 1
attach 2
info threads
attach 1
detach
run
set remote exec-file /bin/true
run
attach 1
info inferiors
bt 1
add-inferior
inferior 2
attach 1
inferior 1
disconnect
