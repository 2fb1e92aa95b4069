/*
 * Registers, local memory and errors of a core as the debug channel, core files and intrinsics see
 * them. Which registers there are, by address, is in arch/.
 */
#include <stdlib.h>
#include <string.h>

#include "arch/channel.h"
#include "target/sim/core_priv.h"
#include "target/sim/debug_priv.h"
#include "target/sim/simt_priv.h"
#include "target/sim/space_priv.h"
#include "target/sim/task_priv.h"

uint64_t sim_core_pc(const struct sim_core *c)
{
	return c->engine != NULL ? sim_engine_pc(c->engine) : 0;
}

uint64_t sim_core_stack_at(const struct sim_core *c)
{
	return SIM_STACK_BASE + (uint64_t)c->unified * SIM_STACK_SIZE;
}

/* --- registers */

/** The row of a register entry; *part: which of the entries of a wide register it is. */
static const struct chip_reg *find_register(const struct sim_core *c, uint64_t addr)
{
	const struct chip *chip = c->device->sim->chip;
	uint8_t mine = c->type == CHIP_AIC ? CHIP_ON_AIC : CHIP_ON_AIV;

	for (size_t i = 0; i < chip->reg_count; i++) {
		const struct chip_reg *r = &chip->regs[i];
		uint64_t entries = r->kind == CHIP_REG_V ? 8 : 1;

		if (addr - r->addr < entries && (r->cores & mine) != 0 &&
		    (r->kind == CHIP_REG_PLAIN || r->kind == CHIP_REG_V))
			return r;
	}
	return NULL;
}

static bool is_error(const struct chip_reg *r)
{
	return r->size == 4 && (strcmp(r->group, "error") == 0 || strcmp(r->group, "errinfo") == 0);
}

static uint64_t scalar(struct sim_core *c, const struct chip_reg *r)
{
	if (c->engine == NULL)
		return 0;
	if (strcmp(r->group, "gpr") == 0)
		return sim_engine_get(c->engine, (unsigned)strtoul(r->name + 3, NULL, 10));
	if (strcmp(r->group, "pc") == 0)
		return sim_engine_pc(c->engine);
	if (strcmp(r->name, "CONDITION_FLAG") == 0)
		return sim_engine_flags(c->engine) >> 28;
	if (strcmp(r->name, "SYS_CNT") == 0)
		return c->cycles;
	return is_error(r) ? c->errors[r - c->device->sim->chip->regs] : 0;
}

bool sim_core_register(struct sim_core *c, uint64_t addr, uint8_t *buf, size_t n)
{
	const struct chip_reg *r = find_register(c, addr);
	uint64_t value;

	memset(buf, 0, n);
	if (sim_simt_register(c, addr, buf, n))
		return true;
	if (r == NULL)
		return false;
	if (strcmp(r->name, "MASK") == 0) {
		memcpy(buf, c->mask, n < 16 ? n : 16);
	} else if (strcmp(r->name, "CMPMASK") == 0) {
		memcpy(buf, c->compare, n < 16 ? n : 16);
	} else if (r->kind == CHIP_REG_PLAIN) {
		value = scalar(c, r);
		memcpy(buf, &value, n < 8 ? n : 8);
	}
	return true;
}

/* --- memory */

uint32_t sim_core_local_size(const struct sim_core *c, uint8_t mem)
{
	const struct chip_mem_info *info = chip_mem_find(c->device->sim->chip, mem);
	uint8_t mine = c->type == CHIP_AIC ? CHIP_ON_AIC : CHIP_ON_AIV;

	return info != NULL && (info->cores & mine) != 0 ? info->size : 0;
}

uint8_t *sim_core_local(const struct sim_core *c, uint8_t mem, uint64_t at, uint64_t n)
{
	uint32_t size = sim_core_local_size(c, mem);

	if (size == 0 || c->local[mem] == NULL || at > size || n > size - at)
		return NULL;
	return c->local[mem] + at;
}

