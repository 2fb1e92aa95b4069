#!/bin/sh
# make bench: what the server costs, beside Debian's gdbserver and lldb-server in the same run. Prints a table; no
# figure here is a test. Needs $(O)/ascend-gdbserver, the dumps and the programs of this folder.
set -eu
O=${O:-build}
T=$(mktemp -d)
server= peer= held=
trap 'for p in $server $peer $held; do kill "$p" 2>/dev/null || true; done; rm -rf "$T"' EXIT

row() { printf '%-58s %s\n' "$1" "$2"; }

# serve DUMP [OPTIONS]: starts the server, waits for its line, sets $port and $ms (start to "Listening")
serve() {
	: >"$T/err"
	start=$(date +%s%N)
	"$O/ascend-gdbserver" --core "$@" localhost:0 2>"$T/err" &
	server=$!
	while ! grep -q '^Listening on port' "$T/err"; do
		kill -0 $server 2>/dev/null || { cat "$T/err" >&2; exit 1; }
	done
	ms=$((($(date +%s%N) - start) / 1000000))
	port=$(sed -n 's/^Listening on port //p' "$T/err")
}

stop() {
	kill "$server" && wait "$server" 2>/dev/null || true
	server=
}

rss() { awk '/VmHWM/ { printf "%.1f MiB", $2 / 1024 }' "/proc/$1/status"; }

stock() { gdb-multiarch -nx -batch -ex "target remote localhost:$port" "$@" >"$T/gdb" 2>&1; }

packets() { grep -c '^w \$' "$T/packets" || true; }

# What a command costs in stock gdb: time and packets beyond those of a gdb that only connects.
measure() {
	name=$1; shift
	first=$(packets)
	begin=$(date +%s%N); stock; idle=$(($(date +%s%N) - begin))
	second=$(packets)
	begin=$(date +%s%N); stock "$@"; busy=$(($(date +%s%N) - begin))
	connect=$((second - first))
	row "$name" "$(((busy - idle) / 1000000)) ms, $(($(packets) - second - connect)) packets (connecting: $((idle / 1000000)) ms, $connect packets)"
}

echo "--- opening a dump"
for size in 4m 4g; do
	serve "$O/tests/dumps/sparse-$size.core"
	row "sparse dump of $size: start to Listening, peak RSS" "$ms ms, $(rss $server)"
	stop
done

echo "--- reading memory over loopback (client in C, no-ack)"
serve "$O/tests/bench/read.core"
ours=$port
: >"$T/peer"
"$O/tests/bench/hold" 67108864 >"$T/hold" &
held=$!
while ! [ -s "$T/hold" ]; do kill -0 $held; done
at=$(cat "$T/hold")
gdbserver --once --attach localhost:0 $held 2>"$T/peer" &
peer=$!
while ! grep -q '^Listening on port' "$T/peer"; do kill -0 $peer; done
theirs=$(sed -n 's/^Listening on port //p' "$T/peer")
read_it() { "$O/tests/bench/rsp_read" "$@"; }
row "gdbserver m, 8960 bytes a packet (its limit)" "$(read_it "$theirs" "$at" 67108864 8960 m)"
row "ascend-gdbserver m, 8960 bytes a packet" "$(read_it "$ours" 100000000000 67108864 8960 m)"
row "ascend-gdbserver m, 512 KiB a packet (its limit)" "$(read_it "$ours" 100000000000 67108864 524287 m)"
row "ascend-gdbserver x, 8960 bytes a packet" "$(read_it "$ours" 100000000000 67108864 8960 x)"
row "ascend-gdbserver x, 512 KiB a packet" "$(read_it "$ours" 100000000000 67108864 524287 x)"
stop

echo "--- processes: raw client in C, each server attached to the same program"
"$O/tests/bench/live"

# connect_once SERVER...: stock gdb connects to a program that the server starts, and kills it.
connect_once() {
	: >"$T/peer"
	"$@" localhost:0 "$O/tests/bench/live_app" 2>"$T/peer" >/dev/null &
	peer=$!
	while ! grep -q '^Listening on port' "$T/peer"; do kill -0 $peer; done
	port=$(sed -n 's/^Listening on port //p' "$T/peer")
	begin=$(date +%s%N)
	gdb -nx -batch $log -ex "target remote localhost:$port" -ex kill "$O/tests/bench/live_app" \
		>"$T/gdb" 2>&1 || true
	ms=$((($(date +%s%N) - begin) / 1000000))
	wait $peer 2>/dev/null || true
	peer=
}

# gdb writes its log byte by byte: once with it for the packets, once without for the time.
connect() {
	: >"$T/packets"
	log="-ix $T/log"; connect_once "$@"
	log=; connect_once "$@"
	row "${1##*/}: a PIE program until the prompt, and kill" "$ms ms, $(packets) packets"
}

echo "--- a program in stock gdb"
echo "set remotelogfile $T/packets" >"$T/log"
connect gdbserver --once
connect "$O/ascend-gdbserver" --once

echo "--- 75 cores in stock gdb"
serve "$O/tests/dumps/cores75.core" --packet-log "$T/packets"
measure "info threads" -ex 'info threads'
measure "thread apply all bt" -ex 'thread apply all bt'
measure "monitor ascend bt --merge" -ex 'monitor ascend bt --merge'
stop

echo "--- kernels on the simulated NPU, in stock gdb"
O=$O "$(dirname "$0")/kernels.sh"
