/*
 * Call frame information with the device's register numbers, for mkkernel: .debug_frame and
 * .eh_frame are written anew because the packed DW_CFA_offset and DW_CFA_restore have no room for
 * numbers from 64. Written from the DWARF 5 standard 6.4 and the LSB's .eh_frame description.
 */
#include <stdlib.h>
#include <string.h>

#include "tests/tools/mkkernel.h"

enum {
	CFA_ADVANCE = 0x40, /* the top two bits are the opcode of these three */
	CFA_OFFSET = 0x80,
	CFA_RESTORE = 0xc0,
	CFA_OFFSET_EXTENDED = 0x05,
	CFA_RESTORE_EXTENDED = 0x06,
};

/* Letters as in mkkernel_expr.c: r register, u s LEBs, e expression, digits bytes. */
static const char *const cfa_operands[] = {
	[0x00] = "",   [0x01] = "8",  [0x02] = "1",  [0x03] = "2",  [0x04] = "4",
	[0x05] = "ru", [0x06] = "r",  [0x07] = "r",  [0x08] = "r",  [0x09] = "rr",
	[0x0a] = "",   [0x0b] = "",   [0x0c] = "ru", [0x0d] = "r",  [0x0e] = "u",
	[0x0f] = "e",  [0x10] = "re", [0x11] = "rs", [0x12] = "rs", [0x13] = "s",
	[0x14] = "ru", [0x15] = "rs", [0x16] = "re", [0x2d] = "",   [0x2e] = "u",
};

/* What a CIE says about its FDEs, and where it moved. */
struct cie {
	uint64_t from, to;
	bool has_augmentation;
	uint8_t encoding; /* of addresses in .eh_frame */
};

struct frames {
	bool eh;
	struct mk_out *out;
	struct cie *cies;
	size_t cie_count;
};

static void put_cfa_operand(struct mk_in *in, char letter, struct mk_out *out)
{
	static const struct mk_map empty;
	static const struct mk_unit_info no_unit = { .version = 5, .info = &empty };
	const uint8_t *start = in->at;
	if (letter == 'r') {
		mk_put_uleb(out, mk_register(mk_uleb(in)));
	} else if (letter == 'e') {
		mk_put_expression(in, &no_unit, out);
	} else {
		if (letter == 'u' || letter == 's')
			mk_uleb(in);
		else
			mk_part(in, (uint64_t)(letter - '0'));
		mk_put_between(out, start, in->at);
	}
}

static void put_cfa(struct mk_in *in, struct mk_out *out)
{
	unsigned op = (unsigned)mk_number(in, 1);
	const char *letters = "";
	if ((op & 0xc0) == CFA_OFFSET || (op & 0xc0) == CFA_RESTORE) {
		bool offset = (op & 0xc0) == CFA_OFFSET;
		mk_put_number(out, offset ? CFA_OFFSET_EXTENDED : CFA_RESTORE_EXTENDED, 1);
		mk_put_uleb(out, mk_register(op & 0x3f));
		letters = offset ? "u" : "";
	} else {
		mk_put_number(out, op, 1);
		if (!(op & CFA_ADVANCE)) {
			bool known = op < sizeof(cfa_operands) / sizeof(cfa_operands[0]);
			letters = known ? cfa_operands[op] : NULL;
		}
	}
	if (!letters)
		mk_fail("DW_CFA %#x is not known", op);
	for (; *letters; letters++)
		put_cfa_operand(in, *letters, out);
}

static void put_augmentation(struct frames *f, struct cie *cie, const char *text, struct mk_in *in)
{
	if (!*text)
		return;
	if (*text != 'z')
		mk_fail("augmentation \"%s\" of %s is not known", text, in->what);
	cie->has_augmentation = true;
	const uint8_t *start = in->at;
	struct mk_in data = mk_part(in, mk_uleb(in));
	for (text++; *text; text++) {
		if (*text == 'R')
			cie->encoding = (uint8_t)mk_number(&data, 1);
		else if (*text != 'S' && *text != 'B')
			mk_fail("augmentation '%c' of %s is not known: compile with "
				"-fno-exceptions",
				*text, in->what);
	}
	mk_put_between(f->out, start, in->at);
}

