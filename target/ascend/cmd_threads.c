/*
 * `monitor ascend info threads`: the warps of a SIMT vector function, with msDebug's columns
 * (coredump facts 6.4). Called by commands.c; which register entry belongs to a warp is arch/'s.
 */
#include "target/ascend/ascend_priv.h"
#include "target/ascend/source.h"

#include <stdio.h>

enum { WARP = 32, THREADS_MAX = 2048, DIM_MASK = 0xfff };

/* Threads of a vector function in x, y, z. */
struct dims {
	unsigned n[3];
};

static bool read_dims(struct ascend *a, struct ascend_core *core, struct dims *out)
{
	static const char *const names[] = { "VTHREADDIM_X", "VTHREADDIM_Y", "VTHREADDIM_Z" };

	for (size_t i = 0; i < 3; i++) {
		uint64_t v = core->dim[i];
		if (!v && !ascend_reg_number(a, core, names[i], &v))
			return false;
		out->n[i] = (unsigned)v & DIM_MASK;
	}
	return true;
}

/* A register that exists once per warp. */
static bool warp_reg(struct ascend_call *c, const char *name, unsigned warp, uint64_t *out)
{
	const struct chip_reg *reg = chip_reg_find(c->a->chip, name);
	struct chip_bus bus = ascend_core_bus(c->a, c->core);
	uint8_t buf[ARCH_REG_MAX_BYTES];

	bus.simt_thread = (uint16_t)(warp * WARP);
	if (!reg || !chip_reg_read(c->a->chip, reg, &bus, buf))
		return false;
	*out = ascend_number_of(buf, reg->size);
	return true;
}

static void index_cell(struct target_table *t, const struct dims *d, unsigned linear)
{
	target_table_cell(t, "(%u,%u,%u)", linear % d->n[0], linear / d->n[0] % d->n[1],
			  linear / d->n[0] / d->n[1]);
}

static void place_cells(struct ascend *a, uint64_t pc, struct target_table *t)
{
	struct symbols_place place;

	if (!pc || !ascend_place(a, pc, &place) || !place.file || !place.line) {
		target_table_cell(t, "NA");
		target_table_cell(t, "NA");
		return;
	}
	target_table_cell(t, "%s", ascend_base_name(place.file));
	target_table_cell(t, "%u", place.line);
}

/* By the device's own word of it where there is one: one request, not two. */
static bool read_warp(struct ascend_call *c, unsigned warp, struct ascend_warp *out)
{
	uint64_t mask = 0;

	if (c->a->source->warp && c->a->source->warp(c->a, c->core, warp, out))
		return true;
	*out = (struct ascend_warp){ 0 };
	if (warp_reg(c, "EXECMASK", warp, &mask))
		out->mask = (uint32_t)mask;
	return warp_reg(c, "SIMT_PC", warp, &out->pc);
}

/* The mask of the last warp is cut to the threads that exist. */
static void warp_row(struct ascend_call *c, const struct dims *d, unsigned total, unsigned warp,
		     struct target_table *t)
{
	unsigned first = warp * WARP;
	unsigned threads = total - first < WARP ? total - first : WARP;
	struct ascend_warp w;
	bool has_pc = read_warp(c, warp, &w);
	uint64_t mask = w.mask & ((UINT64_C(1) << threads) - 1);

	index_cell(t, d, first);
	target_table_cell(t, " ");
	index_cell(t, d, first + threads - 1);
	target_table_cell(t, "%d", __builtin_popcountll(mask));
	if (has_pc && w.pc)
		target_table_cell(t, "0x%llx", (unsigned long long)w.pc);
	else
		target_table_cell(t, "%s", has_pc ? "END" : "NA");
	target_table_cell(t, "0x%08x", (unsigned)mask);
	place_cells(c->a, w.pc, t);
}

enum target_status ascend_cmd_threads(struct ascend_call *c)
{
	static const char *const columns[] = { "ThreadIdx",   "To",   "ThreadIdx",
					       "ActiveCount", "PC",   "ActiveMask",
					       "Filename",    "Line", NULL };
	const struct chip_stop *stop = ascend_core_stop(c->a, c->core);
	struct target_table table;
	struct dims d;

	if (stop->position != CHIP_POS_SIMT)
		return target_fail(&c->a->base, TARGET_INVALID,
				   "The ascend info threads command can only run on in simt "
				   "kernel.");
	if (!read_dims(c->a, c->core, &d))
		return target_fail(&c->a->base, TARGET_UNAVAILABLE,
				   "GetThreadDim failed: the dimensions were not saved");
	uint64_t total = (uint64_t)d.n[0] * d.n[1] * d.n[2];
	if (!total || total > THREADS_MAX)
		return target_fail(&c->a->base, TARGET_INVALID,
				   "Invalid thread dim:(%u,%u,%u), Their product is > %d.", d.n[0],
				   d.n[1], d.n[2], THREADS_MAX);
	target_table_init(&table, columns);
	for (unsigned warp = 0; warp * WARP < total; warp++)
		warp_row(c, &d, (unsigned)total, warp, &table);
	ascend_table_right(&table, stop->warp, c->out);
	target_table_deinit(&table);
	return TARGET_OK;
}
