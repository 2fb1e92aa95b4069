#!/bin/sh
# Stock gdb against programs that this machine's kernel may not run: x32 ones beside 32-bit and 64-bit ones,
# in a guest with Debian's kernel, emulated by QEMU. The server talks over the guest's serial line. Closes
# with "x32: N passed, N failed". See README.md beside it.
# usage: run.sh [SESSION...]      (values-x32, fault-32, ...; default: all)
# Environment: O (output folder), GDB, UPDATE=1 (rewrite .expect).
set -u
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
cd "$root" || exit 1
O=${O:-build}
case $O in /*) ;; *) O=$root/$O ;; esac
GDB=${GDB:-gdb-multiarch}
out=$O/tests/guest
guest=$out/root
work=$(mktemp -d "${TMPDIR:-/tmp}/ascend-guest.XXXXXX") || exit 1
console=$work/console
qemu_pid= passed=0 failed=0
export LC_ALL=C TERM=dumb
unset DEBUGINFOD_URLS

end() {
	[ -z "$qemu_pid" ] || kill "$qemu_pid" 2>/dev/null
	wait
	rm -rf "$work"
}
trap end EXIT
trap 'exit 130' INT TERM

skip() {
	echo "skipped: $1"
	echo "x32: 0 passed, 0 failed, 1 skipped"
	exit 0
}

# --- what the guest is made of ---

# Out of the package of Debian's kernel, which is not installed; it is kept for the next time.
fetch_kernel() {
	[ ! -s "$out/vmlinuz" ] || return 0
	package=$(apt-cache depends linux-image-amd64 | sed -n 's/^ *Depends: //p' | head -n 1)
	[ -n "$package" ] && (cd "$work" && apt-get -o APT::Sandbox::User=root -qq download "$package") &&
		dpkg-deb --fsys-tarfile "$work/$package"_*.deb >"$work/kernel.tar" &&
		tar -xf "$work/kernel.tar" -C "$work" "./boot/vmlinuz-${package#linux-image-}" &&
		mv "$work"/boot/vmlinuz-* "$out/vmlinuz"
	rm -f "$work"/*.deb "$work/kernel.tar"
	[ -s "$out/vmlinuz" ]
}

# Each for the three ABIs: NAME64, NAME32, NAMEx32.
make_programs() {
	for source in tests/guest/widths.c tests/apps/local.c tests/apps/family.c; do
		for abi in 64 32 x32; do
			gcc -D_GNU_SOURCE -m$abi -idirafter /usr/include/x86_64-linux-gnu -g -O0 -pthread \
				-o "$guest/bin/$(basename "$source" .c)$abi" "$source" || return 1
		done
	done
}

# A file with the libraries it asks for, at the places where it looks for them.
copy_with_libraries() {
	cp "$1" "$guest/bin/"
	ldd "$1" | grep -o '/[^ ]*' | while read -r library; do
		mkdir -p "$guest/$(dirname "$library")"
		cp -L "$library" "$guest/$library"
	done
}

# Libraries of programs that this kernel cannot run for ldd.
copy_other_libraries() {
	mkdir -p "$guest/libx32" "$guest/lib32"
	cp -L /libx32/ld-linux-x32.so.2 /libx32/libc.so.6 "$guest/libx32/" &&
		cp -L /lib/ld-linux.so.2 "$guest/lib/" && cp -L /lib32/libc.so.6 "$guest/lib32/" &&
		cp -L /lib/x86_64-linux-gnu/libthread_db.so.1 "$guest/lib/x86_64-linux-gnu/"
}

make_guest() {
	rm -rf "$guest"
	mkdir -p "$guest/bin" "$guest/proc" "$guest/sys" "$guest/dev" "$guest/tmp"
	cp /bin/busybox "$guest/bin/"
	for applet in $(busybox --list); do
		[ "$applet" = busybox ] || ln -s busybox "$guest/bin/$applet"
	done
	copy_with_libraries "$O/ascend-gdbserver" && copy_other_libraries && make_programs || return 1
	cp tests/guest/init "$guest/init"
	sessions >"$guest/sessions"
	(cd "$guest" && find . | cpio -o -H newc --quiet | gzip -1 >"$work/initrd")
}

# --- sessions: a script is played once for each ABI it names ---

# What a directive of a script says: "# abis: x32 32" -> x32 32.
directive() { sed -n "s/^# *$2: *//p" "$1" | head -n 1; }

