/*
 * The cores of a dump that can be looked at. Called by core_target.c when all other tables are
 * read: a core is a thread when its registers are there. A dump without any registers (chip 15
 * from v8.5.0 or v9.0.0, coredump facts 1.5) still shows its memories: then every core that is
 * named anywhere is a thread without register values.
 */
#include <stdlib.h>

#include "target/core/core_priv.h"

static bool is_shown(const struct core_dump *d, const struct core_saved *core)
{
	return d->has_regs ? core->reg_count > 0 : core->stalled || core->has_locals;
}

/* One line for all stalled cores that are no threads. */
static void log_missing(struct core_dump *d)
{
	struct target_text names = { 0 };
	char name[16];
	size_t missing = 0;

	for (uint16_t u = 0; u < CORE_SLOTS; u++) {
		if (!d->cores[u].stalled || is_shown(d, &d->cores[u]))
			continue;
		if (missing++ < 8)
			target_text_format(&names, "%s%s", missing > 1 ? ", " : "",
					   core_name(d, u, name));
	}
	if (missing)
		core_loss(d,
			  "%zu stalled cores have no registers in the dump and are not shown: "
			  "%s%s",
			  missing, names.data ? names.data : "", missing > 8 ? ", ..." : "");
	target_text_deinit(&names);
}

static void add_core(struct core_dump *d, enum chip_core_type type, uint16_t id)
{
	uint16_t unified = chip_unified(d->ascend.chip, type, id);

	if (unified >= CORE_SLOTS || !is_shown(d, &d->cores[unified]))
		return;
	d->ascend.cores[d->ascend.core_count++] = (struct ascend_core){
		.type = type,
		.id = id,
		.unified = unified,
		.block = -1,
		.task = -1,
		.stream = -1,
	};
}

bool parse_cores(struct core_dump *d, char *why)
{
	const struct chip *chip = d->ascend.chip;

	d->ascend.cores = calloc(CORE_SLOTS, sizeof(*d->ascend.cores));
	if (!d->ascend.cores)
		return core_refuse(why, "out of memory for the cores");
	for (uint16_t id = 0; id < chip->aic_max; id++)
		add_core(d, CHIP_AIC, id);
	for (uint16_t id = 0; id < chip->aiv_max && d->ascend.core_count < CORE_SLOTS; id++)
		add_core(d, CHIP_AIV, id);
	if (!d->ascend.core_count)
		return core_refuse(why,
				   "core id is empty: the dump names no core of a %s\nget the "
				   "file once more from where it was written",
				   chip->name);
	if (!d->has_regs)
		core_loss(d, "the dump has no registers at all: cores are shown without values");
	else
		log_missing(d);
	return true;
}
