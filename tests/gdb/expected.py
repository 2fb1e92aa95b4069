"""
Walks the expectations of one real dump (../shared/cores/EXPECTED.json) through stock gdb: run by
run.sh inside `gdb-multiarch -batch -x`. Everything is asked the way a user or an IDE asks; nothing
here knows the protocol. Prints "ok NAME" or "not ok NAME: why" per topic and per wrong value.
Environment: EXPECTED_JSON, EXPECTED_DUMP (name in the json), SERVER_PORT.
"""
import json
import os
import re
import sys
import traceback

import gdb

WINDOWS = 0x00A0 << 48
CLASSES = {"L0A": 1, "L0B": 2, "L0C": 3, "UB": 4, "L1": 5, "OUT_MEM": 7, "DCACHE": 10, "ICACHE": 11}
PAGE = 4096
SMALL = {"AIV": "UB", "AIC": "L1"}
MOST_SHOWN = 12


class Topic:
    """Checks of one topic: counts them and prints one line at its end, more when some fail."""

    def __init__(self, name):
        self.name, self.checks, self.wrong = name, 0, []

    def same(self, what, got, want):
        self.checks += 1
        if got != want:
            self.wrong.append("%s: want %s, got %s" % (what, show(want), show(got)))

    def true(self, what, ok):
        self.same(what, bool(ok), True)

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        if kind:
            self.wrong.append("%s: %s" % (kind.__name__, error))
            traceback.print_exception(kind, error, trace, file=sys.stderr)
        if not self.checks:
            self.wrong.append("nothing was checked")
        if self.wrong:
            more = len(self.wrong) - MOST_SHOWN
            for line in self.wrong[:MOST_SHOWN]:
                print("# %s: %s" % (self.name, line))
            if more > 0:
                print("# %s: %d more" % (self.name, more))
            print("not ok %s: %d of %d wrong" % (self.name, len(self.wrong), self.checks))
        else:
            print("ok %s: %d checks" % (self.name, self.checks))
        return True


def show(value):
    return hex(value) if isinstance(value, int) and not isinstance(value, bool) else repr(value)


def run(command):
    return gdb.execute(command, to_string=True)


def number(value):
    return int(value) & 0xFFFFFFFFFFFFFFFF


def core_name(core):
    return "%s %d" % (core["core_type"], core["core_id"])


def window(cls, unified, offset):
    """unified None: the current thread's own core."""
    slot = 0 if unified is None else unified + 1
    return WINDOWS | CLASSES[cls] << 40 | slot << 32 | offset


def read(at, n):
    """Bytes as hex, or "none"."""
    try:
        return bytes(gdb.selected_inferior().read_memory(at, n)).hex()
    except gdb.MemoryError:
        return "none"


class Threads:
    """gdb's threads by the name of their core."""

    def __init__(self):
        self.by_name = {t.name: t for t in gdb.selected_inferior().threads()}

    def select(self, core):
        self.by_name[core_name(core)].switch()
        return gdb.newest_frame()


# Said once a session for every file of a server, whatever the server does (gdb 13, "target:").
KNOWN_WARNINGS = ["warning: File transfers from remote targets can be slow. "
                  "Use \"set sysroot\" to access files locally instead."]


def check_connect(dump, output):
    with Topic("connect") as t:
        focus = dump["focus"]
        core = next(c for c in dump["cores"]
                    if (c["core_type"], c["core_id"]) == (focus["core_type"], focus["core_id"]))
        thread = gdb.selected_thread()
        t.same("focus", thread.name, core_name(core))
        t.same("thread id", thread.ptid[:2], (1, core["unified_id"] + 1))
        t.same("pc", gdb.selected_frame().pc(), int(core["corrected_pc"], 16))
        t.same("warnings", [s for s in output.splitlines() if "arning" in s], KNOWN_WARNINGS)


def thread_lines():
    """Lines of `info threads` by core name."""
    out = {}
    for line in run("info threads").splitlines():
        m = re.search(r'"(AI[CV] \d+)"', line)
        if m:
            out[m.group(1)] = line
    return out


