# abis: all
# guest: ascend-gdbserver --multi /dev/ttyS1
# A program of each ABI becomes one of another.
set print address off
set sysroot /nonexistent
set remote exec-file /bin/familyx32
set args fork /bin/family64 vfork /bin/family32 fork /bin/familyx32 vfork
set follow-fork-mode child
target extended-remote @LINE@
catch exec
run
show architecture
print sizeof($sp)
continue
show architecture
print sizeof($sp)
continue
show architecture
print sizeof($sp)
delete
continue
monitor exit