# A name and a command for each line of the guest's list.
sessions() {
	for script in tests/guest/*.gdb; do
		for abi in $(directive "$script" abis); do
			name=$(basename "$script" .gdb)-$abi
			case " $names " in "  " | *" $name "*) ;; *) continue ;; esac
			echo "$name $(directive "$script" guest | sed "s/@ABI@/$abi/g")"
		done
	done
}

boot() {
	: >"$console"
	timeout 900 qemu-system-x86_64 -accel tcg -cpu max -m 512 -nodefaults -no-user-config -display none -no-reboot \
		-kernel "$out/vmlinuz" -initrd "$work/initrd" \
		-append 'console=ttyS0 quiet syscall.x32=y nokaslr panic=-1' \
		-serial "file:$console" -serial "unix:$work/line,server=on,wait=off" 2>"$work/qemu" &
	qemu_pid=$!
	await "$(cut -d ' ' -f 1 "$guest/sessions" | head -n 1)" . 120
}

# Until the console has $2 behind the line that begins session $1, for at most $3 seconds.
await() {
	for _ in $(seq $(($3 * 20))); do
		sed -n "/^guest: $1\r*\$/,\$p" "$console" | grep -q "$2" && return
		kill -0 "$qemu_pid" 2>/dev/null || break
		sleep 0.05
	done
	echo "no \"$2\" on the guest's console:" >"$work/complaint"
	tail -n 5 "$console" "$work/qemu" >>"$work/complaint"
	return 1
}

# The lines of script $1 for ABI $2 as a user types them.
type_lines() {
	printf 'set prompt\nset width 0\nset height 0\nset auto-connect-native-target off\n'
	printf 'set debuginfod enabled off\nset debug-file-directory %s\nset sysroot %s\n' "$guest" "$guest"
	echo 'set trace-commands on'
	grep -v '^#' "$1" | sed -e "s/@ABI@/$2/g" -e "s,@LINE@,$work/line,g" -e "s,@GUEST@,$guest,g" \
		-e "s,@WORK@,$work,g"
	printf 'set trace-commands off\nset confirm off\nquit\n'
}

# What differs from run to run.
normalise() {
	sed -e '1s/^(gdb) //' -e "s,$guest,GUEST,g" -e "s,$work,WORK,g" -e "s,$root,ROOT,g" \
		-e '/^Note: breakpoint/s/0x[0-9a-f]*/ADDR/' -e '/^+set trace-commands off$/d' -e 's/process [0-9]\{1,\}/process PID/g' \
		-e 's/^0x[0-9a-f]* *0x[0-9a-f]* */FROM TO /' -e 's/^\(From  *To\)  */\1 /' \
		-e 's/^\( *Id *Target Id\)  */\1 /' \
		-e 's/Thread [0-9]\{1,\}\.[0-9]\{2,\}/Thread PID.TID/g' \
		-e 's/\(Thread PID\.TID "[^"]*"\)  */\1 /' \
		-e '/^(No debugging symbols found in /d' -e '/^Reading symbols from .*\.so/d' \
		-e '/^warning: Unable to find libthread_db/d' -e 's/ *$//'
}

# Session $1: script $2 for ABI $3.
play() {
	: >"$work/got"
	rm -f "$work/complaint"
	if await "$1" '^Remote debugging using' 60; then
		type_lines "$2" "$3" | HOME=$work timeout -k 10 100 "$GDB" -nx -q 2>&1 | normalise >"$work/got"
		says=$(directive "$2" says)
		await "$1" "^guest: $1 is over" 90 && [ -z "$says" ] || await "$1" "$says" 1
	fi
	[ -z "${UPDATE:-}" ] || cp "$work/got" "tests/guest/$1.expect"
	if [ -f "$work/complaint" ]; then
		failed=$((failed + 1))
		echo "FAIL $1: $(cat "$work/complaint")"
	elif ! diff -u "tests/guest/$1.expect" "$work/got" >"$work/diff"; then
		failed=$((failed + 1))
		echo "FAIL $1: output differs from tests/guest/$1.expect"
		head -n 60 "$work/diff" | sed 's/^/    /'
	else
		passed=$((passed + 1))
	fi
}

names=$*
mkdir -p "$out"
[ "$(uname -m)" = x86_64 ] || skip "programs of the guest are built on x86-64"
"$GDB" --version 2>/dev/null | head -n 1 | grep -q ' 13\.' || skip "expected output is that of gdb 13"
tests/deps.sh x32 || skip "packages are missing"
fetch_kernel || skip "Debian's linux-image-amd64 cannot be had"
make_guest && boot || {
	[ ! -f "$work/complaint" ] || cat "$work/complaint"
	echo "x32: 0 passed, 1 failed"
	exit 1
}
while read -r name _ <&3; do
	play "$name" "tests/guest/${name%-*}.gdb" "${name##*-}"
done 3<"$guest/sessions"
echo "x32: $passed passed, $failed failed"
[ $failed -eq 0 ] && [ $passed -gt 0 ]
