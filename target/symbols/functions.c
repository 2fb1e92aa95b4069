/*
 * The function index: symbol table and subprogram DIEs joined by address. Called by object.c
 * while a kernel is opened and by place.c for look-ups; lines are another index.
 */
#include "target/symbols/functions_priv.h"

#include <libdwarf/dwarf.h>
#include <stdlib.h>
#include <string.h>

#include "target/symbols/array_priv.h"

enum {
	REF_HOPS = 4,  /* instance -> abstract instance -> declaration */
	OVERLAPS = 16, /* symbols that may lie inside one another */
};

static const char *scope_name(struct kdwarf *d, const struct kdwarf_die *die)
{
	const char *name;

	switch (die->tag) {
	case DW_TAG_namespace:
		name = kdwarf_string(d, die->die, DW_AT_name);
		return name ? name : "(anonymous namespace)";
	case DW_TAG_class_type:
	case DW_TAG_structure_type:
	case DW_TAG_union_type:
		return kdwarf_string(d, die->die, DW_AT_name);
	default:
		return NULL;
	}
}

/* Keeps "A::B::name" and returns its place + 1. */
static size_t keep_name(struct functions *f, unsigned depth, const char *name)
{
	size_t at = f->names.len;

	for (unsigned i = 0; i < depth; i++) {
		if (!f->scope[i])
			continue;
		target_text_add(&f->names, f->scope[i]);
		target_text_add(&f->names, "::");
	}
	target_text_bytes(&f->names, name, strlen(name) + 1);
	return f->names.failed ? 0 : at + 1;
}

static uint64_t origin(struct kdwarf *d, Dwarf_Die die)
{
	uint64_t ref = 0;

	if (kdwarf_reference(d, die, DW_AT_specification, &ref) ||
	    kdwarf_reference(d, die, DW_AT_abstract_origin, &ref))
		return ref;
	return 0;
}

static void add_die(struct functions *f, struct kdwarf *d, const struct kdwarf_die *die)
{
	struct function_die *grown =
		array_grow(f->dies, f->die_count, &f->die_cap, sizeof(*f->dies));
	struct function_die one = { .offset = die->offset, .unit = die->unit->index + 1 };
	const char *name = kdwarf_string(d, die->die, DW_AT_name);

	if (!grown)
		return;
	f->dies = grown;
	one.ref = origin(d, die->die);
	if (!kdwarf_address(d, die->die, &one.lo, &one.hi))
		one.lo = one.hi = 0;
	if (name)
		one.name = keep_name(f, die->depth, name);
	one.linkage = kdwarf_string(d, die->die, DW_AT_linkage_name);
	if (!one.linkage)
		one.linkage = kdwarf_string(d, die->die, DW_AT_MIPS_linkage_name);
	f->dies[f->die_count++] = one;
}

static void add_call(struct functions *f, struct kdwarf *d, const struct kdwarf_die *die)
{
	struct inlined_call one = { .depth = die->depth };
	struct inlined_call *grown;
	uint64_t line = 0;

	if (!kdwarf_address(d, die->die, &one.lo, &one.hi) ||
	    !kdwarf_reference(d, die->die, DW_AT_abstract_origin, &one.ref))
		return;
	grown = array_grow(f->calls, f->call_count, &f->call_cap, sizeof(*f->calls));
	if (!grown)
		return;
	f->calls = grown;
	if (kdwarf_number(d, die->die, DW_AT_call_line, &line) && line <= UINT32_MAX)
		one.line = (unsigned)line;
	f->calls[f->call_count++] = one;
}

void functions_visit(struct functions *f, struct kdwarf *d, const struct kdwarf_die *die)
{
	f->scope[die->depth] = scope_name(d, die);
	if (die->tag == DW_TAG_subprogram && !die->unit->types)
		add_die(f, d, die);
	else if (die->tag == DW_TAG_inlined_subroutine && !die->unit->types)
		add_call(f, d, die);
}

static struct function *add_function(struct functions *f, const struct function *one)
{
	struct function *grown = array_grow(f->all, f->count, &f->cap, sizeof(*f->all));

	if (!grown)
		return NULL;
	f->all = grown;
	f->all[f->count] = *one;
	return &f->all[f->count++];
}

static void add_symbol(void *ctx, const struct kelf_symbol *s)
{
	struct functions *f = ctx;
	const struct kelf_section *in;
	struct function one = { .symbol = s->name, .open_ended = s->size == 0 };
	uint64_t end;

	if (s->type != STT_FUNC || s->section == SHN_UNDEF || s->section >= f->elf->count)
		return;
	in = &f->elf->sections[s->section];
	end = kelf_address(f->elf, s->section, (f->elf->type == ET_REL ? 0 : in->addr) + in->size);
	one.lo = kelf_address(f->elf, s->section, s->value);
	one.hi = s->size ? one.lo + s->size : end;
	one.rank = s->binding == STB_GLOBAL ? 0 : s->binding == STB_WEAK ? 1 : 2;
	if (one.hi > one.lo)
		add_function(f, &one);
}

static int by_address(const void *pa, const void *pb)
{
	const struct function *a = pa;
	const struct function *b = pb;

	if (a->lo != b->lo)
		return a->lo < b->lo ? -1 : 1;
	if (a->open_ended != b->open_ended)
		return a->open_ended ? 1 : -1;
	return (int)a->rank - (int)b->rank;
}

