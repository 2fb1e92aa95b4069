#!/bin/sh
# Ring 3: stock clients. Runs every test of this folder against $O/ascend-gdbserver, each with a
# fresh server, and closes with "gdb: N passed, N failed". See README.md beside it.
# usage: run.sh [NAME...]       (names of tests without their ending; default: all)
# Environment: O (output folder), ASCEND_SHARED (real dumps), GDB, LLDB, UPDATE=1 (rewrite .expect).
set -u

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
O=${O:-build}
case $O in /*) ;; *) O=$root/$O ;; esac
GDB=${GDB:-gdb-multiarch}
LLDB=${LLDB:-lldb-14}
shared=${ASCEND_SHARED:-$root/../shared}
server=$O/ascend-gdbserver
work=$(mktemp -d "${TMPDIR:-/tmp}/ascend-gdb.XXXXXX") || exit 1
mkdir "$work/home"
passed=0 failed=0 skipped=0 server_pid='' second_pid='' app_pid='' npu_pid='' port2=none ends='' may_end= over=
export GDB LLDB O shared server work root

stop_server() {
	[ -n "$server_pid" ] || return 0
	if [ "$ends" ]; then
		for _ in $(seq 200); do kill -0 "$server_pid" 2>/dev/null || break; sleep 0.05; done
	fi
	if kill "$server_pid" 2>/dev/null; then alive=1; else alive=; fi
	[ "$alive" ] && [ "$ends" ] && echo "the server goes on" >>"$work/complaints"
	[ "$alive$ends$may_end" ] || echo "the server had ended by itself" >>"$work/complaints"
	wait "$server_pid" 2>/dev/null
	grep -E 'AddressSanitizer|LeakSanitizer|runtime error' "$work/server.log" >>"$work/complaints"
	server_pid=
	[ -z "$second_pid" ] || kill "$second_pid"
	second_pid=
	stop_beside
}

stop_beside() {
	for pid in $app_pid $npu_pid; do kill "$pid" 2>/dev/null && wait "$pid" 2>/dev/null; done
	app_pid='' npu_pid=''
	unset ASCEND_NPU_SIM
}

export LC_ALL=C TERM=dumb
unset DEBUGINFOD_URLS
trap 'stop_server; rm -rf "$work"' EXIT
trap 'exit 130' INT TERM

pass() { passed=$((passed + 1)); }
fail() { failed=$((failed + 1)); echo "FAIL $1: $2"; }
skip() { skipped=$((skipped + 1)); echo "skipped: $1: $2"; }

# Where a dump is; empty when it is one of ../shared and that is missing.
dump_path() {
	case $1 in
	shared:*) [ -f "$shared/cores/${1#shared:}" ] && echo "$shared/cores/${1#shared:}" ;;
	*) echo "$O/tests/dumps/$1.core" ;;
	esac
}

# The port in log $1 of the server with pid $2, once it listens.
await_port() {
	for _ in $(seq 200); do
		sed -n 's/^Listening on port \([0-9]*\)$/\1/p' "$1" | grep . && return
		kill -0 "$2" 2>/dev/null || break
		sleep 0.05
	done
	echo "the server does not listen: $(tail -n 3 "$1")" >>"$work/complaints"
	return 1
}

# Starts a server for dump $1 with further arguments; $port is its port.
start_server() {
	dump=$1
	shift
	may_end=
	start_command --insecure-files --core "$dump" "$@" localhost:0
}

# Starts a server with options $1 for program $2 and its words, or with --multi when there is none. It
# may end when the program has.
start_program() {
	may_end=1
	options=$1
	shift
	# shellcheck disable=SC2086
	[ $# -gt 0 ] || { start_command $options --multi localhost:0; return; }
	app=$O/tests/apps/$1
	shift
	# shellcheck disable=SC2086
	start_command $options localhost:0 "$app" "$@"
}

start_command() {
	: >"$work/complaints"
	: >"$work/server.log"
	# shellcheck disable=SC2086
	$over "$server" "$@" >"$work/said" 2>"$work/server.log" &
	server_pid=$!
	port=$(await_port "$work/server.log" "$server_pid") || return 1
	port2=$(sed -n 's/^Listening for devices on port \([0-9]*\)$/\1/p' "$work/server.log")
	port2=${port2:-none}
}

# Until file $1 has a line that matches $2.
await_line() {
	for _ in $(seq 400); do
		grep -q -- "$2" "$1" 2>/dev/null && return
		sleep 0.05
	done
	echo "no \"$2\" in $1" >>"$work/complaints"
	return 1
}

# A program that a user started by hand, and the NPU it uses; it waits for a server to attach to it.
start_beside() {
	: >"$work/complaints"
	export ASCEND_NPU_SIM="$work/npu"
	rm -f "$work/npu.said" "$work/app"
	"$O/ascend-npu-sim" --socket "$ASCEND_NPU_SIM" --with-parent >"$work/npu.said" &
	npu_pid=$!
	await_line "$work/npu.said" ready || return 1
	app=$O/tests/apps/$1
	shift
	LD_PRELOAD=$O/libascend-rt-stub.so MSOP_SOCKET_PATH=$work/stub ASCEND_GDBSERVER_WAIT=60 \
		"$app" "$@" >"$work/app" 2>&1 &
	app_pid=$!
	await_line "$work/app" 'waits for a server'
}

# A server that is started to attach to it.
start_attached() {
	may_end=1
	# shellcheck disable=SC2086
	start_command $1 --attach localhost:0 "$app_pid"
}

# Another server beside it, for dump $1; $port2 is its port.
start_second() {
	: >"$work/second.log"
	"$server" --insecure-files --core "$(dump_path "$1")" localhost:0 2>"$work/second.log" &
	second_pid=$!
	port2=$(await_port "$work/second.log" "$second_pid")
}

# What a directive of a script says: "# dump: demo" -> demo.
directive() { sed -n "s/^[#!]* *$2: *//p" "$1" | head -n 1; }

