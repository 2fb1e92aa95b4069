# The client leaves while cores stand at a breakpoint: the program goes on to its right result, with
# nothing left in its kernel.
# args: --device sim
# program: add_custom
set debuginfod enabled off
set print address off
set print thread-events off
target remote localhost:@PORT@
set breakpoint pending on
break compute if $blockid == 6
continue
print n
detach inferiors 2 1
info inferiors
python import time
python said = lambda: "add_custom:" in open("@WORK@/said").read()
python print(any(said() or time.sleep(0.05) for _ in range(1200)))
shell grep add_custom: @WORK@/said
