# SIMT functions in non-stop: one core stands in a warp and is stepped while the others go on.
# also: drv
# args: --device sim --sim-args --chip=950
# program: simt
set debuginfod enabled off
set print address off
set print thread-events off
set non-stop on
target remote localhost:@PORT@
set breakpoint pending on
tbreak scale if $blockid == 1
continue -a &
# await: hit Temporary breakpoint 1
python core = [t for t in gdb.inferiors()[1].threads() if t.is_stopped()][0]
python core.switch()
bt
info locals
next
next
next
next
print row * 40 + column
info threads 2.2
monitor ascend info threads
monitor ascend thread (30,1,0)
maint flush register-cache
print $SIMT_PC == $pc
delete
continue &
# await: process 4194305) exited
info inferiors
