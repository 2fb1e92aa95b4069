/*
 * Registers of a core: by the chip's table for commands, by the costume for clients.
 * Where a value comes from is the source's, how it is put together arch/'s.
 */
#include "target/ascend/ascend_priv.h"

#include <string.h>

uint64_t ascend_number_of(const void *bytes, size_t n)
{
	const uint8_t *b = bytes;
	uint64_t v = 0;

	for (size_t i = n < 8 ? n : 8; i--;)
		v = v << 8 | b[i];
	return v;
}

bool ascend_reg(struct ascend *a, struct ascend_core *core, const struct chip_reg *reg, void *buf)
{
	ascend_core_stop(a, core); /* the SIMT thread in focus follows from the stop */
	struct chip_bus bus = ascend_core_bus(a, core);
	return chip_reg_read(a->chip, reg, &bus, buf);
}

bool ascend_reg_value(struct ascend *a, struct ascend_core *core, const struct chip_reg *reg,
		      uint64_t *out)
{
	uint8_t buf[ARCH_REG_MAX_BYTES];

	if (!ascend_reg(a, core, reg, buf))
		return false;
	*out = ascend_number_of(buf, reg->size);
	return true;
}

bool ascend_reg_number(struct ascend *a, struct ascend_core *core, const char *name, uint64_t *out)
{
	const struct chip_reg *reg = chip_reg_find(a->chip, name);

	return reg && ascend_reg_value(a, core, reg, out);
}

/* -1 stands for "nobody said". */
static bool known(int64_t v, uint64_t *out)
{
	*out = (uint64_t)v;
	return v >= 0;
}

static bool virtual_value(struct ascend *a, struct ascend_core *core, uint32_t which, uint64_t *out)
{
	const struct chip_stop *stop = ascend_core_stop(a, core);

	*out = 0;
	switch ((enum chip_virtual)which) {
	case CHIP_V_PC:
		*out = stop->pc;
		return stop->has_pc;
	case CHIP_V_RAW_PC:
		*out = stop->raw_pc;
		return stop->has_pc;
	case CHIP_V_ZERO:
		return true;
	case CHIP_V_COREID:
		*out = core->id;
		return true;
	case CHIP_V_CORETYPE:
		*out = core->type;
		return true;
	case CHIP_V_BLOCKID:
		return known(core->block, out);
	case CHIP_V_TASKID:
		return known(core->task, out);
	case CHIP_V_STREAMID:
		return known(core->stream, out);
	case CHIP_V_NONE:
		return false;
	}
	return false;
}

static bool read_virtual(struct ascend *a, struct ascend_core *core, const struct arch_reg *r,
			 uint8_t *buf)
{
	uint64_t v;

	if (!virtual_value(a, core, r->at, &v))
		return false;
	for (size_t i = 0; i < arch_reg_size(r); i++, v >>= 8)
		buf[i] = (uint8_t)v;
	return true;
}

/* The costume may be wider than the chip's register: the rest is zero. */
static bool read_table(struct ascend *a, struct ascend_core *core, const struct arch_reg *r,
		       uint8_t *buf)
{
	uint8_t value[ARCH_REG_MAX_BYTES] = { 0 };

	if (r->at >= a->chip->reg_count || !ascend_reg(a, core, &a->chip->regs[r->at], value))
		return false;
	memcpy(buf, value, arch_reg_size(r));
	return true;
}

/*
 * The core a client sees first has a pc in any case: GDB 13 ends the connection when the stop has
 * none. All ones is what msDebug shows for it.
 */
static bool read_lost_pc(const struct ascend *a, const struct ascend_core *core, size_t reg,
			 void *buf)
{
	if (reg != a->desc->pc || core != &a->cores[a->focus])
		return false;
	memset(buf, 0xff, arch_reg_size(&a->desc->regs[reg]));
	return true;
}

enum target_status ascend_reg_read(struct target *t, struct target_tid tid, size_t reg, void *buf,
				   bool *valid)
{
	struct ascend *a = (struct ascend *)t;
	struct ascend_core *core = ascend_core_find(a, tid);

	if (!core)
		return target_fail(t, TARGET_NO_THREAD, "device %u has no thread %u.%u", a->device,
				   tid.pid, tid.tid);
	const struct arch_reg *r = &a->desc->regs[reg];
	*valid = r->set == CHIP_SET_VIRTUAL ? read_virtual(a, core, r, buf)
					    : read_table(a, core, r, buf);
	*valid = *valid || read_lost_pc(a, core, reg, buf);
	return TARGET_OK;
}