# gdb without the user's settings.
gdb_clean() { HOME=$work/home timeout -k 10 120 "$GDB" -nx -q "$@"; }

# A script without its comments, for this server.
fill() { grep -v '^#' | sed -e "s/@PORT@/$port/g" -e "s/@PORT2@/$port2/g" -e "s/@PID@/$app_pid/g" | fill_folders; }
fill_folders() { sed -e "s,@ROOT@,$root,g" -e "s,@WORK@,$work,g" -e "s,@APPS@,$O/tests/apps,g"; }

# Until gdb has printed something that matches $1: for what happens in the background.
await_text() {
	for _ in $(seq 3000); do
		grep -q -- "$1" "$work/out" && return
		sleep 0.02
	done
}

# The lines of a script as they are typed; "# await: TEXT" waits for what comes by itself.
type_lines() {
	while IFS= read -r line; do
		case $line in
		"# await: "*) await_text "${line#\# await: }" ;;
		*) printf '%s\n' "$line" | fill ;;
		esac
	done
}

# A session: the lines of the script as a user types them. Each is shown with a "+" before it.
play_gdb() {
	: >"$work/out"
	{
		printf 'set prompt\nset width 0\nset height 0\nset auto-connect-native-target off\nset trace-commands on\n'
		type_lines <"$1"
		printf 'set trace-commands off\nset confirm off\nquit\n'
	} | gdb_clean >"$work/out" 2>&1
}

# Until gdb has answered token $1 and everything it lets run has stopped again. What it connects to
# may stand already.
await_mi() {
	for _ in $(seq 1500); do
		grep -q "^$1^" "$work/out" || { sleep 0.02; continue; }
		running=$(grep -c '^[0-9]*^running' "$work/out")
		stopped=$(grep -c '^\*stopped' "$work/out")
		stood=$(sed '/^[0-9]*^running/q' "$work/out" | grep -c '^\*stopped')
		[ "$running" -eq 0 ] || [ "$stopped" -ge $((running + stood)) ] && return
		sleep 0.02
	done
}

