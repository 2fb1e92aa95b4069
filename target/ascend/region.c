/*
 * The address space of one core as a sorted list of ranges, for qMemoryRegionInfo and the memory
 * map. Answers for the same addresses as memory.c reads; names a range, never reads it.
 */
#include "target/ascend/ascend_priv.h"
#include "target/ascend/source.h"

#include <stdio.h>
#include <stdlib.h>

/* One stretch that may be readable. Where two start together the kind that comes first counts. */
struct range {
	enum range_kind {
		RANGE_BLOCK,
		RANGE_ALIAS,
		RANGE_LOCAL,
		RANGE_COPY, /* part of its block... */
		RANGE_LOST, /* ...unless the device did not give that: block or alias of it */
		RANGE_RAW,
	} kind;
	size_t index; /* LOCAL, COPY: into locals; the others: into blocks */
	uint64_t start, size;
};

/* All ranges of one core, sorted and disjoint; kept until another core is asked about. */
struct ascend_map {
	unsigned core; /* unified id it was made for */
	struct range *v;
	size_t n, cap;
	bool failed; /* out of memory */
};

static void offer(struct ascend_map *m, const struct range *r)
{
	if (!r->size || m->failed)
		return;
	if (m->n == m->cap) {
		size_t cap = m->cap ? 2 * m->cap : 256;
		struct range *v = realloc(m->v, cap * sizeof(*v));

		if (!v) {
			m->failed = true;
			return;
		}
		m->v = v;
		m->cap = cap;
	}
	m->v[m->n++] = *r;
}

/* The part of device memory that a core also sees as its own stack. */
static void offer_alias(struct ascend_map *m, enum range_kind kind, size_t index, uint64_t at,
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

	offer(m, &r);
}

/* A range that would run over the last address ends there. */
static uint64_t clamp(uint64_t at, uint64_t size)
{
	return size > UINT64_MAX - at ? UINT64_MAX - at : size;
}

static void offer_block(struct ascend_map *m, const struct ascend *a, size_t i)
{
	const struct ascend_block *b = &a->blocks[i];
	uint64_t size = clamp(b->at, b->size);
	struct range r = { b->failed ? RANGE_LOST : RANGE_BLOCK, i, b->at, size };

	offer(m, &r);
	offer_alias(m, b->failed ? RANGE_LOST : RANGE_ALIAS, i, b->at, size);
	if (i + 1 > UINT8_MAX)
		return;
	r.kind = RANGE_RAW;
	r.start = ascend_window(CHIP_OUT_MEM, NULL) | (uint64_t)(i + 1) << 32;
	r.size = size < ASCEND_SLOT_BYTES ? size : ASCEND_SLOT_BYTES;
	offer(m, &r);
}

