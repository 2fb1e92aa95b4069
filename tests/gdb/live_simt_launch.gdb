# A kernel that is launched as a SIMT function: it begins in one, and its end is that of the block.
# args: --device sim --sim-args --chip=950
# program: simt launch
set debuginfod enabled off
set print address off
set print thread-events off
target remote localhost:@PORT@
set breakpoint pending on
break simt_launch if $blockid == 1
continue
monitor ascend info threads
tbreak turn
continue
bt 2
monitor ascend info threads
delete
continue