# The machine interface, one command after the other. Each line of the script starts with a token.
# A program goes on running behind a command with " &".
play_mi() {
	mkfifo "$work/in"
	gdb_clean -i=mi <"$work/in" >"$work/out" 2>&1 &
	gdb_pid=$!
	exec 3>"$work/in"
	fill <"$1" | while read -r line; do
		printf '%s\n' "${line% &}" >&3
		case $line in
		*' &') sleep 0.5 ;;
		*) await_mi "${line%%-*}" ;;
		esac
	done
	exec 3>&-
	wait "$gdb_pid"
	rm "$work/in"
}

# lldb, with the kernel that --translate makes of the script's "# kernel:" if it has one. Debian's
# lldb-14 says at its start that it misses a Python module.
play_lldb() {
	: >"$work/out"
	kernel=$(directive "$1" kernel)
	[ -z "$kernel" ] || "$server" --translate "$O/tests/$kernel" -f -o "$work/OUT.o" \
		>"$work/out" 2>&1
	fill <"$1" >"$work/script"
	HOME=$work/home timeout -k 10 120 "$LLDB" --no-lldbinit --script-language none --batch \
		-o 'settings set interpreter.stop-command-source-on-error false' -s "$work/script" \
		</dev/null 2>&1 | sed '1,/^Executing commands/d' >>"$work/out"
}

# What differs from run to run.
normalise() {
	sed -e '1s/^(gdb) //' -e "s/localhost:$port/localhost:PORT/g" \
		-e "s/localhost:$port2/localhost:PORT2/g" -e '/^+set trace-commands off$/d' \
		-e 's,/tmp/ascend-npu\.[A-Za-z0-9]*,NPU,g' -e "s,$work,WORK,g" -e "s,$O/tests/apps,APPS,g" -e "s,$root,ROOT,g" \
		-e 's/process [0-9]\{3,\}\( \{0,1\}\) */process PID\1/g' \
		-e 's/Thread [0-9]\{3,\}\.[0-9]\{3,\}/Thread PID.TID/g' \
		-e 's/\(Thread PID\.TID "[^"]*"\)  */\1 /' \
		-e 's/^\(++*attach\) [0-9]*/\1 PID/' -e 's/^pid  *parent  */PID PARENT /' -e 's/^[0-9]\{3,\}  *[0-9]\{3,\}  */PID PARENT /' \
		-e 's/Process [0-9]\{3,\}/Process PID/' -e 's/tid = [0-9]\{3,\}/tid = TID/' \
		-e 's/0x0000\(555\|7ff\)[0-9a-f]*/ADDR/g' -e 's/0x7ffff[0-9a-f]*/ADDR/g' \
		-e '/x86-64"}/s/,core="[0-9]*"//g' -e '/^=library-\(un\)\{0,1\}loaded,id="\/lib/d' \
		-e '/^~".*received signal SIGINT/,/^\*stopped/{/^\*stopped\|SIGINT/!d' -e '}' \
		-e '/"SIGINT"/s/frame={.*},thread-id/frame={...},thread-id/' \
		-e '/^Reading \(symbols from target:\)\{0,1\}\/\(usr\/\)\{0,1\}lib/d' \
		-e '/^(No debugging symbols found in target:\/lib/d' \
		-e '/^Reading target:\/usr\/lib\/debug/d' -e '/^Reading .*\.so from remote target/d' \
		-e '/^Reading symbols from \/[lu]/d' \
		-e '/^(No debugging symbols found in \/lib/d' -e '/^?? () from \/lib/d' \
		-e '/ in \{0,1\}_start ()/d' -e '/^_start ()/d' \
		-e 's/ *$//' \
		-e 's/-[0-9a-f]\{12\}\.o/-DIGEST.o/g' -e 's/\(DIGEST\.o  *\)[0-9a-f]\{16\}/\1DIGEST/' \
		-e 's/^\(\[ *[0-9]*\] \)[0-9A-F]\{8\} /\1UUID /' \
		-e '/^~"Reading .*\(\.so\|\.debug\)/d' -e '/^=library-loaded,id="[^"]*\.so/d' \
		-e '/^\*stopped.*x86-64/s/,core="[0-9]*"//' -e '/^\*stopped/s/,core="[0-9]"$//' \
		-e '/"i1".*"i2"/s/cores=\["[0-9]*"\]/cores=["N"]/' \
		-e 's/pid="[0-9]\{3,\}"/pid="PID"/' \
		-e 's/^Thread 2\.\([3-9]\|[1-9][0-9]\) "AI/Thread 2.N "AI/' |
		sed '/^\[Inferior 2 (process PID) exited normally\]$/{N;s/^\(.*\)\n\(\[Inferior 1 .*\)$/\2\n\1/;}' # either may be first
}

