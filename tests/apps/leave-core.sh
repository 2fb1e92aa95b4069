#!/bin/sh
# leave-core.sh BUILD OUT.core CHIP SAMPLE [ARGUMENT]: runs a sample that crashes on a simulated NPU of
# its own and takes the core file that the runtime leaves.
set -eu
build=$1 out=$2 chip=$3 sample=$4
shift 4
folder=$(mktemp -d "${TMPDIR:-/tmp}/ascend-core.XXXXXX")
"$build/ascend-npu-sim" --socket "$folder/npu" --chip "$chip" --once --with-parent >"$folder/ready" &
trap 'kill $! 2>/dev/null || :; wait; rm -rf "$folder"' EXIT
for _ in $(seq 400); do
	grep -qs ready "$folder/ready" && break
	sleep 0.05
done
ASCEND_NPU_SIM=$folder/npu ASCEND_DUMP_SCENE=aic_err_detail_dump ASCEND_DUMP_PATH=$folder \
	timeout 60 "$build/tests/apps/$sample" "$@" >/dev/null || :
cp "$folder"/extra-info/data-dump/0/*.core "$out"
chmod 600 "$out"