def check_threads(dump, threads):
    with Topic("threads") as t:
        lines = thread_lines()
        names = {core_name(c) for c in dump["cores"]}
        t.same("names", set(threads.by_name), names)
        t.same("info threads", set(lines), names)
        for core in dump["cores"]:
            name = core_name(core)
            t.same(name + " pc", threads.select(core).pc(), int(core["corrected_pc"], 16))
            t.same(name + " $coreid", int(gdb.parse_and_eval("$coreid")), core["core_id"])
            t.same(name + " $coretype", int(gdb.parse_and_eval("$coretype")),
                   ["AIC", "AIV"].index(core["core_type"]))
            t.true("%s: %s in %s" % (name, core["stop_reason"], lines.get(name)),
                   core["stop_reason"] in lines.get(name, ""))


def cfa(frame):
    frame.select()
    return int(re.search(r"frame at (0x[0-9a-f]+)", run("info frame")).group(1), 16)


def plain_name(function):
    """Without parameters, as gdb names frames."""
    return re.sub(r"\(.*\)$", "", function)


def check_frame(t, what, frame, want):
    sal = frame.find_sal()
    t.same(what + " pc", frame.pc(), int(want["pc"], 16))
    t.same(what + " function", frame.name(), plain_name(want["function"]))
    if want["linkage"].startswith("_Z"):
        t.same(what + " linkage name", frame.function() and frame.function().linkage_name,
               want["linkage"])
    t.same(what + " file", sal.symtab and sal.symtab.fullname(), want["file"])
    t.same(what + " line", sal.line, want["line"])
    t.same(what + " cfa", cfa(frame), int(want["cfa"], 16))
    if frame.older():
        t.same(what + " sp of the caller", number(frame.older().read_register("sp")),
               int(want["cfa"], 16))


def check_frames(dump, threads):
    with Topic("frames") as t:
        for core in dump["cores"]:
            frame = threads.select(core)
            for level, want in enumerate(core["frames"]):
                what = "%s #%d" % (core_name(core), level)
                t.true(what + " is there", frame)
                if not frame:
                    break
                check_frame(t, what, frame, want)
                frame = frame.older()
            t.same(core_name(core) + " frames below", frame and frame.name(), None)


def visible(frame):
    """Names of variables and arguments in scope, innermost first."""
    names, block = [], frame.block()
    while block and not block.is_global and not block.is_static:
        names += [s.name for s in block if s.is_variable or s.is_argument]
        block = None if block.function else block.superblock
    return names


def type_name(kind):
    """gdb 13 and the json differ in spaces and in the keyword of C structures."""
    return re.sub(r"\bstruct | (?=\*|const\b)|(?<=\*) ", "", str(kind))


def check_variable(t, what, frame, want):
    value = frame.read_var(want["name"], frame.block())
    t.same(what + " type", type_name(value.type), type_name(want["type"]))
    t.same(what + " address", number(value.address), int(want["addr"], 16))
    if "value" in want:
        wanted = want["value"]
        wanted = int(wanted, 16) if isinstance(wanted, str) else wanted
        t.same(what, number(value) if wanted >= 0 else int(value), wanted)


def check_variables(dump, threads):
    with Topic("variables") as t:
        for core in dump["cores"]:
            frame = threads.select(core)
            for level, want in enumerate(core["frames"]):
                what = "%s #%d " % (core_name(core), level)
                frame.select()
                t.same(what + "variables", sorted(visible(frame)),
                       sorted(v["name"] for v in want["variables"]))
                for variable in want["variables"]:
                    check_variable(t, what + variable["name"], frame, variable)
                frame = frame.older()


def costume(name):
    """Names under which gdb shows a register besides its own."""
    m = re.fullmatch(r"GPR(\d+)", name)
    if not m:
        return [name]
    n = int(m.group(1))
    return [name, {30: "sp", 31: "x30"}.get(n, "x%d" % n)]


