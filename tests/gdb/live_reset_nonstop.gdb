# In non-stop the end of a device is told when its program gives it back; the next one is new.
# also: drv
# args: --device sim
# program: reset
set debuginfod enabled off
set print address off
set print thread-events off
set non-stop on
target remote localhost:@PORT@
set breakpoint pending on
break scale if $blockid == 2
commands
silent
print factor
end
python core = lambda: [t for t in gdb.inferiors()[1].threads() if t.is_stopped()][0]
continue -a &
# await: = 5
python core().switch()
continue &
# await: Inferior 2 .* exited
# await: = 6
info inferiors
detach inferiors 2
# await: Inferior 1 .* exited
shell grep reset: @WORK@/said
