# abis: x32 32
# guest: widths@ABI@ stay >/tmp/said@ABI@ & until grep -q stays /tmp/said@ABI@; do usleep 50000; done; ascend-gdbserver --attach /dev/ttyS1 $!
# A program that runs, two clients one behind the other.
set print address off
file @GUEST@/bin/widths@ABI@
target remote @LINE@
frame function main
info locals
info threads
disconnect
target remote @LINE@
frame function main
print argc
print staying = 0
continue
