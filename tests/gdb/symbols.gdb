# Source, code and what gdb knows about files and memory.
# dump: demo
target remote localhost:@PORT@
info sharedlibrary
info files
info mem
list
info line
info symbol compute
info line add_custom.c:38
list process
x/6i $pc
disassemble /s $pc,+8
info scope add_pair
info functions -q -n
info variables -q
info types -q tiling
break add_pair
break add_custom.c:38
tbreak copy
info breakpoints
compare-sections
info auxv
info proc
info signals SIGSEGV
complete p output
complete p UB.
complete info os
