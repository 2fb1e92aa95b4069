# Cores as threads: names, why they stopped, call stacks, switching.
# dump: demo
target remote localhost:@PORT@
info threads
thread
thread find AIV 11
thread 4
bt
thread name
thread apply 1 3 bt 1
thread apply all -q p $coreid
thread apply all bt
info program
info inferiors
