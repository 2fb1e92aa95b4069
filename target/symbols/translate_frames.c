/*
 * Call frame information for the translation: finds every register number in .debug_frame and
 * .eh_frame. Called by translate.c; reads the sections by itself because libdwarf tells values,
 * not where they stand (return-address column, operands).
 */
#include "target/symbols/translate_priv.h"

#include <libdwarf/dwarf.h>
#include <string.h>

/* One .debug_frame or .eh_frame. */
struct frames {
	struct translation *t;
	struct bytes section;
	bool eh;
	bool cie_known;
	uint64_t cie_offset; /* of the CIE that was read last */
	uint8_t encoding;    /* its pointer encoding (.eh_frame) */
	bool has_augmentation;
	struct operand_sizes sizes;
};

/* One entry of the section: its start, what it is, and the bytes behind its id. */
struct entry {
	uint64_t offset; /* in the section */
	uint64_t id;
	uint64_t id_offset; /* in the section */
	size_t id_size;
	struct bytes rest;
};

static uint64_t offset_in(const struct frames *f, const uint8_t *at)
{
	return (uint64_t)(at - f->section.at);
}

static bool next_entry(const struct frames *f, struct bytes *b, struct entry *e)
{
	uint64_t length;

	e->offset = offset_in(f, b->at);
	e->id_size = 4;
	length = bytes_fixed(b, 4);
	if (length == 0xffffffff) {
		length = bytes_fixed(b, 8);
		e->id_size = f->eh ? 4 : 8;
	}
	e->rest = bytes_take(b, length);
	e->id_offset = offset_in(f, e->rest.at);
	if (length == 0) /* ends .eh_frame; linkers leave some in the middle */
		return !b->bad;
	e->id = bytes_fixed(&e->rest, e->id_size);
	return !b->bad && !e->rest.bad;
}

static bool is_cie(const struct frames *f, const struct entry *e)
{
	if (f->eh)
		return e->id == 0;
	return e->id == (e->id_size == 8 ? UINT64_MAX : 0xffffffff);
}

static size_t encoded_size(const struct frames *f)
{
	switch (f->encoding & 0x07) {
	case 0x02: /* DW_EH_PE_udata2 */
		return 2;
	case 0x03: /* DW_EH_PE_udata4 */
		return 4;
	case 0x04: /* DW_EH_PE_udata8 */
		return 8;
	default:
		return f->sizes.address;
	}
}

/* The letters of a "z" augmentation and their data, in step. */
static void read_augmentation(struct frames *f, const char *letters, struct bytes data)
{
	for (; *letters; letters++) {
		uint8_t encoding;

		switch (*letters) {
		case 'R':
			f->encoding = (uint8_t)bytes_fixed(&data, 1);
			break;
		case 'L':
			bytes_skip(&data, 1);
			break;
		case 'P':
			encoding = f->encoding;
			f->encoding = (uint8_t)bytes_fixed(&data, 1);
			bytes_skip(&data, encoded_size(f));
			f->encoding = encoding;
			break;
		default: /* S, B: a mark without data */
			break;
		}
	}
}

static const char *read_string(struct bytes *b)
{
	const void *end = memchr(b->at, 0, bytes_left(b));
	const char *text = (const char *)b->at;

	if (!end) {
		b->bad = true;
		return "";
	}
	b->at = (const uint8_t *)end + 1;
	return text;
}

/* Reads a CIE up to its instructions; ra: where the return-address column stands. */
static bool read_cie(struct frames *f, struct bytes *b, const uint8_t **ra)
{
	uint64_t version = bytes_fixed(b, 1);
	const char *letters = read_string(b);

	f->encoding = 0;
	f->sizes = (struct operand_sizes){ .address = 8, .ref = 8 };
	f->has_augmentation = letters[0] == 'z';
	if (version >= 4) {
		f->sizes.address = (uint8_t)bytes_fixed(b, 1);
		bytes_skip(b, 1); /* segment selector size */
	}
	bytes_uleb(b); /* code alignment */
	bytes_sleb(b); /* data alignment */
	*ra = b->at;
	if (version == 1)
		bytes_skip(b, 1);
	else
		bytes_uleb(b);
	if (f->has_augmentation) {
		struct bytes data = bytes_take(b, bytes_uleb(b));

		read_augmentation(f, letters + 1, data);
	}
	/* what an augmentation without "z" adds to the CIE cannot be told */
	return !b->bad && version >= 1 && version <= 4 && (!*letters || f->has_augmentation);
}

static void instructions(struct frames *f, struct bytes b)
{
	struct operand_sizes z = f->sizes;
	struct operands op;

	z.address = (uint8_t)encoded_size(f); /* of DW_CFA_set_loc */
	while (bytes_left(&b) > 0 && f->t->budget > 0 && operands_frame(&b, &z, &op)) {
		f->t->budget--;
		for (size_t i = 0; i < op.reg_count; i++)
			translate_register(f->t, op.reg_at[i]);
		if (op.has_block)
			translate_expression(f->t, op.block, &f->sizes);
	}
}

static void translate_cie(struct frames *f, struct entry *e)
{
	const uint8_t *ra = NULL;

	f->cie_known = read_cie(f, &e->rest, &ra);
	f->cie_offset = e->offset;
	if (!f->cie_known)
		return;
	translate_register(f->t, ra);
	instructions(f, e->rest);
}

/* Makes the CIE at offset the current one. */
static bool select_cie(struct frames *f, uint64_t offset)
{
	struct bytes b = f->section;
	struct entry e;
	const uint8_t *ra;

	if (f->cie_known && f->cie_offset == offset)
		return true;
	bytes_skip(&b, offset);
	if (f->t->budget == 0 || b.bad || !next_entry(f, &b, &e) || !is_cie(f, &e))
		return false;
	f->t->budget--;
	f->cie_offset = offset;
	f->cie_known = read_cie(f, &e.rest, &ra);
	return f->cie_known;
}

static void translate_fde(struct frames *f, struct entry *e)
{
	uint64_t cie = f->eh ? e->id_offset - e->id : e->id;

	if (!select_cie(f, cie))
		return;
	bytes_skip(&e->rest, 2 * encoded_size(f)); /* first address, length */
	if (f->has_augmentation)
		bytes_skip(&e->rest, bytes_uleb(&e->rest));
	if (!e->rest.bad)
		instructions(f, e->rest);
}

static void translate_section(struct translation *t, const struct kelf_section *s, bool eh)
{
	struct frames f = { .t = t, .eh = eh };
	struct bytes b = bytes_of(t->elf->bytes + s->offset, s->size);
	struct entry e;

	f.section = b;
	while (bytes_left(&b) > 0 && t->budget > 0 && next_entry(&f, &b, &e)) {
		t->budget--;
		if (bytes_left(&e.rest) == 0)
			continue;
		if (is_cie(&f, &e))
			translate_cie(&f, &e);
		else
			translate_fde(&f, &e);
	}
}

void translate_frames(struct translation *t)
{
	for (size_t i = 0; i < t->elf->count; i++) {
		const struct kelf_section *s = &t->elf->sections[i];

		if (!s->in_file || kelf_is_compressed(s))
			continue;
		if (strcmp(s->name, ".debug_frame") == 0)
			translate_section(t, s, false);
		if (strcmp(s->name, ".eh_frame") == 0)
			translate_section(t, s, true);
	}
}
