/*
 * Location expressions for the translation: every attribute of a DIE that is one, and the
 * location lists they lead to. Called by translate.c; libdwarf walks the DIEs, the lists are read
 * here because their expressions are patched where they stand.
 */
#include "target/symbols/translate_priv.h"

#include <libdwarf/dwarf.h>

struct dies {
	struct translation *t;
	const struct kelf_section *loc;	     /* .debug_loc, DWARF 2 to 4; or NULL */
	const struct kelf_section *loclists; /* .debug_loclists, DWARF 5; or NULL */
	uint64_t list_base;		     /* DW_AT_loclists_base of the current unit */
};

/* Attributes whose value may be a location list. */
static bool may_be_list(Dwarf_Half name)
{
	switch (name) {
	case DW_AT_location:
	case DW_AT_string_length:
	case DW_AT_return_addr:
	case DW_AT_data_member_location:
	case DW_AT_frame_base:
	case DW_AT_segment:
	case DW_AT_static_link:
	case DW_AT_use_location:
	case DW_AT_vtable_elem_location:
		return true;
	default:
		return false;
	}
}

/* Blocks that are plain data although DWARF 2 and 3 give expressions the same forms. */
static bool is_data_block(Dwarf_Half name)
{
	return name == DW_AT_const_value || name == DW_AT_discr_list || name == DW_AT_default_value;
}

/* .debug_loc: pairs of addresses, each with an expression; (0, 0) ends, (-1, x) sets a base. */
static void old_list(struct dies *w, struct bytes b, const struct operand_sizes *z)
{
	const uint64_t base_mark = UINT64_MAX >> (64 - 8 * z->address);

	while (bytes_left(&b) > 0 && w->t->budget > 0) {
		uint64_t start = bytes_fixed(&b, z->address);
		uint64_t end = bytes_fixed(&b, z->address);

		w->t->budget--;
		if (start == 0 && end == 0)
			return;
		if (start == base_mark)
			continue;
		translate_expression(w->t, bytes_take(&b, bytes_fixed(&b, 2)), z);
	}
}

static void new_list(struct dies *w, struct bytes b, const struct operand_sizes *z)
{
	struct operands op;

	while (w->t->budget > 0 && operands_location(&b, z, &op)) {
		w->t->budget--;
		if (op.code == DW_LLE_end_of_list)
			return;
		if (op.has_block)
			translate_expression(w->t, op.block, z);
	}
}

static void list(struct dies *w, const struct kdwarf_unit *u, uint64_t offset)
{
	const struct kelf_section *s = u->version >= 5 ? w->loclists : w->loc;
	struct bytes b;

	if (!s || offset >= s->size || u->sizes.address == 0 || u->sizes.address > 8)
		return;
	b = bytes_of(w->t->elf->bytes + s->offset + offset, s->size - offset);
	if (u->version >= 5)
		new_list(w, b, &u->sizes);
	else
		old_list(w, b, &u->sizes);
}

/* DW_FORM_loclistx: an index into the table of offsets at the unit's base. */
static void indexed_list(struct dies *w, const struct kdwarf_unit *u, uint64_t index)
{
	struct bytes b;

	if (!w->loclists)
		return;
	b = bytes_of(w->t->elf->bytes + w->loclists->offset, w->loclists->size);
	bytes_skip(&b, w->list_base);
	if (index > bytes_left(&b) / u->offset_size)
		return;
	bytes_skip(&b, index * u->offset_size);
	list(w, u, w->list_base + bytes_fixed(&b, u->offset_size));
}

static void block_value(struct dies *w, struct kdwarf *d, const struct kdwarf_unit *u,
			Dwarf_Attribute attr)
{
	Dwarf_Block *block = NULL;
	Dwarf_Error err = NULL;

	if (!kdwarf_ok(d, dwarf_formblock(attr, &block, &err), &err))
		return;
	translate_expression(w->t, bytes_of(block->bl_data, block->bl_len), &u->sizes);
	dwarf_dealloc(d->dbg, block, DW_DLA_BLOCK);
}

static void expression_value(struct dies *w, struct kdwarf *d, const struct kdwarf_unit *u,
			     Dwarf_Attribute attr)
{
	Dwarf_Unsigned n = 0;
	Dwarf_Ptr data = NULL;
	Dwarf_Error err = NULL;

	if (kdwarf_ok(d, dwarf_formexprloc(attr, &n, &data, &err), &err))
		translate_expression(w->t, bytes_of(data, n), &u->sizes);
}

static void offset_value(struct dies *w, struct kdwarf *d, const struct kdwarf_unit *u,
			 Dwarf_Attribute attr)
{
	Dwarf_Off offset = 0;
	Dwarf_Error err = NULL;

	if (kdwarf_ok(d, dwarf_global_formref(attr, &offset, &err), &err))
		list(w, u, offset);
}

static void index_value(struct dies *w, struct kdwarf *d, const struct kdwarf_unit *u,
			Dwarf_Attribute attr)
{
	Dwarf_Unsigned index = 0;
	Dwarf_Error err = NULL;

	if (kdwarf_ok(d, dwarf_formudata(attr, &index, &err), &err))
		indexed_list(w, u, index);
}

static void attribute(struct dies *w, struct kdwarf *d, const struct kdwarf_unit *u,
		      Dwarf_Attribute attr)
{
	Dwarf_Half name = 0, form = 0;
	Dwarf_Error err = NULL;

	if (!kdwarf_ok(d, dwarf_whatattr(attr, &name, &err), &err) ||
	    !kdwarf_ok(d, dwarf_whatform(attr, &form, &err), &err))
		return;
	switch (form) {
	case DW_FORM_exprloc:
		expression_value(w, d, u, attr);
		return;
	case DW_FORM_block:
	case DW_FORM_block1:
	case DW_FORM_block2:
	case DW_FORM_block4:
		if (u->version < 4 && !is_data_block(name))
			block_value(w, d, u, attr);
		return;
	case DW_FORM_sec_offset:
		if (may_be_list(name))
			offset_value(w, d, u, attr);
		return;
	case DW_FORM_data4:
	case DW_FORM_data8:
		/* before DWARF 4 offsets were constants; of a member they are plain offsets */
		if (u->version < 4 && may_be_list(name) && name != DW_AT_data_member_location)
			offset_value(w, d, u, attr);
		return;
	case DW_FORM_loclistx:
		index_value(w, d, u, attr);
		return;
	default:
		return;
	}
}

static void visit(void *ctx, struct kdwarf *d, const struct kdwarf_die *die)
{
	struct dies *w = ctx;
	Dwarf_Attribute *attrs = NULL;
	Dwarf_Signed count = 0;
	Dwarf_Error err = NULL;

	if (w->t->budget == 0)
		return;
	if (die->depth == 0 && !kdwarf_offset(d, die->die, DW_AT_loclists_base, &w->list_base))
		w->list_base = 0;
	if (!kdwarf_ok(d, dwarf_attrlist(die->die, &attrs, &count, &err), &err))
		return;
	for (Dwarf_Signed i = 0; i < count; i++) {
		attribute(w, d, die->unit, attrs[i]);
		dwarf_dealloc_attribute(attrs[i]);
		w->t->budget -= w->t->budget > 0;
	}
	dwarf_dealloc(d->dbg, attrs, DW_DLA_LIST);
}

bool translate_dies(struct translation *t, struct kdwarf *d)
{
	struct dies w = { .t = t,
			  .loc = kelf_find(t->elf, ".debug_loc"),
			  .loclists = kelf_find(t->elf, ".debug_loclists") };

	return kdwarf_walk(d, visit, &w);
}
