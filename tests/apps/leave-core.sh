#!/bin/sh
# leave-core.sh BUILD SAMPLE OUT.core: runs a sample that crashes on a simulated NPU of its own and
# takes the core file that the runtime leaves.
set -eu
folder=$(mktemp -d "${TMPDIR:-/tmp}/ascend-core.XXXXXX")
"$1/ascend-npu-sim" --socket "$folder/npu" --once --with-parent >"$folder/ready" &
trap 'kill $! 2>/dev/null || :; wait; rm -rf "$folder"' EXIT
for _ in $(seq 400); do
	grep -qs ready "$folder/ready" && break
	sleep 0.05
done
ASCEND_NPU_SIM=$folder/npu ASCEND_DUMP_SCENE=aic_err_detail_dump ASCEND_DUMP_PATH=$folder \
	timeout 60 "$1/tests/apps/$2" >/dev/null || :
cp "$folder"/extra-info/data-dump/0/*.core "$3"
chmod 600 "$3"
