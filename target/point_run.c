/*
 * What runs in the server at a breakpoint: its conditions decide whether the client hears of the
 * hit, its commands run instead of telling. Called by the kinds of targets that run.
 */
#include <stdio.h>

#include "target/point_code.h"
#include "target/target.h"
#include "target/text.h"

enum { OUTPUT_MAX = 1 << 20 }; /* bytes that the commands of one hit may print */

struct run {
	const struct point_hit *hit;
	struct target_text output;
};

static bool read_reg(void *ctx, unsigned number, uint64_t *value)
{
	const struct agent_access *from = &((struct run *)ctx)->hit->access;

	return from->reg(from->ctx, number, value);
}

static bool read_mem(void *ctx, uint64_t at, void *buf, size_t n)
{
	const struct agent_access *from = &((struct run *)ctx)->hit->access;

	return from->mem(from->ctx, at, buf, n);
}

static void print(void *ctx, const char *text, size_t n)
{
	struct run *r = ctx;

	if (r->output.len + n <= OUTPUT_MAX)
		target_text_bytes(&r->output, text, n);
}

static bool run(struct run *r, const struct agent_code *code, const char *what, uint64_t *value)
{
	const struct agent_access access = { read_reg, read_mem, print, r };
	const char *why = agent_run(code, &access, value);

	if (why)
		target_logf(r->hit->log, TARGET_LOG_WARN, "breakpoint code=%s: %s", what, why);
	return !why;
}

/* One that holds is enough, and one that fails: then the client finds out. */
static bool holds(struct run *r, const struct target_point_code *code)
{
	uint64_t value = 0;

	for (size_t i = 0; i < code->condition_n; i++)
		if (!run(r, &code->conditions[i], "condition", &value) || value)
			return true;
	return !code->condition_n;
}

static void run_commands(struct run *r, const struct target_point_code *code)
{
	uint64_t value;

	for (size_t i = 0; i < code->command_n; i++)
		if (!run(r, &code->commands[i], "command", &value))
			break;
	if (r->output.len && !r->output.failed) {
		fwrite(r->output.data, 1, r->output.len, stdout);
		fflush(stdout);
	}
}

bool point_code_tells(const struct target_point_code *code, const struct point_hit *hit)
{
	struct run r = { .hit = hit };

	if (!code)
		return true;
	if (!holds(&r, code))
		return false;
	run_commands(&r, code);
	target_text_deinit(&r.output);
	return !code->command_n;
}
