/*
 * A core's instruction execution by libunicorn. A hook before every instruction keeps the PC exact
 * (for faults, steps and slices); SVC is an intrinsic, the BREAK word of the device is an undefined
 * AArch64 instruction. libunicorn never sees code change by itself, just like an instruction cache:
 * sim_engine_forget says so. Called by core.c.
 */
#include <stdlib.h>
#include <string.h>
#include <unicorn/unicorn.h>

#include "target/sim/engine_priv.h"
#include "target/sim/sim_priv.h"

enum { EXCEPTION_UNDEFINED = 1, EXCEPTION_SVC = 2 };

struct sim_engine {
	uc_engine *uc;
	const struct sim_engine_ops *ops;
	void *ctx;
	uint64_t pc;
	uint64_t budget, done;
	enum sim_end end;
	uint64_t fault_at;
};

static uint64_t get(struct sim_engine *e, int reg)
{
	uint64_t v = 0;

	uc_reg_read(e->uc, reg, &v);
	return v;
}

static void stop(struct sim_engine *e, enum sim_end end, uint64_t pc)
{
	e->end = end;
	e->pc = pc;
	uc_emu_stop(e->uc);
}

static void on_code(uc_engine *uc, uint64_t at, uint32_t n, void *ctx)
{
	struct sim_engine *e = ctx;

	(void)uc;
	(void)n;
	if (e->end != SIM_END_RETURNED)
		return; /* stopped already */
	if (e->done == e->budget) {
		stop(e, SIM_END_SLICE, at);
	} else if (e->ops->stops(e->ctx, at)) {
		stop(e, SIM_END_BREAK, at);
	} else {
		e->done++;
	}
}

static uint32_t word_at(struct sim_engine *e, uint64_t at)
{
	uint32_t word = 0;

	uc_mem_read(e->uc, at, &word, sizeof(word));
	return word;
}

static void call(struct sim_engine *e, uint64_t pc)
{
	uint64_t x[8];
	unsigned number = word_at(e, pc - 4) >> 5 & 0xffff;
	enum sim_call result;

	e->pc = pc - 4;
	for (unsigned i = 0; i < 8; i++)
		x[i] = sim_engine_get(e, i);
	result = e->ops->call(e->ctx, number, x);
	if (result == SIM_CALL_WAIT) {
		stop(e, SIM_END_WAIT, pc - 4);
		return;
	}
	if (result == SIM_CALL_FAULT || result == SIM_CALL_ENTER) {
		stop(e, result == SIM_CALL_FAULT ? SIM_END_CALL : SIM_END_ENTER, pc);
		return;
	}
	sim_engine_set(e, 0, x[0]);
}

static void on_exception(uc_engine *uc, uint32_t number, void *ctx)
{
	struct sim_engine *e = ctx;
	uint64_t pc = get(e, UC_ARM64_REG_PC);

	(void)uc;
	if (number == EXCEPTION_SVC) {
		call(e, pc);
		return;
	}
	if (number == EXCEPTION_UNDEFINED && word_at(e, pc) == SIM_BREAK) {
		e->done--; /* was not executed */
		stop(e, SIM_END_BREAK, pc);
		return;
	}
	stop(e, SIM_END_ILLEGAL, pc);
}

static bool on_memory(uc_engine *uc, uc_mem_type type, uint64_t at, int n, int64_t value, void *ctx)
{
	struct sim_engine *e = ctx;
	bool unmapped = type == UC_MEM_READ_UNMAPPED || type == UC_MEM_WRITE_UNMAPPED;
	bool fetch = type == UC_MEM_FETCH_UNMAPPED || type == UC_MEM_FETCH_PROT;

	(void)uc;
	(void)value;
	/* an access may begin in one page and end in the next */
	if (unmapped &&
	    (e->ops->map(e->ctx, at) || (n > 1 && e->ops->map(e->ctx, at + (uint64_t)n - 1))))
		return true;
	e->fault_at = at;
	e->end = fetch ? SIM_END_ILLEGAL : SIM_END_ACCESS;
	e->pc = get(e, UC_ARM64_REG_PC);
	return false;
}

static bool add_hooks(struct sim_engine *e)
{
	/* the library takes every callback as void * and has a signature for each kind */
	const struct {
		int type;
		void *callback;
	} hooks[] = {
		{ UC_HOOK_CODE, (void *)(uintptr_t)on_code },
		{ UC_HOOK_INTR, (void *)(uintptr_t)on_exception },
		{ UC_HOOK_MEM_INVALID, (void *)(uintptr_t)on_memory },
	};
	uint64_t fp_enabled = 3 << 20;
	uc_hook handle;

	for (size_t i = 0; i < sizeof(hooks) / sizeof(hooks[0]); i++) {
		if (uc_hook_add(e->uc, &handle, hooks[i].type, hooks[i].callback, e, 1, 0) !=
		    UC_ERR_OK)
			return false;
	}
	return uc_reg_write(e->uc, UC_ARM64_REG_CPACR_EL1, &fp_enabled) == UC_ERR_OK;
}

