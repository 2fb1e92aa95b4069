#!/bin/sh
# tests/coverage.sh FOLDER: lines and branches of our sources that the programs below FOLDER, built
# with --coverage and run, have reached: per folder and in all.
cd "$(dirname "$0")/.." || exit 1
find "$1"/rsp "$1"/arch "$1"/config "$1"/target "$1"/stub -name '*.gcno' -print0 |
	LC_ALL=C xargs -0 gcov -n -b 2>/dev/null | awk '
	function percent(part, all) { return all ? 100 * part / all : 100 }
	/^File / {
		file = substr($2, 2, length($2) - 2)
		ours = file ~ /^(rsp|arch|config|target|stub)\/.*\.c$/
		folder = file
		sub(/\/[^\/]*$/, "", folder)
	}
	# Once a file: a sum without a name stands behind the last one.
	ours == 1 && /^Lines executed:/ {
		split($0, w, /[:% ]+/)
		all["line", folder] += w[5]; hit["line", folder] += w[3] * w[5] / 100
		folders[folder]
		ours = 2
	}
	ours == 2 && /^Taken at least once:/ {
		split($0, w, /[:% ]+/)
		all["branch", folder] += w[7]; hit["branch", folder] += w[5] * w[7] / 100
	}
	END {
		for (f in folders) {
			lines += all["line", f]; line_hits += hit["line", f]
			branches += all["branch", f]; branch_hits += hit["branch", f]
			printf "%-16s lines %5.1f %% of %5d   branches %5.1f %% of %5d\n", f,
				percent(hit["line", f], all["line", f]), all["line", f],
				percent(hit["branch", f], all["branch", f]), all["branch", f] | "sort"
		}
		close("sort")
		printf "%-16s lines %5.1f %% of %5d   branches %5.1f %% of %5d\n", "all",
			percent(line_hits, lines), lines, percent(branch_hits, branches), branches
	}'
