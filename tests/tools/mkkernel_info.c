/*
 * .debug_info with the device's register numbers, for mkkernel: expressions grow, so the units are
 * written anew and every reference to a DIE or a location list is moved along (DWARF 5 standard
 * 7.5). Two rounds over the same code: the first learns where things move to, the second knows.
 */
#include <dwarf.h>
#include <stdlib.h>
#include <string.h>

#include "tests/tools/mkkernel.h"

struct walk {
	struct mk_dwarf *d;
	struct mk_map info;  /* offsets of units and DIEs; complete after the first round */
	struct mk_map lists; /* offsets in .debug_loc or .debug_loclists */
	struct mk_list_refs refs;
	bool second;
	struct mk_out *out;
};

/* One unit while it is written. */
struct unit {
	struct mk_unit_info info;
	struct mk_in abbrevs;
	size_t offset_size; /* 4 or 8 */
	uint64_t new_start;
};

/* Attributes whose blocks are expressions and whose offsets are location lists. */
static bool is_location(unsigned attribute)
{
	static const uint16_t all[] = {
		DW_AT_location,
		DW_AT_byte_size,
		DW_AT_string_length,
		DW_AT_lower_bound,
		DW_AT_return_addr,
		DW_AT_upper_bound,
		DW_AT_count,
		DW_AT_data_member_location,
		DW_AT_frame_base,
		DW_AT_segment,
		DW_AT_static_link,
		DW_AT_use_location,
		DW_AT_vtable_elem_location,
		DW_AT_allocated,
		DW_AT_associated,
		DW_AT_data_location,
		DW_AT_GNU_call_site_value,
		DW_AT_GNU_call_site_data_value,
		DW_AT_GNU_call_site_target,
		DW_AT_GNU_call_site_target_clobbered,
	};
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		if (all[i] == attribute)
			return true;
	}
	return false;
}

enum { AT_GNU_LOCVIEWS = 0x2137 };

static bool has_list(const struct unit *u, unsigned attribute, unsigned form)
{
	if (!is_location(attribute) && attribute != AT_GNU_LOCVIEWS)
		return false;
	if (u->info.version >= 4)
		return form == DW_FORM_sec_offset;
	/* there data4 and data8 are also plain numbers of these two */
	bool number = attribute == DW_AT_byte_size || attribute == DW_AT_upper_bound ||
		      attribute == DW_AT_lower_bound || attribute == DW_AT_count;
	return !number && (form == DW_FORM_data4 || form == DW_FORM_data8);
}

static void add_ref(struct walk *w, const struct unit *u, uint64_t at)
{
	struct mk_list_refs *r = &w->refs;
	r->refs = realloc(r->refs, (r->n + 1) * sizeof(*r->refs));
	if (!r->refs)
		mk_fail("out of memory");
	r->refs[r->n++] = (struct mk_list_ref){ at, u->info };
}

static void put_list(struct walk *w, const struct unit *u, unsigned attribute, struct mk_in *in,
		     size_t n)
{
	uint64_t at = mk_number(in, n);
	if (!w->second && attribute != AT_GNU_LOCVIEWS)
		add_ref(w, u, at);
	mk_put_number(w->out, mk_map_get(&w->lists, at), n);
}

static void put_ref(struct walk *w, const struct unit *u, struct mk_in *in, size_t n)
{
	uint64_t ref = u->info.start + mk_number(in, n);
	mk_put_number(w->out, mk_map_get(&w->info, ref) - mk_map_get(&w->info, u->info.start), n);
}

static void put_ref_uleb(struct walk *w, const struct unit *u, struct mk_in *in)
{
	const uint8_t *start = in->at;
	uint64_t ref = u->info.start + mk_uleb(in);
	mk_put_uleb_wide(w->out, mk_map_get(&w->info, ref) - mk_map_get(&w->info, u->info.start),
			 (size_t)(in->at - start));
}

/* n: bytes of the length in front, 0 for ULEB. */
static void put_block(struct walk *w, const struct unit *u, struct mk_in *in, size_t n,
		      bool expression)
{
	struct mk_in block = mk_part(in, n ? mk_number(in, n) : mk_uleb(in));
	struct mk_out inner = { 0 };
	if (expression)
		mk_expression(block, &u->info, &inner);
	else
		mk_put_between(&inner, block.start, block.end);
	if (n) {
		mk_put_number(w->out, 0, n);
		mk_patch(w->out, w->out->n - n, inner.n, n);
	} else {
		mk_put_uleb(w->out, inner.n);
	}
	mk_put(w->out, inner.bytes, inner.n);
	mk_out_free(&inner);
}

