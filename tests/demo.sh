#!/bin/sh
# make demo: what stock gdb-multiarch sees of a dump (tests/recipes/demo.dump) and of a kernel that runs on
# the simulated NPU, each from a server on a free loopback port. O is the build folder.
cd "$(dirname "$0")/.." || exit 1
: "${O:=build}" "${GDB:=gdb-multiarch}"
dump=$O/tests/dumps/demo.core
app=$O/tests/apps/add_custom
log=$O/tests/demo.log
server=
status=0

for file in "$O/ascend-gdbserver" "$O/ascend-npu-sim" "$dump" "$app"; do
	if [ ! -e "$file" ]; then
		echo "error: $file is not there: run make demo" >&2
		exit 1
	fi
done

end() {
	kill "$server" 2>/dev/null
	wait "$server" 2>/dev/null
}
trap end EXIT
trap 'exit 1' INT TERM

# Starts a server with these words; $port is where it listens.
serve() {
	: >"$log"
	"$O/ascend-gdbserver" "$@" >"$log" 2>&1 &
	server=$!
	port=
	tries=0
	while [ -z "$port" ] && [ $tries -lt 100 ] && kill -0 $server 2>/dev/null; do
		port=$(sed -n 's/.*Listening on port \([0-9][0-9]*\).*/\1/p' "$log")
		tries=$((tries + 1))
		[ -n "$port" ] || sleep 0.05
	done
	[ -n "$port" ] && return
	echo "error: the server did not start:" >&2
	cat "$log" >&2
	exit 1
}

# Steps: a caption, then what is typed.
say() { steps="$steps
echo \\n=== $1\\n"; }
type_in() { steps="$steps
echo (gdb) $1\\n
$1"; }
begin() { steps="set confirm off
set debuginfod enabled off
set print thread-events off"; }

# Plays the steps, and shows what the server said.
play() {
	script=$O/tests/demo.gdb
	printf '%s\n' "$steps" >"$script"
	timeout 60 "$GDB" -nx -batch -x "$script" >"$O/tests/demo.out" 2>&1 || status=1
	# gdb tells of each library, and of each place where it looks for debug files
	grep -v '^Reading .*\(\.debug\|\.so[.0-9]*\|/tests/apps/.*\) from remote target' "$O/tests/demo.out"
	end
	printf '\nThe server and its program said:\n'
	sed 's/^/    /' "$log"
}

serve --core "$dump" localhost:0
begin
say "A kernel crashed and left add_custom.core. No debugger of the vendor, no symbol file: just connect."
type_in "target remote localhost:$port"
say "Every core is a thread; gdb stands on the one that made the error."
type_in "info threads"
say "Call stack with locals, unwound by the kernel's own debug information."
type_in "bt full"
say "A tensor as a typed array: elements 0..7 of row 2, and its type."
type_in "p output_0[2][0]@8"
type_in "whatis output_0"
say "What the core holds in its unified buffer, as float16; pointers into UB just work."
type_in "p UB.f16[0]@8"
type_in "frame 1"
type_in "p ub->y[i]"
say "Another core: its registers, its stack, its UB."
type_in "thread find AIV 11"
type_in "thread 4"
type_in "bt"
type_in "p UB.f16[0x2000]@4"
type_in "thread 2"
say "Why it stopped: the error registers, and every error bit decoded."
type_in "info registers error"
type_in "monitor ascend stop"
say "Tables: what the device knows."
type_in "info os ascend-cores"
type_in "monitor ascend info summary"
say "All call stacks, equal ones together: text for a bug report."
type_in "monitor ascend bt --merge"
play

serve --device sim localhost:0 "$app"
begin
say "The same live: a host program and its kernel on the simulated NPU, in one gdb."
type_in "set breakpoint pending on"
type_in "target remote localhost:$port"
say "The kernel is not loaded yet: the breakpoint waits for it."
type_in "break process"
type_in "continue"
say "A device core stands in the kernel; the program on the host stands too."
type_in "info threads"
type_in "bt"
type_in "info locals"
type_in "next"
say "Out of the function: what it left in the unified buffer of this core."
type_in "delete"
type_in "finish"
type_in "p UB.f16[0]@8"
type_in "monitor ascend info cores"
say "And on, to the end of the program and its right result."
type_in "continue"
play
exit $status
