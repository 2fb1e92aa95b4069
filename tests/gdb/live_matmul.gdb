# A mixed operator: cube cores and the vector cores beside them, their memories.
# args: --device sim
# program: matmul
set debuginfod enabled off
set print address off
set print thread-events off
target remote localhost:@PORT@
set breakpoint pending on
break matmul.c:32 if $blockid == 2
tbreak activate if $blockid == 1
continue
print $coretype
bt
print *s
print L1.f16[0]@4
print L0C.f32[0]@4
x/4xh &L0A
print UB.f32[0]
next
print *c@4
delete 1
continue
