#ifndef TARGET_TABLE_H
#define TARGET_TABLE_H

#include <stdbool.h>
#include <stddef.h>

#include "target/text.h"

/**
 * A table of text cells: shown as `info os NAME` (qXfer:osdata) and by monitor commands. Cells
 * are appended row by row; columns are borrowed strings that outlive the table.
 */
enum { TARGET_TABLE_COLUMNS = 48 };

struct target_table {
	const char *columns[TARGET_TABLE_COLUMNS];
	size_t column_count;
	struct target_text cells; /* cells, each ended by a NUL */
	size_t cell_count;
};

/** columns: NULL-terminated, at most TARGET_TABLE_COLUMNS. */
void target_table_init(struct target_table *t, const char *const *columns);
void target_table_deinit(struct target_table *t);
void target_table_cell(struct target_table *t, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/** A cell of any length, as it is. */
void target_table_text(struct target_table *t, const char *text);
size_t target_table_rows(const struct target_table *t);
/**
 * Walks the cells: *cursor starts at 0; returns the next cell or NULL at the end. Cells come in
 * row order, column_count to a row.
 */
const char *target_table_next(const struct target_table *t, size_t *cursor);
/** Aligned plain text with a header line; columns two blanks apart. */
void target_table_print(const struct target_table *t, struct target_text *out);

#endif
