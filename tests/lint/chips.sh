#!/bin/sh
# chips are named in arch/ only
# Comments may name them (where a dump's form depends on the chip), code may not.
find rsp config target stub -name '*.[ch]' | xargs awk -f tests/lint/code.awk | awk -F : '
	{ code = " " tolower(substr($0, length($1) + length($2) + 3)) " " }
	code ~ /[^0-9a-z_.](ascend[ _-]?)?(910|950|310)[a-z]?[^0-9a-z]/ ||
	code ~ /(910|950|310p)[_a]/ || code ~ /dav[-_]?[cm]?[0-9][0-9][0-9]/'
