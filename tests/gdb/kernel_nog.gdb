# Compiled without -g: functions, no lines.
# dump: kernel-nog
target remote localhost:@PORT@
bt
info locals
monitor ascend where
monitor ascend info kernels
info os ascend-cores
disassemble $pc,+8
monitor doctor
