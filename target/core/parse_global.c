/*
 * The blocks of device memory in a dump: tensors, arguments, stacks, kernel code (coredump facts
 * 2.2, 2.4), and from them the device address space. Called by core_target.c after parse_device.c.
 * Caches and local memories are parse_local.c's.
 */
#include <inttypes.h>
#include <stdlib.h>

#include "target/auto.h"
#include "target/core/core_priv.h"

/* GlobalMemInfo, coredump facts 2.2. */
enum {
	ENTRY_SIZE = 232,
	ENTRY_AT = 0,
	ENTRY_BYTES = 8,
	ENTRY_SECTION = 16,
	ENTRY_TYPE = 20,
	ENTRY_CORE = 24,
	ENTRY_DIM = 24,
	ENTRY_DIMS = 32,
};

#define FAILED_BIT (1ull << 63)

enum { FIRST_GLOBAL = 2 }; /* ELF index of the section of entry 0, facts 1.3 */

/* The order in which msDebug searches, coredump facts 6.1; other types come last. */
static const uint16_t search_order[] = {
	ASCEND_INVALID_TENSOR,
	ASCEND_GENERAL_TENSOR,
	ASCEND_INPUT_TENSOR,
	ASCEND_OUTPUT_TENSOR,
	ASCEND_WORKSPACE_TENSOR,
	ASCEND_MC2_CTX,
	ASCEND_TILING_DATA,
	ASCEND_SHAPE_TENSOR,
	ASCEND_ARGS,
	ASCEND_KERNEL_OBJECT,
	ASCEND_STACK,
	ASCEND_SIMT_STACK,
};

enum { ORDERS = sizeof(search_order) / sizeof(search_order[0]) };

static size_t search_rank(uint16_t type)
{
	size_t i = 0;

	while (i < ORDERS && search_order[i] != type)
		i++;
	return i;
}

static bool is_stack(uint16_t type)
{
	return type == ASCEND_STACK || type == ASCEND_SIMT_STACK;
}

static void parse_stack_core(struct core_dump *d, struct ascend_block *b, size_t i,
			     uint16_t unified)
{
	enum chip_core_type type;
	uint16_t id;

	if (chip_core(d->ascend.chip, unified, &type, &id))
		b->core = unified;
	else
		core_loss(d, "memory entry %zu: a stack of core %u, which does not exist", i,
			  unified);
}

static void parse_dims(struct core_dump *d, struct ascend_block *b, size_t i, struct span entry)
{
	uint32_t count = span_u32(entry, ENTRY_DIM);

	if (b->type > ASCEND_OUTPUT_TENSOR && b->type != ASCEND_SHAPE_TENSOR)
		return;
	if (count > ASCEND_DIMS) {
		core_loss(d, "memory entry %zu: %u dimensions are more than %d: shown without", i,
			  count, ASCEND_DIMS);
		return;
	}
	b->dim_count = count;
	for (size_t k = 0; k < count; k++)
		b->dims[k] = span_u64(entry, ENTRY_DIMS + 8 * k);
}

static bool is_free(const struct core_dump *d, uint64_t index)
{
	return index < d->section_count && d->sections[index].kind == CORE_GLOBAL &&
	       !d->sections[index].block;
}

static bool is_described(const struct core_dump *d, uint64_t index, size_t i, uint64_t at)
{
	return is_free(d, index) && d->sections[index].index == i && d->sections[index].addr == at;
}

/*
 * The section with the bytes of entry i, 0 when none. The index in the entry, the pair sh_info and
 * sh_addr of the section, and the order of writing all say the same (facts 1.2, 1.3); where they
 * do not, one of them is damaged.
 */
static size_t find_section(const struct core_dump *d, size_t i, uint32_t index, uint64_t at)
{
	size_t by_order = i + FIRST_GLOBAL;

	if (is_described(d, index, i, at))
		return index;
	if (is_described(d, by_order, i, at))
		return by_order;
	return is_free(d, index) ? index : 0;
}

/* Cuts a block to what the file has of it. false: nothing of it can be read. */
static bool place_block(struct core_dump *d, struct ascend_block *b, size_t i, uint32_t index)
{
	size_t found = find_section(d, i, index, b->at);
	struct core_section *s = &d->sections[found];

	if (!found) {
		core_loss(d, "memory entry %zu: its section %u is not there: unreadable", i, index);
		return false;
	}
	s->block = i + 1;
	d->block_section[i] = found;
	if (b->size > s->size) {
		core_loss(d, "memory entry %zu: only %" PRIu64 " of %" PRIu64 " bytes are there", i,
			  s->size, b->size);
		b->size = s->size;
	}
	if (b->size > d->limits.global_bytes) {
		core_loss(d,
			  "memory entry %zu: %" PRIu64 " bytes are more than the limit of "
			  "%" PRIu64 ": unreadable",
			  i, b->size, d->limits.global_bytes);
		return false;
	}
	if (b->size > UINT64_MAX - b->at) {
		core_loss(d, "memory entry %zu: it goes beyond the last address: cut", i);
		b->size = UINT64_MAX - b->at;
	}
	return true;
}

