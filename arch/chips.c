/*
 * The list of chips and the look-ups by number and name. Everything that works for all chips,
 * tests included, loops over chips[]; a new chip is one row here. Called by target/; facts about
 * a chip are in chip_<name>.c.
 */
#include <string.h>

#include "arch/chip_priv.h"

const struct chip *const chips[] = { &chip_910b, &chip_950, &chip_950v5 };
const size_t chip_count = CHIP_COUNT(chips);

const struct chip *chip_find(uint32_t type)
{
	for (size_t i = 0; i < chip_count; i++) {
		if (chips[i]->type == type)
			return chips[i];
	}
	return NULL;
}

uint16_t chip_unified(const struct chip *c, enum chip_core_type type, uint16_t id)
{
	return type == CHIP_AIC ? id : (uint16_t)(c->aiv_offset + id);
}

bool chip_core(const struct chip *c, uint32_t unified, enum chip_core_type *type, uint16_t *id)
{
	bool aiv = unified >= c->aiv_offset;
	uint32_t n = aiv ? unified - c->aiv_offset : unified;

	if (n >= (aiv ? c->aiv_max : c->aic_max))
		return false;
	*type = aiv ? CHIP_AIV : CHIP_AIC;
	*id = (uint16_t)n;
	return true;
}

const char *chip_core_type_name(enum chip_core_type type)
{
	return type == CHIP_AIC ? "AIC" : "AIV";
}

const struct chip_mem_info *chip_mem_find(const struct chip *c, uint8_t mem)
{
	for (size_t i = 0; i < c->mem_count; i++) {
		if (c->mems[i].mem == mem)
			return &c->mems[i];
	}
	return NULL;
}

const struct chip_reg *chip_reg_find_after(const struct chip *c, const struct chip_reg *before,
					   const char *name)
{
	size_t at = before != NULL ? (size_t)(before - c->regs) : c->reg_count - 1;

	for (size_t i = 0; i < c->reg_count; i++) {
		at = at + 1 < c->reg_count ? at + 1 : 0;
		if (chip_is_text(c->regs[at].name, name))
			return &c->regs[at];
	}
	return NULL;
}

const struct chip_reg *chip_reg_find(const struct chip *c, const char *name)
{
	return chip_reg_find_after(c, NULL, name);
}
