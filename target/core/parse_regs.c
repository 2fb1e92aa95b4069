/*
 * The register sections of a dump: one index of entries per core (coredump facts 2.3, 3.1). Called
 * by core_target.c after parse_device.c. What an entry means is the chip table's matter; values
 * stay in the file.
 */
#include <inttypes.h>
#include <stdlib.h>

#include "target/core/core_priv.h"

/* RegInfo and RegInfoWide begin alike. */
enum { ENTRY_ADDR = 0 };

static int compare_entries(const void *a, const void *b)
{
	const struct core_reg *x = a, *y = b;

	if (x->addr != y->addr)
		return x->addr < y->addr ? -1 : 1;
	return x->entry < y->entry ? -1 : x->entry > y->entry;
}

/* Of several entries of one register the last counts: error registers come at the end. */
static size_t keep_last(struct core_reg *regs, size_t count)
{
	size_t kept = 0;

	for (size_t i = 0; i < count; i++)
		if (i + 1 == count || regs[i + 1].addr != regs[i].addr)
			regs[kept++] = regs[i];
	return kept;
}

static size_t count_entries(struct core_dump *d, size_t index, struct span table)
{
	uint64_t size = d->ascend.chip->reg_entry_size, count = table.size / size;

	if (table.size % size || !count)
		core_loss(d,
			  "section %zu: %" PRIu64 " bytes are no whole number of register "
			  "entries: %" PRIu64 " are used",
			  index, table.size, count);
	if (count <= CORE_MAX_REGS)
		return (size_t)count;
	core_loss(d, "section %zu: %" PRIu64 " register entries: only the first %d are used", index,
		  count, CORE_MAX_REGS);
	return CORE_MAX_REGS;
}

static bool index_core(struct core_dump *d, struct core_saved *core, size_t index)
{
	struct span table = core_section_span(d, &d->sections[index]);
	size_t count = count_entries(d, index, table);
	uint64_t size = d->ascend.chip->reg_entry_size;

	if (!count)
		return true;
	core->regs = calloc(count, sizeof(*core->regs));
	if (!core->regs)
		return false;
	for (size_t i = 0; i < count; i++)
		core->regs[i] =
			(struct core_reg){ span_u64(table, i * size + ENTRY_ADDR), (uint32_t)i };
	qsort(core->regs, count, sizeof(*core->regs), compare_entries);
	core->reg_count = keep_last(core->regs, count);
	core->section = index;
	d->has_regs = true;
	return true;
}

static bool parse_section(struct core_dump *d, size_t index)
{
	const struct core_section *s = &d->sections[index];
	enum chip_core_type type;
	uint16_t id;

	if (!s->has_id || s->id >= CORE_SLOTS || !chip_core(d->ascend.chip, s->id, &type, &id)) {
		core_loss(d, "section %zu: registers of a core that does not exist: ignored",
			  index);
		return true;
	}
	if (d->cores[s->id].section) {
		core_loss(d, "section %zu: registers of core %u once more: ignored", index, s->id);
		return true;
	}
	return index_core(d, &d->cores[s->id], index);
}

bool parse_regs(struct core_dump *d, char *why)
{
	for (size_t i = 1; i < d->section_count; i++)
		if (d->sections[i].kind == CORE_REGS && !parse_section(d, i))
			return core_refuse(why, "out of memory for the registers of a core");
	return true;
}
