/*
 * What an address means to a core (DESIGN section 3) and the bytes behind it: device memory,
 * windows of local memories, data cache copies, the stack alias, small addresses.
 * Called by target_mem_read and the monitor commands; bytes come from the source operations.
 */
#include "target/ascend/ascend_priv.h"

#include <assert.h>
#include <string.h>

enum { WINDOW_TAG = 0x00a0, WINDOW_ALIGN = 4096 };

/* An address in a window, taken apart. */
struct window {
	uint8_t mem;
	uint8_t slot;
	uint32_t offset;
};

static bool window_parse(uint64_t at, struct window *out)
{
	*out = (struct window){ (uint8_t)(at >> 40), (uint8_t)(at >> 32), (uint32_t)at };
	return at >> 48 == WINDOW_TAG;
}

uint64_t ascend_window(uint8_t mem, const struct ascend_core *core)
{
	uint64_t slot = core ? core->unified + 1u : 0;

	return (uint64_t)WINDOW_TAG << 48 | (uint64_t)mem << 40 | slot << 32;
}

/* Copies of one cache lie one behind the other in file order, each at a page. */
void ascend_window_layout(struct ascend *a)
{
	for (size_t i = 0; i < a->local_count; i++) {
		struct ascend_local *l = &a->locals[i];
		l->window = 0;
		for (size_t k = 0; k < i; k++) {
			const struct ascend_local *before = &a->locals[k];
			if (before->mem != l->mem || before->core != l->core)
				continue;
			uint64_t end = before->window + before->size;
			l->window = (end + WINDOW_ALIGN - 1) / WINDOW_ALIGN * WINDOW_ALIGN;
		}
	}
}

uint8_t ascend_small_mem(const struct ascend_core *core)
{
	return core->type == CHIP_AIV ? CHIP_UB : CHIP_L1;
}

size_t ascend_block_at(const struct ascend *a, uint64_t at)
{
	size_t found = SIZE_MAX;

	for (size_t i = 0; i < a->block_count; i++) {
		const struct ascend_block *b = &a->blocks[i];
		if (at < b->at || at - b->at >= b->size)
			continue;
		if (!b->failed)
			return i;
		if (found == SIZE_MAX)
			found = i;
	}
	return found;
}

/* Copies that failed do not hide the device memory behind them. */
static bool is_overlay(const struct ascend_local *l, const struct ascend_core *core)
{
	return l->mem == CHIP_DCACHE && l->core == core->unified && !l->failed;
}

size_t ascend_dcache_at(const struct ascend *a, const struct ascend_core *core, uint64_t at)
{
	for (size_t i = 0; i < a->local_count; i++) {
		const struct ascend_local *l = &a->locals[i];
		if (is_overlay(l, core) && at >= l->at && at - l->at < l->size)
			return i;
	}
	return SIZE_MAX;
}

static void at_local(const struct ascend *a, size_t index, uint64_t offset,
		     struct ascend_where *out)
{
	*out = (struct ascend_where){
		.kind = ASCEND_AT_LOCAL,
		.index = index,
		.offset = offset,
		.room = a->locals[index].size - offset,
	};
}

/* offset: in the window of the class. */
static void resolve_local(const struct ascend *a, unsigned unified, uint8_t mem, uint64_t offset,
			  struct ascend_where *out)
{
	for (size_t i = 0; i < a->local_count; i++) {
		const struct ascend_local *l = &a->locals[i];
		if (l->mem != mem || l->core != unified || offset < l->window ||
		    offset - l->window >= l->size)
			continue;
		at_local(a, i, offset - l->window, out);
		return;
	}
}

static void resolve_block(const struct ascend *a, const struct window *w, struct ascend_where *out)
{
	size_t index = w->slot - 1u;

	if (!w->slot || index >= a->block_count || w->offset >= a->blocks[index].size)
		return;
	*out = (struct ascend_where){
		.kind = ASCEND_AT_BLOCK,
		.index = index,
		.offset = w->offset,
		.room = a->blocks[index].size - w->offset,
	};
}

