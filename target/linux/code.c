/*
 * What runs in the server at a breakpoint: its conditions decide whether the client hears of the
 * hit, its commands run instead of telling. Called by event.c; the expressions are
 * target/agent.h's.
 */
#include <stdio.h>
#include <string.h>

#include "target/agent.h"
#include "target/linux/linux_priv.h"

enum { OUTPUT_MAX = 1 << 20 }; /* bytes that the commands of one hit may print */

/* The thread whose expressions run, and what they print. */
struct hit {
	struct linux_target *l;
	struct linux_thread *th;
	struct target_text output;
};

static bool read_reg(void *ctx, unsigned number, uint64_t *value)
{
	struct hit *hit = ctx;
	const struct arch_desc *d = hit->th->process->desc;
	uint8_t bytes[ARCH_REG_MAX_BYTES] = { 0 };
	bool valid = false;

	if (!d || number >= d->reg_count || arch_reg_size(&d->regs[number]) > sizeof(*value) ||
	    linux_reg_read(&hit->l->base, linux_tid(hit->th), number, bytes, &valid) != TARGET_OK)
		return false;
	memcpy(value, bytes, sizeof(*value));
	return valid;
}

static bool read_mem(void *ctx, uint64_t at, void *buf, size_t n)
{
	struct hit *hit = ctx;
	size_t done = 0;

	return linux_mem_read(&hit->l->base, linux_tid(hit->th), at, buf, n, &done) == TARGET_OK &&
	       done == n;
}

static void print(void *ctx, const char *text, size_t n)
{
	struct hit *hit = ctx;

	if (hit->output.len + n <= OUTPUT_MAX)
		target_text_bytes(&hit->output, text, n);
}

static bool run(struct hit *hit, const struct agent_code *code, const char *what, uint64_t *value)
{
	struct agent_access access = { read_reg, read_mem, print, hit };
	const char *why = agent_run(code, &access, value);

	if (why)
		target_logf(&hit->l->base.log, TARGET_LOG_WARN, "breakpoint code=%s: %s", what,
			    why);
	return !why;
}

/* One that holds is enough, and one that fails: then the client finds out. */
static bool holds(struct hit *hit, const struct target_point_code *code)
{
	uint64_t value = 0;

	for (size_t i = 0; i < code->condition_n; i++)
		if (!run(hit, &code->conditions[i], "condition", &value) || value)
			return true;
	return !code->condition_n;
}

static void run_commands(struct hit *hit, const struct target_point_code *code)
{
	uint64_t value;

	for (size_t i = 0; i < code->command_n; i++)
		if (!run(hit, &code->commands[i], "command", &value))
			break;
	if (!hit->output.len || hit->output.failed)
		return;
	fwrite(hit->output.data, 1, hit->output.len, stdout);
	fflush(stdout);
}

bool linux_point_tells(struct linux_target *l, struct linux_thread *th, enum target_point_kind kind,
		       uint64_t at)
{
	const struct target_point_code *code = point_codes_find(&th->process->codes, kind, at);
	struct hit hit = { .l = l, .th = th };

	if (!code)
		return true;
	if (!holds(&hit, code))
		return false;
	run_commands(&hit, code);
	target_text_deinit(&hit.output);
	return !code->command_n;
}
