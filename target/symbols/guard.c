/*
 * Looks at DWARF sections before libdwarf does, for what would cost it without bound. Called by
 * kdwarf.c, lines.c, line_starts.c and unwind.c; that the sections make sense is left to libdwarf.
 */
#include "target/symbols/guard_priv.h"

#include <libdwarf/dwarf.h>
#include <stdlib.h>
#include <string.h>

#include "target/symbols/array_priv.h"
#include "target/symbols/bytes_priv.h"

/* Offsets of the abbreviation tables, one for each unit. */
struct tables {
	uint64_t *offsets;
	size_t count, cap;
};

static bool add_table(struct tables *t, uint64_t offset)
{
	uint64_t *grown;

	if (t->count == GUARD_UNITS)
		return false;
	grown = array_grow(t->offsets, t->count, &t->cap, sizeof(*grown));
	if (!grown)
		return false;
	t->offsets = grown;
	t->offsets[t->count++] = offset;
	return true;
}

/* false: too many units. One that is cut short ends the list, as it does for libdwarf. */
static bool list_tables(const struct kelf *k, const char *section, struct tables *t)
{
	struct bytes b = kelf_bytes(k, section);
	bool wide;

	while (bytes_left(&b) > 0) {
		struct bytes unit = bytes_unit(&b, &wide);
		uint64_t version = bytes_fixed(&unit, 2);

		if (version >= 5)
			bytes_skip(&unit, 2); /* unit type, address size */
		if (!add_table(t, bytes_fixed(&unit, wide ? 8 : 4)))
			return false;
	}
	return true;
}

/* An attribute that nobody uses, in place of DW_AT_sibling. */
enum { NO_SIBLING = 0x06 };

/* .debug_abbrev as libdwarf is to see it. */
struct abbrevs {
	uint8_t *bytes;
	size_t n;
	bool changed;
};

/* Passes over name and form of one attribute; false: it was the end mark. */
static bool take_attribute(struct abbrevs *a, struct bytes *b)
{
	uint8_t *at = a->bytes + (b->at - a->bytes);
	uint64_t name = bytes_uleb(b);
	uint64_t form = bytes_uleb(b);

	if (form == DW_FORM_implicit_const)
		bytes_sleb(b);
	if (name == DW_AT_sibling && !b->bad) {
		*at = (uint8_t)((*at & 0x80) | NO_SIBLING);
		a->changed = true;
	}
	return name || form;
}

/* Bytes of a table up to its end mark; UINT64_MAX: an abbreviation has too many attributes. */
static uint64_t take_table(struct abbrevs *a, uint64_t offset)
{
	struct bytes b = bytes_of(a->bytes, a->n);
	const uint8_t *start;

	bytes_skip(&b, offset);
	start = b.at;
	while (bytes_uleb(&b) != 0) {
		unsigned count = 0;

		bytes_uleb(&b);	   /* tag */
		bytes_skip(&b, 1); /* has children */
		while (take_attribute(a, &b)) {
			if (count++ == GUARD_ATTRIBUTES)
				return UINT64_MAX;
		}
	}
	return (uint64_t)(b.at - start);
}

static int by_value(const void *pa, const void *pb)
{
	const uint64_t *a = pa;
	const uint64_t *b = pb;

	return (*a > *b) - (*a < *b);
}

/* Every table is read once and paid for once by each unit that uses it. */
static bool is_affordable(const struct tables *t, struct abbrevs *a)
{
	uint64_t left = GUARD_ABBREV_BYTES;
	uint64_t size = 0;

	for (size_t i = 0; i < t->count; i++) {
		if (i == 0 || t->offsets[i] != t->offsets[i - 1])
			size = take_table(a, t->offsets[i]);
		if (size > left)
			return false;
		left -= size;
	}
	return true;
}

/*
 * Tables that overlap could make new ones of each other's changes: over until nothing changes.
 * The second pass finds nothing in all files but those.
 */
static bool drop_siblings(const struct tables *t, struct abbrevs *a)
{
	enum { PASSES = 4 };

	for (unsigned i = 0; i < PASSES; i++) {
		a->changed = false;
		if (!is_affordable(t, a))
			return false;
		if (!a->changed)
			return true;
	}
	return false;
}

