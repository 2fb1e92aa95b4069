#!/bin/sh
# lines have at most 100 columns, indents are tabs, nothing stands behind the last word
find rsp arch config target stub tests -name '*.[ch]' | xargs awk '
	{
		columns = 0
		for (i = 1; i <= length($0); i++)
			columns += substr($0, i, 1) == "\t" ? 8 - columns % 8 : 1
	}
	columns > 100 { print FILENAME ":" FNR ": " columns " columns" }
	/^        / { print FILENAME ":" FNR ": indented with blanks" }
	/[ \t]$/ { print FILENAME ":" FNR ": blanks at the end" }'
