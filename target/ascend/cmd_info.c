/*
 * `monitor ascend info ...`: the summary in msDebug's exact layout (coredump facts 6.4) and the
 * tables of tables.c as msDebug prints them. Called by commands.c.
 */
#include "target/ascend/ascend_priv.h"

#include "target/auto.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SUMMARY_DIMS = 8, WIDE = 25, NARROW = 4 };

static void summary_core(struct ascend_call *c, struct ascend_core *core)
{
	const struct chip_stop *stop = ascend_core_stop(c->a, core);
	uint64_t pc = stop->has_pc ? stop->pc : UINT64_MAX;

	target_text_format(c->out, "%s%4u       %s    0x%llx    %4u        %s\n",
			   core == c->core ? " *" : "  ", core->id, chip_core_type_name(core->type),
			   (unsigned long long)pc, c->a->device, c->a->chip->product);
}

static void column(struct target_text *out, const char *cell, const char *gap, size_t width)
{
	target_text_add(out, gap);
	target_text_centred(out, cell, width);
}

static void summary_block(struct ascend_call *c, size_t i)
{
	const struct ascend_block *b = &c->a->blocks[i];
	enum chip_core_type type = CHIP_AIC;
	uint16_t id = 0;
	bool has_core = ascend_block_core(c->a, b, &type, &id);
	char at[40], size[24], core[8] = "NA";

	snprintf(at, sizeof(at), "0x%llx%s", (unsigned long long)b->at,
		 b->failed ? "(invalid)" : "");
	snprintf(size, sizeof(size), "%llu", (unsigned long long)b->size);
	if (has_core)
		snprintf(core, sizeof(core), "%u", id);
	target_text_format(c->out, "%4zu", i);
	column(c->out, ascend_block_type_name(b->type), "  ", WIDE);
	column(c->out, ascend_block_mem_name(b->type), "  ", WIDE);
	column(c->out, at, "  ", WIDE);
	column(c->out, size, "  ", WIDE);
	column(c->out, core, "  ", NARROW);
	column(c->out, has_core ? chip_core_type_name(type) : "NA", "        ", NARROW);
	target_text_add(c->out, "       ");
	ascend_dims_text(b, SUMMARY_DIMS, c->out);
	target_text_add(c->out, "\n");
}

enum target_status ascend_cmd_summary(struct ascend_call *c)
{
	target_text_add(c->out, "  CoreId  CoreType        PC         DeviceId    ChipType\n");
	for (size_t i = 0; i < c->a->core_count; i++)
		summary_core(c, &c->a->cores[i]);
	target_text_add(c->out, "\n  Id           DataType                   MemType"
				"                     Addr                       Size"
				"             CoreId    CoreType    Dim\n");
	for (size_t i = 0; i < c->a->block_count; i++)
		summary_block(c, i);
	target_text_add(c->out, "\n");
	return TARGET_OK;
}

static void right_cell(struct target_text *out, const char *cell, size_t width)
{
	target_text_format(out, "%*s", (int)width, cell);
}

/* Every column one blank wider than its widest cell, the first one two: there stands the star. */
static void right_widths(const struct target_table *t, size_t *widths)
{
	size_t cursor = 0, i = 0;

	for (; i < t->column_count; i++)
		widths[i] = strlen(t->columns[i]);
	i = 0;
	for (const char *cell; (cell = target_table_next(t, &cursor)); i++) {
		size_t *width = &widths[i % t->column_count];
		if (strlen(cell) > *width)
			*width = strlen(cell);
	}
	for (i = 0; i < t->column_count; i++)
		widths[i] += i ? 1 : 2;
}

void ascend_table_right(const struct target_table *t, size_t focus, struct target_text *out)
{
	size_t widths[TARGET_TABLE_COLUMNS] = { 0 };
	size_t cursor = 0, i = 0;

	right_widths(t, widths);
	for (; i < t->column_count; i++)
		right_cell(out, t->columns[i], widths[i]);
	i = 0;
	for (const char *cell; (cell = target_table_next(t, &cursor)); i++) {
		size_t column = i % t->column_count;
		bool star = !column && i / t->column_count == focus;
		if (!column)
			target_text_add(out, star ? "\n*" : "\n");
		right_cell(out, cell, widths[column] - star);
	}
	target_text_add(out, "\n");
	if (t->cells.failed)
		out->failed = true;
}

/* Shows a table; focus SIZE_MAX: left-aligned, none of msDebug's. */
static enum target_status show(struct ascend_call *c, const char *name, size_t focus)
{
	struct target_table table = { 0 };
	enum target_status status = ascend_table_fill(c->a, name, &table);

	if (status == TARGET_OK && focus != SIZE_MAX)
		ascend_table_right(&table, focus, c->out);
	else if (status == TARGET_OK)
		target_table_print(&table, c->out);
	target_table_deinit(&table);
	return status;
}

/* All devices of the session, a row each. */
enum target_status ascend_cmd_devices(struct ascend_call *c)
{
	struct target_table table = { 0 };
	struct ascend *a = c->a;
	size_t focus = 0, i = 0;
	enum target_status status = TARGET_OK;

	if (!a->source->peer)
		return show(c, "ascend-devices", 0);
	for (; status == TARGET_OK && (a = c->a->source->peer(c->a, i)); i++) {
		if (a == c->a)
			focus = i;
		status = ascend_table_fill(a, "ascend-devices", &table);
	}
	if (status == TARGET_OK)
		ascend_table_right(&table, focus, c->out);
	target_table_deinit(&table);
	return status;
}

enum target_status ascend_cmd_cores(struct ascend_call *c)
{
	return show(c, "ascend-cores", (size_t)(c->core - c->a->cores));
}

enum target_status ascend_cmd_memory(struct ascend_call *c)
{
	return show(c, "ascend-memory", SIZE_MAX);
}

enum target_status ascend_cmd_tensors(struct ascend_call *c)
{
	return show(c, "ascend-tensors", SIZE_MAX);
}

enum target_status ascend_cmd_kernels(struct ascend_call *c)
{
	return show(c, "ascend-kernels", SIZE_MAX);
}
