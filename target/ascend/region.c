/*
 * The address space of one core as a list of ranges, for qMemoryRegionInfo and the memory map.
 * Answers for the same addresses as memory.c reads; names a range, never reads it.
 */
#include "target/ascend/ascend_priv.h"

#include <stdio.h>

/* One stretch that may be readable. */
struct range {
	enum range_kind { RANGE_BLOCK, RANGE_ALIAS, RANGE_LOCAL, RANGE_COPY, RANGE_RAW } kind;
	size_t index; /* into blocks: BLOCK, RAW and ALIAS of a block; into locals: the others */
	uint64_t start, size;
};

/* The search for one address: the range that holds it, or the hole around it. */
struct search {
	uint64_t at;
	bool found;
	struct range range;
	uint64_t hole_start;
	uint64_t hole_end; /* 0: up to the end of the address space */
};

static void offer(struct search *s, const struct range *r)
{
	if (s->found || !r->size)
		return;
	if (r->start > s->at) {
		if (!s->hole_end || r->start < s->hole_end)
			s->hole_end = r->start;
	} else if (s->at - r->start < r->size) {
		s->found = true;
		s->range = *r;
	} else if (r->start + r->size > s->hole_start) {
		s->hole_start = r->start + r->size;
	}
}

/* The part of device memory that a core also sees as its own stack. */
static void offer_alias(struct search *s, enum range_kind kind, size_t index, uint64_t at,
			uint64_t size)
{
	const uint64_t base = ASCEND_ALIAS_BASE;
	const uint64_t span = ASCEND_ALIAS_END - ASCEND_ALIAS_START;
	uint64_t first = at > base ? at - base : 0;
	uint64_t skipped = at < base ? base - at : 0;

	if (first >= span || skipped >= size)
		return;
	size -= skipped;
	struct range r = {
		.kind = kind,
		.index = index,
		.start = ASCEND_ALIAS_START + first,
		.size = size < span - first ? size : span - first,
	};

	offer(s, &r);
}

/* A range that would run over the last address ends there. */
static uint64_t clamp(uint64_t at, uint64_t size)
{
	return size > UINT64_MAX - at ? UINT64_MAX - at : size;
}

static void offer_block(struct search *s, const struct ascend *a, size_t i)
{
	const struct ascend_block *b = &a->blocks[i];
	uint64_t size = clamp(b->at, b->size);
	struct range r = { RANGE_BLOCK, i, b->at, size };

	offer(s, &r);
	offer_alias(s, RANGE_ALIAS, i, b->at, size);
	if (i + 1 > UINT8_MAX)
		return;
	r.kind = RANGE_RAW;
	r.start = ascend_window(CHIP_OUT_MEM, NULL) | (uint64_t)(i + 1) << 32;
	r.size = size < UINT32_MAX ? size : UINT32_MAX;
	offer(s, &r);
}

static void offer_local(struct search *s, const struct ascend *a, const struct ascend_core *core,
			size_t i)
{
	const struct ascend_local *l = &a->locals[i];
	const struct ascend_core owner = { .unified = l->core };
	struct range r = { RANGE_LOCAL, i, 0, l->size };

	if (l->window > UINT32_MAX)
		return;
	if (r.size > UINT32_MAX - l->window)
		r.size = UINT32_MAX - l->window;
	r.start = ascend_window(l->mem, &owner) + l->window;
	offer(s, &r);
	if (l->core != core->unified)
		return;
	r.start = ascend_window(l->mem, NULL) + l->window;
	offer(s, &r);
	if (l->mem == ascend_small_mem(core) && l->window < ASCEND_ALIAS_START) {
		uint64_t room = ASCEND_ALIAS_START - l->window;
		r.start = l->window;
		r.size = l->size < room ? l->size : room;
		offer(s, &r);
	}
	if (l->mem == CHIP_DCACHE && !l->failed) {
		r = (struct range){ RANGE_COPY, i, l->at, clamp(l->at, l->size) };
		offer(s, &r);
		offer_alias(s, RANGE_COPY, i, l->at, r.size);
	}
}

static void name_local(struct ascend *a, const struct ascend_local *l, char *out, size_t cap)
{
	const struct chip_mem_info *info = chip_mem_find(a->chip, l->mem);
	const struct ascend_core *core = ascend_core_unified(a, l->core);

	if (core)
		snprintf(out, cap, "%s of %s", info ? info->name : "memory",
			 ascend_core_name(core).text);
	else
		snprintf(out, cap, "%s of core %u", info ? info->name : "memory", l->core);
}

static void name_range(struct ascend *a, const struct range *r, char *out, size_t cap)
{
	char block[SYMBOLS_NAME];

	if (r->kind == RANGE_LOCAL || r->kind == RANGE_COPY) {
		name_local(a, &a->locals[r->index], out, cap);
		return;
	}
	ascend_block_name(a, r->index, block, sizeof(block));
	snprintf(out, cap, "%s%.48s", r->kind == RANGE_RAW ? "raw " : "", block);
}

static void fill(struct ascend *a, const struct range *r, struct target_region *out)
{
	bool local = r->kind == RANGE_LOCAL || r->kind == RANGE_COPY;

	*out = (struct target_region){
		.start = r->start,
		.end = r->start + r->size,
		.mapped = true,
		.readable = local ? !a->locals[r->index].failed : !a->blocks[r->index].failed,
		.writable = a->base.ops->write != NULL,
		.executable = !local && a->blocks[r->index].type == ASCEND_KERNEL_OBJECT,
	};
	name_range(a, r, out->name, sizeof(out->name));
}

static void offer_blocks(struct search *s, const struct ascend *a, bool failed)
{
	for (size_t i = 0; i < a->block_count; i++) {
		if (a->blocks[i].failed == failed)
			offer_block(s, a, i);
	}
}

/* Blocks come first: a copy in the data cache is part of the block it was made from. */
enum target_status ascend_region(struct ascend *a, const struct ascend_core *core, uint64_t at,
				 struct target_region *out)
{
	struct search s = { .at = at };

	offer_blocks(&s, a, false);
	offer_blocks(&s, a, true);
	for (size_t i = 0; i < a->local_count; i++)
		offer_local(&s, a, core, i);
	if (s.found)
		fill(a, &s.range, out);
	else
		*out = (struct target_region){ .start = s.hole_start, .end = s.hole_end };
	return TARGET_OK;
}

enum target_status ascend_region_op(struct target *t, struct target_tid tid, uint64_t at,
				    struct target_region *out)
{
	struct ascend *a = (struct ascend *)t;
	const struct ascend_core *core = ascend_core_find(a, tid);

	if (!core)
		return target_fail(t, TARGET_NO_THREAD, "device %u has no thread %u.%u", a->device,
				   tid.pid, tid.tid);
	return ascend_region(a, core, at, out);
}
