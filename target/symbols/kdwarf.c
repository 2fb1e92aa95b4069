/*
 * libdwarf over a kernel's bytes in memory: the object-access interface, the walk over all DIEs,
 * and single attributes. Called by the translation and the symbol index, which decide what a DIE
 * means. libdwarf aborts when it is given no place for an error, so every call here gives one.
 */
#include "target/symbols/kdwarf_priv.h"

#include <libdwarf/dwarf.h>
#include <stdlib.h>
#include <string.h>

#include "target/symbols/guard_priv.h"

/*
 * What libdwarf gets to see is what is asked of it, nothing more. It loads all range and location
 * lists when it opens a unit, and version 20210528 frees a broken one twice.
 */
static const char *const served[] = {
	".debug_info", ".debug_types",	     ".debug_abbrev", ".debug_line",  ".debug_line_str",
	".debug_str",  ".debug_str_offsets", ".debug_addr",   ".debug_frame", ".eh_frame",
};

static bool is_unit_section(const struct kelf_section *s)
{
	return strcmp(s->name, ".debug_info") == 0 || strcmp(s->name, ".debug_types") == 0;
}

static bool is_served(const struct kdwarf *d, const struct kelf_section *s)
{
	if (d->too_large && is_unit_section(s))
		return false;
	for (size_t i = 0; i < sizeof(served) / sizeof(served[0]); i++) {
		if (strcmp(s->name, served[i]) == 0)
			return s->in_file && !kelf_is_compressed(s);
	}
	return false;
}

static int section_info(void *obj, Dwarf_Half index, Dwarf_Obj_Access_Section *out, int *error)
{
	const struct kdwarf *d = obj;
	const struct kelf_section *s;

	(void)error;
	*out = (Dwarf_Obj_Access_Section){ .name = "" };
	if (index >= d->elf->count)
		return DW_DLV_NO_ENTRY;
	s = &d->elf->sections[index];
	/* groups, relocations and what is not DWARF stay out of libdwarf's sight */
	if (!is_served(d, s))
		return DW_DLV_OK;
	out->name = s->name;
	out->type = s->type;
	out->addr = s->addr;
	out->size = s->size;
	return DW_DLV_OK;
}

static int section_load(void *obj, Dwarf_Half index, Dwarf_Small **out, int *error)
{
	const struct kdwarf *d = obj;
	const struct kelf_section *s;

	(void)error;
	if (index >= d->elf->count || !is_served(d, &d->elf->sections[index]))
		return DW_DLV_NO_ENTRY;
	s = &d->elf->sections[index];
	if (strcmp(s->name, ".debug_abbrev") == 0) {
		*out = d->abbrev;
		return DW_DLV_OK;
	}
	/* libdwarf reads only; its interface has no const */
	*out = (Dwarf_Small *)(uintptr_t)(d->elf->bytes + s->offset);
	return DW_DLV_OK;
}

static Dwarf_Endianness byte_order(void *obj)
{
	(void)obj;
	return DW_OBJECT_LSB;
}

/* libdwarf takes it for the least size of a unit's header only: units say what they have. */
static Dwarf_Small length_size(void *obj)
{
	(void)obj;
	return 4;
}

static Dwarf_Small pointer_size(void *obj)
{
	(void)obj;
	return 8;
}

static Dwarf_Unsigned section_count(void *obj)
{
	const struct kdwarf *d = obj;

	return d->elf->count;
}

static const Dwarf_Obj_Access_Methods access_methods = {
	.get_section_info = section_info,
	.get_byte_order = byte_order,
	.get_length_size = length_size,
	.get_pointer_size = pointer_size,
	.get_section_count = section_count,
	.load_section = section_load,
};

bool kdwarf_ok(struct kdwarf *d, int rc, Dwarf_Error *err)
{
	if (rc == DW_DLV_ERROR && *err)
		dwarf_dealloc_error(d->dbg, *err);
	*err = NULL;
	return rc == DW_DLV_OK;
}

