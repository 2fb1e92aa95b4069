# The same with a server that is started to attach; its client leaves while cores stand at the
# breakpoint of a launch that the program would not have waited with.
# args: --device sim
# attach: yes
# beside: add_custom 4
set debuginfod enabled off
set print address off
set print thread-events off
set logging file /dev/null
set logging redirect on
set logging enabled on
target remote localhost:@PORT@
set logging enabled off
set breakpoint pending on
break compute if $blockid == 3
continue
print n
detach inferiors 2 1
python import time
python said = lambda: "add_custom:" in open("@WORK@/app").read()
python print(any(said() or time.sleep(0.05) for _ in range(1200)))
shell grep add_custom: @WORK@/app
