# A client leaves while a core stands, and another comes: the kernel ran on meanwhile.
# args: --device sim
# program: add_custom 1
set debuginfod enabled off
set print address off
set print thread-events off
target remote localhost:@PORT@
set breakpoint pending on
tbreak compute
continue
disconnect
shell printf '%s\n' 'target remote localhost:@PORT@' 'tbreak count_wrong' continue next next 'print wrong' continue >@WORK@/second
shell gdb-multiarch -nx -q -batch -ex 'set debuginfod enabled off' -x @WORK@/second 2>&1 | grep -e '^[$]1 =' -e exited
