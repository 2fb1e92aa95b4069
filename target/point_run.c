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
	struct agent_access access;
	const struct target_log *log;
};

static void print(void *to, const char *text, size_t n)
{
	struct target_text *output = to;

	if (output->len + n <= OUTPUT_MAX)
		target_text_bytes(output, text, n);
}

static bool run(const struct run *r, const struct agent_code *code, const char *what,
		uint64_t *value)
{
	const char *why = agent_run(code, &r->access, value);

	if (why)
		target_logf(r->log, TARGET_LOG_WARN, "breakpoint code=%s: %s", what, why);
	return !why;
}

/* One that holds is enough, and one that fails: then the client finds out. */
static bool holds(const struct run *r, const struct target_point_code *code)
{
	uint64_t value = 0;

	for (size_t i = 0; i < code->condition_n; i++)
		if (!run(r, &code->conditions[i], "condition", &value) || value)
			return true;
	return !code->condition_n;
}

static void run_commands(const struct run *r, const struct target_point_code *code)
{
	const struct target_text *output = r->access.to;
	uint64_t value;

	for (size_t i = 0; i < code->command_n; i++)
		if (!run(r, &code->commands[i], "command", &value))
			break;
	if (output->len && !output->failed) {
		fwrite(output->data, 1, output->len, stdout);
		fflush(stdout);
	}
}

bool point_code_tells(const struct target_point_code *code, struct agent_access thread,
		      const struct target_log *log)
{
	struct target_text output = { 0 };
	struct run r = { thread, log };

	r.access.print = print;
	r.access.to = &output;
	if (!code)
		return true;
	bool tells = holds(&r, code);
	if (tells) {
		run_commands(&r, code);
		tells = !code->command_n;
	}
	target_text_deinit(&output);
	return tells;
}
