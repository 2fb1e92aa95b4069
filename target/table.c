/*
 * Tables of text cells. Filled by targets, shown by stub/ as `info os` documents and printed by
 * monitor commands. Knows nothing of what the cells mean.
 */
#include "target/table.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void target_table_init(struct target_table *t, const char *const *columns)
{
	*t = (struct target_table){ 0 };
	for (; columns[t->column_count]; t->column_count++) {
		assert(t->column_count < TARGET_TABLE_COLUMNS);
		t->columns[t->column_count] = columns[t->column_count];
	}
}

void target_table_deinit(struct target_table *t)
{
	target_text_deinit(&t->cells);
	*t = (struct target_table){ 0 };
}

void target_table_cell(struct target_table *t, const char *fmt, ...)
{
	char text[512]; /* a cell is one line; longer ones are cut */
	va_list args;

	va_start(args, fmt);
	int n = vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	if (n < 0)
		text[0] = '\0';
	target_table_text(t, text);
}

void target_table_text(struct target_table *t, const char *text)
{
	target_text_bytes(&t->cells, text, strlen(text) + 1);
	if (!t->cells.failed)
		t->cell_count++;
}

size_t target_table_rows(const struct target_table *t)
{
	return t->column_count ? t->cell_count / t->column_count : 0;
}

const char *target_table_next(const struct target_table *t, size_t *cursor)
{
	if (*cursor >= t->cells.len)
		return NULL;
	const char *cell = t->cells.data + *cursor;
	*cursor += strlen(cell) + 1;
	return cell;
}

static void measure(const struct target_table *t, size_t *widths)
{
	for (size_t i = 0; i < t->column_count; i++)
		widths[i] = strlen(t->columns[i]);
	size_t cursor = 0, i = 0;
	for (const char *cell; (cell = target_table_next(t, &cursor)); i++) {
		size_t *width = &widths[i % t->column_count];
		if (strlen(cell) > *width)
			*width = strlen(cell);
	}
}

/* The last cell of a line gets no blanks behind it. */
static void print_cell(struct target_text *out, const char *cell, size_t width, bool last)
{
	target_text_add(out, cell);
	if (last) {
		target_text_add(out, "\n");
		return;
	}
	for (size_t n = strlen(cell); n < width + 2; n++)
		target_text_add(out, " ");
}

void target_table_print(const struct target_table *t, struct target_text *out)
{
	size_t widths[TARGET_TABLE_COLUMNS] = { 0 };

	if (!t->column_count)
		return;
	measure(t, widths);
	for (size_t i = 0; i < t->column_count; i++)
		print_cell(out, t->columns[i], widths[i], i + 1 == t->column_count);
	size_t cursor = 0, i = 0;
	for (const char *cell; (cell = target_table_next(t, &cursor)); i++) {
		size_t column = i % t->column_count;
		print_cell(out, cell, widths[column], column + 1 == t->column_count);
	}
	if (t->cells.failed)
		out->failed = true;
}
