/*
 * The line index: line programs of all units, cut into sequences. Called by object.c while a
 * kernel is opened and by place.c for look-ups; libdwarf runs the line programs.
 */
#include "target/symbols/lines_priv.h"

#include <libdwarf/dwarf.h>
#include <stdlib.h>
#include <string.h>

#include "target/symbols/array_priv.h"
#include "target/symbols/guard_priv.h"
#include "target/symbols/line_starts_priv.h"

/* One line of libdwarf, taken apart. */
struct raw_line {
	Dwarf_Addr at;
	Dwarf_Unsigned line, file;
	Dwarf_Bool ends;
};

/* The line program of a unit, as libdwarf has run it. */
struct program {
	size_t unit; /* its index */
	Dwarf_Unsigned version;
	struct line_starts starts; /* DWARF 5 */
	Dwarf_Line_Context context;
	Dwarf_Line *lines;
	Dwarf_Signed count;
};

static bool read_line(struct kdwarf *d, Dwarf_Line from, struct raw_line *out)
{
	Dwarf_Error err = NULL;

	return kdwarf_ok(d, dwarf_lineaddr(from, &out->at, &err), &err) &&
	       kdwarf_ok(d, dwarf_lineno(from, &out->line, &err), &err) &&
	       kdwarf_ok(d, dwarf_line_srcfileno(from, &out->file, &err), &err) &&
	       kdwarf_ok(d, dwarf_lineendsequence(from, &out->ends, &err), &err);
}

/* Makes room for file number n of this unit. */
static bool reserve_file(struct lines *l, size_t n)
{
	size_t *grown;

	while (n >= l->unit_file_cap) {
		size_t had = l->unit_file_cap;

		grown = array_grow(l->unit_files, had, &l->unit_file_cap, sizeof(*grown));
		if (!grown)
			return false;
		l->unit_files = grown;
		memset(grown + had, 0, (l->unit_file_cap - had) * sizeof(*grown));
	}
	return true;
}

/* A directory of DWARF 5: they count from 0, and libdwarf 20210528 reads behind the last one. */
static const char *directory_of(struct kdwarf *d, const struct program *p, Dwarf_Unsigned n)
{
	Dwarf_Signed count = 0;
	const char *name = NULL;
	Dwarf_Error err = NULL;

	if (!kdwarf_ok(d, dwarf_srclines_include_dir_count(p->context, &count, &err), &err) ||
	    n >= (Dwarf_Unsigned)count ||
	    !kdwarf_ok(d, dwarf_srclines_include_dir_data(p->context, (Dwarf_Signed)n, &name, &err),
		       &err))
		return NULL;
	return name;
}

/* A file of DWARF 5, below its directory, below that of the unit. */
static bool add_path5(struct lines *l, struct kdwarf *d, const struct program *p, Dwarf_Unsigned n)
{
	Dwarf_Unsigned directory = 0, time, size;
	const char *name = NULL, *folder, *top;
	Dwarf_Form_Data16 *digest;
	Dwarf_Error err = NULL;

	if (!kdwarf_ok(d,
		       dwarf_srclines_files_data_b(p->context, (Dwarf_Signed)n, &name, &directory,
						   &time, &size, &digest, &err),
		       &err) ||
	    !name || !(folder = directory_of(d, p, directory)) || !(top = directory_of(d, p, 0)))
		return false;
	if (*name != '/' && *folder != '/' && directory)
		target_text_format(&l->files, "%s/", top);
	if (*name != '/')
		target_text_format(&l->files, "%s/", folder);
	target_text_bytes(&l->files, name, strlen(name) + 1);
	return true;
}

static bool add_path(struct lines *l, struct kdwarf *d, Dwarf_Line from)
{
	char *path = NULL;
	Dwarf_Error err = NULL;

	if (!kdwarf_ok(d, dwarf_linesrc(from, &path, &err), &err))
		return false;
	target_text_bytes(&l->files, path, strlen(path) + 1);
	dwarf_dealloc(d->dbg, path, DW_DLA_STRING);
	return true;
}

/* Place of the file's path; asked of libdwarf once for each file of a unit. */
static size_t file_of(struct lines *l, struct kdwarf *d, const struct program *p, Dwarf_Line from,
		      Dwarf_Unsigned number)
{
	size_t at = l->files.len;

	if (number >= LINES_FILES_MAX || l->files.failed || !reserve_file(l, number))
		return 0;
	if (l->unit_files[number])
		return l->unit_files[number];
	if (!(p->version >= 5 ? add_path5(l, d, p, number) : add_path(l, d, from)))
		return 0;
	if (l->files.failed)
		return 0;
	l->unit_files[number] = at + 1;
	return at + 1;
}

