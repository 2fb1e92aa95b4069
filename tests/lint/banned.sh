#!/bin/sh
# no calls that cannot be used safely, no #if and no goto in .c files
find rsp arch config target stub tests -name '*.[ch]' | xargs awk -v strings=no -f tests/lint/code.awk |
	awk -F : '
		{ code = substr($0, length($1) + length($2) + 3) }
		code ~ /(^|[^A-Za-z0-9_])(sprintf|vsprintf|strcpy|strcat|strncat|sscanf|atoi|atol|alloca|strtok|gets|tmpnam)[ \t]*\(/
		$1 ~ /\.c$/ && code ~ /^[ \t]*#[ \t]*(if|ifdef|ifndef)([ \t]|$)/
		code ~ /^[ \t]*goto[ \t]/'
