# monitor doctor where no device is shown, and why.
# args: --device none
# program: say
target remote localhost:@PORT@
monitor doctor
monitor doctor now
