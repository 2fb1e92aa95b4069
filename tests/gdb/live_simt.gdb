# A kernel that calls a SIMT function, on a chip that has such: where it stands is a warp's place,
# registers, locals and stack are those of a thread, and the warps are listed.
# also: drv
# args: --device sim --sim-args --chip=950
# program: simt
set debuginfod enabled off
set print address off
set print thread-events off
target remote localhost:@PORT@
set breakpoint pending on
tbreak simt_scale
continue
monitor ascend info threads
tbreak scale
continue
bt
info locals
monitor ascend stop
monitor ascend info cores
monitor ascend info threads
next
next
next
next
print row * 40 + column
info registers VTHREADDIM_X VTHREADDIM_Y SIMT_PC EXECMASK
next
next
monitor ascend info threads
tbreak turn
continue
bt
print turned
monitor ascend info threads
stepi
finish
tbreak 32
continue
monitor ascend info threads
print made[0]@4
print UB.f32[1024]@4
info threads 2.2
print $R2 == ($x1 & 0xffffffff)
monitor ascend thread (30,1,0)
monitor ascend info threads
maint flush register-cache
print $SIMT_PC
print/x $EXECMASK
monitor ascend thread 80
monitor ascend thread 0
maint flush register-cache
hbreak simt_scale.c:33
continue
monitor ascend info threads
stepi
delete
tbreak simt_scale.c:42
continue
monitor ascend info threads
continue