def register_bytes(value):
    """le: form of a vector register, by its byte view."""
    kind = value.type.strip_typedefs()
    if kind.code == gdb.TYPE_CODE_UNION:
        value = value["u8"]
        kind = value.type.strip_typedefs()
    if kind.code == gdb.TYPE_CODE_ARRAY:
        first, last = kind.range()
        return "le:" + bytes(int(value[i]) & 0xFF for i in range(first, last + 1)).hex()
    # gdb 13 gives Python no integer of more than 8 bytes
    text = value.format_string(format="z")
    return "le:" + int(text, 16).to_bytes(kind.sizeof, "little").hex()


def register(frame, name):
    """Value in the form of the json, or the text of gdb when it has none."""
    value = frame.read_register(name)
    if str(value) == "<unavailable>":
        return "<unavailable>"
    if value.type.sizeof > 8:
        return register_bytes(value)
    return int(value) & ((1 << 8 * value.type.sizeof) - 1)


def wanted_register(value):
    if not value.startswith("le:"):
        return int(value, 16)
    raw = bytes.fromhex(value[3:])
    return value if len(raw) > 8 else int.from_bytes(raw, "little")


def check_core_registers(t, core, frame):
    for name, value in core["registers"].items():
        if name == "PC":
            t.same(core_name(core) + " raw_pc", register(frame, "raw_pc"), int(value, 16))
            value = core["corrected_pc"]
        for shown in costume(name):
            t.same("%s %s" % (core_name(core), shown), register(frame, shown),
                   wanted_register(value))
    for name in core["absent_registers"]:
        t.same("%s %s" % (core_name(core), name), register(frame, name), "<unavailable>")


def check_registers(dump, threads):
    with Topic("registers") as t:
        for core in dump["cores"]:
            check_core_registers(t, core, threads.select(core))


def block_of(dump, at):
    for block in dump["globals"]:
        start = int(block["addr"], 16)
        if start <= at < start + block["size"]:
            return block
    raise KeyError(hex(at))


def dcache_offset(core, at):
    """Offset in the core's DCACHE window: copies at pages, in file order."""
    offset = 0
    for copy in core["local"]:
        if copy["type"] != "DCACHE":
            continue
        start = int(copy["addr"], 16)
        if start <= at < start + copy["size"]:
            return offset + at - start
        offset += (copy["size"] + PAGE - 1) // PAGE * PAGE
    raise KeyError(hex(at))


def has_copy(core, at):
    try:
        return dcache_offset(core, at) >= 0
    except KeyError:
        return False


def probe_global(t, dump, threads, probe, at):
    what = "GM %s (%s)" % (probe["addr"], probe["note"])
    block = block_of(dump, at)
    raw = window("OUT_MEM", block["index"], at - int(block["addr"], 16))
    t.same(what + " raw", read(raw, probe["len"]), probe["hex"])
    for core in dump["cores"]:
        if not has_copy(core, at):
            threads.select(core)
            t.same("%s by %s" % (what, core_name(core)), read(at, probe["len"]), probe["hex"])
            return


def probe_core(t, threads, probe, core, at):
    cls, n, want = probe["cls"], probe["len"], probe["hex"]
    what = "%s %s %s" % (core_name(core), cls, probe["addr"])
    threads.select(core)
    if cls == "ICACHE":
        t.same(what, read(window(cls, None, at), n), want)
        t.same(what + " by slot", read(window(cls, core["unified_id"], at), n), want)
        return
    t.same(what, read(at, n), want)
    if cls == "DCACHE":
        offset = dcache_offset(core, at)
        t.same(what + " window", read(window(cls, None, offset), n), want)
        t.same(what + " by slot", read(window(cls, core["unified_id"], offset), n), want)


def check_memory(dump, threads):
    with Topic("memory") as t:
        for probe in dump["memory_probes"]:
            at = int(probe["addr"], 16)
            if probe["cls"] == "GM":
                probe_global(t, dump, threads, probe, at)
                continue
            for core in dump["cores"]:
                if probe["core"] in ("any", core_name(core)):
                    probe_core(t, threads, probe, core, at)
        for block in dump["globals"]:
            size, start = block["size"], window("OUT_MEM", block["index"], 0)
            t.same("block %d" % block["index"], read(start + size, 1), "none")
        t.same("hole", read(0x12B000000000, 4), "none")


