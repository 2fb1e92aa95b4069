/*
 * Location lists with the device's register numbers, for mkkernel: .debug_loc (DWARF 2 to 4) and
 * .debug_loclists (DWARF 5). Lists are found by the references of .debug_info; between them stand
 * gcc's view pairs, which are copied. DWARF 5 standard 7.7.3, DWARF 4 standard 2.6.2.
 */
#include <stdlib.h>
#include <string.h>

#include "tests/tools/mkkernel.h"

/* Operands of DW_LLE_*: a address, u ULEB, e expression. */
static const char *const lle_operands[] = {
	"", "u", "uue", "uue", "uue", "e", "a", "aae", "aue", "uu",
};

/* DWARF 5 */
static void put_list(struct mk_in *in, const struct mk_unit_info *u, struct mk_out *out)
{
	for (unsigned kind = 1; kind;) {
		kind = (unsigned)mk_number(in, 1);
		if (kind >= sizeof(lle_operands) / sizeof(lle_operands[0]))
			mk_fail("DW_LLE %#x is not known", kind);
		mk_put_number(out, kind, 1);
		for (const char *l = lle_operands[kind]; *l; l++) {
			const uint8_t *start = in->at;
			if (*l == 'e') {
				mk_put_expression(in, u, out);
				continue;
			}
			if (*l == 'a')
				mk_part(in, 8);
			else
				mk_uleb(in);
			mk_put_between(out, start, in->at);
		}
	}
}

/* DWARF 2 to 4 */
static void put_old_list(struct mk_in *in, const struct mk_unit_info *u, struct mk_out *out)
{
	for (;;) {
		uint64_t begin = mk_number(in, 8), end = mk_number(in, 8);
		mk_put_number(out, begin, 8);
		mk_put_number(out, end, 8);
		if (begin == 0 && end == 0)
			return;
		if (begin == ~0ull)
			continue; /* base address selection */
		size_t length_at = out->n;
		struct mk_in expr = mk_part(in, mk_number(in, 2));
		mk_put_number(out, 0, 2);
		mk_expression(expr, u, out);
		mk_patch(out, length_at, out->n - length_at - 2, 2);
	}
}

/* Up to the next list, or to the end of the reader. */
static void put_gap(struct mk_in *in, uint64_t n, struct mk_map *moved, struct mk_out *out)
{
	mk_map_add(moved, mk_offset(in), out->n);
	struct mk_in gap = mk_part(in, n);
	mk_put_between(out, gap.start, gap.end);
}

static void put_lists(struct mk_in *in, const struct mk_list_refs *refs, struct mk_map *moved,
		      struct mk_out *out, bool old)
{
	for (size_t i = 0; i < refs->n; i++) {
		uint64_t at = refs->refs[i].at, end = (uint64_t)(in->end - in->start);
		if (at < mk_offset(in) || at >= end)
			continue; /* the same list again, or one of another unit */
		put_gap(in, at - mk_offset(in), moved, out);
		mk_map_add(moved, at, out->n);
		if (old)
			put_old_list(in, &refs->refs[i].unit, out);
		else
			put_list(in, &refs->refs[i].unit, out);
	}
	put_gap(in, (uint64_t)(in->end - in->at), moved, out);
}

void mk_loc(struct mk_in in, const struct mk_list_refs *refs, struct mk_map *moved,
	    struct mk_out *out)
{
	put_lists(&in, refs, moved, out, true);
}

void mk_loclists(struct mk_in in, const struct mk_list_refs *refs, struct mk_map *moved,
		 struct mk_out *out)
{
	while (in.at < in.end) {
		struct mk_in unit = in; /* offsets count from the start of the section */
		bool wide;
		unit.end = mk_unit(&in, &wide).end;
		size_t width = wide ? 8 : 4;
		mk_part(&unit, wide ? 12 : 4);
		mk_put_between(out, in.start + (unit.at - in.start) - (wide ? 12 : 4), unit.at);
		size_t start = out->n;
		const uint8_t *header = unit.at;
		mk_part(&unit, 4); /* version, sizes of addresses and segments */
		if (mk_number(&unit, 4))
			mk_fail("location lists by index are not handled: compile with gcc");
		mk_put_between(out, header, unit.at);
		put_lists(&unit, refs, moved, out, false);
		mk_patch(out, start - width, out->n - start, width);
	}
}
