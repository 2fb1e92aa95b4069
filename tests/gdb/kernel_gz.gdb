# Compressed debug sections are unpacked.
# dump: kernel-gz
target remote localhost:@PORT@
bt
info locals
monitor ascend info kernels