struct sim_engine *sim_engine_create(const struct sim_engine_ops *ops, void *ctx)
{
	struct sim_engine *e = sim_alloc(sizeof(*e));

	e->ops = ops;
	e->ctx = ctx;
	if (uc_open(UC_ARCH_ARM64, UC_MODE_ARM, &e->uc) != UC_ERR_OK) {
		free(e);
		return NULL;
	}
	if (!add_hooks(e)) {
		sim_engine_destroy(e);
		return NULL;
	}
	return e;
}

void sim_engine_destroy(struct sim_engine *e)
{
	if (e == NULL)
		return;
	uc_close(e->uc);
	free(e);
}

bool sim_engine_map(struct sim_engine *e, uint64_t at, void *host, size_t n, bool writable)
{
	uint32_t rights = UC_PROT_READ | (writable ? UC_PROT_WRITE : UC_PROT_EXEC);

	return uc_mem_map_ptr(e->uc, at, n, rights, host) == UC_ERR_OK;
}

void sim_engine_unmap(struct sim_engine *e, uint64_t at, size_t n)
{
	uc_mem_unmap(e->uc, at, n);
}

void sim_engine_forget(struct sim_engine *e, uint64_t at, size_t n)
{
	uc_ctl_remove_cache(e->uc, at, at + n);
}

enum sim_end sim_engine_run(struct sim_engine *e, uint64_t budget, uint64_t *done, uint64_t *at)
{
	uc_err err;

	e->budget = budget;
	e->done = 0;
	e->end = SIM_END_RETURNED;
	err = uc_emu_start(e->uc, e->pc, SIM_RETURN_AT, 0, 0);
	if (e->end == SIM_END_RETURNED) {
		e->pc = get(e, UC_ARM64_REG_PC);
		/* a call by a null pointer ends there, too, but knows its way back */
		if (err != UC_ERR_OK || e->pc != SIM_RETURN_AT ||
		    get(e, UC_ARM64_REG_X30) != SIM_RETURN_AT)
			e->end = SIM_END_ILLEGAL;
	}
	*done = e->done;
	*at = e->fault_at;
	return e->end;
}

static int unicorn_register(unsigned gpr)
{
	if (gpr < 29)
		return UC_ARM64_REG_X0 + (int)gpr;
	return gpr == 29 ? UC_ARM64_REG_X29 : gpr == 30 ? UC_ARM64_REG_SP : UC_ARM64_REG_X30;
}

uint64_t sim_engine_get(struct sim_engine *e, unsigned gpr)
{
	return get(e, unicorn_register(gpr));
}

void sim_engine_set(struct sim_engine *e, unsigned gpr, uint64_t value)
{
	uc_reg_write(e->uc, unicorn_register(gpr), &value);
}

uint64_t sim_engine_pc(const struct sim_engine *e)
{
	return e->pc;
}

void sim_engine_set_pc(struct sim_engine *e, uint64_t pc)
{
	e->pc = pc;
}

uint64_t sim_engine_flags(struct sim_engine *e)
{
	return get(e, UC_ARM64_REG_NZCV);
}

/* --- contexts: the library has its own, of tens of kilobytes each */

enum { BATCH = SIM_GPRS + SIM_VECTORS + 1 };

/** Registers of a context and where their values are in it. */
struct batch {
	int regs[BATCH];
	void *values[BATCH];
};

static void batch_of(struct sim_context *c, struct batch *out)
{
	size_t n = 0;

	for (unsigned i = 0; i < SIM_GPRS; i++, n++) {
		out->regs[n] = unicorn_register(i);
		out->values[n] = &c->gpr[i];
	}
	for (unsigned i = 0; i < SIM_VECTORS; i++, n++) {
		out->regs[n] = UC_ARM64_REG_V0 + (int)i;
		out->values[n] = c->v[i];
	}
	out->regs[n] = UC_ARM64_REG_NZCV;
	out->values[n] = &c->flags;
}

void sim_engine_save(struct sim_engine *e, struct sim_context *out)
{
	struct batch b;

	batch_of(out, &b);
	out->flags = 0; /* the library writes four bytes of it */
	uc_reg_read_batch(e->uc, b.regs, b.values, BATCH);
	out->pc = e->pc;
}

void sim_engine_load(struct sim_engine *e, const struct sim_context *context)
{
	struct sim_context copy = *context; /* the library takes no const */
	struct batch b;

	batch_of(&copy, &b);
	uc_reg_write_batch(e->uc, b.regs, b.values, BATCH);
	e->pc = context->pc;
}