def check_local(t, core, others, local):
    cls, size = local["type"], local["size"]
    what = "%s %s" % (core_name(core), cls)
    for offset, want in local["probes"].items():
        at, n = int(offset, 16), len(want) // 2
        t.same("%s %s" % (what, offset), read(window(cls, None, at), n), want)
        t.same("%s %s by slot" % (what, offset), read(window(cls, core["unified_id"], at), n), want)
        if SMALL[core["core_type"]] == cls:
            t.same("%s %s plain" % (what, offset), read(at, n), want)
    t.same(what + " end", read(window(cls, None, size - 1), 2), "none")
    t.same(what + " behind", read(window(cls, core["unified_id"], size), 1), "none")
    for other in others:
        other.switch()
        at, want = next(iter(local["probes"].items()))
        t.same("%s seen by %s" % (what, other.name),
               read(window(cls, core["unified_id"], int(at, 16)), len(want) // 2), want)


def check_locals(dump, threads):
    with Topic("local memory") as t:
        for core in dump["cores"]:
            others = [x for n, x in threads.by_name.items() if n != core_name(core)]
            for local in core["local"]:
                if "probes" in local:
                    threads.select(core)
                    check_local(t, core, others, local)


STEMS = {1: "tensor", 2: "input", 3: "output"}


def dims_of(kind):
    dims = []
    while kind.code == gdb.TYPE_CODE_ARRAY:
        first, last = kind.range()
        dims.append(last - first + 1)
        kind = kind.target()
    return dims, kind


def check_tensor(t, name, block):
    value = gdb.parse_and_eval(name)
    dims, element = dims_of(value.type)
    t.same(name + " address", number(value.address), int(block["addr"], 16))
    t.same(name + " size", value.type.sizeof, block["size"])
    count = 1
    for dim in block["dims"]:
        count *= dim
    if element.sizeof * count == block["size"]:
        t.same(name + " dims", dims, block["dims"])
    else:
        # nothing in the dump says what the elements are: bytes
        t.same(name + " elements", (dims, element.sizeof), ([block["size"]], 1))
    t.same(name + " bytes", read(number(value.address), len(block["first_bytes"]) // 2),
           block["first_bytes"])


def check_tensors(dump):
    with Topic("tensors") as t:
        seen = {}
        for block in dump["globals"]:
            stem = STEMS.get(block["type"])
            if stem:
                n = seen.get(stem, 0)
                seen[stem] = n + 1
                check_tensor(t, "%s_%d" % (stem, n), block)
        for name, type_name in (("args", "ARGS"), ("tiling", "TILING_DATA"),
                                ("workspace_0", "WORKSPACE_TENSOR")):
            block = next(b for b in dump["globals"] if b["type_name"] == type_name)
            value = gdb.parse_and_eval(name)
            t.same(name, (number(value.address), value.type.sizeof),
                   (int(block["addr"], 16), block["size"]))


def check_summary(dump, threads):
    with Topic("summary") as t:
        threads.select(dump["focus"])
        got = run("monitor ascend info summary").rstrip("\n").split("\n")
        want = dump["summary_rows_in_file_order"]
        while want and not want[-1]:
            want = want[:-1]
        t.same("lines", len(got), len(want))
        for g, w in zip(got, want):
            t.same("row", g, w)


def main():
    with open(os.environ["EXPECTED_JSON"]) as f:
        files = json.load(f)["files"]
    dump = next(f for f in files if f["file"] == os.environ["EXPECTED_DUMP"])
    run("set pagination off")
    output = run("target remote localhost:" + os.environ["SERVER_PORT"])
    check_connect(dump, output)
    threads = Threads()
    check_threads(dump, threads)
    check_frames(dump, threads)
    check_variables(dump, threads)
    check_registers(dump, threads)
    check_memory(dump, threads)
    check_locals(dump, threads)
    check_tensors(dump)
    check_summary(dump, threads)


main()
