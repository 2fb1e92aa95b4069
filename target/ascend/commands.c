/*
 * `monitor ascend ...`: the table of commands, the way from words to a row of it, and the commands
 * about single cores. Called through target_command; a command fills text, stub/ sends it.
 */
#include "target/ascend/ascend_priv.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static enum target_status cmd_help(struct ascend_call *c);
static enum target_status cmd_aic(struct ascend_call *c);
static enum target_status cmd_aiv(struct ascend_call *c);

/* Rows with more words come first: the first match counts. */
static const struct ascend_command_row commands[] = {
	{ "info summary", "", 0, ascend_cmd_summary,
	  "cores and device memory, as msDebug shows it" },
	{ "info cores", "", 0, ascend_cmd_cores, "where and why each core stopped" },
	{ "info devices", "", 0, ascend_cmd_devices, "device, chip, cores in use" },
	{ "info tasks", "", 0, ascend_cmd_tasks, "kernels that run: stream, task, name" },
	{ "info stream", "", 0, ascend_cmd_stream, "streams whose kernels run" },
	{ "info blocks", "[-d]", 1, ascend_cmd_blocks,
	  "blocks that run; -d: where each of them stands" },
	{ "info breakpoints", "", 0, ascend_cmd_breakpoints, "breakpoints in kernels" },
	{ "info memory", "", 0, ascend_cmd_memory, "all memory with the addresses to read it at" },
	{ "info tensors", "", 0, ascend_cmd_tensors, "tensors: variable name, type, dimensions" },
	{ "info kernels", "", 0, ascend_cmd_kernels, "kernels: load address, symbols" },
	{ "info threads", "", 0, ascend_cmd_threads, "warps of the SIMT function of this core" },
	{ "thread", "N|(X,Y,Z)|X Y Z", SIZE_MAX, ascend_cmd_thread,
	  "the thread of a SIMT function whose registers are read" },
	{ "register read", "[-a] [NAME...]", 64, ascend_cmd_register_read,
	  "registers under their vendor names" },
	{ "stop", "[all|aic N|aiv N]", 2, ascend_cmd_stop, "every error bit of a core, decoded" },
	{ "where", "", 0, ascend_cmd_where, "cores grouped by source line" },
	{ "bt", "[--merge|aic N|aiv N]", 2, ascend_cmd_bt,
	  "call stack; cores grouped by call stack" },
	{ "aic", "N", SIZE_MAX, cmd_aic, "which thread is cube core N" },
	{ "aiv", "N", SIZE_MAX, cmd_aiv, "which thread is vector core N" },
	{ "x", "-m CLASS [-f FORMAT[]] [-s BYTES] [-c LINES] [-E SKIP] ADDR", 11, ascend_cmd_x,
	  "memory of a class as numbers" },
	{ "help", "", 0, cmd_help, "this list" },
};

enum { COMMANDS = sizeof(commands) / sizeof(*commands) };

/* Number of words of a row when argv starts with them, else 0. */
static size_t match(const struct ascend_command_row *row, size_t argc, const char *const *argv)
{
	const char *word = row->words;
	size_t n = 0;

	for (; *word; n++) {
		size_t len = strcspn(word, " ");
		if (n >= argc || strlen(argv[n]) != len || strncmp(argv[n], word, len))
			return 0;
		word += len + (word[len] == ' ');
	}
	return n;
}

enum target_status ascend_usage(struct ascend_call *c, const char *fmt, ...)
{
	char why[128];
	va_list args;

	va_start(args, fmt);
	int n = vsnprintf(why, sizeof(why), fmt, args);
	va_end(args);
	return target_fail(&c->a->base, TARGET_INVALID, "%s\nUsage: ascend %s%s%s",
			   n < 0 ? "" : why, c->row->words, *c->row->args ? " " : "", c->row->args);
}

bool ascend_number_parse(const char *s, uint64_t max, uint64_t *out)
{
	char *end;

	if (!isdigit((unsigned char)*s))
		return false;
	errno = 0;
	bool hex = s[0] == '0' && (s[1] == 'x' || s[1] == 'X');
	unsigned long long v = strtoull(s, &end, hex ? 16 : 10);
	*out = v;
	return !errno && !*end && v <= max;
}

/* msDebug's words for a core that is not there: coredump facts 6.6. */
static enum target_status find_core(struct ascend_call *c, enum chip_core_type type,
				    const char *index, struct ascend_core **out)
{
	bool any_of_type = false;
	uint64_t id;

	if (!ascend_number_parse(index, UINT16_MAX, &id))
		return ascend_usage(c, "Invalid %s index '%.32s'",
				    type == CHIP_AIC ? "aicore" : "aivector", index);
	for (size_t i = 0; i < c->a->core_count; i++) {
		struct ascend_core *core = &c->a->cores[i];
		any_of_type |= core->type == type;
		if (core->type != type || core->id != id)
			continue;
		*out = core;
		return TARGET_OK;
	}
	return target_fail(&c->a->base, TARGET_INVALID,
			   "Invalid core %s, please check command: ascend info summary",
			   any_of_type ? "id" : "type");
}

