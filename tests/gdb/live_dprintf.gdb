# dprintf in a kernel: printed by the client, then by the server as it passes, on registers and
# variables of the core.
# args: --device sim
# program: add_custom 1
set debuginfod enabled off
set print address off
set print thread-events off
target remote localhost:@PORT@
set breakpoint pending on
tbreak process
continue
dprintf 54, "block %d has done %d of %d\n", $blockid, (int)done, (int)n
tbreak 54 if done == 1024
continue
delete
set dprintf-style agent
dprintf 54, "block %d did %d\n", (int)$blockid, (int)done
info breakpoints
continue
shell grep -c '^block 0 did ' @WORK@/said
shell grep 'block 0 did' @WORK@/said | tail -n 1
