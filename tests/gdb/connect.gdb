# The shortest session: one command shows the faulting line of the core that failed.
# dump: demo
target remote localhost:@PORT@
