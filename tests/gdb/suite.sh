#!/bin/bash
# gdb's own testsuite with our server in the place of gdbserver: nothing that passes with it may be
# lost. O=build tests/gdb/suite.sh [full]; without "full" the part that suite.list names.
#
# A test that is in the baseline (Debian's gdbserver 13.1) and does not pass is run twice more, then
# with the gdbserver of this machine; it is lost when gdbserver passes it and KNOWN does not name
# it. Counted in files. Needs ../shared (or ASCEND_SHARED) for the tool and the baselines, and gdb's
# source package; without them it is skipped. SUITE_SECONDS: no group is begun later than that.
cd "$(dirname "$0")/../.." || exit 1
: "${O:=build}" "${ASCEND_SHARED:=$PWD/../shared}" "${SUITE_SECONDS:=1200}"
export O ASCEND_SHARED LC_ALL=C
tool=$ASCEND_SHARED/tools/gdb-testsuite
source=${GDB_SRC:-/var/tmp/gdb-src}/gdb/testsuite
server=$PWD/$O/tests/suite/ascend-gdbserver # a copy: a build may go on meanwhile
peer=$(command -v gdbserver)
with_me='setpriv --pdeathsig KILL' # nothing goes on when this is ended

# The base of a board is that of another one where there is none: it is the same server.
baseline() { # BOARD FOLDER
	local board=$1
	[ "$board" != native-stdio ] || board=native
	echo "$ASCEND_SHARED/tools/baseline/$board-$2.sum.xz"
}

# Tests of a gdb.sum that pass.
passes() {
	grep -a '^PASS: ' | sed 's/^PASS: //' | sort -u
}

# One run of the tool, alone with its ports and its processes where that is allowed.
run_tool() { # FOLDER BOARD SERVER TESTS...
	local out=$1 board=$2
	shift 2
	set -- timeout 1500 "$tool" -b "$board-gdbserver" -o "$out" "$@"
	if unshare -n -p -f --mount-proc true 2>/dev/null; then
		$with_me unshare -n -p -f --kill-child --mount-proc bash -c \
			'ip link set lo up; "$@"; exit' group "$@"
	else
		$with_me "$@"
	fi >>"$out.log" 2>&1 </dev/null
}