/* Bytes of forms that are copied: -1 ULEB or SLEB, -2 string, 0 not one of them. */
static int plain_size(const struct unit *u, unsigned form)
{
	static const int8_t sizes[] = {
		[DW_FORM_addr] = 8,	[DW_FORM_data2] = 2,	 [DW_FORM_data4] = 4,
		[DW_FORM_data8] = 8,	[DW_FORM_string] = -2,	 [DW_FORM_data1] = 1,
		[DW_FORM_flag] = 1,	[DW_FORM_sdata] = -1,	 [DW_FORM_udata] = -1,
		[DW_FORM_strx] = -1,	[DW_FORM_addrx] = -1,	 [DW_FORM_data16] = 16,
		[DW_FORM_ref_sig8] = 8, [DW_FORM_loclistx] = -1, [DW_FORM_rnglistx] = -1,
		[DW_FORM_strx1] = 1,	[DW_FORM_strx2] = 2,	 [DW_FORM_strx3] = 3,
		[DW_FORM_strx4] = 4,	[DW_FORM_addrx1] = 1,	 [DW_FORM_addrx2] = 2,
		[DW_FORM_addrx3] = 3,	[DW_FORM_addrx4] = 4,
	};
	if (form == DW_FORM_strp || form == DW_FORM_line_strp || form == DW_FORM_sec_offset)
		return (int)u->offset_size;
	return form < sizeof(sizes) ? sizes[form] : 0;
}

static void put_plain(struct walk *w, const struct unit *u, unsigned form, struct mk_in *in)
{
	const uint8_t *start = in->at;
	int size = plain_size(u, form);
	if (size == 0)
		mk_fail("DW_FORM %#x is not known", form);
	if (size == -1)
		mk_uleb(in);
	else if (size == -2)
		mk_string(in);
	else
		mk_part(in, (uint64_t)size);
	mk_put_between(w->out, start, in->at);
}

static void put_attribute(struct walk *w, const struct unit *u, unsigned attribute, unsigned form,
			  struct mk_in *in)
{
	bool expression = u->info.version < 4 && is_location(attribute);
	if (has_list(u, attribute, form)) {
		put_list(w, u, attribute, in, form == DW_FORM_data8 ? 8 : u->offset_size);
		return;
	}
	switch (form) {
	case DW_FORM_exprloc:
		put_block(w, u, in, 0, true);
		break;
	case DW_FORM_block:
		put_block(w, u, in, 0, expression);
		break;
	case DW_FORM_block1:
		put_block(w, u, in, 1, expression);
		break;
	case DW_FORM_block2:
		put_block(w, u, in, 2, expression);
		break;
	case DW_FORM_block4:
		put_block(w, u, in, 4, expression);
		break;
	case DW_FORM_ref1:
	case DW_FORM_ref2:
	case DW_FORM_ref4:
	case DW_FORM_ref8:
		put_ref(w, u, in, 1u << (form - DW_FORM_ref1));
		break;
	case DW_FORM_ref_udata:
		put_ref_uleb(w, u, in);
		break;
	case DW_FORM_ref_addr: {
		size_t n = u->info.version == 2 ? 8 : u->offset_size;
		mk_put_number(w->out, mk_map_get(&w->info, mk_number(in, n)), n);
		break;
	}
	case DW_FORM_flag_present:
	case DW_FORM_implicit_const:
		break; /* the value is in the abbreviation */
	default:
		put_plain(w, u, form, in);
	}
}

/* The attributes of an abbreviation: pairs of name and form that end with 0 0. */
static struct mk_in find_abbrev(const struct unit *u, uint64_t code)
{
	struct mk_in in = u->abbrevs;
	for (;;) {
		uint64_t found = mk_uleb(&in);
		if (!found)
			mk_fail("abbreviation %llu is not there", (unsigned long long)code);
		mk_uleb(&in);	   /* tag */
		mk_number(&in, 1); /* has children */
		if (found == code)
			return in;
		for (uint64_t name = 1, form = 1; name || form;) {
			name = mk_uleb(&in);
			form = mk_uleb(&in);
			if (form == DW_FORM_implicit_const)
				mk_sleb(&in);
		}
	}
}