bool guard_units(const struct kelf *k, uint8_t **out)
{
	enum { PADDING = 64 };
	struct bytes all = kelf_bytes(k, ".debug_abbrev");
	struct abbrevs a = { .n = bytes_left(&all) };
	struct tables t = { 0 };
	bool ok = list_tables(k, ".debug_info", &t) && list_tables(k, ".debug_types", &t);

	*out = a.bytes = calloc(1, a.n + PADDING);
	if (a.bytes && a.n)
		memcpy(a.bytes, all.at, a.n);
	if (t.count)
		qsort(t.offsets, t.count, sizeof(*t.offsets), by_value);
	ok = ok && a.bytes && drop_siblings(&t, &a);
	free(t.offsets);
	return ok;
}

bool guard_frames(const struct kelf *k, const char *section)
{
	struct bytes b = kelf_bytes(k, section);
	bool eh = strcmp(section, ".eh_frame") == 0;
	uint64_t cies = 0;
	uint64_t fdes = 0;
	bool wide;

	while (bytes_left(&b) > 0) {
		struct bytes entry = bytes_unit(&b, &wide);
		uint64_t id = bytes_fixed(&entry, wide && !eh ? 8 : 4);

		if (id == (eh ? 0 : wide ? UINT64_MAX : 0xffffffff))
			cies++;
		else
			fdes++;
		if (cies * fdes > GUARD_FRAME_PAIRS)
			return false;
	}
	return true;
}

/* Passes over a value in a file table of DWARF 5; false: a form that does not belong there. */
static bool skip_value(struct bytes *b, uint64_t form, bool wide)
{
	switch (form) {
	case DW_FORM_string:
		while (bytes_fixed(b, 1) != 0)
			;
		return true;
	case DW_FORM_strp:
	case DW_FORM_line_strp:
	case DW_FORM_strp_sup:
		bytes_skip(b, wide ? 8 : 4);
		return true;
	case DW_FORM_udata:
	case DW_FORM_strx:
		bytes_uleb(b);
		return true;
	case DW_FORM_block:
		bytes_skip(b, bytes_uleb(b));
		return true;
	case DW_FORM_data1:
	case DW_FORM_strx1:
		bytes_skip(b, 1);
		return true;
	case DW_FORM_data2:
	case DW_FORM_strx2:
		bytes_skip(b, 2);
		return true;
	case DW_FORM_data4:
	case DW_FORM_strx4:
		bytes_skip(b, 4);
		return true;
	case DW_FORM_data8:
		bytes_skip(b, 8);
		return true;
	case DW_FORM_data16:
		bytes_skip(b, 16);
		return true;
	default:
		return false;
	}
}

/* A table of directories or files: the forms of an entry, the number of entries, the entries. */
static bool skip_file_table(struct bytes *b, bool wide)
{
	uint64_t forms[UINT8_MAX];
	uint64_t form_count = bytes_fixed(b, 1);
	uint64_t count;

	for (uint64_t i = 0; i < form_count; i++) {
		bytes_uleb(b); /* what it is */
		forms[i] = bytes_uleb(b);
	}
	count = bytes_uleb(b);
	if (form_count == 0)
		return count == 0;
	for (uint64_t i = 0; i < count && !b->bad; i++) {
		for (uint64_t k = 0; k < form_count; k++) {
			if (!skip_value(b, forms[k], wide))
				return false;
		}
	}
	return !b->bad;
}

/* Files without a name need no bytes, so that a header could claim any number of them. */
static bool has_real_files(struct bytes program, bool wide)
{
	uint64_t opcodes;

	if (bytes_fixed(&program, 2) != 5)
		return true;
	bytes_skip(&program, 2);	    /* sizes of address and segment */
	bytes_skip(&program, wide ? 8 : 4); /* header length */
	bytes_skip(&program, 5);	    /* up to the line range */
	opcodes = bytes_fixed(&program, 1);
	bytes_skip(&program, opcodes ? opcodes - 1 : 0);
	return skip_file_table(&program, wide) && skip_file_table(&program, wide);
}

bool guard_lines(const struct kelf *k, uint64_t offset, uint64_t *spent)
{
	struct bytes b = kelf_bytes(k, ".debug_line");
	struct bytes program;
	bool wide;
	size_t n;

	bytes_skip(&b, offset);
	program = bytes_unit(&b, &wide);
	n = bytes_left(&program);
	if (b.bad || n > GUARD_LINE_BYTES || n > GUARD_LINE_TOTAL - *spent)
		return false;
	*spent += n;
	return has_real_files(program, wide);
}
