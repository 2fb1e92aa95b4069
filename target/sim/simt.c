/*
 * SIMT functions of a core: threads, warps, and whose turn it is. An engine executes for one thread
 * at a time; what it has of the others is kept here. Called by core.c, which decides what a stop
 * means, and by the intrinsics.
 */
#include <stdlib.h>
#include <string.h>

#include "target/sim/core_priv.h"
#include "target/sim/simt_priv.h"
#include "target/sim/space_priv.h"

enum { FRAME = 29, STACK = 30, LINK = 31, FRAME_RECORD = 16 };

struct thread {
	struct sim_context context;
	bool ended;
	bool waits;  /* at simt_sync */
	bool passed; /* has waited long enough */
};

struct sim_simt {
	uint16_t dim[3];
	uint32_t count;
	struct thread *threads;
	uint32_t current, focus;
	int only;			 /* warp, or -1: all */
	uint64_t skip_at[SIM_WARPS_MAX]; /* a hardware breakpoint there is left behind */
	struct sim_context scalar;	 /* what the core goes on with */
	uint64_t function, arguments[SIM_SIMT_ARGUMENTS];
	uint8_t *stack;
};

/* --- beginning and end */

uint32_t sim_simt_count(uint64_t dim)
{
	uint64_t count = 1;

	for (unsigned i = 0; i < 3; i++)
		count *= dim >> (16 * i) & 0xffff;
	return count <= SIM_THREADS_MAX ? (uint32_t)count : 0;
}

bool sim_simt_prepare(struct sim_core *c, const uint64_t x[8])
{
	uint32_t count = sim_simt_count(x[1]);
	struct sim_simt *s;

	if (!c->device->sim->chip->simt || c->type != CHIP_AIV || c->simt != NULL || count == 0)
		return false;
	s = sim_alloc(sizeof(*s));
	for (unsigned i = 0; i < 3; i++)
		s->dim[i] = (uint16_t)(x[1] >> (16 * i));
	s->count = count;
	s->only = -1;
	s->function = x[0];
	memcpy(s->arguments, x + 2, sizeof(s->arguments));
	c->simt = s;
	return true;
}

static void make_thread(struct sim_simt *s, uint32_t number)
{
	struct sim_context *t = &s->threads[number].context;
	uint64_t top = SIM_SIMT_STACK + (uint64_t)(number + 1) * SIM_THREAD_STACK - FRAME_RECORD;

	memcpy(t->gpr, s->arguments, sizeof(s->arguments));
	t->gpr[FRAME] = t->gpr[STACK] = top; /* a record of zeros is there */
	t->gpr[LINK] = SIM_RETURN_AT;
	t->pc = s->function;
}

void sim_simt_enter(struct sim_core *c)
{
	struct sim_simt *s = c->simt;
	size_t room = (size_t)s->count * SIM_THREAD_STACK;

	sim_engine_save(c->engine, &s->scalar);
	s->scalar.gpr[0] = 0; /* result of the call */
	s->threads = sim_alloc(s->count * sizeof(*s->threads));
	s->stack = sim_pages(room);
	sim_engine_map(c->engine, SIM_SIMT_STACK, s->stack, room, true);
	for (uint32_t i = 0; i < s->count; i++)
		make_thread(s, i);
	sim_core_map(c, s->function);
	sim_engine_load(c->engine, &s->threads[0].context);
}

void sim_simt_begin(struct sim_core *c, uint64_t dim)
{
	uint64_t x[2 + SIM_SIMT_ARGUMENTS] = { sim_engine_pc(c->engine), dim };

	for (unsigned i = 0; i < SIM_SIMT_ARGUMENTS; i++)
		x[2 + i] = sim_engine_get(c->engine, i);
	if (!sim_simt_prepare(c, x))
		return;
	sim_engine_set_pc(c->engine, SIM_RETURN_AT);
	sim_simt_enter(c);
}

void sim_simt_drop(struct sim_core *c)
{
	struct sim_simt *s = c->simt;

	if (s == NULL)
		return;
	if (s->stack != NULL)
		sim_engine_unmap(c->engine, SIM_SIMT_STACK, (size_t)s->count * SIM_THREAD_STACK);
	free(s->stack);
	free(s->threads);
	free(s);
	c->simt = NULL;
}

static enum sim_end leave(struct sim_core *c)
{
	sim_engine_load(c->engine, &c->simt->scalar);
	sim_simt_drop(c);
	return sim_engine_pc(c->engine) == SIM_RETURN_AT ? SIM_END_RETURNED : SIM_END_SLICE;
}

/* --- warps */

uint32_t sim_simt_threads(const struct sim_simt *s)
{
	return s->count;
}

unsigned sim_simt_warps(const struct sim_simt *s)
{
	return (s->count + SIM_WARP - 1) / SIM_WARP;
}

