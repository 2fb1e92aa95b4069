#!/bin/sh
# a message of the log is "EVENT[ KEY=VALUE]...: words" (stub/log.h), EVENT and KEY in its own text
find target stub -name '*.c' ! -path 'target/sim/*' ! -path 'target/runtime/*' | xargs awk '
	/(log_text|log_format|target_logf)\(/ { call = ""; at = FILENAME ":" FNR; open = 1 }
	open { call = call $0 }
	open && /;$/ {
		open = 0
		if (!match(call, /TARGET_LOG_[A-Z]+,[ \t]*"/))
			next
		text = substr(call, RSTART + RLENGTH)
		if (text !~ /^[a-z]+(-[a-z]+)*( [a-z]+=%[-.*a-z]+)*: /)
			print at ": no event in front: \"" substr(text, 1, 40)
	}'
