# abis: x32 32
# guest: ascend-gdbserver /dev/ttyS1 /bin/widths@ABI@ fault 0x12345678
# The siginfo of a signal in the program's layout; a file of the guest.
set print address off
file @GUEST@/bin/widths@ABI@
target remote @LINE@
continue
print $_siginfo.si_signo
print/x (unsigned long)$_siginfo._sifields._sigfault.si_addr
print sizeof($_siginfo._sifields._sigfault.si_addr)
backtrace
remote get /sessions @WORK@/got-file
shell cmp @WORK@/got-file @GUEST@/sessions && echo the same file
pipe info auxv | grep -E 'AT_(PAGESZ|PHENT|SECURE|EXECFN|NULL)'
kill
