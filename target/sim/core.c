/*
 * Cores: blocks on them, why they stop, and whose turn it is. Registers and memory as others see
 * them are in state.c, what is mapped in fetch.c, instructions in engine.c.
 */
#include <stdlib.h>
#include <string.h>

#include "target/sim/core_priv.h"
#include "target/sim/debug_priv.h"
#include "target/sim/simt_priv.h"
#include "target/sim/space_priv.h"
#include "target/sim/task_priv.h"

enum { STACK_HEADROOM = 256, ARGS_IN_REGISTERS = 8, FRAME_RECORD = 16 };
enum { FRAME = 29, STACK = 30, LINK = 31 }; /* general registers */

static bool map(void *ctx, uint64_t at)
{
	return sim_core_map(ctx, at);
}

static enum sim_call call(void *ctx, unsigned number, uint64_t x[8])
{
	return sim_intrinsic(ctx, number, x);
}

static bool stops(void *ctx, uint64_t pc)
{
	struct sim_core *c = ctx;
	const struct sim_debug *d = &c->device->debug;

	if (c->skip_at == pc) {
		c->skip_at = 0;
		return false;
	}
	for (size_t i = 0; i < SIM_HARD_SLOTS && d->hard_count > 0; i++) {
		if (d->hard[i] == pc && d->enabled)
			return true;
	}
	return false;
}

static const struct sim_engine_ops engine_ops = { map, call, stops };

static bool is_enabled(const struct sim_options *o, enum chip_core_type type, uint16_t id)
{
	if (type == CHIP_AIC)
		return (o->aic_mask >> (id & 63) & 1) != 0;
	return (o->aiv_mask[id / 64 & 1] >> (id & 63) & 1) != 0;
}

static void init_core(struct sim_core *c, struct sim_device *d, uint32_t unified)
{
	const struct chip *chip = d->sim->chip;

	c->device = d;
	c->unified = (uint16_t)unified;
	chip_core(chip, unified, &c->type, &c->id);
	c->enabled = is_enabled(&d->sim->options, c->type, c->id);
	c->errors = sim_alloc(chip->reg_count * sizeof(*c->errors));
}

void sim_device_init(struct sim_device *d, struct sim *s, uint32_t id)
{
	d->sim = s;
	d->id = id;
	d->core_count = (size_t)s->chip->aic_max + s->chip->aiv_max;
	d->cores = sim_alloc(d->core_count * sizeof(*d->cores));
	for (size_t i = 0; i < d->core_count; i++)
		init_core(&d->cores[i], d, (uint32_t)i);
}

void sim_device_deinit(struct sim_device *d)
{
	for (size_t i = 0; i < d->core_count; i++) {
		struct sim_core *c = &d->cores[i];

		sim_simt_drop(c);
		sim_core_take_space(c, NULL);
		sim_engine_destroy(c->engine);
		for (unsigned m = 0; m < CHIP_MEM_END; m++)
			free(c->local[m]);
		free(c->stack);
		free(c->errors);
		free(c->images);
		free(c->maps);
	}
	free(d->cores);
	free(d->debug.patches);
}

/** Local memories are made with the first block: most cores of a device never have one. */
static bool power_on(struct sim_core *c)
{
	const struct chip *chip = c->device->sim->chip;
	uint8_t near = c->type == CHIP_AIV ? CHIP_UB : CHIP_L1;

	if (c->engine != NULL)
		return true;
	c->engine = sim_engine_create(&engine_ops, c);
	if (c->engine == NULL)
		return false;
	for (size_t i = 0; i < chip->mem_count; i++) {
		uint32_t n = sim_core_local_size(c, chip->mems[i].mem);

		if (n > 0)
			c->local[chip->mems[i].mem] = sim_pages(n);
	}
	c->stack = sim_pages(SIM_STACK_SIZE);
	return sim_engine_map(c->engine, 0, c->local[near], sim_core_local_size(c, near), true) &&
	       sim_engine_map(c->engine, SIM_ALIAS_BASE, c->stack, SIM_STACK_SIZE, true) &&
	       sim_engine_map(c->engine, sim_core_stack_at(c), c->stack, SIM_STACK_SIZE, true);
}

/** Arguments as the AArch64 call standard has them: eight in registers, the others on the stack. */
static void put_arguments(struct sim_core *c, const struct sim_task *task)
{
	const uint8_t *args = sim_memory_at(c->space, task->args_at, task->args_size);
	uint64_t count = args != NULL ? task->args_size / 8 : 0;
	uint64_t beyond = count > ARGS_IN_REGISTERS ? count - ARGS_IN_REGISTERS : 0;
	uint64_t room = (STACK_HEADROOM + beyond * 8 + 15) / 16 * 16;
	uint64_t top = SIM_STACK_SIZE - (room < SIM_STACK_SIZE / 2 ? room : STACK_HEADROOM);

	for (unsigned i = 0; i < FRAME; i++) {
		uint64_t v = 0;

		if (i < count && i < ARGS_IN_REGISTERS)
			memcpy(&v, args + 8 * i, 8);
		sim_engine_set(c->engine, i, v);
	}
	if (beyond > 0 && room < SIM_STACK_SIZE / 2)
		memcpy(c->stack + top, args + 8 * ARGS_IN_REGISTERS, beyond * 8);
	/* the chain of frames ends with a record of zeros, as that standard says */
	memset(c->stack + SIM_STACK_SIZE - FRAME_RECORD, 0, FRAME_RECORD);
	sim_engine_set(c->engine, FRAME, sim_core_stack_at(c) + SIM_STACK_SIZE - FRAME_RECORD);
	sim_engine_set(c->engine, STACK, sim_core_stack_at(c) + top);
	sim_engine_set(c->engine, LINK, SIM_RETURN_AT);
}

