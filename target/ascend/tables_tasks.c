/*
 * Tables of what runs on a device: tasks, streams, blocks, breakpoints. Only a live device has
 * rows in them. The first columns are msDebug's (live facts 6).
 */
#include <stdio.h>
#include <string.h>

#include "target/ascend/ascend_priv.h"

bool ascend_core_task(struct ascend *a, const struct ascend_core *core, struct ascend_task *out)
{
	const struct ascend_kernel *k = NULL;

	if (core->task < 0 || core->stream < 0)
		return false;
	/* launches are told one at a time: another kernel than the last is known by where it is */
	if (!*a->launched && core->stop.has_pc)
		k = ascend_kernel_at(a, core->stop.pc);
	out->stream = core->stream;
	out->task = core->task;
	snprintf(out->name, sizeof(out->name), "%s", k ? k->name : a->launched);
	return true;
}

bool ascend_is_first(const struct ascend *a, const struct ascend_core *core, bool of_stream)
{
	for (const struct ascend_core *c = a->cores; c < core; c++)
		if (c->task >= 0 && c->stream == core->stream &&
		    (of_stream || c->task == core->task))
			return false;
	return true;
}

static const char *type_word(const struct ascend_core *core)
{
	return core->type == CHIP_AIC ? "aic" : "aiv";
}

void ascend_fill_tasks(struct ascend *a, struct target_table *t)
{
	for (size_t i = 0; i < a->core_count; i++) {
		struct ascend_task task;

		if (!ascend_core_task(a, &a->cores[i], &task) ||
		    !ascend_is_first(a, &a->cores[i], false))
			continue;
		target_table_cell(t, "%u", a->device);
		target_table_cell(t, "%lld", (long long)task.stream);
		target_table_cell(t, "%lld", (long long)task.task);
		target_table_cell(t, "%s", task.name);
	}
}

void ascend_fill_streams(struct ascend *a, struct target_table *t)
{
	for (size_t i = 0; i < a->core_count; i++) {
		struct ascend_task task;

		if (!ascend_core_task(a, &a->cores[i], &task) ||
		    !ascend_is_first(a, &a->cores[i], true))
			continue;
		target_table_cell(t, "%u", a->device);
		target_table_cell(t, "%lld", (long long)task.stream);
		target_table_cell(t, "%s", type_word(&a->cores[i]));
	}
}

void ascend_fill_blocks(struct ascend *a, struct target_table *t)
{
	for (size_t i = 0; i < a->core_count; i++) {
		const struct ascend_core *core = &a->cores[i];
		struct ascend_task task;

		if (!ascend_core_task(a, core, &task))
			continue;
		target_table_cell(t, "%u", a->device);
		target_table_cell(t, "%lld", (long long)task.stream);
		target_table_cell(t, "%lld", (long long)task.task);
		target_table_cell(t, "%lld", (long long)core->block);
		target_table_cell(t, "%u", core->id);
		target_table_cell(t, "%s", type_word(core));
	}
}

/* gdb takes its breakpoints out at every stop; what it puts back was never written again. */
static const char *point_state(const struct ascend_point *p)
{
	if (p->patched)
		return p->wanted ? "in memory" : "in memory, until something runs";
	return "written when something runs";
}

void ascend_fill_points(struct ascend *a, struct target_table *t)
{
	struct ascend_point p;

	for (size_t i = 0; a->source->point && a->source->point(a, i, &p); i++) {
		target_table_cell(t, "%u", a->device);
		target_table_cell(t, "%#llx", (unsigned long long)p.at);
		target_table_cell(t, "%s", point_state(&p));
		target_table_cell(t, "%s", p.conditional ? "yes" : "");
		ascend_place_cells(a, true, p.at, t);
	}
}
