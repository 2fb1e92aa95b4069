/*
 * Local memories and caches of the cores (coredump facts 2.3, 5). Called by core_target.c after
 * parse_global.c, whose blocks the caches refer to, and parse_regs.c. Where a client finds them in
 * the address space is for target/ascend.
 */
#include <inttypes.h>
#include <stdlib.h>

#include "target/core/core_priv.h"

/* LocalMemInfo, coredump facts 2.3. */
enum {
	ENTRY_SIZE = 24,
	ENTRY_BYTES = 0,
	ENTRY_SECTION = 8,
	ENTRY_CACHED = 12,
	ENTRY_MEM = 16,
};

#define FAILED_BIT (1ull << 63)

static bool is_local_mem(uint32_t mem)
{
	return (mem >= CHIP_L0A && mem <= CHIP_L1) || mem == CHIP_DCACHE || mem == CHIP_ICACHE;
}

/* The block that a cache is a copy of, NULL when there is none. */
static struct ascend_block *cached_block(struct core_dump *d, uint32_t section)
{
	if (section >= d->section_count || !d->sections[section].block)
		return NULL;
	return &d->ascend.blocks[d->sections[section].block - 1];
}

static void link_cache(struct core_dump *d, struct ascend_local *l, struct span entry)
{
	struct ascend_block *b = cached_block(d, span_u32(entry, ENTRY_CACHED));
	char name[16];

	if (!b) {
		core_loss(d, "%s: a cache is a copy of section %u, which is not there",
			  core_name(d, l->core, name), span_u32(entry, ENTRY_CACHED));
		l->failed = l->failed || l->mem == CHIP_DCACHE;
		return;
	}
	l->at = b->at;
	if (l->size > UINT64_MAX - l->at)
		l->size = UINT64_MAX - l->at;
	if (l->mem == CHIP_ICACHE && b->type == CORE_TYPE_UNNAMED) {
		b->type = ASCEND_KERNEL_OBJECT;
		d->code = (size_t)(b - d->ascend.blocks) + 1;
	}
	if (d->plain_ids && l->mem == CHIP_DCACHE &&
	    (b->type == ASCEND_STACK || b->type == ASCEND_SIMT_STACK))
		b->core = l->core;
}

/* Cuts a local memory to what the file has of it. false: nothing of it can be read. */
static bool place_local(struct core_dump *d, struct ascend_local *l, uint32_t index,
			uint64_t *offset)
{
	const struct core_section *s = &d->sections[index < d->section_count ? index : 0];
	char name[16];

	core_name(d, l->core, name);
	if (!index || index >= d->section_count || s->kind != CORE_LOCAL) {
		core_loss(d, "%s: section %u of a local memory is not there: unreadable", name,
			  index);
		return false;
	}
	*offset = s->offset;
	if (l->size > s->size) {
		core_loss(d,
			  "%s: only %" PRIu64 " of %" PRIu64 " bytes of a local memory are there",
			  name, s->size, l->size);
		l->size = s->size;
	}
	if (l->size > d->limits.local_bytes) {
		core_loss(d,
			  "%s: %" PRIu64 " bytes of local memory are more than the limit of "
			  "%" PRIu64 ": unreadable",
			  name, l->size, d->limits.local_bytes);
		return false;
	}
	return true;
}

static void parse_entry(struct core_dump *d, uint16_t core, struct span entry)
{
	struct ascend_local *l = &d->ascend.locals[d->ascend.local_count];
	uint64_t size = span_u64(entry, ENTRY_BYTES);
	uint32_t mem = span_u32(entry, ENTRY_MEM);
	char name[16];

	if (!is_local_mem(mem)) {
		core_loss(d, "%s: memory type %u is unknown: ignored", core_name(d, core, name),
			  mem);
		return;
	}
	*l = (struct ascend_local){
		.mem = (uint8_t)mem,
		.core = core,
		.size = size & ~FAILED_BIT,
		.failed = size & FAILED_BIT,
	};
	if (!place_local(d, l, span_u32(entry, ENTRY_SECTION),
			 &d->local_at[d->ascend.local_count])) {
		l->failed = true;
		l->size = 0;
	}
	if (mem == CHIP_DCACHE || mem == CHIP_ICACHE)
		link_cache(d, l, entry);
	d->ascend.local_count++;
}

