#!/bin/sh
# What debugging kernels costs, on the simulated NPU: kernels.py in stock gdb, and what a launch costs the
# program when no breakpoint lies in its kernel. O is the build folder.
set -eu
O=${O:-build}
T=$(mktemp -d)
server= npu=
trap 'for p in $server $npu; do kill "$p" 2>/dev/null || true; done; rm -rf "$T"' EXIT

row() { printf '%-58s %s\n' "$1" "$2"; }
app=$O/tests/apps/launches

"$O/ascend-gdbserver" --device sim --once localhost:0 "$app" 200 >"$T/said" 2>"$T/log" &
server=$!
while ! grep -q '^Listening on port' "$T/log"; do kill -0 $server; sleep 0.05; done
PORT=$(sed -n 's/^Listening on port //p' "$T/log")
export PORT
gdb-multiarch -nx -q -batch -x "$(dirname "$0")/kernels.py" >"$T/gdb" 2>&1 || cat "$T/gdb"
grep -E '(requests|each)$' "$T/gdb" || true
grep -A4 -i 'error\|traceback' "$T/gdb" >&2 || true
wait $server || true
server=
row "a launch, no breakpoint in its kernel" "$(sed -n 's/^launches: //p' "$T/said")"

"$O/ascend-npu-sim" --socket "$T/npu" >"$T/log" 2>&1 &
npu=$!
while ! [ -S "$T/npu" ]; do kill -0 $npu; sleep 0.05; done
row "the same without a debugger" "$(ASCEND_NPU_SIM=$T/npu "$app" 200 | sed -n 's/^launches: //p')"
