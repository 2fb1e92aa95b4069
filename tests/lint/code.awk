# Prints "FILE:LINE:text" of C files without comments; with -v strings=no string literals are
# emptied too. Rules that are about code read this, so that prose cannot break them.
FNR == 1 { inside = 0 }
{
	out = ""
	rest = $0
	while (length(rest)) {
		if (inside) {
			at = index(rest, "*/")
			if (!at)
				break
			rest = substr(rest, at + 2)
			inside = 0
		} else if (match(rest, /\/\*|"([^"\\]|\\.)*"|'([^'\\]|\\.)+'/)) {
			word = substr(rest, RSTART, RLENGTH)
			out = out substr(rest, 1, RSTART - 1)
			rest = substr(rest, RSTART + RLENGTH)
			if (word == "/*")
				inside = 1
			else if (strings == "no" && out !~ /^#[ \t]*include/)
				out = out "\"\""
			else
				out = out word
		} else {
			out = out rest
			rest = ""
		}
	}
	if (out ~ /[^ \t]/)
		print FILENAME ":" FNR ":" out
}
