#!/bin/sh
# nothing left to do in the text, no paths or hosts of one machine
files=$(find . -name .git -prune -o -path './build*' -prune -o -path ./tests/lint -prune -o \
	-path ./tests/fuzz/corpus -prune -o -type f -print)
grep -nIE '\b(TODO|FIXME|XXX|HACK)\b' $files
grep -nIE '(^|[^A-Za-z0-9_.])/(work|root)/|(deb\.debian|pypi|npmjs|crates)\.(org|com|io)' $files
true