static uint8_t *stack_at(const struct sim_core *c, uint64_t offset, uint64_t n)
{
	const struct sim_device *d = c->device;
	uint64_t slot = offset / SIM_STACK_SIZE, at = offset % SIM_STACK_SIZE;

	if (slot >= d->core_count || d->cores[slot].stack == NULL || n > SIM_STACK_SIZE - at)
		return NULL;
	return d->cores[slot].stack + at;
}

uint8_t *sim_core_global(const struct sim_core *c, uint64_t at, uint64_t n)
{
	if (c->simt != NULL && sim_simt_stack(c->simt, at, n) != NULL)
		return sim_simt_stack(c->simt, at, n);
	if (at - SIM_ALIAS_BASE < SIM_STACK_SIZE)
		return stack_at(c, sim_core_stack_at(c) - SIM_STACK_BASE + (at - SIM_ALIAS_BASE),
				n);
	if (at >= SIM_STACK_BASE && at < SIM_GM_BASE)
		return stack_at(c, at - SIM_STACK_BASE, n);
	return c->space != NULL ? sim_memory_at(c->space, at, n) : NULL;
}

uint32_t sim_core_l0c(const struct sim_core *c, uint32_t at)
{
	size_t run;

	return (uint32_t)chip_channel_address(c->device->sim->chip, CHIP_L0C, at, &run);
}

/* --- errors */

static uint32_t *error_register(struct sim_core *c, const char *name)
{
	const struct chip *chip = c->device->sim->chip;
	const struct chip_reg *r = chip_reg_find(chip, name);

	return r != NULL && is_error(r) ? &c->errors[r - chip->regs] : NULL;
}

/** Sets the bit, and the fields that say where it was. */
static void set_error(struct sim_core *c, const struct chip_fault_bit *bit, uint64_t pc)
{
	const struct chip_error_group *group = chip_fault_group(c->device->sim->chip, bit);
	uint32_t *error = error_register(c, bit->reg);

	if (error != NULL)
		*error |= UINT32_C(1) << bit->bit;
	for (size_t i = 0; group != NULL && i < group->patch_count; i++) {
		const struct chip_pc_patch *p = &group->patches[i];
		uint32_t *info = error_register(c, p->reg);
		uint64_t field = (UINT64_C(1) << p->width) - 1;

		if (info == NULL)
			continue;
		*info &= (uint32_t) ~(field << p->src_lo);
		*info |= (uint32_t)((pc >> p->dst_lo & field) << p->src_lo);
	}
}

static bool read_entry(void *ctx, uint64_t addr, void *buf, size_t n)
{
	return sim_core_register(ctx, addr, buf, n);
}

uint64_t sim_core_fault_pc(const struct sim_core *c)
{
	struct sim_core *core = (struct sim_core *)(uintptr_t)c;
	struct chip_bus bus = { .read = read_entry, .ctx = core, .core_type = c->type };
	struct chip_stop stop;

	chip_stop_read(c->device->sim->chip, &bus, &stop);
	return stop.pc;
}

/** In a SIMT function it is the vector unit that fails, and says in which warp. */
static enum chip_fault simt_fault(struct sim_core *c, enum chip_fault fault)
{
	uint32_t *info = error_register(c, "VEC_ERR_INFO_T0_5");

	if (info != NULL)
		*info = 1 | sim_simt_focus(c->simt) / SIM_WARP << 1;
	return fault == CHIP_FAULT_ILLEGAL ? CHIP_FAULT_VEC_CONFIG : CHIP_FAULT_VEC_LOCAL;
}

void sim_core_fault(struct sim_core *c, enum chip_fault fault, uint64_t pc)
{
	if (c->simt != NULL)
		fault = simt_fault(c, fault);
	set_error(c, &c->device->sim->chip->faults[fault], pc);
	c->has_error = true;
	if (c->device->debug.enabled) {
		sim_core_stop(c, SIM_EXCEPTION);
		return;
	}
	c->status = SIM_EXCEPTION;
	if (c->space->dump_folder != NULL)
		sim_crash_dump(c->task);
	sim_task_fail(c->task,
		      c->type == CHIP_AIC ? SIM_ERROR_AIC_EXCEPTION : SIM_ERROR_AIV_EXCEPTION);
}
