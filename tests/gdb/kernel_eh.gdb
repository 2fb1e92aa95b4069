# Call frame information in .eh_frame.
# dump: kernel-eh
target remote localhost:@PORT@
thread apply all bt
info locals
