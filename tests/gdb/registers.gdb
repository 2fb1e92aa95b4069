# Registers: the costume, the chip's own names, groups.
# dump: demo
target remote localhost:@PORT@
info registers
info registers error
info registers ascend
info registers vector
info registers su
info registers mte
info registers pc sp x29 AIC_ERROR_1
p $pc
p $raw_pc
p $sp
p $coreid
p $coretype
p $blockid
p/x $AIC_ERROR_1
p $AIC_ERROR_1 & (1 << 30)
p $GPR0 == $x0
p $MASK
p $nothing
up
p $pc
p $PC
thread 1
info registers error
p $AIC_ERROR_1
