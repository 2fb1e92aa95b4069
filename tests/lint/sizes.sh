#!/bin/sh
# functions <= 80 lines (90 % <= 40, median <= 15) and <= 6 parameters, .c <= 600 lines, .h <= 200
# The functions of a public API (rt*, acl*) have as many parameters as it says, kernels as many as their operator.
command -v ctags >/dev/null || echo "ctags is missing: make deps"
find rsp arch config target stub tests -name '*.[ch]' | while read -r file; do
	case $file in *.c) most=600 ;; *) most=200 ;; esac
	lines=$(wc -l <"$file")
	[ "$lines" -le "$most" ] || echo "$file: $lines lines, $most at most"
done
find rsp arch config target stub tests -name '*.[ch]' |
	ctags -x --c-kinds=f --languages=C --langmap=C:.c.h --_xformat='%F %n %{end} %N %{signature}' -L - |
	awk '
		# Commas outside inner brackets, plus one.
		function parameters(s,    i, c, depth, n) {
			for (i = 1; i <= length(s); i++) {
				c = substr(s, i, 1)
				depth += (c == "(") - (c == ")")
				n += c == "," && depth == 1
			}
			return n + 1
		}
		{
			lines = $3 - $2 + 1
			signature = $0
			sub(/^[^(]*/, "", signature)
			if (lines > 80)
				print $1 ":" $2 ": " $4 " has " lines " lines"
			if (parameters(signature) > 6 && $1 !~ /^tests\/apps\/kernels\// &&
			    $4 !~ /^(IMPL|FORWARD|(rt|rts|acl|aclrt)[A-Z].*)$/)
				print $1 ":" $2 ": " $4 " has " parameters(signature) " parameters"
			if ($1 !~ /^tests/) {
				of_length[lines]++
				all++
			}
		}
		END {
			for (i = 0; i <= 80 && all; i++) {
				seen += of_length[i]
				if (i == 15 && seen < all * 0.5)
					print "median above 15 lines"
				if (i == 40 && seen < all * 0.9)
					print "more than 10 % of the functions have more than 40 lines"
			}
		}'