/* What kind of core has such memories; false when only caches are there. */
static bool type_by_memory(struct span table, enum chip_core_type *type)
{
	uint64_t count = span_room(table, 0, ENTRY_SIZE * CORE_MAX_LOCALS) / ENTRY_SIZE;

	for (uint64_t i = 0; i < count; i++) {
		uint32_t mem = span_u32(table, i * ENTRY_SIZE + ENTRY_MEM);
		if (mem >= CHIP_L0A && mem <= CHIP_L1) {
			*type = mem == CHIP_UB ? CHIP_AIV : CHIP_AIC;
			return true;
		}
	}
	return false;
}

static bool core_of(struct core_dump *d, size_t index, struct span table, uint16_t *unified)
{
	const struct core_section *s = &d->sections[index];
	enum chip_core_type type;
	uint32_t want = s->id;
	uint16_t id;

	if (s->has_id && d->plain_ids && type_by_memory(table, &type) && want < CORE_SLOTS)
		want = chip_unified(d->ascend.chip, type, (uint16_t)want);
	if (s->has_id && want < CORE_SLOTS && chip_core(d->ascend.chip, want, &type, &id)) {
		*unified = (uint16_t)want;
		return true;
	}
	core_loss(d, "section %zu: local memories of a core that does not exist: ignored", index);
	return false;
}

static void parse_section(struct core_dump *d, size_t index)
{
	struct span table = core_section_span(d, &d->sections[index]), entry;
	uint64_t count = table.size / ENTRY_SIZE;
	uint16_t unified;

	if (!core_of(d, index, table, &unified))
		return;
	if (d->cores[unified].has_locals) {
		core_loss(d, "section %zu: local memories of core %u once more: ignored", index,
			  unified);
		return;
	}
	if (table.size % ENTRY_SIZE || !count || count > CORE_MAX_LOCALS) {
		count = count < CORE_MAX_LOCALS ? count : CORE_MAX_LOCALS;
		core_loss(d, "section %zu: its size does not fit: %" PRIu64 " entries are used",
			  index, count);
	}
	d->cores[unified].has_locals = true;
	for (uint64_t i = 0; i < count; i++) {
		span_part(table, i * ENTRY_SIZE, ENTRY_SIZE, &entry);
		parse_entry(d, unified, entry);
	}
}

/*
 * Writers before the AIV offset was known for a chip (v8.5.0, v9.0.0 with chip 15: facts 1.5, 9)
 * gave plain ids and no registers: then unified buffers belong to ids that are no stalled AIV.
 */
static bool has_plain_ids(const struct core_dump *d)
{
	for (size_t i = 1; i < d->section_count && !d->has_regs; i++) {
		const struct core_section *s = &d->sections[i];
		enum chip_core_type type;
		if (s->kind == CORE_AUX_LOCAL && s->has_id &&
		    type_by_memory(core_section_span(d, s), &type) && type == CHIP_AIV &&
		    (s->id >= CORE_SLOTS || s->id < d->ascend.chip->aiv_offset ||
		     !d->cores[s->id].stalled))
			return true;
	}
	return false;
}

static void forget_stack_cores(struct core_dump *d)
{
	for (size_t i = 0; i < d->ascend.block_count; i++)
		d->ascend.blocks[i].core = -1;
}

/* Upper bound of how many local memories there are. */
static size_t count_locals(const struct core_dump *d)
{
	size_t n = 0;

	for (size_t i = 1; i < d->section_count; i++)
		if (d->sections[i].kind == CORE_AUX_LOCAL)
			n += span_room((struct span){ NULL, d->sections[i].size / ENTRY_SIZE }, 0,
				       CORE_MAX_LOCALS);
	return n < CORE_SLOTS * CORE_MAX_LOCALS ? n : CORE_SLOTS * CORE_MAX_LOCALS;
}

bool parse_local(struct core_dump *d, char *why)
{
	size_t room = count_locals(d) + 1;

	d->ascend.locals = calloc(room, sizeof(*d->ascend.locals));
	d->local_at = calloc(room, sizeof(*d->local_at));
	if (!d->ascend.locals || !d->local_at)
		return core_refuse(why, "out of memory for %zu local memories", room);
	d->plain_ids = has_plain_ids(d);
	if (d->plain_ids)
		forget_stack_cores(d);
	for (size_t i = 1; i < d->section_count; i++)
		if (d->sections[i].kind == CORE_AUX_LOCAL)
			parse_section(d, i);
	return true;
}
