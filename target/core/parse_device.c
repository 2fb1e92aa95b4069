/*
 * The device table of a dump: which device, which chip, which cores had stalled (coredump facts
 * 2.1). Called first by core_target.c, since the chip decides how the other tables are read.
 */
#include <inttypes.h>
#include <stdio.h>

#include "target/core/core_priv.h"

enum { DEVICE_SIZE = 40, DEVICE_AIC = 0, DEVICE_AIV = 16, DEVICE_ID = 32, DEVICE_TYPE = 36 };

/* Without a usable chip type the width of the register entries tells the generation. */
static const struct chip *chip_by_entries(const struct core_dump *d)
{
	for (size_t i = 1; i < d->section_count; i++) {
		const struct core_section *s = &d->sections[i];
		for (size_t c = 0; s->kind == CORE_REGS && c < chip_count; c++)
			if (chips[c]->reg_entry_size == s->entry)
				return chips[c];
	}
	return NULL;
}

const struct chip *core_chip(const struct core_dump *d, uint32_t type)
{
	const struct chip *own = d->limits.chip;

	return own && own->type == type ? own : chip_find(type);
}

static bool choose_chip(struct core_dump *d, bool has_type, uint32_t type, char *why)
{
	struct ascend *a = &d->ascend;

	a->chip = has_type ? core_chip(d, type) : NULL;
	if (a->chip)
		return true;
	a->chip = chip_by_entries(d);
	if (!a->chip && has_type)
		return core_refuse(why, "the dump is of chip type %u, which is not supported",
				   type);
	if (!a->chip)
		return core_refuse(why,
				   "the dump is too damaged to be used: %s is missing and no "
				   "register entries tell the chip\nget the file once more "
				   "from where it was written",
				   container_kind_name(CORE_DEVICE));
	core_loss(d, "chip type %s: taken for %s because of the width of the register entries",
		  has_type ? "is unknown" : "is missing", a->chip->name);
	return true;
}

static void mark_stalled(struct core_dump *d, enum chip_core_type type, const uint64_t bits[2])
{
	uint16_t slots = type == CHIP_AIC ? d->ascend.chip->aic_max : d->ascend.chip->aiv_max;
	unsigned wrong = 0;

	for (uint16_t id = 0; id < 128; id++) {
		if (!(bits[id / 64] >> (id % 64) & 1))
			continue;
		uint16_t unified = chip_unified(d->ascend.chip, type, id);
		if (id < slots && unified < CORE_SLOTS)
			d->cores[unified].stalled = true;
		else
			wrong++;
	}
	if (wrong)
		core_loss(d,
			  "%u of the %s cores that are named as stalled do not exist on a %s: "
			  "ignored",
			  wrong, chip_core_type_name(type), d->ascend.chip->name);
}

bool parse_device(struct core_dump *d, char *why)
{
	const struct core_section *s = core_section_only(d, CORE_DEVICE);
	struct span table = s ? core_section_span(d, s) : (struct span){ NULL, 0 };
	bool whole = table.size >= DEVICE_SIZE;

	if (!whole)
		core_loss(d,
			  "%s is missing or too short (%" PRIu64 " of %d bytes): device and "
			  "stalled cores are unknown",
			  container_kind_name(CORE_DEVICE), table.size, DEVICE_SIZE);
	if (!choose_chip(d, whole, span_u32(table, DEVICE_TYPE), why))
		return false;
	if (!whole)
		return true;
	uint64_t aic[2] = { span_u64(table, DEVICE_AIC), span_u64(table, DEVICE_AIC + 8) };
	uint64_t aiv[2] = { span_u64(table, DEVICE_AIV), span_u64(table, DEVICE_AIV + 8) };
	d->ascend.device = span_u32(table, DEVICE_ID);
	mark_stalled(d, CHIP_AIC, aic);
	mark_stalled(d, CHIP_AIV, aiv);
	return true;
}