/** Where the warp goes on; waiting: threads at a barrier count, too. */
static struct sim_warp group(const struct sim_simt *s, unsigned warp, bool waiting)
{
	struct sim_warp g = { .mask = 0 };

	for (uint32_t i = 0; i < SIM_WARP && warp * SIM_WARP + i < s->count; i++) {
		const struct thread *t = &s->threads[warp * SIM_WARP + i];

		if (t->ended || (t->waits && !waiting))
			continue;
		if (g.mask == 0 || t->context.pc < g.pc)
			g = (struct sim_warp){ t->context.pc, 0 };
		if (t->context.pc == g.pc)
			g.mask |= UINT32_C(1) << i;
	}
	return g;
}

struct sim_warp sim_simt_warp(const struct sim_simt *s, unsigned warp)
{
	return group(s, warp, true);
}

/** The thread stays in focus as long as its warp executes it; else it is the first one that is. */
static void set_focus(struct sim_core *c, unsigned warp)
{
	struct sim_simt *s = c->simt;
	struct sim_warp g = group(s, warp, true);

	if (g.mask == 0)
		return;
	if (s->focus / SIM_WARP != warp || (g.mask >> s->focus % SIM_WARP & 1) == 0)
		s->focus = warp * SIM_WARP + (uint32_t)__builtin_ctz(g.mask);
	sim_engine_load(c->engine, &s->threads[s->focus].context);
}

/** The warp in focus, or the first one that has not ended. */
static void keep_focus(struct sim_core *c)
{
	struct sim_simt *s = c->simt;
	unsigned warp = s->focus / SIM_WARP;

	if (group(s, warp, true).mask == 0)
		for (warp = 0; group(s, warp, true).mask == 0;)
			warp++;
	set_focus(c, warp);
}

static enum sim_end step_thread(struct sim_core *c, uint32_t number, uint64_t *at)
{
	struct sim_simt *s = c->simt;
	struct thread *t = &s->threads[number];
	uint64_t done;
	enum sim_end end;

	s->current = number;
	sim_engine_load(c->engine, &t->context);
	end = sim_engine_run(c->engine, 1, &done, at);
	sim_engine_save(c->engine, &t->context);
	t->ended = end == SIM_END_RETURNED;
	t->waits = end == SIM_END_WAIT;
	return end;
}

/** SLICE: the warp has executed an instruction; WAIT: it had none; else why it could not. */
static enum sim_end step_warp(struct sim_core *c, unsigned warp, uint64_t *done, uint64_t *at)
{
	struct sim_simt *s = c->simt;
	struct sim_warp g = group(s, warp, false);

	if (g.mask == 0)
		return SIM_END_WAIT;
	c->skip_at = s->skip_at[warp]; /* the others of the warp go where the first one goes */
	s->skip_at[warp] = 0;
	for (uint32_t left = g.mask; left != 0; left &= left - 1, c->skip_at = g.pc) {
		uint32_t number = warp * SIM_WARP + (uint32_t)__builtin_ctz(left);
		enum sim_end end = step_thread(c, number, at);

		if (end != SIM_END_SLICE && end != SIM_END_RETURNED && end != SIM_END_WAIT) {
			s->focus = number;
			sim_engine_load(c->engine, &s->threads[number].context);
			return end;
		}
		*done += 1;
	}
	return SIM_END_SLICE;
}

/** Threads at the barrier go on when no other one is under way. */
static void open_barrier(struct sim_simt *s)
{
	for (uint32_t i = 0; i < s->count; i++) {
		if (!s->threads[i].ended && !s->threads[i].waits)
			return;
	}
	for (uint32_t i = 0; i < s->count; i++) {
		s->threads[i].passed = s->threads[i].waits;
		s->threads[i].waits = false;
	}
}

static bool all_ended(const struct sim_simt *s)
{
	for (uint32_t i = 0; i < s->count; i++) {
		if (!s->threads[i].ended)
			return false;
	}
	return true;
}

/** An instruction of every warp; WAIT: those that may go have none. */
static enum sim_end run_round(struct sim_core *c, uint64_t *done, uint64_t *at)
{
	struct sim_simt *s = c->simt;
	enum sim_end all = SIM_END_WAIT;

	if (s->only >= 0 && group(s, (unsigned)s->only, true).mask == 0)
		s->only = -1;
	for (unsigned w = 0; w < sim_simt_warps(s); w++) {
		enum sim_end end;

		if (s->only >= 0 && w != (unsigned)s->only)
			continue;
		end = step_warp(c, w, done, at);
		if (end != SIM_END_SLICE && end != SIM_END_WAIT)
			return end;
		all = end == SIM_END_SLICE ? end : all;
	}
	open_barrier(s);
	return all;
}