bool kdwarf_open(struct kdwarf *d, const struct kelf *elf)
{
	Dwarf_Error err = NULL;
	int rc;

	*d = (struct kdwarf){ .elf = elf };
	d->too_large = !guard_units(elf, &d->abbrev);
	d->access = (Dwarf_Obj_Access_Interface){ .object = d, .methods = &access_methods };
	rc = dwarf_object_init_b(&d->access, NULL, NULL, DW_GROUPNUMBER_BASE, &d->dbg, &err);
	if (!kdwarf_ok(d, rc, &err)) {
		d->dbg = NULL;
		return false;
	}
	dwarf_set_frame_rule_table_size(d->dbg, KDWARF_FRAME_COLUMNS);
	dwarf_set_frame_rule_initial_value(d->dbg, DW_FRAME_SAME_VAL);
	return true;
}

void kdwarf_close(struct kdwarf *d)
{
	Dwarf_Error err = NULL;

	if (d->dbg)
		dwarf_object_finish(d->dbg, &err);
	free(d->abbrev);
	d->dbg = NULL;
	d->abbrev = NULL;
}

struct walk {
	struct kdwarf *d;
	kdwarf_die_fn fn;
	void *ctx;
	Dwarf_Bool is_info;
	unsigned long budget; /* DIEs that may still be looked at */
	unsigned long visited;
	struct kdwarf_unit unit;
};

static Dwarf_Die next_sibling(struct walk *w, Dwarf_Die die)
{
	Dwarf_Die next = NULL;
	Dwarf_Error err = NULL;
	int rc = dwarf_siblingof_b(w->d->dbg, die, w->is_info, &next, &err);

	return kdwarf_ok(w->d, rc, &err) ? next : NULL;
}

static void pay(struct walk *w, unsigned long dies)
{
	w->budget -= dies < w->budget ? dies : w->budget;
}

/* Visits die and its siblings with all below them; frees them. */
static void walk_siblings(struct walk *w, Dwarf_Die die, unsigned depth)
{
	while (die) {
		struct kdwarf_die at = { .die = die, .depth = depth, .unit = &w->unit };
		Dwarf_Die child = NULL;
		Dwarf_Die next;
		unsigned long before;
		Dwarf_Error err = NULL;

		if (w->budget == 0 || !kdwarf_ok(w->d, dwarf_tag(die, &at.tag, &err), &err) ||
		    !kdwarf_ok(w->d, dwarf_dieoffset(die, &at.offset, &err), &err)) {
			dwarf_dealloc_die(die);
			return;
		}
		w->budget--;
		w->visited++;
		w->fn(w->ctx, w->d, &at);
		before = w->visited;
		if (depth < KDWARF_DEPTH_MAX &&
		    kdwarf_ok(w->d, dwarf_child(die, &child, &err), &err))
			walk_siblings(w, child, depth + 1);
		/* libdwarf goes over all below it again to find the next */
		pay(w, w->visited - before);
		next = depth && w->budget ? next_sibling(w, die) : NULL;
		dwarf_dealloc_die(die);
		die = next;
	}
}

static bool next_unit(struct walk *w)
{
	Dwarf_Unsigned length, type_offset, next;
	Dwarf_Off abbrev;
	Dwarf_Half version = 0, address = 0, offset = 0, extension, kind;
	Dwarf_Sig8 signature;
	Dwarf_Error err = NULL;
	int rc = dwarf_next_cu_header_d(w->d->dbg, w->is_info, &length, &version, &abbrev, &address,
					&offset, &extension, &signature, &type_offset, &next, &kind,
					&err);

	if (!kdwarf_ok(w->d, rc, &err))
		return false;
	w->unit.version = version;
	w->unit.types = !w->is_info;
	w->unit.offset_size = (uint8_t)offset;
	w->unit.sizes.address = (uint8_t)address;
	w->unit.sizes.ref = (uint8_t)(version < 3 ? address : offset);
	return true;
}

