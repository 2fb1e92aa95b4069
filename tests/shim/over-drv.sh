#!/bin/sh
# over-drv.sh SERVER ARGS...: the server with a driver's node that leads to a simulated NPU of its own.
# The value of --sim-args is what that NPU is started with; the server is not given it.
here=$(cd "$(dirname "$0")" && pwd)
O=${O:-$here/../../build}
folder=$(mktemp -d "${TMPDIR:-/tmp}/ascend-drv.XXXXXX") || exit 1
server=$1 npu=
shift
n=$#
while [ "$n" -gt 0 ]; do
	word=$1
	shift
	n=$((n - 1))
	case $word in
	--sim-args) npu=$1; shift; n=$((n - 1)) ;;
	*) set -- "$@" "$word" ;;
	esac
done
# it ends with this process, which becomes the server
# shellcheck disable=SC2086
"$O/ascend-npu-sim" --socket "$folder/npu" --with-parent $npu >"$folder/said" &
sim=$!
(while kill -0 $sim 2>/dev/null; do sleep 0.2; done; rm -rf "$folder") </dev/null >/dev/null 2>&1 &
tries=0
while [ ! -s "$folder/said" ] && [ $tries -lt 200 ]; do
	tries=$((tries + 1))
	sleep 0.05
done
ASCEND_NPU_SIM=$folder/npu
LD_PRELOAD=$O/tests/shim/drv-sim.so${LD_PRELOAD:+:$LD_PRELOAD}
# a server with sanitizers minds what comes before them
ASAN_OPTIONS=verify_asan_link_order=0${ASAN_OPTIONS:+:$ASAN_OPTIONS}
export ASCEND_NPU_SIM LD_PRELOAD ASAN_OPTIONS
exec "$server" "$@"