enum sim_end sim_simt_run(struct sim_core *c, uint64_t budget, uint64_t *done, uint64_t *at)
{
	enum sim_end end = SIM_END_SLICE;

	*done = *at = 0;
	while (end == SIM_END_SLICE && *done < budget) {
		end = run_round(c, done, at);
		if (all_ended(c->simt))
			return leave(c);
	}
	if (end == SIM_END_SLICE || end == SIM_END_WAIT)
		keep_focus(c);
	return end;
}

void sim_simt_go(struct sim_core *c, int warp)
{
	struct sim_simt *s = c->simt;

	s->only = warp;
	for (unsigned w = 0; w < sim_simt_warps(s); w++)
		s->skip_at[w] = group(s, w, true).pc;
}

/* --- for intrinsics */

uint32_t sim_simt_current(const struct sim_simt *s)
{
	return s->current;
}

bool sim_simt_arrive(struct sim_simt *s)
{
	struct thread *t = &s->threads[s->current];
	bool passed = t->passed;

	t->passed = false;
	return passed;
}

/* --- looking */

const uint16_t *sim_simt_dim(const struct sim_simt *s)
{
	return s->dim;
}

uint32_t sim_simt_focus(const struct sim_simt *s)
{
	return s->focus;
}

bool sim_simt_thread(const struct sim_simt *s, const uint16_t at[3], uint32_t *out)
{
	for (unsigned i = 0; i < 3; i++) {
		if (at[i] >= s->dim[i])
			return false;
	}
	*out = at[0] + s->dim[0] * (at[1] + (uint32_t)s->dim[1] * at[2]);
	return true;
}

uint8_t *sim_simt_stack(const struct sim_simt *s, uint64_t at, uint64_t n)
{
	uint64_t room = (uint64_t)s->count * SIM_THREAD_STACK, offset = at - SIM_SIMT_STACK;

	return s->stack != NULL && offset < room && n <= room - offset ? s->stack + offset : NULL;
}

/* --- registers: where entries are is arch/'s */

static bool at_row(const struct sim_core *c, const char *name, uint64_t addr, uint64_t entries,
		   uint64_t *index)
{
	const struct chip_reg *r = chip_reg_find(c->device->sim->chip, name);

	*index = r != NULL ? addr - r->addr : entries;
	return *index < entries;
}

/**
 * Threads have the 64-bit registers of the code they execute: R2n and R2n+1 are the halves of
 * GPRn, R64 to R95 the low words of the vector registers.
 */
static uint32_t word_of(const struct thread *t, unsigned r)
{
	uint32_t words[2 * SIM_GPRS], low = 0;

	memcpy(words, t->context.gpr, sizeof(words));
	if (r < 2 * SIM_GPRS)
		return words[r];
	if (r - 2 * SIM_GPRS < SIM_VECTORS)
		memcpy(&low, t->context.v[r - 2 * SIM_GPRS], sizeof(low));
	return low;
}

/**
 * Entry e of the banked registers: register r of eight threads. Its upper bits are those of the
 * warp where there are so many, else of the register (coredump facts 3.4): the more threads, the
 * fewer registers each of them has.
 */
static void put_bank(const struct sim_simt *s, uint64_t e, uint8_t *buf, size_t n)
{
	unsigned warp = (e >> 10 & 3) | (e >> 9 & 1) << 2, r = e >> 2 & 15;
	uint32_t words[8] = { 0 };

	for (unsigned i = 0; i < 3; i++) {
		unsigned bit = e >> (8 - i) & 1;

		if (sim_simt_warps(s) > 8u << i)
			warp |= bit << (3 + i);
		else
			r |= bit << (6 - i);
	}
	for (unsigned i = 0; i < 8; i++) {
		uint32_t number = warp * SIM_WARP + (uint32_t)(e & 3) * 8 + i;

		words[i] = number < s->count ? word_of(&s->threads[number], r) : 0;
	}
	memcpy(buf, words, n < sizeof(words) ? n : sizeof(words));
}

bool sim_simt_register(const struct sim_core *c, uint64_t addr, uint8_t *buf, size_t n)
{
	const struct sim_simt *s = c->simt;
	uint64_t i, value;

	if (s == NULL)
		return false;
	if (at_row(c, "R0", addr, 1 << 12, &i)) {
		put_bank(s, i, buf, n);
		return true;
	}
	if (at_row(c, "SIMT_PC", addr, sim_simt_warps(s), &i))
		value = group(s, (unsigned)i, true).pc;
	else if (at_row(c, "EXECMASK", addr, sim_simt_warps(s), &i))
		value = group(s, (unsigned)i, true).mask;
	else if (at_row(c, "VTHREADDIM_X", addr, 3, &i))
		value = s->dim[i];
	else
		return false;
	memcpy(buf, &value, n < sizeof(value) ? n : sizeof(value));
	return true;
}