void sim_core_start(struct sim_core *c, struct sim_task *task, uint32_t block, uint32_t sub)
{
	const struct sim_function *f = task->function;

	c->task = task;
	c->block = block;
	c->sub = sub;
	c->status = SIM_RUNNING;
	c->used = 0;
	c->arrived = c->waits = c->stepping = c->has_error = false;
	c->skip_at = 0;
	c->mask[0] = c->mask[1] = UINT64_MAX;
	c->compare[0] = c->compare[1] = 0;
	memset(c->errors, 0, c->device->sim->chip->reg_count * sizeof(*c->errors));
	if (!power_on(c)) {
		sim_task_fail(task, SIM_ERROR_AIC_EXCEPTION);
		return;
	}
	sim_core_take_space(c, task->stream->space);
	put_arguments(c, task);
	sim_engine_set_pc(c->engine, c->type == CHIP_AIC ? f->aic : f->aiv);
	sim_core_map(c, sim_engine_pc(c->engine));
	if (task->simt_dim != 0)
		sim_simt_begin(c, task->simt_dim);
}

void sim_core_idle(struct sim_core *c)
{
	sim_simt_drop(c);
	c->task = NULL;
	c->status = SIM_IDLE;
	c->stepping = c->waits = false;
}

void sim_core_stop(struct sim_core *c, enum sim_status status)
{
	c->status = status;
	c->stepping = c->waits = false;
	sim_debug_event(c);
}

void sim_core_go(struct sim_core *c, bool step, int warp)
{
	c->skip_at = sim_engine_pc(c->engine);
	if (c->simt != NULL)
		sim_simt_go(c, warp);
	c->status = SIM_RUNNING;
	c->stepping = step;
}

static void time_out(struct sim_core *c)
{
	sim_task_fail(c->task, c->type == CHIP_AIC ? SIM_ERROR_AIC_TIMEOUT : SIM_ERROR_AIV_TIMEOUT);
}

static void fault_access(struct sim_core *c, uint64_t at)
{
	sim_core_fault(c, at < SIM_LOCAL_END ? CHIP_FAULT_SCALAR_LOCAL : CHIP_FAULT_SCALAR_GM,
		       sim_engine_pc(c->engine));
}

static void turn_ended(struct sim_core *c, enum sim_end end, uint64_t at)
{
	switch (end) {
	case SIM_END_ENTER:
		sim_simt_enter(c);
		if (c->stepping)
			sim_core_stop(c, SIM_STEPPED);
		break;
	case SIM_END_SLICE:
		if (c->stepping)
			sim_core_stop(c, SIM_STEPPED);
		break;
	case SIM_END_RETURNED:
		sim_task_part_done(c);
		break;
	case SIM_END_BREAK:
		if (c->device->debug.enabled)
			sim_core_stop(c, SIM_AT_BREAK);
		else
			sim_core_fault(c, CHIP_FAULT_ILLEGAL, sim_engine_pc(c->engine));
		break;
	case SIM_END_WAIT:
		c->waits = true;
		break;
	case SIM_END_ILLEGAL:
		sim_core_fault(c, CHIP_FAULT_ILLEGAL, sim_engine_pc(c->engine));
		break;
	case SIM_END_ACCESS:
		fault_access(c, at);
		break;
	case SIM_END_CALL:
		/* the scalar unit is past the instruction that its pipe fails at */
		sim_core_fault(c, (enum chip_fault)c->call_fault, sim_engine_pc(c->engine) - 4);
		break;
	}
}

/** One turn of a core; returns how many instructions of the time of all it took. */
static uint64_t take_turn(struct sim_core *c, bool *progress)
{
	const struct sim_options *o = &c->device->sim->options;
	uint64_t budget = c->stepping ? 1 : o->slice;
	uint64_t done, at;
	enum sim_end end = c->simt != NULL ? sim_simt_run(c, budget, &done, &at)
					   : sim_engine_run(c->engine, budget, &done, &at);

	c->waits = false;
	c->cycles += done;
	c->used += end == SIM_END_WAIT ? o->slice : done;
	*progress = *progress || done > 0 || end != SIM_END_WAIT;
	turn_ended(c, end, at);
	if (c->status == SIM_RUNNING && o->watchdog > 0 && c->used > o->watchdog &&
	    !c->device->debug.enabled)
		time_out(c);
	return done;
}

bool sim_device_run(struct sim_device *d, uint64_t instructions)
{
	uint64_t used = 0;
	bool progress = false;

	for (size_t i = 0; i < d->core_count && used < instructions; i++) {
		struct sim_core *c = &d->cores[d->cursor];

		d->cursor = (d->cursor + 1) % d->core_count;
		if (c->status == SIM_RUNNING)
			used += take_turn(c, &progress);
	}
	return progress;
}

void sim_device_unmap(struct sim_device *d, const struct sim_space *space,
		      const struct sim_range *range)
{
	for (size_t i = 0; i < d->core_count; i++) {
		if (d->cores[i].space == space)
			sim_core_unmap(&d->cores[i], range);
	}
}

void sim_device_forget_space(struct sim_device *d, const struct sim_space *space)
{
	for (size_t i = 0; i < d->core_count; i++) {
		if (d->cores[i].space == space)
			sim_core_take_space(&d->cores[i], NULL);
	}
}