static void resolve_window(const struct ascend *a, const struct ascend_core *core,
			   const struct window *w, struct ascend_where *out)
{
	if (w->mem == CHIP_OUT_MEM)
		resolve_block(a, w, out);
	else if (w->slot)
		resolve_local(a, w->slot - 1u, w->mem, w->offset, out);
	else if (core)
		resolve_local(a, core->unified, w->mem, w->offset, out);
}

static void limit(uint64_t *room, uint64_t at, uint64_t start)
{
	if (start > at && start - at < *room)
		*room = start - at;
}

/* A piece ends where its block ends or where another block or a copy of the core begins. */
static void resolve_global(const struct ascend *a, const struct ascend_core *core, uint64_t at,
			   struct ascend_where *out)
{
	size_t block = ascend_block_at(a, at);
	uint64_t room = UINT64_MAX - at;

	if (block != SIZE_MAX)
		room = a->blocks[block].size - (at - a->blocks[block].at);
	for (size_t i = 0; i < a->block_count; i++)
		limit(&room, at, a->blocks[i].at);
	for (size_t i = 0; core && i < a->local_count; i++) {
		if (is_overlay(&a->locals[i], core))
			limit(&room, at, a->locals[i].at);
	}
	*out = (struct ascend_where){
		.kind = ASCEND_AT_GLOBAL, .at = at, .index = block, .room = room
	};
}

/* First address behind the part of the address space in which `at` lies. */
static uint64_t area_end(const struct ascend_core *core, uint64_t at)
{
	struct window w;

	if (window_parse(at, &w))
		return (at | (ASCEND_SLOT_BYTES - 1)) + 1;
	if (core && at < ASCEND_ALIAS_START)
		return ASCEND_ALIAS_START;
	if (core && at < ASCEND_ALIAS_END)
		return ASCEND_ALIAS_END;
	uint64_t windows = (uint64_t)WINDOW_TAG << 48;
	return at < windows ? windows : UINT64_MAX;
}

/* Where the stacks of all cores are, and where each sees its own. */
static bool is_stack(uint64_t at)
{
	const uint64_t span = ASCEND_ALIAS_END - ASCEND_ALIAS_START;

	return at - ASCEND_ALIAS_START < span || at - ASCEND_ALIAS_BASE < span;
}

void ascend_resolve(struct ascend *a, const struct ascend_core *core, uint64_t at,
		    struct ascend_where *out)
{
	struct window w;
	uint64_t end = area_end(core, at);
	uint64_t left = end - at;

	*out = (struct ascend_where){ .kind = ASCEND_AT_NOTHING };
	if (window_parse(at, &w)) {
		resolve_window(a, core, &w, out);
	} else if (core && at < ASCEND_ALIAS_START) {
		resolve_local(a, core->unified, ascend_small_mem(core), at, out);
	} else if (core && a->source->stack && is_stack(at)) {
		*out = (struct ascend_where){ .kind = ASCEND_AT_STACK, .at = at, .room = left };
	} else {
		if (core && at < ASCEND_ALIAS_END)
			at = at - ASCEND_ALIAS_START + ASCEND_ALIAS_BASE;
		size_t copy = core ? ascend_dcache_at(a, core, at) : SIZE_MAX;
		if (copy != SIZE_MAX)
			at_local(a, copy, at - a->locals[copy].at, out);
		else
			resolve_global(a, core, at, out);
	}
	if (out->room > left)
		out->room = left;
}

enum target_status ascend_copy_failed(struct ascend *a, const char *what)
{
	target_logf(&a->base.log, TARGET_LOG_INFO,
		    "memory: %s: the device did not give it (copy failed)", what);
	return target_fail(&a->base, TARGET_UNAVAILABLE,
			   "the device did not give this block (copy failed): %s", what);
}