static void put_die(struct walk *w, const struct unit *u, struct mk_in *in)
{
	const uint8_t *start = in->at;
	uint64_t code = mk_uleb(in);
	if (!w->second)
		mk_map_add(&w->info, (uint64_t)(start - w->d->info.start), w->out->n);
	mk_put_between(w->out, start, in->at);
	if (!code)
		return;
	struct mk_in abbrev = find_abbrev(u, code);
	for (;;) {
		unsigned attribute = (unsigned)mk_uleb(&abbrev);
		unsigned form = (unsigned)mk_uleb(&abbrev);
		if (form == DW_FORM_implicit_const)
			mk_sleb(&abbrev);
		if (!attribute && !form)
			return;
		put_attribute(w, u, attribute, form, in);
	}
}

static void read_unit_header(struct walk *w, struct unit *u, struct mk_in *in)
{
	u->info.version = (unsigned)mk_number(in, 2);
	if (u->info.version < 2 || u->info.version > 5)
		mk_fail("DWARF version %u is not known", u->info.version);
	uint64_t address_size = 8, type = DW_UT_compile;
	if (u->info.version >= 5) {
		type = mk_number(in, 1);
		address_size = mk_number(in, 1);
	}
	struct mk_in abbrevs = w->d->abbrev;
	mk_part(&abbrevs, mk_number(in, u->offset_size));
	u->abbrevs = abbrevs;
	if (u->info.version < 5)
		address_size = mk_number(in, 1);
	if (address_size != 8 || (type != DW_UT_compile && type != DW_UT_partial))
		mk_fail("only whole compilation units of 64-bit code can be renumbered");
}

static void put_unit(struct walk *w, struct mk_in *section)
{
	bool wide;
	struct unit u = { .info = { .start = mk_offset(section), .info = &w->info } };
	struct mk_in in = mk_unit(section, &wide);
	u.info.wide = wide;
	u.offset_size = wide ? 8 : 4;
	if (!w->second)
		mk_map_add(&w->info, u.info.start, w->out->n);
	if (wide)
		mk_put_number(w->out, 0xffffffff, 4);
	size_t length_at = w->out->n;
	mk_put_number(w->out, 0, u.offset_size);
	read_unit_header(w, &u, &in);
	mk_put_between(w->out, in.start, in.at);
	while (in.at < in.end)
		put_die(w, &u, &in);
	mk_patch(w->out, length_at, w->out->n - length_at - u.offset_size, u.offset_size);
}

static void put_units(struct walk *w, struct mk_out *out)
{
	w->out = out;
	for (struct mk_in in = w->d->info; in.at < in.end;)
		put_unit(w, &in);
}

/* Only the offset of the unit changes: version, then the offset. */
static void put_aranges(const struct walk *w)
{
	struct mk_in in = w->d->aranges;
	struct mk_out *out = &w->d->new_aranges;
	mk_put_between(out, in.start, in.end);
	while (in.at < in.end) {
		bool wide;
		struct mk_in set = mk_unit(&in, &wide);
		size_t at = (size_t)(set.start - in.start) + 2;
		mk_part(&set, 2);
		mk_patch(out, at, mk_map_get(&w->info, mk_number(&set, wide ? 8 : 4)),
			 wide ? 8 : 4);
	}
}

static int compare_refs(const void *a, const void *b)
{
	const struct mk_list_ref *x = a, *y = b;
	return (x->at > y->at) - (x->at < y->at);
}

void mk_dwarf_renumber(struct mk_dwarf *d)
{
	struct walk w = { .d = d };
	struct mk_out first = { 0 };
	put_units(&w, &first);
	if (w.refs.n)
		qsort(w.refs.refs, w.refs.n, sizeof(*w.refs.refs), compare_refs);
	if (d->loc.start != d->loc.end && d->loclists.start != d->loclists.end)
		mk_fail("units of DWARF 5 and older ones in one file: not done");
	if (d->loc.start != d->loc.end)
		mk_loc(d->loc, &w.refs, &w.lists, &d->new_loc);
	else
		mk_loclists(d->loclists, &w.refs, &w.lists, &d->new_loclists);
	w.second = true;
	put_units(&w, &d->new_info);
	put_aranges(&w);
	mk_out_free(&first);
	free(w.info.pairs);
	free(w.lists.pairs);
	free(w.refs.refs);
}
