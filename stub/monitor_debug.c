/*
 * `monitor set`: logs and the place of libthread_db. Words and answers are gdbserver's, since
 * scripts look for them. The settings belong to the server: they stay when the client leaves.
 */
#include "stub/monitor_debug.h"

#include <string.h>

#include "stub/log.h"
#include "stub/packet_log.h"
#include "stub/stats.h"

/* Each is a bit of the log: while one is set the log shows everything. */
static const struct {
	const char *name, *title, *help;
} switches[] = {
	{ "debug", "Debug output", "general debugging messages" },
	{ "debug-hw-points", "H/W point debugging output",
	  "h/w breakpoint/watchpoint debugging messages" },
	{ "remote-debug", "Protocol debug output", "remote protocol debugging messages" },
	{ "event-loop-debug", "Event loop debug output", "event loop debugging messages" },
};

enum { SWITCHES = sizeof(switches) / sizeof(switches[0]), SWITCH_REMOTE = 2 };

static void turn(struct session *s, unsigned n, bool on)
{
	struct log *log = s->debug.log;

	if (!log)
		return;
	log->debug = on ? log->debug | 1u << n : log->debug & ~(1u << n);
	if (n == SWITCH_REMOTE && s->debug.packets)
		packet_log_echo(s->debug.packets, on ? log : NULL);
}

static enum target_status set_switch(struct session *s, const char *name, const char *value,
				     struct target_text *out)
{
	bool on = !strcmp(value, "1");

	if (!on && strcmp(value, "0") != 0)
		return TARGET_UNSUPPORTED;
	for (unsigned i = 0; i < SWITCHES; i++)
		if (!strcmp(name, switches[i].name)) {
			turn(s, i, on);
			target_text_format(out, "%s %s.\n", switches[i].title,
					   on ? "enabled" : "disabled");
			return TARGET_OK;
		}
	return TARGET_UNSUPPORTED;
}

static const struct {
	const char *word;
	bool on;
	const char *answer;
} formats[] = {
	{ "all", true, "All extra debug format options enabled.\n" },
	{ "none", false, "All extra debug format options disabled.\n" },
	{ "timestamp", true, "Timestamps will be added to debug output.\n" },
};

enum { FORMATS = sizeof(formats) / sizeof(formats[0]) };

static bool set_format(struct session *s, const char *word, size_t n, struct target_text *out)
{
	for (size_t i = 0; i < FORMATS; i++)
		if (n == strlen(formats[i].word) && !strncmp(word, formats[i].word, n)) {
			if (s->debug.log)
				s->debug.log->timestamps = formats[i].on;
			target_text_add(out, formats[i].answer);
			return true;
		}
	return !n;
}

/* "all", "none", "timestamp", or several with commas: the last one counts. */
static enum target_status set_formats(struct session *s, const char *list, struct target_text *out)
{
	while (*list) {
		size_t n = strcspn(list, ",");

		if (!set_format(s, list, n, out)) {
			target_text_format(out, "Unknown debug-format argument: \"%.*s\"\n", (int)n,
					   list);
			return TARGET_INVALID;
		}
		list += n + (list[n] == ',');
	}
	return TARGET_OK;
}

/* Without a path the log goes to stderr again. */
static enum target_status set_file(struct session *s, const char *path, struct target_text *out)
{
	char why[LOG_WORDS];

	enum target_status status = session_may(s, MAY_FILES | MAY_WRITE_FILES);

	if (status == TARGET_OK && path && s->limits && s->limits->rooted)
		status = target_fail(s->target, TARGET_DENIED,
				     "the log stays where it is: the server was started with "
				     "--file-root");
	if (status != TARGET_OK)
		return status;
	if (!s->debug.log)
		return TARGET_UNSUPPORTED;
	if (!path)
		log_deinit(s->debug.log);
	else if (!log_open(s->debug.log, path, why)) {
		target_text_format(out, "%s\n", why);
		return TARGET_INVALID;
	}
	return TARGET_OK;
}

static enum target_status set_thread_db(struct session *s, const char *path,
					struct target_text *out)
{
	const char *now;

	/* a library found there is code that runs in the server */
	enum target_status status = session_may(s, MAY_START);
	if (status == TARGET_OK)
		status = target_thread_db_path(s->target, path ? path : "", &now);
	if (status == TARGET_OK)
		target_text_format(out, "libthread-db-search-path set to `%s'\n", now);
	return status;
}

enum target_status monitor_set(struct session *s, size_t argc, const char *const *argv,
			       struct target_text *out)
{
	const char *value = argc > 1 ? argv[1] : NULL;

	if (!argc || argc > 2)
		return TARGET_UNSUPPORTED;
	if (!strcmp(argv[0], "debug-file"))
		return set_file(s, value, out);
	if (!strcmp(argv[0], "libthread-db-search-path"))
		return set_thread_db(s, value, out);
	if (!value)
		return TARGET_UNSUPPORTED;
	if (!strcmp(argv[0], "debug-format"))
		return set_formats(s, value, out);
	return set_switch(s, argv[0], value, out);
}

enum target_status monitor_log(struct session *s, size_t argc, const char *const *argv,
			       struct target_text *out)
{
	struct log *log = s->debug.log;
	bool set = argc == 2 && !strcmp(argv[0], "level");

	if (!log || (argc && !set))
		return TARGET_UNSUPPORTED;
	if (set && (strlen(argv[1]) != 1 || argv[1][0] < '0' || argv[1][0] > '3')) {
		target_text_format(out,
				   "\"%s\" is no level: 0 errors, 1 and warnings, "
				   "2 and information, 3 everything\n",
				   argv[1]);
		return TARGET_INVALID;
	}
	if (set)
		log->level = (enum target_log_level)(argv[1][0] - '0');
	target_text_format(out, "log level %d\n", (int)log->level);
	return TARGET_OK;
}

enum target_status monitor_stats(struct session *s, struct target_text *out)
{
	struct target_table table;

	if (!s->debug.stats)
		return TARGET_UNSUPPORTED;
	stats_table(s->debug.stats, s->target->link_requests, &table);
	target_table_print(&table, out);
	target_table_deinit(&table);
	return TARGET_OK;
}

void monitor_set_help(const struct session *s, struct target_text *out)
{
	for (size_t i = 0; i < SWITCHES; i++)
		target_text_format(out, "  set %s <0|1>\n    Enable %s\n", switches[i].name,
				   switches[i].help);
	target_text_add(out, "  set debug-format option1[,option2,...]\n"
			     "    Add additional information to debugging messages\n"
			     "    Options: all, none, timestamp\n"
			     "  set debug-file [PATH]\n"
			     "    Write debugging messages to PATH, or to stderr again\n");
	if (s->have & TARGET_CAN_START)
		target_text_add(out, "  set libthread-db-search-path [PATH]\n"
				     "    Folders to look for libthread_db in\n");
}