static void put_cie(struct frames *f, struct mk_in *in)
{
	struct cie *cie = &f->cies[f->cie_count - 1];
	const uint8_t *start = in->at;
	unsigned version = (unsigned)mk_number(in, 1);
	const char *augmentation = mk_string(in);
	if (version >= 4)
		mk_part(in, 2); /* sizes of addresses and segments */
	mk_uleb(in);		/* code alignment */
	mk_uleb(in);		/* data alignment */
	mk_put_between(f->out, start, in->at);
	if (version == 1)
		mk_put_number(f->out, mk_register(mk_number(in, 1)), 1);
	else
		mk_put_uleb(f->out, mk_register(mk_uleb(in)));
	put_augmentation(f, cie, augmentation, in);
}

static const struct cie *find_cie(const struct frames *f, uint64_t from)
{
	for (size_t i = 0; i < f->cie_count; i++) {
		if (f->cies[i].from == from)
			return &f->cies[i];
	}
	mk_fail("an FDE names a CIE that is not there");
}

/* A relative address moves with its place; the section itself stays where it is. */
static void put_location(struct frames *f, const struct cie *cie, struct mk_in *in, uint64_t place)
{
	enum { ABSOLUTE_8 = 0x00, RELATIVE_4 = 0x1b, RELATIVE_8 = 0x1c };
	if (!f->eh || cie->encoding == ABSOLUTE_8) {
		mk_put_number(f->out, mk_number(in, 8), 8);
		mk_put_number(f->out, mk_number(in, 8), 8);
		return;
	}
	if (cie->encoding != RELATIVE_4 && cie->encoding != RELATIVE_8)
		mk_fail("address encoding %#x of %s is not known", cie->encoding, in->what);
	size_t n = cie->encoding == RELATIVE_4 ? 4 : 8;
	uint64_t target = mk_number(in, n) + place;
	mk_put_number(f->out, target - f->out->n, n);
	mk_put_number(f->out, mk_number(in, n), n);
}

static void put_fde(struct frames *f, const struct cie *cie, struct mk_in *in, uint64_t place)
{
	put_location(f, cie, in, place);
	if (!cie->has_augmentation)
		return;
	const uint8_t *start = in->at;
	mk_part(in, mk_uleb(in));
	mk_put_between(f->out, start, in->at);
}

static struct cie *add_cie(struct frames *f, uint64_t from, uint64_t to)
{
	f->cies = realloc(f->cies, (f->cie_count + 1) * sizeof(*f->cies));
	if (!f->cies)
		mk_fail("out of memory");
	f->cies[f->cie_count] = (struct cie){ .from = from, .to = to };
	return &f->cies[f->cie_count++];
}

/* entry: offset of the length field; in: the entry behind it. */
static void put_entry(struct frames *f, struct mk_in in, uint64_t entry, bool wide)
{
	struct mk_out *out = f->out;
	size_t id_size = wide ? 8 : 4;
	uint64_t id_place = entry + (wide ? 12 : 4);
	size_t start = out->n;
	if (wide)
		mk_put_number(out, 0xffffffff, 4);
	mk_put_number(out, 0, id_size);
	size_t id_at = out->n;
	uint64_t id = mk_number(&in, id_size);
	mk_put_number(out, id, id_size);
	if (id == (f->eh ? 0 : wide ? ~0ull : 0xffffffff)) {
		add_cie(f, entry, start);
		put_cie(f, &in);
	} else {
		const struct cie *cie = find_cie(f, f->eh ? id_place - id : id);
		mk_patch(out, id_at, f->eh ? id_at - cie->to : cie->to, id_size);
		put_fde(f, cie, &in, id_place + mk_offset(&in));
	}
	while (in.at < in.end)
		put_cfa(&in, out);
	while ((out->n - start) % (f->eh ? 4 : 8))
		mk_put_number(out, 0, 1); /* DW_CFA_nop */
	mk_patch(out, id_at - id_size, out->n - id_at, id_size);
}

void mk_frames(struct mk_in in, bool eh, struct mk_out *out)
{
	struct frames f = { .eh = eh, .out = out };
	while (in.at < in.end) {
		uint64_t entry = mk_offset(&in);
		bool wide;
		struct mk_in unit = mk_unit(&in, &wide);
		if (unit.at == unit.end)
			mk_put_number(out, 0, 4); /* end of .eh_frame */
		else
			put_entry(&f, unit, entry, wide);
	}
	free(f.cies);
}