# The same devices over the driver's node.
over_args() { if [ -n "$over" ]; then sed 's/--device sim/--device drv/'; else cat; fi; }

# The server a script asks for: a dump, a program, or none of both.
start_wanted() {
	# shellcheck disable=SC2046
	beside=$(directive "$1" beside)
	# shellcheck disable=SC2086
	[ -z "$beside" ] || start_beside $beside || return 1
	if [ -n "$dump" ]; then
		start_server "$dump" $(directive "$1" args | fill_folders)
	elif [ -n "$(directive "$1" attach)" ]; then
		start_attached "$(directive "$1" args)"
	else
		start_program "$(directive "$1" args | fill_folders | over_args)" \
			$(directive "$1" program | fill_folders)
	fi
}

# Why a script cannot be played here. Other versions of a client say things differently; every value
# is still checked by expected.py.
missing() {
	case $1 in
	*.lldb)
		command -v "$LLDB" >/dev/null || echo "no $LLDB"
		"$LLDB" --version 2>/dev/null | grep -q 'version 14\.' || echo "expected output is that of lldb 14"
		;;
	*)
		"$GDB" --version | head -n 1 | grep -q ' 13\.' || echo "expected output is that of gdb 13"
		;;
	esac
}

# A script and what it must print.
run_script() {
	name=$(basename "$1")
	name=${name%.*}
	play=$2
	dump=$(directive "$1" dump)
	[ -z "$dump" ] || dump=$(dump_path "$dump")
	[ -n "$dump" ] || grep -Eq '^# *(program|multi|attach):' "$1" ||
		{ skip "$name" "no ../shared (set ASCEND_SHARED)"; return; }
	program=$(directive "$1" program)
	program=${program:-$(directive "$1" beside)}
	[ -z "$program" ] || [ -x "$O/tests/apps/${program%% *}" ] ||
		{ skip "$name" "${program%% *} is not built (tests/deps.sh names what it needs)"; return; }
	why=$(missing "$1" | head -n 1)
	[ -z "$why" ] || { skip "$name" "$why"; return; }
	ends=$(directive "$1" ends)
	: >"$work/got"
	if start_wanted "$1"; then
		second=$(directive "$1" second)
		[ -z "$second" ] || start_second "$second"
		"$play" "$1"
		normalise <"$work/out" >"$work/got"
	fi
	stop_server
	ends=
	[ -z "${UPDATE:-}" ] || [ -n "$over" ] || cp "$work/got" "${1%.*}.expect"
	name=$name${over:+ over the driver}
	if [ -s "$work/complaints" ]; then
		fail "$name" "$(head -n 3 "$work/complaints")"
	elif ! diff -u "${1%.*}.expect" "$work/got" >"$work/diff"; then
		fail "$name" "output differs from ${1%.*}.expect"
		head -n 40 "$work/diff" | sed 's/^/    /'
	else
		pass
	fi
}

