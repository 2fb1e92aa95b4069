/*
 * `monitor ascend info threads`: the warps of a SIMT vector function, with msDebug's columns, and
 * `ascend thread`, which of its threads is looked at; in msDebug's words (coredump facts 6.4, 6.6).
 * Called by commands.c; which register entry belongs to a warp is arch/'s.
 */
#include "target/ascend/ascend_priv.h"
#include "target/ascend/source.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

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

/* The dimensions of the function in which the core stands, and their product. */
static enum target_status simt_dims(struct ascend_call *c, struct dims *d, unsigned *total)
{
	if (ascend_core_stop(c->a, c->core)->position != CHIP_POS_SIMT)
		return target_fail(&c->a->base, TARGET_INVALID,
				   "The ascend info threads command can only run on in simt "
				   "kernel.");
	if (!read_dims(c->a, c->core, d))
		return target_fail(&c->a->base, TARGET_UNAVAILABLE,
				   "GetThreadDim failed: the dimensions were not saved");
	uint64_t product = (uint64_t)d->n[0] * d->n[1] * d->n[2];
	if (!product || product > THREADS_MAX)
		return target_fail(&c->a->base, TARGET_INVALID,
				   "Invalid thread dim:(%u,%u,%u), Their product is > %d.", d->n[0],
				   d->n[1], d->n[2], THREADS_MAX);
	*total = (unsigned)product;
	return TARGET_OK;
}

enum target_status ascend_cmd_threads(struct ascend_call *c)
{
	static const char *const columns[] = { "ThreadIdx",   "To",   "ThreadIdx",
					       "ActiveCount", "PC",   "ActiveMask",
					       "Filename",    "Line", NULL };
	const struct chip_stop *stop = ascend_core_stop(c->a, c->core);
	struct target_table table;
	unsigned total = 0;
	struct dims d;

	enum target_status status = simt_dims(c, &d, &total);
	if (status != TARGET_OK)
		return status;
	target_table_init(&table, columns);
	for (unsigned warp = 0; warp * WARP < total; warp++)
		warp_row(c, &d, total, warp, &table);
	ascend_table_right(&table, stop->warp, c->out);
	target_table_deinit(&table);
	return TARGET_OK;
}

/* --- the thread in focus --- */

enum { AXES = 3 };

/* "N", "(x,y,z)" or "x y z" in any number of words; how many numbers there are, 0: it is none. */
static size_t parse_place(struct ascend_call *c, unsigned out[AXES])
{
	size_t n = 0;

	for (size_t i = 0; i < c->argc; i++) {
		const char *s = c->argv[i];

		while (*s) {
			unsigned v = 0;

			s += strspn(s, "(,)");
			if (!*s)
				break;
			if (!isdigit((unsigned char)*s) || n == AXES)
				return 0;
			for (; isdigit((unsigned char)*s); s++)
				v = v < THREADS_MAX ? v * 10 + (unsigned)(*s - '0') : v;
			out[n++] = v;
		}
	}
	return n == 1 || n == AXES ? n : 0;
}

static enum target_status find_thread(struct ascend_call *c, const struct dims *d, unsigned total,
				      unsigned *out)
{
	unsigned at[AXES];
	size_t n = parse_place(c, at);

	if (!n)
		return ascend_usage(c, "Invalid format, expected (x, y, z)");
	bool inside =
		n == 1 ? at[0] < total : at[0] < d->n[0] && at[1] < d->n[1] && at[2] < d->n[2];
	if (!inside)
		return target_fail(&c->a->base, TARGET_INVALID,
				   "input thread is invalid and exceeds the value range indicated "
				   "by thread_dim.");
	*out = n == 1 ? at[0] : at[0] + d->n[0] * (at[1] + d->n[1] * at[2]);
	return TARGET_OK;
}

enum target_status ascend_cmd_thread(struct ascend_call *c)
{
	struct ascend_warp w;
	unsigned total = 0, thread = 0;
	struct dims d;

	enum target_status status = simt_dims(c, &d, &total);
	if (status == TARGET_OK)
		status = find_thread(c, &d, total, &thread);
	if (status != TARGET_OK)
		return status;
	if (!read_warp(c, thread / WARP, &w) || !(w.mask >> thread % WARP & 1))
		return target_fail(&c->a->base, TARGET_INVALID, "the thread is not active.");
	c->core->stop.simt_thread = (uint16_t)thread;
	c->core->stop.warp = (uint16_t)(thread / WARP);
	if (c->a->source->look)
		c->a->source->look(c->a, c->core, (uint16_t)thread);
	target_text_format(c->out,
			   "%s: thread %u of %u, warp %u at %#llx, is the one whose registers are "
			   "read. In gdb: `maint flush register-cache` makes it ask anew.\n",
			   ascend_core_name(c->core).text, thread, total, thread / WARP,
			   (unsigned long long)w.pc);
	return TARGET_OK;
}