enum target_status ascend_core_argument(struct ascend_call *c, struct ascend_core **out)
{
	const char *word = c->argv[0];
	bool aic = !strncasecmp(word, "aic", 3);

	if (!aic && strncasecmp(word, "aiv", 3))
		return ascend_usage(c, "'%.32s' is no core: give aic N or aiv N", word);
	if (c->argc == 1 && word[3])
		return find_core(c, aic ? CHIP_AIC : CHIP_AIV, word + 3, out);
	if (c->argc != 2 || word[3])
		return ascend_usage(c, "'%.32s' takes exactly one %.3s index argument", word, word);
	return find_core(c, aic ? CHIP_AIC : CHIP_AIV, c->argv[1], out);
}

/* gdb's own thread numbers are not known to a server, so say how to find the thread. */
static enum target_status tell_thread(struct ascend_call *c, enum chip_core_type type)
{
	struct ascend_core *core;

	if (c->argc != 1)
		return ascend_usage(c, "'%s' takes exactly one %s index argument:", c->row->words,
				    c->row->words);
	enum target_status status = find_core(c, type, c->argv[0], &core);
	if (status != TARGET_OK)
		return status;
	struct target_tid tid = ascend_core_tid(c->a, core);
	struct ascend_core_name name = ascend_core_name(core);
	target_text_format(
		c->out,
		"%s is Thread %u.%u here. In gdb: `thread find ^%s$` tells its number N, "
		"`thread N` switches to it.\n",
		name.text, tid.pid, tid.tid, name.text);
	return TARGET_OK;
}

static enum target_status cmd_aic(struct ascend_call *c)
{
	return tell_thread(c, CHIP_AIC);
}

static enum target_status cmd_aiv(struct ascend_call *c)
{
	return tell_thread(c, CHIP_AIV);
}

static enum target_status cmd_help(struct ascend_call *c)
{
	target_text_add(c->out, ascend_help(&c->a->base));
	return TARGET_OK;
}

void ascend_help_add(struct target_text *out)
{
	for (size_t i = 0; i < COMMANDS; i++) {
		const struct ascend_command_row *row = &commands[i];
		target_text_format(out, "ascend %s%s%s -- %s\n", row->words,
				   *row->args ? " " : "", row->args, row->help);
	}
}

void ascend_help_build(struct ascend *a)
{
	target_text_deinit(&a->help);
	ascend_help_add(&a->help);
}

const char *ascend_help(const struct target *t)
{
	const struct ascend *a = (const struct ascend *)t;

	return a->help.data ? a->help.data : "";
}

static enum target_status unknown(struct ascend *a, size_t argc, const char *const *argv)
{
	if (argc < 2)
		return target_fail(&a->base, TARGET_INVALID,
				   "ascend what? Type: monitor ascend help");
	return target_fail(&a->base, TARGET_INVALID,
			   "'ascend %.32s%s%.32s' is not known here. Type: monitor ascend help",
			   argv[1], argc > 2 ? " " : "", argc > 2 ? argv[2] : "");
}

static enum target_status run(struct ascend_call *c)
{
	if (c->argc > c->row->max_args)
		return ascend_usage(c, "too many arguments");
	enum target_status status = c->row->run(c);
	if (status == TARGET_OK && c->out->failed)
		return target_fail(&c->a->base, TARGET_SYSTEM, "the answer is too long");
	return status;
}

enum target_status ascend_command(struct target *t, struct target_tid tid, size_t argc,
				  const char *const *argv, struct target_text *out)
{
	struct ascend *a = (struct ascend *)t;

	if (!argc || strcmp(argv[0], "ascend"))
		return TARGET_UNSUPPORTED;
	struct ascend_core *core = tid.tid ? ascend_core_find(a, tid) : &a->cores[a->focus];
	if (!core)
		return target_fail(t, TARGET_NO_THREAD, "device %u has no thread %u.%u", a->device,
				   tid.pid, tid.tid);
	for (size_t i = 0; i < COMMANDS; i++) {
		size_t words = match(&commands[i], argc - 1, argv + 1);
		if (!words)
			continue;
		struct ascend_call call = {
			.a = a,
			.core = core,
			.row = &commands[i],
			.argc = argc - 1 - words,
			.argv = argv + 1 + words,
			.out = out,
		};
		return run(&call);
	}
	return unknown(a, argc, argv);
}
