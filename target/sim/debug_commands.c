/*
 * What the device does on a command of the debug channel: ids 0 to 14 with their parameters in both
 * layouts, that of the 910B family and the packed one of the 950 (live facts 2.5, 2.6). Called by
 * debug.c; where firmware's ways are not known, sim_wire.h says what is done here.
 */
#include <string.h>

#include "arch/channel.h"
#include "target/sim/core_priv.h"
#include "target/sim/debug_priv.h"
#include "target/sim/simt_priv.h"
#include "target/sim/task_priv.h"

enum { MASK_MAGIC = 0x5a5a5a5a, READ_BYTES = 32, WARP_BY_NUMBER = 4, SIMT_STACK = 13 };

/** Which cores a command means. */
struct mask {
	bool all;
	uint64_t aic[2], aiv[2];
};

static bool is_wide(const struct sim_device *d)
{
	return d->sim->chip->channel->wide_masks;
}

static struct mask parse_mask(const struct sim_device *d, const uint8_t *p)
{
	struct mask m = { .all = sim_get(p, 4) != MASK_MAGIC };

	if (is_wide(d)) {
		m.aic[0] = sim_get(p + 4, 8);
		m.aic[1] = sim_get(p + 12, 8);
		m.aiv[0] = sim_get(p + 20, 8);
		m.aiv[1] = sim_get(p + 28, 8);
	} else {
		m.aic[0] = sim_get(p + 4, 4);
		m.aiv[0] = sim_get(p + 8, 8);
	}
	return m;
}

static bool in_mask(const struct mask *m, const struct sim_core *c)
{
	const uint64_t *words = c->type == CHIP_AIC ? m->aic : m->aiv;

	return m->all || (c->id < 128 && (words[c->id / 64] >> (c->id & 63) & 1) != 0);
}

/** By what the channel calls a core; NULL: there is none. */
static struct sim_core *find_core(struct sim_device *d, uint64_t type, uint64_t id)
{
	const struct chip *chip = d->sim->chip;

	if (type > CHIP_AIV || id >= (type == CHIP_AIC ? chip->aic_max : chip->aiv_max))
		return NULL;
	return &d->cores[chip_unified(chip, (enum chip_core_type)type, (uint16_t)id)];
}

/* --- modes and code */

static uint32_t enable(struct sim_device *d, const uint8_t *p, uint8_t *out)
{
	(void)p;
	(void)out;
	d->debug.enabled = true;
	return SIM_OK;
}

static uint32_t disable(struct sim_device *d, const uint8_t *p, uint8_t *out)
{
	(void)p;
	(void)out;
	sim_debug_disable(d);
	return SIM_OK;
}

static uint32_t set_hard(struct sim_device *d, const uint8_t *p, uint8_t *out)
{
	struct sim_debug *g = &d->debug;
	uint64_t at = sim_get(p + 4, 8);

	(void)out;
	if (!d->sim->chip->channel->hw_breaks || at == 0)
		return SIM_REFUSED;
	for (size_t i = 0; i < SIM_HARD_SLOTS; i++) {
		if (g->hard[i] == at)
			return SIM_OK;
	}
	for (size_t i = 0; i < SIM_HARD_SLOTS; i++) {
		if (g->hard[i] == 0) {
			g->hard[i] = at;
			g->hard_count++;
			return SIM_OK;
		}
	}
	return SIM_REFUSED;
}

static uint32_t unset_hard(struct sim_device *d, const uint8_t *p, uint8_t *out)
{
	struct sim_debug *g = &d->debug;
	uint64_t at = sim_get(p + 4, 8);

	(void)out;
	for (size_t i = 0; i < SIM_HARD_SLOTS && at != 0; i++) {
		if (g->hard[i] == at) {
			g->hard[i] = 0;
			g->hard_count--;
			return SIM_OK;
		}
	}
	return SIM_REFUSED;
}

static uint32_t invalidate(struct sim_device *d, const uint8_t *p, uint8_t *out)
{
	bool wide = is_wide(d);
	uint64_t at = sim_get(p + (wide ? 4 : 8), 8);
	struct mask m = parse_mask(d, p + (wide ? 12 : 16));
	bool all = !wide && p[0] != 0;

	(void)out;
	for (size_t i = 0; i < d->core_count; i++) {
		if (in_mask(&m, &d->cores[i]))
			sim_core_refresh(&d->cores[i], at, all);
	}
	return SIM_OK;
}

/* --- running */

