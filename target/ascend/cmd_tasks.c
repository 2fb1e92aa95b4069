/*
 * `monitor ascend info tasks`, `stream`, `blocks` and `breakpoints`: what runs, in msDebug's layout
 * (live facts 6). Called by commands.c; the rows are those of tables_tasks.c.
 */
#include <string.h>

#include "target/ascend/ascend_priv.h"

/* "*   3      47     0": the star, then the columns of the tables of live devices. */
static void lead(struct ascend_call *c, bool star, const struct ascend_task *t)
{
	target_text_format(c->out, "%c%4u%8lld", star ? '*' : ' ', c->a->device,
			   (long long)t->stream);
}

/* What the focused core runs; false: nothing. */
static bool focus_of(struct ascend_call *c, struct ascend_task *out)
{
	return ascend_core_task(c->a, c->core, out);
}

static enum target_status none(struct ascend_call *c)
{
	return target_fail(&c->a->base, TARGET_UNAVAILABLE,
			   c->a->source->point ? "no kernel runs on device %u now"
					       : "the dump of device %u does not say what ran",
			   c->a->device);
}

enum target_status ascend_cmd_tasks(struct ascend_call *c)
{
	struct ascend_task focus, t;
	bool has = focus_of(c, &focus), any = false;

	for (size_t i = 0; i < c->a->core_count; i++) {
		if (!ascend_core_task(c->a, &c->a->cores[i], &t) ||
		    !ascend_is_first(c->a, &c->a->cores[i], false))
			continue;
		if (!any)
			target_text_add(c->out, "  Device Stream Task Invocation\n");
		any = true;
		lead(c, has && t.stream == focus.stream && t.task == focus.task, &t);
		target_text_format(c->out, "%6lld  %s\n", (long long)t.task, t.name);
	}
	return any ? TARGET_OK : none(c);
}

enum target_status ascend_cmd_stream(struct ascend_call *c)
{
	struct ascend_task focus, t;
	bool has = focus_of(c, &focus), any = false;

	for (size_t i = 0; i < c->a->core_count; i++) {
		const struct ascend_core *core = &c->a->cores[i];

		if (!ascend_core_task(c->a, core, &t) || !ascend_is_first(c->a, core, true))
			continue;
		bool star = has && t.stream == focus.stream;
		if (!any)
			target_text_add(c->out, "  Device Stream Type\n");
		any = true;
		lead(c, star, &t);
		/* of a mixed kernel msDebug names the type of the core in focus */
		target_text_format(c->out, "%7s\n",
				   (star ? c->core : core)->type == CHIP_AIC ? "aic" : "aiv");
	}
	return any ? TARGET_OK : none(c);
}

static void block_details(struct ascend_call *c, const struct ascend_core *core)
{
	struct target_tid tid = ascend_core_tid(c->a, core);

	target_text_format(c->out, "\n[%sCoreId %u, Block %lld]\n", core == c->core ? "* " : "",
			   core->id, (long long)core->block);
	target_text_format(c->out, "* thread %u.%u, name = '%s', stop reason = %s\n", tid.pid,
			   tid.tid, ascend_core_name(core).text, core->stop.reason);
	if (core->running)
		return;
	target_text_format(c->out, "    frame #0: 0x%016llx ", (unsigned long long)core->stop.pc);
	ascend_place_words(c->a, core->stop.pc, false, c->out);
	target_text_add(c->out, "\n");
}

static void block_row(struct ascend_call *c, const struct ascend_core *core,
		      const struct ascend_task *t)
{
	lead(c, core == c->core, t);
	target_text_format(c->out, "%6lld%6lld\n", (long long)t->task, (long long)core->block);
}

enum target_status ascend_cmd_blocks(struct ascend_call *c)
{
	bool details = c->argc == 1, any = false;
	struct ascend_task t;

	if (details && strcmp(c->argv[0], "-d") != 0)
		return ascend_usage(c, "'%.32s' is not known", c->argv[0]);
	for (size_t i = 0; i < c->a->core_count; i++) {
		const struct ascend_core *core = &c->a->cores[i];

		if (!ascend_core_task(c->a, core, &t))
			continue;
		if (!any)
			target_text_add(c->out, details ? "Current stop state of all blocks:\n"
							: "  Device Stream Task Block\n");
		any = true;
		if (details)
			block_details(c, core);
		else
			block_row(c, core, &t);
	}
	return any ? TARGET_OK : none(c);
}

enum target_status ascend_cmd_breakpoints(struct ascend_call *c)
{
	struct target_table table = { 0 };

	if (!c->a->source->point)
		return target_fail(&c->a->base, TARGET_UNSUPPORTED,
				   "this is a dump: it has no breakpoints");
	enum target_status status = ascend_table_fill(c->a, "ascend-breakpoints", &table);
	if (status == TARGET_OK && !target_table_rows(&table))
		target_text_add(c->out, "No breakpoint of a client is in a kernel.\n");
	else if (status == TARGET_OK)
		target_table_print(&table, c->out);
	target_table_deinit(&table);
	return status;
}
