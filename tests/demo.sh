#!/bin/sh
# make demo: serves the dump that tests/recipes/demo.dump describes on a free loopback port, lets stock
# gdb-multiarch look at it, and stops the server again. O is the build folder.
cd "$(dirname "$0")/.." || exit 1
: "${O:=build}" "${GDB:=gdb-multiarch}"
dump=$O/tests/dumps/demo.core
log=$O/tests/demo.log

for file in "$O/ascend-gdbserver" "$dump"; do
	if [ ! -e "$file" ]; then
		echo "error: $file is not there: run make demo" >&2
		exit 1
	fi
done

"$O/ascend-gdbserver" --core "$dump" localhost:0 2>"$log" &
server=$!
trap 'kill $server 2>/dev/null; wait $server 2>/dev/null' EXIT
trap 'exit 1' INT TERM
port=
tries=0
while [ -z "$port" ] && [ $tries -lt 100 ] && kill -0 $server 2>/dev/null; do
	port=$(sed -n 's/.*Listening on port \([0-9][0-9]*\).*/\1/p' "$log")
	tries=$((tries + 1))
	[ -n "$port" ] || sleep 0.05
done
if [ -z "$port" ]; then
	echo "error: the server did not start:" >&2
	cat "$log" >&2
	exit 1
fi

# Steps: a caption, then what is typed.
say() { steps="$steps
echo \\n=== $1\\n"; }
type_in() { steps="$steps
echo (gdb) $1\\n
$1"; }

steps="set confirm off"
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
script=$O/tests/demo.gdb
printf '%s\n' "$steps" >"$script"

timeout 60 "$GDB" -nx -batch -x "$script" 2>&1
status=$?
printf '\nThe server said:\n'
sed 's/^/    /' "$log"
exit $status