/** The warp that goes alone by a ControlUnit, or -1. */
static int lone_warp(const struct sim_core *c, const uint8_t *p)
{
	uint16_t at[3];
	uint32_t thread;

	if (!is_wide(c->device) || c->simt == NULL || p[36] != SIM_AT_SIMT || p[37] != 0)
		return -1;
	for (unsigned i = 0; i < 3; i++)
		at[i] = (uint16_t)sim_get(p + 38 + 2 * i, 2);
	return sim_simt_thread(c->simt, at, &thread) ? (int)(thread / SIM_WARP) : -1;
}

static void release_or_go(struct sim_core *c, const uint8_t *p, bool step)
{
	if (c->status == SIM_EXCEPTION || c->status == SIM_KILLED)
		sim_task_release(c);
	else if (sim_core_is_stopped(c))
		sim_core_go(c, step, lone_warp(c, p));
}

static uint32_t run(struct sim_device *d, const uint8_t *p, bool step)
{
	struct mask m = parse_mask(d, p);

	for (size_t i = 0; i < d->core_count; i++) {
		struct sim_core *c = &d->cores[i];

		if (in_mask(&m, c) && (!step || c->status < SIM_EXCEPTION))
			release_or_go(c, p, step);
	}
	return SIM_OK;
}

static uint32_t single_step(struct sim_device *d, const uint8_t *p, uint8_t *out)
{
	(void)out;
	return run(d, p, true);
}

static uint32_t resume(struct sim_device *d, const uint8_t *p, uint8_t *out)
{
	(void)out;
	return run(d, p, false);
}

static uint32_t suspend(struct sim_device *d, const uint8_t *p, uint8_t *out)
{
	(void)p;
	(void)out;
	for (size_t i = 0; i < d->core_count; i++) {
		if (d->cores[i].status == SIM_RUNNING)
			sim_core_stop(&d->cores[i], SIM_STEPPED);
	}
	return SIM_OK;
}

static uint32_t task_kill(struct sim_device *d, const uint8_t *p, uint8_t *out)
{
	uint64_t id = sim_get(p, 4);

	(void)out;
	for (size_t i = 0; i < d->core_count; i++) {
		struct sim_task *t = d->cores[i].task;

		if (t != NULL && t->stream->id == id && !t->killed) {
			sim_task_kill(t);
			return SIM_OK;
		}
	}
	return SIM_REFUSED;
}

/* --- looking */

static uint32_t devices_info(struct sim_device *d, const uint8_t *p, uint8_t *out)
{
	uint64_t maps[2][2] = { { 0 } };

	(void)p;
	for (size_t i = 0; i < d->core_count; i++) {
		const struct sim_core *c = &d->cores[i];

		if (c->enabled)
			maps[c->type][c->id / 64] |= UINT64_C(1) << (c->id & 63);
	}
	if (!is_wide(d)) {
		sim_put(out, maps[CHIP_AIC][0], 8);
		sim_put(out + 8, maps[CHIP_AIV][0], 8);
		return SIM_OK;
	}
	for (unsigned i = 0; i < 4; i++)
		sim_put(out + 8 * i, maps[i / 2][i % 2], 8);
	return SIM_OK;
}

void sim_debug_put_dim(const struct sim_core *c, uint8_t *out)
{
	for (unsigned i = 0; i < 3; i++)
		sim_put(out + 2 * i, sim_simt_dim(c->simt)[i], 2);
}

static void put_core(const struct sim_core *c, uint8_t *out)
{
	sim_put(out, c->id, 1);
	sim_put(out + 4, c->type, 4);
	sim_put(out + 8, c->task->stream->id, 4);
	sim_put(out + 12, c->task->id, 4);
	sim_put(out + 16, c->block, 4);
	sim_put(out + 20, c->status, 4);
	sim_put(out + 24, c->status == SIM_EXCEPTION ? sim_core_fault_pc(c) : sim_core_pc(c), 8);
	if (c->simt != NULL) {
		sim_put(out + 1, SIM_AT_SIMT, 1);
		sim_debug_put_dim(c, out + 32);
	}
}

static uint32_t cores_info(struct sim_device *d, const uint8_t *p, uint8_t *out)
{
	uint64_t index = sim_get(p, 2);
	unsigned count = 0;

	if (p[2] != 0)
		return SIM_REFUSED; /* error words: their places are not public */
	for (size_t i = 0; i < d->core_count; i++) {
		if (d->cores[i].task == NULL)
			continue;
		if (count++ == index)
			put_core(&d->cores[i], out);
	}
	sim_put(out + 2, count, 2);
	return index < count || index == 0 ? SIM_OK : SIM_REFUSED;
}

static uint32_t read_register(struct sim_device *d, const uint8_t *p, uint8_t *out)
{
	struct sim_core *c = find_core(d, p[0], sim_get(p + 4, 4));

	if (c == NULL || !sim_core_is_stopped(c))
		return SIM_REFUSED;
	return sim_core_register(c, sim_get(p + 8, 8), out, SIM_CQE_PAYLOAD_MAX) ? SIM_OK
										 : SIM_REFUSED;
}

