#ifndef TARGET_SYMBOLS_LINES_PRIV_H
#define TARGET_SYMBOLS_LINES_PRIV_H

#include "target/symbols/kdwarf_priv.h"
#include "target/text.h"

/** Source lines by address, relative to the load address. All zero is an empty index. */

enum { LINES_ROWS_MAX = 4 << 20, LINES_FILES_MAX = 1 << 16 };

struct line_row {
	uint64_t at;
	size_t file; /* place in files + 1, 0 = none */
	unsigned line;
};

/** Rows of one line program that belong together, ascending; the last one ends it. */
struct line_sequence {
	uint64_t lo, hi;
	size_t unit; /* kdwarf_unit.index + 1 */
	size_t first, count;
};

struct lines {
	struct line_row *rows;
	size_t row_count, row_cap;
	struct line_sequence *sequences;
	size_t sequence_count, sequence_cap;
	struct target_text files;
	size_t *unit_files; /* by file number of the current unit */
	size_t unit_file_cap;
	uint64_t spent; /* bytes of line programs read so far */
	bool left_out;	/* of some unit, because it was broken or too large */
};

/** Reads the line program of a unit during kdwarf_walk. */
void lines_visit(struct lines *l, struct kdwarf *d, const struct kdwarf_unit *unit);
void lines_deinit(struct lines *l);
/** The row that holds an address, or NULL. unit: the one to prefer, 0 = any. */
const struct line_row *lines_find(const struct lines *l, uint64_t at, size_t unit);
/** Path of the row's file, or NULL. */
const char *lines_file(const struct lines *l, const struct line_row *row);

#endif