# Counts the "ok" and "not ok" lines of a program.
count_topics() {
	while read -r line; do
		case $line in
		"ok "*) pass ;;
		"not ok "*) fail "$1" "${line#not ok }" ;;
		"#"*) echo "    $line" ;;
		esac
	done <"$work/out"
	grep -q '^\(not \)\{0,1\}ok ' "$work/out" || fail "$1" "no result: $(tail -n 3 "$work/out")"
	[ -s "$work/complaints" ] && fail "$1" "$(head -n 3 "$work/complaints")"
}

run_expected() {
	dump=$(dump_path "shared:$1")
	[ -n "$dump" ] || { skip "expected $1" "no ../shared (set ASCEND_SHARED)"; return; }
	: >"$work/out"
	start_server "$dump" && EXPECTED_JSON=$shared/cores/EXPECTED.json EXPECTED_DUMP=$1 \
		SERVER_PORT=$port gdb_clean -batch -x "$here/expected.py" >"$work/out" 2>&1
	stop_server
	count_topics "expected $1"
}

# What a gdb prints that talks to the command $1 over a pipe.
replay_lines() {
	gdb_clean -batch -ex 'set sysroot target:' -ex "target remote | $1" -ex 'info threads' \
		-ex 'p/x $pc' -ex 'x/4i $pc' -ex 'info os ascend-cores' -ex 'info os stats' \
		-ex detach 2>&1
}

# A recorded session is served again, by our tool and, where there is one, by gdb's own.
run_replay() {
	record=$work/record
	replay_lines "$server --packet-log $record --core $(dump_path demo) - 2>$work/said" \
		>"$work/first"
	replay_lines "$O/tests/tools/rsp-replay $record -" >"$work/again"
	if ! grep -q 'packets received' "$work/first" || ! cmp -s "$work/first" "$work/again"; then
		fail replay "rsp-replay serves another session than was recorded"
		diff "$work/first" "$work/again" | head -n 20 | sed 's/^/    /'
	else
		pass
	fi
	command -v gdbreplay >/dev/null || { skip replay "no gdbreplay"; return; }
	unshare -rn sh -c "ip link set lo up; gdbreplay '$record' localhost:7 & sleep 1; $GDB -nx -q \
		-batch -ex 'set tcp connect-timeout 20' -ex 'set sysroot target:' \
		-ex 'target remote localhost:7' -ex 'info threads' -ex 'p/x \$pc'; wait" \
		>"$work/again" 2>&1
	if grep -q '^\$1 = 0x' "$work/again"; then
		pass
	else
		fail replay "gdbreplay: $(tail -n 3 "$work/again")"
	fi
}

wanted() {
	[ -z "$names" ] && return 0
	for n in $names; do [ "$n" = "$1" ] && return 0; done
	return 1
}

names=$*
if ! command -v "$GDB" >/dev/null; then
	echo "skipped: no $GDB"
	echo "gdb: 0 passed, 0 failed, 1 skipped"
	exit 0
fi
for core in add_custom_910b matmul_mix_910b simd_950; do
	wanted expected && run_expected "$core.core"
done
wanted replay && run_replay
for script in "$here"/*.gdb "$here"/*.mi "$here"/*.lldb; do
	[ -f "$script" ] || continue
	base=$(basename "$script")
	wanted "${base%.*}" || continue
	case $script in
	*.gdb)
		run_script "$script" play_gdb
		[ -z "$(directive "$script" also)" ] || over=$root/tests/shim/over-drv.sh
		[ -z "$over" ] || run_script "$script" play_gdb
		over=
		;;
	*.mi) run_script "$script" play_mi ;;
	*.lldb) run_script "$script" play_lldb ;;
	esac
done
if [ $skipped -gt 0 ]; then
	echo "gdb: $passed passed, $failed failed, $skipped skipped"
else
	echo "gdb: $passed passed, $failed failed"
fi
[ $failed -eq 0 ]