static int by_offset(const void *pa, const void *pb)
{
	const struct function_die *a = pa;
	const struct function_die *b = pb;

	if (a->offset == b->offset)
		return 0;
	return a->offset < b->offset ? -1 : 1;
}

/* Sorts, drops aliases, and ends symbols without a size where the next one begins. */
static void settle(struct functions *f)
{
	size_t kept = 0;

	if (f->count == 0)
		return;
	qsort(f->all, f->count, sizeof(*f->all), by_address);
	for (size_t i = 1; i < f->count; i++) {
		if (f->all[i].lo != f->all[kept].lo)
			f->all[++kept] = f->all[i];
	}
	f->count = kept + 1;
	for (size_t i = 0; i + 1 < f->count; i++) {
		if (f->all[i].open_ended && f->all[i].hi > f->all[i + 1].lo)
			f->all[i].hi = f->all[i + 1].lo;
	}
}

/* The last function that begins at or below an address; NULL when there is none. */
static struct function *last_below(const struct functions *f, uint64_t at)
{
	size_t lo = 0;
	size_t hi = f->count;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (f->all[mid].lo <= at)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo ? &f->all[lo - 1] : NULL;
}

static struct function *find(const struct functions *f, uint64_t at)
{
	struct function *one = last_below(f, at);

	for (unsigned i = 0; one && i < OVERLAPS; i++) {
		if (at < one->hi)
			return one;
		one = one > f->all ? one - 1 : NULL;
	}
	return NULL;
}

/* Name and linkage name of a DIE, by way of what it refers to. */
static void complete(const struct functions *f, struct function_die *die)
{
	uint64_t ref = die->ref;

	/* an inlined call may refer to something in a file without any subprogram */
	if (!f->die_count)
		return;
	for (unsigned i = 0; i < REF_HOPS && ref && (!die->name || !die->linkage); i++) {
		struct function_die key = { .offset = ref };
		const struct function_die *to =
			bsearch(&key, f->dies, f->die_count, sizeof(key), by_offset);

		if (!to)
			return;
		if (!die->name)
			die->name = to->name;
		if (!die->linkage)
			die->linkage = to->linkage;
		ref = to->ref;
	}
}

static int by_begin(const void *pa, const void *pb)
{
	const struct inlined_call *a = pa;
	const struct inlined_call *b = pb;

	if (a->lo != b->lo)
		return a->lo < b->lo ? -1 : 1;
	return a->depth == b->depth ? 0 : a->depth < b->depth ? -1 : 1;
}

static void finish_calls(struct functions *f)
{
	for (size_t i = 0; i < f->call_count; i++) {
		struct function_die named = { .ref = f->calls[i].ref };

		complete(f, &named);
		f->calls[i].name = named.name;
	}
	if (f->call_count)
		qsort(f->calls, f->call_count, sizeof(*f->calls), by_begin);
}

/*
 * A linker that drops a function leaves its DIE at address 0 or 1: where the symbol at that
 * address has another size, the DIE is not about it.
 */
static bool same_function(const struct function *one, const struct function_die *die)
{
	return one->lo == die->lo && (one->open_ended || one->hi == die->hi || !one->symbol);
}

static void join(struct functions *f, const struct function_die *die, size_t symbols)
{
	struct functions of_symbols = { .all = f->all, .count = symbols };
	struct function *one = find(&of_symbols, die->lo);
	struct function added = { .lo = die->lo,
				  .hi = die->hi,
				  .symbol = die->linkage,
				  .name = die->name,
				  .unit = die->unit };

	if (!one) {
		add_function(f, &added);
		return;
	}
	if (same_function(one, die)) {
		one->name = die->name;
		one->unit = die->unit;
	}
}

void functions_finish(struct functions *f, const struct kelf *elf)
{
	size_t symbols;

	f->elf = elf;
	kelf_symbols(elf, add_symbol, f);
	settle(f);
	symbols = f->count;
	if (f->die_count)
		qsort(f->dies, f->die_count, sizeof(*f->dies), by_offset);
	for (size_t i = 0; i < f->die_count; i++) {
		if (f->dies[i].lo == f->dies[i].hi)
			continue;
		complete(f, &f->dies[i]);
		join(f, &f->dies[i], symbols);
	}
	if (f->count > symbols)
		settle(f);
	finish_calls(f);
	free(f->dies);
	f->dies = NULL;
	f->die_count = f->die_cap = 0;
}

void functions_deinit(struct functions *f)
{
	free(f->all);
	free(f->dies);
	free(f->calls);
	target_text_deinit(&f->names);
	*f = (struct functions){ 0 };
}

const struct function *functions_find(const struct functions *f, uint64_t at)
{
	return find(f, at);
}

const char *functions_name(const struct functions *f, const struct function *one)
{
	return one->name ? f->names.data + one->name - 1 : one->symbol;
}

/* Of nested calls the one that begins last is the innermost. */
const struct inlined_call *functions_call(const struct functions *f, const struct function *one,
					  uint64_t at, const struct inlined_call *inner)
{
	size_t lo = 0, hi = inner ? (size_t)(inner - f->calls) : f->call_count;

	while (!inner && lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (f->calls[mid].lo <= at)
			lo = mid + 1;
		else
			hi = mid;
	}
	while (hi > 0 && f->calls[hi - 1].lo >= one->lo) {
		if (f->calls[--hi].hi > at)
			return &f->calls[hi];
	}
	return NULL;
}

const char *functions_call_name(const struct functions *f, const struct inlined_call *call)
{
	return call->name ? f->names.data + call->name - 1 : NULL;
}
