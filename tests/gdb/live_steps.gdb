# Moving through a kernel: step into and over functions, out of them with what they return, until and
# advance, instructions, up and down the call stack.
# args: --device sim
# program: add_custom 1
set debuginfod enabled off
set print address off
set print thread-events off
target remote localhost:@PORT@
set breakpoint pending on
tbreak add_custom.c:48
continue
display done
step
next
step
up
print now
down
finish
undisplay 1
until 52
step
print n
finish
next
until
advance copy_in
stepi
nexti
info symbol copy_in
tbreak 54
continue
finish
continue
