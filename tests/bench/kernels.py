"""What debugging kernels costs, in stock gdb: time to the prompt, and how many requests went to the
device link: on hardware each is a round trip to the driver. Run by kernels.sh, inside gdb; the
server's port is in $PORT. Prints a row a figure."""
import os
import time

import gdb

ROW = "{:<58} {}"


def run(command):
    return gdb.execute(command, to_string=True)


def requests():
    for line in run("monitor stats").splitlines():
        if line.startswith("device requests"):
            return int(line.split()[-1])
    return 0


def cost(action):
    """Milliseconds and requests of an action."""
    before = requests()
    begin = time.perf_counter()
    action()
    ms = (time.perf_counter() - begin) * 1000
    return ms, requests() - before


def row(what, action, times=1):
    ms, n = cost(lambda: [action() for _ in range(times)])
    print(ROW.format(what, f"{ms / times:.1f} ms, {n / times:.1f} requests"), flush=True)


def standing():
    """How many cores stand at a breakpoint: those that stop a little later do not matter."""
    return run("monitor ascend info cores").count("breakpoint")


def await_cores(n):
    for _ in range(600):
        if standing() == n:
            return
        time.sleep(0.05)


def read(expression, n):
    at = int(gdb.parse_and_eval(expression))
    gdb.selected_inferior().read_memory(at, n)


def on_vector_cores():
    row("continue to a breakpoint that 48 cores run into", lambda: run("continue"))
    await_cores(48)
    row("info threads, 48 cores", lambda: run("info threads 2.*"))
    row("info threads again", lambda: run("info threads 2.*"))
    row("bt, locals and arguments of one core", lambda: run("bt full"))
    run("delete")
    run("tbreak copy_in if $blockid == 0")
    run("continue")
    run("set scheduler-locking on")
    row("next over a line, one core", lambda: run("next"))
    row("finish", lambda: run("finish"))
    row("next over a function that is called", lambda: run("next"))
    row("stepi, one core", lambda: run("stepi"), 10)
    run("set scheduler-locking off")
    row("read 192 KiB of UB", lambda: read("(long)&UB", 192 << 10))
    row("the same again", lambda: read("(long)&UB", 192 << 10))


def on_conditions():
    """Each of 48 cores runs into it for the tiles that are left."""
    run("break compute if $blockid == 99")
    run("tbreak add_custom.c:67")
    ms, n = cost(lambda: run("continue"))
    hits = 3 * 48
    print(ROW.format("a condition that is false, 48 cores",
                     f"{hits / ms * 1000:.0f} a second, {n / hits:.1f} requests each"), flush=True)
    run("delete")


def on_all_cores():
    run("break matmul_mix_aic")
    run("break matmul_mix_aiv")
    row("continue to a breakpoint of 75 cores of another kernel", lambda: run("continue"))
    await_cores(75)
    row("info threads, 75 cores", lambda: run("info threads 2.*"))
    run("delete")


def main():
    for setting in ("pagination off", "confirm off", "debuginfod enabled off",
                    "breakpoint pending on", "print thread-events off"):
        run("set " + setting)
    run("target remote localhost:" + os.environ["PORT"])
    run("break process")
    on_vector_cores()
    on_conditions()
    on_all_cores()
    # device memory outside of what a stop has looked at
    run("tbreak scale")
    run("continue")
    row("read 16 MiB of global memory", lambda: read("(long)x", 16 << 20))
    run("continue")


main()
