# Every monitor command, with wrong arguments too.
# dump: demo
target remote localhost:@PORT@
monitor
monitor help
monitor nonsense
monitor ascend
monitor ascend help
monitor ascend nonsense
monitor ascend info
monitor ascend info summary
monitor ascend info cores
monitor ascend info devices
monitor ascend info memory
monitor ascend info tensors
monitor ascend info kernels
monitor ascend info threads
monitor ascend info nonsense
monitor ascend register read
monitor ascend register read PC AIC_ERROR_1
monitor ascend register read NOTHING
monitor ascend stop
monitor ascend stop all
monitor ascend stop aiv 0
monitor ascend stop aiv 99
monitor ascend stop nonsense
monitor ascend where
monitor ascend bt
monitor ascend bt --merge
monitor ascend bt aiv 11
monitor ascend aiv 11
monitor ascend aic 3
monitor ascend aiv x
monitor ascend aiv
monitor ascend x -m UB -f float16[] -s 32 -c 2 0x40
monitor ascend x -m GM -f float16[] -s 16 -c 2 0x12c0c0013000
monitor ascend x -m GM -s 32 -c 1 0x12c0c0013000
monitor ascend x -m L1 0
monitor ascend x -m NOTHING 0
monitor ascend x -m UB 0x30000
monitor ascend x -m UB -f nonsense 0
monitor ascend x
thread 4
monitor ascend info cores
monitor ascend bt
