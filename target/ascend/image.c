/*
 * The list of variables of the generated device image: a window for each memory class, an array
 * for each named block (DESIGN section 3). Called once by ascend_init; the ELF file itself is
 * made by symbols/.
 */
#include "target/ascend/ascend_priv.h"

#include "target/auto.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Bytes of the window of a class, over all cores; 0: no core has it. */
static uint64_t window_size(const struct ascend *a, uint8_t mem)
{
	uint64_t size = 0;

	for (size_t i = 0; i < a->local_count; i++) {
		const struct ascend_local *l = &a->locals[i];
		if (l->mem == mem && l->window + l->size > size)
			size = l->window + l->size;
	}
	return size;
}

static size_t add_windows(const struct ascend *a, struct symbols_variable *vars)
{
	size_t n = 0;

	for (uint8_t mem = 0; mem < CHIP_MEM_END; mem++) {
		const struct chip_mem_info *info = chip_mem_find(a->chip, mem);
		uint64_t size = window_size(a, mem);
		if (!info || !size)
			continue;
		struct symbols_variable *v = &vars[n++];
		snprintf(v->name, sizeof(v->name), "%s", info->name);
		v->at = ascend_window(mem, NULL);
		v->size = size;
		v->window = 1;
	}
	return n;
}

/* Numbers of as many bytes as elements that nobody named; gdb shows them as floats by p/f. */
static enum symbols_element word_of(uint64_t bytes)
{
	switch (bytes) {
	case 2:
		return SYMBOLS_S16;
	case 4:
		return SYMBOLS_S32;
	case 8:
		return SYMBOLS_S64;
	default:
		return SYMBOLS_U8;
	}
}

/*
 * Dimensions count only when they make up the size: a dump's words are not trusted. Elements of an
 * odd size are shown as their bytes, one dimension more.
 */
static void set_dims(struct symbols_variable *v, const struct ascend_block *b)
{
	uint64_t size = symbols_element_size(v->element);

	for (size_t i = 0; i < b->dim_count; i++) {
		if (!b->dims[i] || __builtin_mul_overflow(size, b->dims[i], &size))
			return;
	}
	if (!b->dim_count || b->dim_count >= SYMBOLS_DIMS || b->size % size)
		return;
	if (b->size != size && b->has_element)
		return;
	v->dim_count = b->dim_count;
	memcpy(v->dims, b->dims, b->dim_count * sizeof(*b->dims));
	if (b->size == size)
		return;
	v->element = word_of(b->size / size);
	if (v->element == SYMBOLS_U8)
		v->dims[v->dim_count++] = b->size / size;
}

/* Arguments are 64-bit words, most of them pointers. */
static enum symbols_element element_of(const struct ascend_block *b)
{
	if (b->has_element)
		return b->element;
	return b->type == ASCEND_ARGS ? SYMBOLS_U64 : SYMBOLS_U8;
}

static size_t add_blocks(const struct ascend *a, struct symbols_variable *vars)
{
	size_t n = 0;

	for (size_t i = 0; i < a->block_count; i++) {
		const struct ascend_block *b = &a->blocks[i];
		if (b->type == ASCEND_KERNEL_OBJECT || !b->size)
			continue; /* code has the symbols of its kernel */
		struct symbols_variable *v = &vars[n++];
		ascend_block_name(a, i, v->name, sizeof(v->name));
		v->at = b->at;
		v->size = b->size;
		v->element = element_of(b);
		set_dims(v, b);
	}
	return n;
}

static void add_entry(struct symbols_entries *e, uint64_t at)
{
	if (!e->entry)
		e->entry = at;
	if (at != e->entry || !e->main)
		e->main = at;
}

/*
 * The functions that the device calls: a kernel's own name, and for mixed kernels one for each
 * type of core.
 */
static void entries_by_name(const struct ascend *a, struct symbols_entries *e)
{
	static const char *const suffixes[] = { "", "_mix_aic", "_mix_aiv" };
	char name[ASCEND_NAME + 16];
	uint64_t at;

	for (size_t i = 0; i < a->kernel_count * 3; i++) {
		const struct ascend_kernel *k = &a->kernels[i / 3];
		snprintf(name, sizeof(name), "%s%s", k->name, suffixes[i % 3]);
		if (k->object && symbols_function(k->object, name, &at))
			add_entry(e, at);
	}
}

/* Without a name: the functions in which the call stacks of the cores begin. */
static void entries_by_stack(struct ascend *a, struct symbols_entries *e)
{
	enum { DEPTH = 64 };
	uint64_t pcs[DEPTH];
	struct symbols_place place;

	for (size_t i = 0; i < a->core_count; i++) {
		size_t n = ascend_backtrace(a, &a->cores[i], pcs, DEPTH);
		if (n && n < DEPTH && ascend_place(a, pcs[n - 1], &place))
			add_entry(e, pcs[n - 1] - place.offset);
	}
}

static struct symbols_entries find_entries(struct ascend *a)
{
	struct symbols_entries e = { 0 };

	entries_by_name(a, &e);
	if (!e.entry)
		entries_by_stack(a, &e);
	return e;
}

enum target_status ascend_image_build(struct ascend *a)
{
	size_t room = CHIP_MEM_END + a->block_count;
	AUTO_FREE struct symbols_variable *vars = calloc(room, sizeof(*vars));

	if (!vars)
		return target_fail(&a->base, TARGET_SYSTEM, "out of memory for the device image");
	size_t n = add_windows(a, vars);
	n += add_blocks(a, vars + n);
	a->image = symbols_image_create(vars, n, find_entries(a), &a->image_size);
	if (!a->image)
		return target_fail(&a->base, TARGET_SYSTEM, "out of memory for the device image");
	snprintf(a->image_path, sizeof(a->image_path), "/ascend/dev%u/device", a->device);
	return TARGET_OK;
}
