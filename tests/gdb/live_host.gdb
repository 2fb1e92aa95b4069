# One program to the user: a breakpoint on the host, `next` over the call that launches a kernel, a
# breakpoint in the kernel inside of that, and back on the host behind it.
# args: --device sim
# program: add_custom 1
set debuginfod enabled off
set print address off
set print thread-events off
target remote localhost:@PORT@
set breakpoint pending on
list main,main
forward-search aclrtLaunchKernel
tbreak $_
forward-search aclrtSynchronizeStream
tbreak $_
forward-search printf
tbreak $_
tbreak copy_out
continue
print blocks
next
print n
info inferiors
continue
next
tbreak host_from_half
continue
up
print i
continue
print wrong
continue
