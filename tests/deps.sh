#!/bin/sh
# The Debian packages that building, the tests and the benchmarks need: installs the missing ones when
# it may, else says how. Makes no call to apt when nothing is missing.
build='gcc make libc6-dev pkg-config libelf-dev libdwarf-dev libinih-dev libssl-dev nettle-dev libjson-c-dev
	libunicorn-dev libzydis-dev zlib1g-dev'
tests='libcunit1-dev gdb-multiarch gdbserver lldb-14 gcc-aarch64-linux-gnu
	g++-aarch64-linux-gnu universal-ctags clang clang-format libclang-rt-14-dev python3 iproute2
	gdb dejagnu g++ xz-utils'
# what some tests are skipped without: taken along, but no reason to call apt
extra=
[ "$(uname -m)" != x86_64 ] || extra='libc6-dev-i386 lib32gcc-12-dev'

# what make check-x32 boots a guest with: deps.sh x32
case ${1:-} in
x32) tests="$tests $extra qemu-system-x86 busybox-static cpio libc6-x32 libc6-dev-x32 libx32gcc-12-dev" ;;
esac

if ! command -v dpkg-query >/dev/null; then
	echo "deps: not a Debian system: see that these or their like are there:" $build $tests
	exit 0
fi
missing_of() {
	for package in "$@"; do
		dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed ||
			echo "$package"
	done | tr '\n' ' '
}
missing=$(missing_of $build $tests)
[ -n "$missing" ] || exit 0
missing="$missing$(missing_of $extra)"

sudo=
if [ "$(id -u)" -ne 0 ]; then
	sudo='sudo -n'
	sudo -n true 2>/dev/null || sudo=none
fi
if [ "$sudo" != none ]; then
	echo "deps: installing $missing"
	export DEBIAN_FRONTEND=noninteractive
	$sudo apt-get update -qq && $sudo apt-get install -y -qq --no-install-recommends $missing && exit 0
	echo "deps: apt-get failed; the packages can be installed by hand:"
else
	echo "deps: packages are missing; install them with"
fi
echo "    sudo apt-get install $missing"
exit 1