static void offer_local(struct ascend_map *m, const struct ascend *a,
			const struct ascend_core *core, size_t i)
{
	const struct ascend_local *l = &a->locals[i];
	const struct ascend_core owner = { .unified = l->core };
	struct range r = { RANGE_LOCAL, i, 0, l->size };

	if (l->window >= ASCEND_SLOT_BYTES)
		return;
	if (r.size > ASCEND_SLOT_BYTES - l->window)
		r.size = ASCEND_SLOT_BYTES - l->window;
	r.start = ascend_window(l->mem, &owner) + l->window;
	offer(m, &r);
	if (l->core != core->unified)
		return;
	r.start = ascend_window(l->mem, NULL) + l->window;
	offer(m, &r);
	if (l->mem == ascend_small_mem(core) && l->window < ASCEND_ALIAS_START) {
		uint64_t room = ASCEND_ALIAS_START - l->window;
		r.start = l->window;
		r.size = l->size < room ? l->size : room;
		offer(m, &r);
	}
	if (l->mem == CHIP_DCACHE && !l->failed) {
		r = (struct range){ RANGE_COPY, i, l->at, clamp(l->at, l->size) };
		offer(m, &r);
		offer_alias(m, RANGE_COPY, i, l->at, r.size);
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

static bool range_failed(const struct ascend *a, const struct range *r)
{
	bool local = r->kind == RANGE_LOCAL || r->kind == RANGE_COPY;

	return local ? a->locals[r->index].failed : a->blocks[r->index].failed;
}

static void fill(struct ascend *a, const struct range *r, struct target_region *out)
{
	bool local = r->kind == RANGE_LOCAL || r->kind == RANGE_COPY;

	*out = (struct target_region){
		.start = r->start,
		.end = r->start + r->size,
		.mapped = true,
		.readable = !range_failed(a, r),
		.writable = a->base.ops->write != NULL,
		.executable = !local && a->blocks[r->index].type == ASCEND_KERNEL_OBJECT,
	};
	name_range(a, r, out->name, sizeof(out->name));
}

static int by_start(const void *x, const void *y)
{
	const struct range *p = x, *q = y;

	if (p->start != q->start)
		return p->start < q->start ? -1 : 1;
	if (p->kind != q->kind)
		return p->kind < q->kind ? -1 : 1;
	return p->index < q->index ? -1 : p->index > q->index;
}

/* What a range still covers when all before it, up to `end`, is taken; false: nothing. */
static bool cut_front(struct range *r, uint64_t end)
{
	uint64_t taken = end > r->start ? end - r->start : 0;

	if (taken >= r->size)
		return false;
	r->start += taken;
	r->size -= taken;
	return true;
}

static void flatten(struct ascend_map *m)
{
	uint64_t end = 0;
	size_t out = 0;

	if (m->n)
		qsort(m->v, m->n, sizeof(*m->v), by_start);
	for (size_t i = 0; i < m->n; i++) {
		struct range r = m->v[i];

		if (!cut_front(&r, end))
			continue;
		end = r.start + r.size;
		m->v[out++] = r;
	}
	m->n = out;
}

static void collect(struct ascend_map *m, const struct ascend *a, const struct ascend_core *core)
{
	m->n = 0;
	m->core = core->unified;
	for (size_t i = 0; i < a->block_count; i++)
		offer_block(m, a, i);
	for (size_t i = 0; i < a->local_count; i++)
		offer_local(m, a, core, i);
	flatten(m);
}

static struct ascend_map *map_of(struct ascend *a, const struct ascend_core *core)
{
	if (!a->map)
		a->map = calloc(1, sizeof(*a->map));
	if (a->map && (!a->map->n || a->map->core != core->unified || a->map->failed)) {
		a->map->failed = false;
		collect(a->map, a, core);
	}
	return a->map && !a->map->failed ? a->map : NULL;
}

void ascend_map_drop(struct ascend *a)
{
	if (a->map)
		free(a->map->v);
	free(a->map);
	a->map = NULL;
}

/* Number of ranges that start at or before an address. */
static size_t ranges_before(const struct ascend_map *m, uint64_t at)
{
	size_t low = 0, high = m->n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (m->v[mid].start <= at)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

/* What is live has its kernels in memory of which nothing else is known: lldb wants to know where
 * code is before it sets a breakpoint at a return address. */
static void place_kernels(const struct ascend *a, uint64_t at, struct target_region *gap)
{
	for (size_t i = 0; a->source->point && i < a->kernel_count; i++) {
		const struct ascend_kernel *k = &a->kernels[i];
		uint64_t end = k->base + clamp(k->base, k->size);

		if (at >= k->base && at < end) {
			*gap = (struct target_region){ k->base, end, .mapped = true };
			gap->readable = gap->writable = gap->executable = true;
			snprintf(gap->name, sizeof(gap->name), "%.60s", k->name);
			return;
		}
		if (k->base > at && (!gap->end || k->base < gap->end))
			gap->end = k->base;
		if (end <= at && end > gap->start)
			gap->start = end;
	}
}

enum target_status ascend_region(struct ascend *a, const struct ascend_core *core, uint64_t at,
				 struct target_region *out)
{
	const struct ascend_map *m = map_of(a, core);

	if (!m)
		return target_fail(&a->base, TARGET_SYSTEM, "out of memory");
	size_t n = ranges_before(m, at);
	const struct range *last = n ? &m->v[n - 1] : NULL;
	if (last && at - last->start < last->size) {
		fill(a, last, out);
		return TARGET_OK;
	}
	*out = (struct target_region){ .start = last ? last->start + last->size : 0,
				       .end = n < m->n ? m->v[n].start : 0 };
	place_kernels(a, at, out);
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