/** Of a thread of the SIMT function. */
static const uint8_t *simt_stack(const struct sim_core *c, const uint8_t *p, uint64_t at)
{
	uint16_t place[3];
	uint32_t thread;

	for (unsigned i = 0; i < 3; i++)
		place[i] = (uint16_t)sim_get(p + 16 + 2 * i, 2);
	return sim_simt_thread(c->simt, place, &thread) ? sim_simt_stack(c->simt, at, READ_BYTES)
							: NULL;
}

static uint32_t read_memory(struct sim_device *d, const uint8_t *p, uint8_t *out)
{
	struct sim_core *c = find_core(d, p[0], sim_get(p + 2, 2));
	uint64_t mem = sim_get(p + 4, 4), at = sim_get(p + 8, 8);
	const uint8_t *bytes = NULL;

	if (c == NULL || !sim_core_is_stopped(c) || at % READ_BYTES != 0)
		return SIM_REFUSED;
	if (mem == CHIP_OUT_MEM)
		bytes = sim_core_global(c, at, READ_BYTES);
	else if (mem == SIMT_STACK && c->simt != NULL)
		bytes = simt_stack(c, p, at);
	else if (mem < CHIP_OUT_MEM)
		bytes = sim_core_local(c, (uint8_t)mem, at, READ_BYTES);
	if (bytes == NULL)
		return SIM_REFUSED;
	memcpy(out, bytes, READ_BYTES);
	return SIM_OK;
}

/** By warp number (4 bytes), or by a thread of it: the older form. */
static bool warp_number(const struct sim_core *c, const uint8_t *p, unsigned *out)
{
	uint16_t at[3];
	uint32_t thread = 0;

	if (sim_get(p - SIM_SQE_PARAMS + SIM_SQE_LENGTH, 4) == WARP_BY_NUMBER) {
		*out = p[3];
		return *out < sim_simt_warps(c->simt);
	}
	for (unsigned i = 0; i < 3; i++)
		at[i] = (uint16_t)sim_get(p + 4 + 2 * i, 2);
	if (!sim_simt_thread(c->simt, at, &thread))
		return false;
	*out = thread / SIM_WARP;
	return true;
}

static uint32_t warp_info(struct sim_device *d, const uint8_t *p, uint8_t *out)
{
	struct sim_core *c = find_core(d, p[0], p[2]);
	unsigned number;
	struct sim_warp warp;

	if (c == NULL || !sim_core_is_stopped(c) || c->simt == NULL || p[1] != SIM_AT_SIMT ||
	    !warp_number(c, p, &number))
		return SIM_REFUSED;
	warp = sim_simt_warp(c->simt, number);
	sim_put(out, c->id, 1);
	sim_put(out + 1, number, 1);
	sim_put(out + 2, sim_simt_warps(c->simt), 2);
	sim_put(out + 4, warp.pc, 8);
	sim_put(out + 12, warp.mask, 4);
	return SIM_OK;
}

struct command {
	uint32_t id;
	uint32_t (*run)(struct sim_device *d, const uint8_t *p, uint8_t *out);
	bool any_time; /* not in debug mode alone */
};

static const struct command commands[] = {
	{ SIM_ENABLE_DEBUG_MODE, enable, true },
	{ SIM_DISABLE_DEBUG_MODE, disable, true },
	{ SIM_SET_HARD_BREAKPOINT, set_hard, false },
	{ SIM_UNSET_HARD_BREAKPOINT, unset_hard, false },
	{ SIM_INVALID_INSTR_CACHE, invalidate, false },
	{ SIM_SINGLE_STEP, single_step, false },
	{ SIM_RESUME, resume, false },
	{ SIM_SUSPEND, suspend, false },
	{ SIM_GET_DEVICES_INFO, devices_info, true },
	{ SIM_GET_CORES_INFO, cores_info, false },
	{ SIM_READ_REGISTER, read_register, false },
	{ SIM_READ_LOCAL_MEMORY, read_memory, false },
	{ SIM_GET_WARP_INFO, warp_info, false },
	{ SIM_TASK_KILL, task_kill, false },
};

uint32_t sim_debug_command(struct sim_device *d, const uint8_t *sqe, uint8_t *payload)
{
	uint64_t id = sim_get(sqe + SIM_SQE_COMMAND, 4);

	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		if (commands[i].id == id && (commands[i].any_time || d->debug.enabled))
			return commands[i].run(d, sqe + SIM_SQE_PARAMS, payload);
	}
	return SIM_REFUSED;
}
