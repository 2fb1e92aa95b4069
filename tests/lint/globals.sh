#!/bin/sh
# no variables outside functions (constants aside); static ones in functions count too
# Two may be: "a signal came" flags, which a handler has no other way to reach. A library that is loaded
# into programs has nobody to hand its state to either: one variable, the_process.
find rsp arch config target stub -name '*.[ch]' | xargs awk -v strings=no -f tests/lint/code.awk | awk '
	# text: one statement of file scope, what stood in braces left out
	function judge(text,    object) {
		sub(/=.*/, "", text)
		gsub(/[ \t]+/, " ", text)
		sub(/^ /, "", text)
		if (text ~ /^(typedef|extern|_Static_assert)[ (]/ || text ~ /^ *$/)
			return
		if (text ~ /^(struct|union|enum)( [A-Za-z0-9_]+)? ?({} ?)?(__attribute__.*)?$/)
			return
		if (text ~ /\(/ && text !~ /^[^(]*\(\*/)
			return # a prototype
		object = text
		if (match(object, /.*\*/))
			object = substr(object, RLENGTH)
		if (object !~ /(^|[^a-z_])const([^a-z_]|$)/ && text !~ /volatile sig_atomic_t/ &&
		    text !~ /^static struct [a-z_]+ the_process *$/)
			print where ": " text
	}
	{
		split($0, part, ":")
		code = substr($0, length(part[1]) + length(part[2]) + 3)
		if (part[1] != file) {
			file = part[1]
			text = ""
			depth = macro = 0
		}
		if (macro || code ~ /^#/) {
			macro = code ~ /\\$/
			next
		}
		if (depth && code ~ /^[ \t]+static / && code !~ /const/)
			print part[1] ":" part[2] ": " code
		for (i = 1; i <= length(code); i++) {
			c = substr(code, i, 1)
			if (depth) {
				depth += (c == "{") - (c == "}")
				if (!depth && body)
					text = ""
				else if (!depth)
					text = text "{}"
			} else if (c == "{") {
				body = text ~ /\)[ \t]*$/
				depth = 1
			} else if (c == ";") {
				judge(text)
				text = ""
			} else {
				if (text == "")
					where = part[1] ":" part[2]
				text = text c
			}
		}
		if (text != "")
			text = text " "
	}'
