# A 950 by v9.1.0-beta.1: few registers, V registers only in part.
# dump: v910-beta1
target remote localhost:@PORT@
info threads
bt
info registers error
p $V0
p/x $P0
monitor ascend stop all
thread 1
bt
info registers error
