# Addresses: windows of other cores, caches, ends of ranges, holes, search and files.
# dump: demo
target remote localhost:@PORT@
x/4xh &UB
thread 1
x/4xh &UB
x/4xh 0x00a0041b00000000
thread 4
x/4xh &UB
x/4xh 0
x/2xh 0x2fffe
x/2xh 0x00a004000002fffe
x/4xg $sp
x/4xg 0x00a0070a00000000 + ($sp - 0x12c100350000)
x/4xw &ICACHE
x/4xw 0x12c041200000
x/2xg &DCACHE
x/2xg 0x12c0c0000000
x/4xb &output_0[3][255] + 1
x/4xw 0x12b000000000
x/4xw 0x00a0010000000000
p *(int *)0x12b000000000
find /h &input_0[0][0], +1024, 0x5604
find &UB, +4096, (short)0x560c
find /h &UB, +16, 0x1111
dump binary memory @WORK@/m.bin &input_0[0][0] &input_0[0][8]
shell od -An -tx2 @WORK@/m.bin
dump binary value @WORK@/v.bin tiling
shell od -An -tx1 @WORK@/v.bin
append binary memory @WORK@/m.bin 0x12b000000000 0x12b000000010