static bool add_row(struct lines *l, const struct line_row *row)
{
	struct line_row *grown = array_grow(l->rows, l->row_count, &l->row_cap, sizeof(*grown));

	if (!grown)
		return false;
	l->rows = grown;
	l->rows[l->row_count++] = *row;
	return true;
}

/* Closes the sequence that began at row `first`; one without code is dropped. */
static void add_sequence(struct lines *l, size_t first, size_t unit)
{
	struct line_sequence *grown =
		array_grow(l->sequences, l->sequence_count, &l->sequence_cap, sizeof(*grown));
	struct line_sequence one = { .unit = unit, .first = first, .count = l->row_count - first };

	if (grown)
		l->sequences = grown;
	if (grown && one.count > 1) {
		one.lo = l->rows[first].at;
		one.hi = l->rows[l->row_count - 1].at;
	}
	if (one.hi > one.lo)
		l->sequences[l->sequence_count++] = one;
	else
		l->row_count = first;
}

/* Those of the next sequence that are in file 1 whatever libdwarf says. */
static size_t rows_at_start(struct program *p)
{
	return p->version >= 5 ? line_starts_next(&p->starts) : 0;
}

static void add_lines(struct lines *l, struct kdwarf *d, struct program *p)
{
	size_t first = l->row_count, at_start = rows_at_start(p);

	for (Dwarf_Signed i = 0; i < p->count && l->row_count < LINES_ROWS_MAX; i++) {
		struct raw_line raw = { 0 };
		struct line_row row;

		if (!read_line(d, p->lines[i], &raw))
			break;
		if (at_start) {
			raw.file = 1;
			at_start--;
		}
		/* a sequence that goes back is broken: what was read of it is dropped */
		if (l->row_count > first && raw.at < l->rows[l->row_count - 1].at)
			l->row_count = first;
		row = (struct line_row){ .at = raw.at,
					 .line = (unsigned)raw.line,
					 .file = file_of(l, d, p, p->lines[i], raw.file) };
		if (!add_row(l, &row))
			break;
		if (raw.ends) {
			add_sequence(l, first, p->unit + 1);
			first = l->row_count;
			at_start = rows_at_start(p);
		}
	}
	l->row_count = first;
}

/* Has the unit a line program of bearable size? */
static bool is_allowed(struct lines *l, struct kdwarf *d, const struct kdwarf_unit *unit,
		       uint64_t *offset)
{
	if (!kdwarf_offset(d, unit->die, DW_AT_stmt_list, offset))
		return false;
	if (guard_lines(d->elf, *offset, &l->spent))
		return true;
	l->left_out = true;
	return false;
}

void lines_visit(struct lines *l, struct kdwarf *d, const struct kdwarf_unit *unit)
{
	struct program p = { .unit = unit->index };
	uint64_t offset = 0;
	Dwarf_Small tables = 0;
	Dwarf_Error err = NULL;

	if (unit->types || !is_allowed(l, d, unit, &offset) ||
	    !kdwarf_ok(d, dwarf_srclines_b(unit->die, &p.version, &tables, &p.context, &err), &err))
		return;
	if (p.version >= 5)
		line_starts_open(&p.starts, d->elf, offset);
	if (l->unit_files)
		memset(l->unit_files, 0, l->unit_file_cap * sizeof(*l->unit_files));
	if (kdwarf_ok(d, dwarf_srclines_from_linecontext(p.context, &p.lines, &p.count, &err),
		      &err))
		add_lines(l, d, &p);
	dwarf_srclines_dealloc_b(p.context);
}

void lines_deinit(struct lines *l)
{
	free(l->rows);
	free(l->sequences);
	free(l->unit_files);
	target_text_deinit(&l->files);
	*l = (struct lines){ 0 };
}

static const struct line_row *row_in(const struct lines *l, const struct line_sequence *s,
				     uint64_t at)
{
	size_t lo = 0;
	size_t hi = s->count - 1; /* the last row only ends the sequence */

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (l->rows[s->first + mid].at <= at)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo ? &l->rows[s->first + lo - 1] : NULL;
}

/*
 * Functions that the linker dropped leave sequences at address 0, over those of real code: the
 * function's own unit counts before others, then the shortest sequence.
 */
const struct line_row *lines_find(const struct lines *l, uint64_t at, size_t unit)
{
	const struct line_sequence *best = NULL;

	for (size_t i = 0; i < l->sequence_count; i++) {
		const struct line_sequence *s = &l->sequences[i];

		if (at < s->lo || at >= s->hi)
			continue;
		if (best && unit && (s->unit == unit) != (best->unit == unit)) {
			best = s->unit == unit ? s : best;
			continue;
		}
		if (!best || s->hi - s->lo < best->hi - best->lo)
			best = s;
	}
	return best ? row_in(l, best, at) : NULL;
}

const char *lines_file(const struct lines *l, const struct line_row *row)
{
	return row->file ? l->files.data + row->file - 1 : NULL;
}
