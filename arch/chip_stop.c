/*
 * Why a core stopped and where: scans the error registers of the chip in their order, corrects
 * the PC from the error-info registers, and finds the SIMT warp that made the error. Coredump
 * facts section 4. Called by target/ascend once per core and stop; signals and words for the user
 * are made there.
 */
#include <string.h>

#include "arch/chip_priv.h"

/** A 32-bit register; false when it is NULL, this core has none or it was not saved. */
static bool reg_word_read(const struct chip *c, const struct chip_bus *bus,
			  const struct chip_reg *reg, uint32_t *out)
{
	uint8_t buf[4];

	if (reg == NULL || reg->size != sizeof(buf) || !chip_reg_read(c, reg, bus, buf))
		return false;
	*out = (uint32_t)chip_number(buf, sizeof(buf));
	return true;
}

static bool word_read(const struct chip *c, const struct chip_bus *bus, const char *name,
		      uint32_t *out)
{
	return reg_word_read(c, bus, chip_reg_find(c, name), out);
}

static bool pc_read(const struct chip *c, const struct chip_bus *bus, uint64_t *out)
{
	const struct chip_reg *reg = chip_reg_find(c, "PC");
	uint8_t buf[8];

	if (reg == NULL || reg->size != sizeof(buf) || !chip_reg_read(c, reg, bus, buf))
		return false;
	*out = chip_number(buf, sizeof(buf));
	return true;
}

static const struct chip_error_group *group_find(const struct chip_error_reg *reg, uint32_t value)
{
	for (size_t i = 0; i < reg->group_count; i++) {
		if ((reg->groups[i].mask & value) != 0)
			return &reg->groups[i];
	}
	return NULL;
}

/** The first register with a known bit decides; one that was not saved is passed over. */
static const struct chip_error_group *scan(const struct chip *c, const struct chip_bus *bus,
					   struct chip_stop *out)
{
	const struct chip_error_group *group = NULL;
	const struct chip_reg *reg = NULL;

	for (size_t i = 0; i < c->error_count && group == NULL; i++) {
		uint32_t value;

		/* they stand one behind the other in the table of registers, too */
		reg = chip_reg_find_after(c, reg, c->errors[i].name);
		if (!reg_word_read(c, bus, reg, &value))
			continue;
		group = group_find(&c->errors[i], value);
		if (group != NULL) {
			out->reg = &c->errors[i];
			out->value = value;
			out->mask = value & group->mask;
			out->reason = group->reason;
		}
	}
	return group;
}

/** An error pipe is behind the scalar unit: what it says overrides the low bits of the PC. */
static uint64_t correct_pc(const struct chip *c, const struct chip_bus *bus,
			   const struct chip_error_group *group, uint64_t pc)
{
	for (size_t i = 0; i < group->patch_count; i++) {
		const struct chip_pc_patch *p = &group->patches[i];
		uint64_t field = (UINT64_C(1) << p->width) - 1;
		uint32_t info;

		if (!word_read(c, bus, p->reg, &info))
			continue;
		pc &= ~(field << p->dst_lo);
		pc |= (info >> p->src_lo & field) << p->dst_lo;
	}
	return pc;
}

/** Position by coredump facts 4.3; *info gets VEC_ERR_INFO_T0_5 when the position is SIMT. */
static enum chip_position position(const struct chip *c, const struct chip_bus *bus, uint32_t *info)
{
	uint32_t error;

	if (!c->simt || bus->core_type == CHIP_AIC)
		return CHIP_POS_SU;
	if (!word_read(c, bus, "VEC_ERROR_T0_0", &error))
		return CHIP_POS_UNKNOWN;
	if (error == 0 && !word_read(c, bus, "VEC_ERROR_T0_2", &error))
		return CHIP_POS_UNKNOWN;
	if (error == 0)
		return CHIP_POS_SU;
	if (word_read(c, bus, "VEC_ERR_INFO_T0_5", info) && (*info & 1) != 0)
		return CHIP_POS_SIMT;
	return CHIP_POS_SIMD;
}

/** First thread of the warp that executes; the first at all when the mask was not saved. */
static uint16_t first_thread(const struct chip *c, const struct chip_bus *bus, uint16_t warp)
{
	struct chip_bus at = *bus;
	uint32_t mask;

	at.simt_thread = (uint16_t)(warp * 32);
	if (!word_read(c, &at, "EXECMASK", &mask) || mask == 0)
		return at.simt_thread;
	return (uint16_t)(at.simt_thread + __builtin_ctz(mask));
}

void chip_stop_read(const struct chip *c, const struct chip_bus *bus, struct chip_stop *out)
{
	const struct chip_error_group *group;
	uint32_t info = 0;

	memset(out, 0, sizeof(*out));
	out->reason = "Unknown Error";
	group = scan(c, bus, out);
	out->has_pc = pc_read(c, bus, &out->raw_pc);
	out->pc = out->raw_pc;
	if (out->has_pc && group != NULL)
		out->pc = correct_pc(c, bus, group, out->raw_pc);
	out->position = position(c, bus, &info);
	if (out->position == CHIP_POS_SIMT) {
		out->warp = info >> 1 & 0x3f;
		out->simt_thread = first_thread(c, bus, out->warp);
	}
}
