# msDebug's commands on a kernel while it stands: devices, cores, tasks, streams, blocks,
# breakpoints, registers, memory of the core in focus; the same as tables of gdb.
# also: drv
# args: --device sim
# program: add_custom 1
set debuginfod enabled off
set print address off
target remote localhost:@PORT@
monitor ascend device 64
monitor ascend device 0
monitor ascend info cores
set breakpoint pending on
break process
continue
monitor ascend info devices
monitor ascend info cores
monitor ascend info tasks
monitor ascend info stream
monitor ascend info blocks
monitor ascend info blocks -d
monitor ascend info blocks -x
monitor ascend info summary
monitor ascend info kernels
monitor ascend info memory
monitor ascend info breakpoints
monitor ascend aiv 0
monitor ascend aic 24
monitor ascend register read $PC GPR30
monitor ascend register read $NOTHING
monitor ascend x -m UB -f float16[] -s 16 -c 2 0x0
monitor ascend device all
info os ascend-devices
info os ascend-tasks
info os ascend-streams
info os ascend-blocks
info os ascend-breakpoints
delete breakpoints
continue
