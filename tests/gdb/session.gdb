# Leaving and coming back, in one gdb: the server waits for the next client.
# dump: demo
target remote localhost:@PORT@
kill
info threads
bt
target remote localhost:@PORT@
bt 1
detach
info threads
p UB.f16[0]
target remote localhost:@PORT@
p UB.f16[0]
disconnect
info threads
target remote localhost:@PORT@
thread 4
target remote localhost:@PORT@
bt 1