# What the baseline has of the files, KNOWN left out.
wanted() { # BOARD FILES...
	local board=$1 file
	shift
	for file; do
		xzcat "$(baseline "$board" "${file%%/*}")" | passes | grep -aF "$file: "
	done | while IFS= read -r test; do
		while read -r on pattern; do
			[[ $on == "$board" && $test == $pattern ]] && continue 2
		done < <(grep -v '^#' tests/gdb/KNOWN)
		printf '%s\n' "$test"
	done | sort -u
}

files_of() { # LIST of tests: their files
	sed 's/: .*//' "$1" | sort -u
}

# Takes from the list what passes with a server now; false: nothing was found out.
strike() { # LIST FOLDER BOARD SERVER
	local list=$1 out=$2
	shift
	run_tool "$@" $(files_of "$list")
	[ -f "$out/gdb.sum" ] || return 1
	passes <"$out/gdb.sum" | comm -23 "$list" - >"$list.new"
	mv "$list.new" "$list"
}

# Runs the files of one group and says "passed FILE", or "lost BOARD TEST" and "failed FILE".
group() { # NUMBER BOARD FILES...
	local dir=$work/$1 board=$2 file
	shift 2
	mkdir -p "$dir"
	local lost=$dir/lost has=$dir/has
	wanted "$board" "$@" >"$lost"
	files_of "$lost" >"$dir/files"
	if [ "$board" = native-stdio ]; then # no baseline of its own
		run_tool "$dir/peer" "$board" "$peer" "$@"
		passes <"$dir/peer/gdb.sum" >"$has"
		comm -12 "$lost" "$has" >"$lost.new" && mv "$lost.new" "$lost"
	fi
	for try in 1 2 3; do
		[ ! -s "$lost" ] || strike "$lost" "$dir/try$try" "$board" "$server"
	done
	if [ -s "$lost" ] && [ -n "$peer" ]; then
		cp "$lost" "$has"
		strike "$has" "$dir/again" "$board" "$peer" && # leaves what gdbserver fails too
			comm -23 "$lost" "$has" >"$lost.new" && mv "$lost.new" "$lost"
	fi
	[ -s "$lost" ] || rm -rf "$dir"/*/outputs
	sed "s/^/lost $board /" "$lost"
	while read -r file; do
		grep -qaF "$file: " "$lost" && echo "failed $file" || echo "passed $file"
	done <"$dir/files"
}

# "NUMBER BOARD FILES...", patterns expanded to files that have a baseline.
groups() {
	local n=0 board words
	while read -r board words; do
		local files=() file
		for file in $(cd "$source" && for word in $words; do
			[ -d "$word" ] && ls "$word"/*.exp || ls $word
		done 2>/dev/null | sort -u); do
			[ ! -f "$(baseline "$board" "${file%%/*}")" ] || files+=("$file")
		done
		[ ${#files[@]} -eq 0 ] || echo "$((++n)) $board ${files[*]}"
	done
}

# Everything, in groups of 15 files: all folders on two boards, gdb.server and 50 files on stdio.
everything() {
	local board folder
	for board in native native-extended; do
		for folder in gdb.server gdb.multi gdb.threads gdb.base; do
			(cd "$source" && ls $folder/*.exp) | xargs -n 15 echo "$board"
		done
	done
	echo native-stdio gdb.server
	(cd "$source" && ls gdb.base/{attach,break,call,cond,foll,info,list,sig,solib,step,watch}*.exp) |
		awk 'NR % 2' | head -n 50 | xargs -n 15 echo native-stdio
}

skip() {
	echo "skipped: $1"
	echo "gdb-suite: 0 passed, 0 failed, 1 skipped"
	exit 0
}

if [ "$1" = --group ]; then # from below, in a process of its own
	work=$2
	shift 2
	if [ "$(date +%s)" -lt "$SUITE_END" ]; then
		group "$@"
	else
		printf 'late %s\n' "${@:3}"
	fi
	exit 0
fi

[ -x "$tool" ] || skip "no ../shared/tools/gdb-testsuite (set ASCEND_SHARED)"
for need in runtest gdb g++ gdbserver xz; do
	command -v "$need" >/dev/null || skip "no $need"
done
work=$PWD/$O/tests/suite
rm -rf "$work"
mkdir -p "$work"
cp "$O/ascend-gdbserver" "$server" || exit 1
# a file that there is not: the tool fetches the source and comes back
[ -d "$source" ] || timeout 600 "$tool" -o "$work/fetch" "$server" gdb.server/none.exp \
	>"$work/fetch.log" 2>&1
[ -d "$source" ] || skip "gdb's source package cannot be had here"

lines() {
	[ "$1" = full ] && everything || grep -v '^#' tests/gdb/suite.list
}

[ "$1" != full ] || SUITE_SECONDS=1000000
export SUITE_END=$(($(date +%s) + SUITE_SECONDS))
at_once=1
! unshare -n -p -f --mount-proc true 2>/dev/null || at_once=2
lines "$1" | groups >"$work/groups"
[ -s "$work/groups" ] || skip "no baselines in $ASCEND_SHARED/tools/baseline"
$with_me xargs -a "$work/groups" -L 1 -P $at_once $with_me \
	bash tests/gdb/suite.sh --group "$work" >"$work/all"
grep '^lost ' "$work/all" | sort
count() {
	grep -c "^$1 " "$work/all"
}
[ "$(count late)" -eq 0 ] || echo "skipped: no time left for $(count late) files of gdb's testsuite"
echo "gdb-suite: $(count passed) passed, $(count failed) failed, $(count late) skipped"
[ "$(count failed)" -eq 0 ]
