# A second dump in the same gdb: its own tensors, not those of the first.
# dump: demo
# second: failed
target remote localhost:@PORT@
whatis output_0
p output_0[0][0]@4
detach
target remote localhost:@PORT2@
whatis output_0
whatis output_1
thread apply all bt 1
detach
target remote localhost:@PORT@
whatis output_1
p output_0[0][0]@4