static void walk_section(struct walk *w)
{
	while (w->budget > 0 && next_unit(w)) {
		Dwarf_Die die = NULL;
		Dwarf_Error err = NULL;

		if (kdwarf_ok(w->d, dwarf_siblingof_b(w->d->dbg, NULL, w->is_info, &die, &err),
			      &err)) {
			w->unit.die = die;
			walk_siblings(w, die, 0);
		}
		w->unit.index++;
	}
}

bool kdwarf_walk(struct kdwarf *d, kdwarf_die_fn fn, void *ctx)
{
	struct walk w = { .d = d, .fn = fn, .ctx = ctx, .budget = KDWARF_DIES_MAX };

	if (!d->dbg)
		return !d->too_large;
	w.is_info = 1;
	walk_section(&w);
	w.is_info = 0; /* .debug_types of DWARF 4 */
	walk_section(&w);
	return w.budget > 0 && !d->too_large;
}

static bool find(struct kdwarf *d, Dwarf_Die die, Dwarf_Half name, Dwarf_Attribute *out)
{
	Dwarf_Error err = NULL;

	*out = NULL;
	return kdwarf_ok(d, dwarf_attr(die, name, out, &err), &err);
}

bool kdwarf_address(struct kdwarf *d, Dwarf_Die die, uint64_t *lo, uint64_t *hi)
{
	Dwarf_Addr low = 0, high = 0;
	Dwarf_Half form = 0;
	enum Dwarf_Form_Class class = DW_FORM_CLASS_UNKNOWN;
	Dwarf_Error err = NULL;

	if (!kdwarf_ok(d, dwarf_lowpc(die, &low, &err), &err) ||
	    !kdwarf_ok(d, dwarf_highpc_b(die, &high, &form, &class, &err), &err))
		return false;
	*lo = low;
	*hi = class == DW_FORM_CLASS_CONSTANT ? low + high : high;
	return *hi > *lo;
}

bool kdwarf_reference(struct kdwarf *d, Dwarf_Die die, Dwarf_Half name, uint64_t *out)
{
	Dwarf_Attribute attr;
	Dwarf_Half form = 0;
	Dwarf_Off offset = 0;
	Dwarf_Error err = NULL;
	bool ok;

	if (!find(d, die, name, &attr))
		return false;
	/* a signature names a type unit, not an offset */
	ok = kdwarf_ok(d, dwarf_whatform(attr, &form, &err), &err) && form != DW_FORM_ref_sig8 &&
	     kdwarf_ok(d, dwarf_global_formref(attr, &offset, &err), &err);
	dwarf_dealloc_attribute(attr);
	*out = offset;
	return ok;
}

bool kdwarf_offset(struct kdwarf *d, Dwarf_Die die, Dwarf_Half name, uint64_t *out)
{
	Dwarf_Attribute attr;
	Dwarf_Off offset = 0;
	Dwarf_Error err = NULL;
	bool ok;

	if (!find(d, die, name, &attr))
		return false;
	ok = kdwarf_ok(d, dwarf_global_formref(attr, &offset, &err), &err);
	dwarf_dealloc_attribute(attr);
	*out = offset;
	return ok;
}

bool kdwarf_number(struct kdwarf *d, Dwarf_Die die, Dwarf_Half name, uint64_t *out)
{
	Dwarf_Attribute attr;
	Dwarf_Unsigned value = 0;
	Dwarf_Error err = NULL;
	bool ok;

	if (!find(d, die, name, &attr))
		return false;
	ok = kdwarf_ok(d, dwarf_formudata(attr, &value, &err), &err);
	dwarf_dealloc_attribute(attr);
	*out = value;
	return ok;
}

bool kdwarf_has(struct kdwarf *d, Dwarf_Die die, Dwarf_Half name)
{
	Dwarf_Bool has = 0;
	Dwarf_Error err = NULL;

	return kdwarf_ok(d, dwarf_hasattr(die, name, &has, &err), &err) && has;
}

const char *kdwarf_string(struct kdwarf *d, Dwarf_Die die, Dwarf_Half name)
{
	char *text = NULL;
	Dwarf_Error err = NULL;

	return kdwarf_ok(d, dwarf_die_text(die, name, &text, &err), &err) ? text : NULL;
}
