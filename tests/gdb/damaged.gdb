# Damage of each kind costs only what is broken.
# dump: damaged
target remote localhost:@PORT@
info threads
thread apply all bt
monitor ascend info summary
monitor ascend info memory
p UB.f16[0]@4
thread 2
p UB.f16[0]@4
info variables -q