static enum target_status failed_block(struct ascend *a, size_t index)
{
	char name[SYMBOLS_NAME];

	ascend_block_name(a, index, name, sizeof(name));
	return ascend_copy_failed(a, name);
}

static enum target_status failed_local(struct ascend *a, const struct ascend_local *l)
{
	const struct chip_mem_info *info = chip_mem_find(a->chip, l->mem);

	return ascend_copy_failed(a, info ? info->name : "local memory");
}

static enum target_status read_piece(struct ascend *a, const struct ascend_core *core,
				     const struct ascend_where *w, void *buf, size_t n,
				     size_t *done)
{
	switch (w->kind) {
	case ASCEND_AT_LOCAL:
		if (a->locals[w->index].failed)
			return failed_local(a, &a->locals[w->index]);
		return a->source->local(a, w->index, w->offset, buf, n, done);
	case ASCEND_AT_BLOCK:
		if (a->blocks[w->index].failed)
			return failed_block(a, w->index);
		return a->source->global(a, a->blocks[w->index].at + w->offset, buf, n, done);
	case ASCEND_AT_GLOBAL:
		if (w->index != SIZE_MAX && a->blocks[w->index].failed)
			return failed_block(a, w->index);
		return a->source->global(a, w->at, buf, n, done);
	case ASCEND_AT_STACK:
		return a->source->stack(a, core, w->at, buf, n, done);
	case ASCEND_AT_NOTHING:
		break;
	}
	return TARGET_FAULT;
}

static enum target_status no_memory(struct ascend *a, const struct ascend_core *core, uint64_t at)
{
	return target_fail(&a->base, TARGET_FAULT, "%s has no memory at %#llx",
			   core ? ascend_core_name(core).text : "the device",
			   (unsigned long long)at);
}

enum target_status ascend_mem_read(struct ascend *a, const struct ascend_core *core, uint64_t at,
				   void *buf, size_t n, size_t *done)
{
	uint64_t left = area_end(core, at) - at;
	uint8_t *out = buf;

	*done = 0;
	if (n && !left)
		return no_memory(a, core, at);
	if (n > left)
		n = (size_t)left;
	while (*done < n) {
		struct ascend_where w;
		size_t got = 0;
		ascend_resolve(a, core, at + *done, &w);
		size_t want = n - *done < w.room ? n - *done : (size_t)w.room;
		enum target_status status = read_piece(a, core, &w, out + *done, want, &got);
		assert(got <= want);
		if (status != TARGET_OK)
			got = 0;
		*done += got;
		if (!*done && status != TARGET_OK && status != TARGET_FAULT)
			return status;
		if (!*done)
			return no_memory(a, core, at);
		if (!want || got < want)
			break;
	}
	return TARGET_OK;
}

/* The core whose stack an address lies in and, in *left, the bytes to the end of it; NULL: none. */
static const struct ascend_core *stack_owner(struct ascend *a, uint64_t at, uint64_t *left)
{
	if (at >= ASCEND_ALIAS_START && at < ASCEND_ALIAS_END)
		at = at - ASCEND_ALIAS_START + ASCEND_ALIAS_BASE;
	size_t index = ascend_block_at(a, at);
	if (index == SIZE_MAX)
		return NULL;
	const struct ascend_block *b = &a->blocks[index];
	if (!ascend_is_stack(b->type) || b->core < 0)
		return NULL;
	*left = b->size - (at - b->at);
	return ascend_core_unified(a, (unsigned)b->core);
}

enum target_status ascend_mem_read_any(struct ascend *a, uint64_t at, void *buf, size_t n,
				       size_t *done)
{
	uint64_t left;
	const struct ascend_core *owner = stack_owner(a, at, &left);

	if (!owner)
		return ascend_mem_read(a, &a->cores[a->focus], at, buf, n, done);
	return ascend_mem_read(a, owner, at, buf, n < left ? n : (size_t)left, done);
}