static void parse_entry(struct core_dump *d, size_t i, struct span entry)
{
	struct ascend_block *b = &d->ascend.blocks[i];
	uint64_t size = span_u64(entry, ENTRY_BYTES);

	b->type = span_u16(entry, ENTRY_TYPE);
	b->at = span_u64(entry, ENTRY_AT);
	b->size = size & ~FAILED_BIT;
	b->failed = size & FAILED_BIT;
	b->core = -1;
	if (is_stack(b->type))
		parse_stack_core(d, b, i, span_u16(entry, ENTRY_CORE));
	else
		parse_dims(d, b, i, entry);
	if (!place_block(d, b, i, span_u32(entry, ENTRY_SECTION)))
		b->failed = true;
	if (b->type == ASCEND_KERNEL_OBJECT)
		d->code = i + 1;
}

/* Bytes whose table entry is lost still have their address in the section header. */
static void add_orphans(struct core_dump *d)
{
	for (size_t k = 1; k < d->section_count; k++) {
		struct core_section *s = &d->sections[k];
		if (s->kind != CORE_GLOBAL || s->block || !s->size || !s->addr ||
		    s->size > UINT64_MAX - s->addr)
			continue;
		if (d->ascend.block_count >= CORE_MAX_BLOCKS) {
			core_loss(d, "section %zu and those behind it: more than %d blocks", k,
				  CORE_MAX_BLOCKS);
			return;
		}
		core_loss(d, "section %zu (%s): no table entry says what it is", k,
			  container_kind_name(CORE_GLOBAL));
		struct ascend_block *b = &d->ascend.blocks[d->ascend.block_count++];
		*b = (struct ascend_block){
			.type = CORE_TYPE_UNNAMED, .at = s->addr, .size = s->size, .core = -1
		};
		d->block_section[d->ascend.block_count - 1] = k;
		s->block = d->ascend.block_count;
	}
}

static size_t count_kind(const struct core_dump *d, enum core_kind kind)
{
	size_t n = 0;

	for (size_t i = 1; i < d->section_count; i++)
		n += d->sections[i].kind == kind;
	return n;
}

/* The array of entries; what is not a whole entry is lost. */
static size_t count_entries(struct core_dump *d, struct span table)
{
	uint64_t count = table.size / ENTRY_SIZE;

	if (table.size % ENTRY_SIZE || !count)
		core_loss(d, "%s is missing or cut: %" PRIu64 " whole entries are there",
			  container_kind_name(CORE_AUX_GLOBAL), count);
	if (count <= CORE_MAX_BLOCKS)
		return (size_t)count;
	core_loss(d, "%s has %" PRIu64 " entries: only the first %d are used",
		  container_kind_name(CORE_AUX_GLOBAL), count, CORE_MAX_BLOCKS);
	return CORE_MAX_BLOCKS;
}

static int compare_search(const void *a, const void *b, void *blocks)
{
	const struct ascend_block *all = blocks;
	size_t x = *(const size_t *)a, y = *(const size_t *)b;
	size_t rx = search_rank(all[x].type), ry = search_rank(all[y].type);

	if (rx != ry)
		return rx < ry ? -1 : 1;
	return x < y ? -1 : x > y;
}

/* Readable blocks in the order in which they are searched; returns how many. */
static size_t order_blocks(const struct core_dump *d, size_t *order)
{
	size_t n = 0;

	for (size_t i = 0; i < d->ascend.block_count; i++)
		if (d->block_section[i] && d->ascend.blocks[i].size <= d->limits.global_bytes)
			order[n++] = i;
	qsort_r(order, n, sizeof(*order), compare_search, d->ascend.blocks);
	return n;
}

static bool build_memory(struct core_dump *d)
{
	size_t room = d->ascend.block_count + 1;
	AUTO_FREE struct segment *ranges = calloc(room, sizeof(*ranges));
	AUTO_FREE size_t *order = calloc(room, sizeof(*order));

	if (!ranges || !order)
		return false;
	size_t n = order_blocks(d, order);
	for (size_t i = 0; i < n; i++) {
		const struct ascend_block *b = &d->ascend.blocks[order[i]];
		ranges[i] = (struct segment){
			.start = b->at,
			.end = b->at + b->size,
			.offset = d->sections[d->block_section[order[i]]].offset,
			.absent = b->failed,
		};
	}
	d->memory.copy = core_copy;
	d->memory.ctx = d;
	return segments_init(&d->memory, ranges, n);
}

bool parse_global(struct core_dump *d, char *why)
{
	const struct core_section *s = core_section_only(d, CORE_AUX_GLOBAL);
	struct span table = s ? core_section_span(d, s) : (struct span){ NULL, 0 };
	size_t count = count_entries(d, table);
	size_t sections = count_kind(d, CORE_GLOBAL);

	d->ascend.blocks = calloc(count + sections + 1, sizeof(*d->ascend.blocks));
	d->block_section = calloc(count + sections + 1, sizeof(*d->block_section));
	if (!d->ascend.blocks || !d->block_section)
		return core_refuse(why, "out of memory for %zu memory entries", count);
	d->ascend.block_count = count;
	for (size_t i = 0; i < count; i++) {
		struct span entry;
		span_part(table, i * ENTRY_SIZE, ENTRY_SIZE, &entry);
		parse_entry(d, i, entry);
	}
	add_orphans(d);
	if (!build_memory(d))
		return core_refuse(why, "out of memory for %zu memory blocks",
				   d->ascend.block_count);
	return true;
}
