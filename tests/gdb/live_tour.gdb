# What people try beside breakpoints and steps: sources, types, symbols, frames, and what a kernel
# cannot do, with the words for it.
# args: --device sim
# program: add_custom 1
set debuginfod enabled off
set print address off
set print thread-events off
target remote localhost:@PORT@
set breakpoint pending on
tbreak copy_in
continue
list
list process
up
info locals
info args
print ub
print *x@8
print/x *(short *)x@4
ptype ub
ptype struct tiling
whatis x
print sizeof(ub)
print $_thread
info symbol copy_in
info types tiling
info functions process
print get_block_idx()
down
info mem
info auxv
info proc
catch syscall write
checkpoint
generate-core-file @WORK@/core
record
reverse-step
tsave @WORK@/trace
break 3
info breakpoints
save breakpoints @WORK@/points
shell cat @WORK@/points
thread 2.9
monitor ascend nothing
delete
continue
