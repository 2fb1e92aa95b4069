# A program that finds no runtime: what the doctor says of it, and what the program itself hears. It
# goes on, as it would without us, with an error of the runtime.
# args: --device sim
# multi: yes
set debuginfod enabled off
set print thread-events off
set print address off
shell cp @APPS@/../shim/no_toolkit @WORK@/program
file @WORK@/program
target extended-remote localhost:@PORT@
set remote exec-file @WORK@/program
set args rtSetDevice
break main
run
monitor doctor
continue
set environment ASCEND_TOOLKIT_HOME /no-such-folder
run
monitor doctor
continue
shell grep rtSetDevice @WORK@/said @WORK@/server.log
