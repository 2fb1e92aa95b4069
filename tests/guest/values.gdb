# abis: x32 32 64
# guest: ascend-gdbserver /dev/ttyS1 /bin/widths@ABI@
# Values in memory and in registers, calls, libraries, steps, what a function returns.
set print address off
file @GUEST@/bin/widths@ABI@
target remote @LINE@
show architecture
break find
continue
backtrace
print *from
print *from->next
print from->next->name
print sizeof(from->value)
print sizeof(from->next)
next 2
finish
print *$
info sharedlibrary
tbreak half
continue
info args
finish
tbreak third_of
continue
finish
tbreak of_both
continue
finish
delete
next
info locals
print find(&first, 2)
print half(9, 1)
print third_of(9)
print of_both(&first, &second)
print wide
print wide = 5
print $ymm3.v8_int32 = {1, 2, 3, 4, 5, 6, 7, 8}
print $st0 = 2.5
print/x $eflags & 2
watch first.value
print first.value = 77
stepi
maint flush register-cache
print $ymm3.v8_int32
print $st0
pipe x/i $pc | grep -c main
catch syscall write
continue
continue
delete
continue
