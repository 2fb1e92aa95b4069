#!/bin/sh
# a folder includes only what stands below it
# stub -> rsp config target arch, main.c what opens a kind; target/<kind> -> target/*.h
# target/symbols target/ascend arch; target -> arch; rsp config arch -> nothing of ours. Kinds never see each other; private headers stay at home.
# One header crosses: how the simulated NPU is reached, which is a protocol and no code.
awk '
	# May a file in folder `from` include a header in folder `to`?
	function allowed(from, to, file) {
		if (from == to || from ~ /^tests/)
			return 1
		if (from == "stub")
			return to ~ /^(rsp|config|target|arch)$/ || \
				(file ~ /^stub\/(main|live|translate)\.c$/ && to ~ /^target\/(core|symbols|linux|device)$/)
		if (from == "target")
			return to == "arch"
		if (from == "target/symbols")
			return to ~ /^(target|arch)$/
		if (from ~ /^target\//)
			return to ~ /^(target|target\/symbols|target\/ascend|arch)$/
		return 0
	}
	# Libraries: the folders that may see them.
	function library(header) {
		if (header ~ /^(libelf|gelf|elfutils)/) return "target/symbols target/core"
		if (header ~ /^(libdwarf\/|libdwarf\.h|dwarf\.h)/) return "target/symbols"
		if (header ~ /^openssl\//) return "target/runtime"
		if (header ~ /^nettle\//) return "target/symbols"
		if (header ~ /^(json-c\/|json\.h)/) return "target/core target/sim"
		if (header ~ /^ini\.h/) return "config"
		if (header ~ /^unicorn\//) return "target/sim"
		if (header ~ /^Zydis\//) return "target/linux"
		if (header ~ /^CUnit\//) return "tests"
		return ""
	}
	{
		from = FILENAME
		sub(/\/[^\/]*$/, "", from)
	}
	/^[ \t]*#[ \t]*include[ \t]*"/ {
		split($0, part, "\"")
		to = part[2]
		bad = !sub(/\/[^\/]*$/, "", to) || !allowed(from, to, FILENAME)
		if (from ~ /^(target\/device|stub)$/ && part[2] == "target/sim/sim_wire.h")
			next
		if (bad || (part[2] ~ /_priv\.h$/ && from != to && from !~ /^tests/))
			print FILENAME ":" FNR ": " $0
	}
	/^[ \t]*#[ \t]*include[ \t]*</ {
		split($0, part, /[<>]/)
		who = library(part[2])
		if (who != "" && from !~ /^tests/ && index(" " who " ", " " from " ") == 0)
			print FILENAME ":" FNR ": " $0
	}
' $(find rsp arch config target stub tests -name '*.[ch]')
