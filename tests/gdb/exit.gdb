# "monitor exit" ends the server.
# dump: demo
# ends: yes
target remote localhost:@PORT@
monitor exit
info threads
