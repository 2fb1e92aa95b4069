# multi: yes
# Every way to follow a fork: who stops in its function, and how each of them ends.
set sysroot /
set debuginfod enabled off
set breakpoint pending on
set schedule-multiple on
set print inferior-events off
set print thread-events off
file @APPS@/family
target extended-remote localhost:@PORT@
break as_child
break as_parent
set logging file /dev/null
set logging redirect on
set logging enabled on
python
seen, lines = [], []
def on_exit(event):
    seen.append("exit %s" % getattr(event, "exit_code", "of whom was left"))
def on_stop(event):
    seen.append(gdb.newest_frame().name())
gdb.events.exited.connect(on_exit)
gdb.events.stop.connect(on_stop)
def standing():
    return [(i.num, t.num) for i in gdb.inferiors() for t in i.threads() if t.is_stopped()]
def drive(kind, mode, detach, program):
    seen.clear()
    gdb.execute("set follow-fork-mode " + mode)
    gdb.execute("set detach-on-fork " + detach)
    gdb.execute("set args %s %s" % (kind, program))
    gdb.execute("file @APPS@/family")
    gdb.execute("set remote exec-file @APPS@/family")
    gdb.execute("run")
    while standing():
        gdb.execute("thread %d.%d" % standing()[0])
        gdb.execute("continue")
    gdb.execute("inferior 1")
    for i in gdb.inferiors():
        if i.num != 1:
            gdb.execute("remove-inferiors %d" % i.num)
    lines.append(" ".join((kind, mode, detach, program and "exec", ":", ", ".join(sorted(seen)))))
for program in "", "@APPS@/say":
    for kind in "fork", "vfork":
        for mode in "parent", "child":
            for detach in "on", "off":
                drive(kind, mode, detach, program)
end
set logging enabled off
python print("\n".join(lines))
monitor exit
