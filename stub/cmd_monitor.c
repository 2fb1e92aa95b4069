/*
 * `monitor` (qRcmd): the server's own commands and those of the target. Output goes into the one
 * reply; what is wrong is told on the console in front of an error, as gdbserver does, since GDB
 * before 16 shows nothing of an error's text here.
 */
#include <ctype.h>
#include <string.h>

#include "stub/commands.h"
#include "stub/monitor_debug.h"
#include "stub/monitor_doctor.h"

enum { WORDS_MAX = 64, LINE_MAX_BYTES = 4096 };

/* By its first line and "Quit GDBserver" clients recognise a gdbserver. */
static enum target_status run_help(struct session *s, struct target_text *out)
{
	const char *more = target_help(s->target);

	target_text_add(out, "The following monitor commands are supported:\n");
	monitor_set_help(s, out);
	target_text_add(out, "  help\n    This list\n"
			     "  exit\n    Quit GDBserver\n"
			     "  log [level <0-3>]\n    What is logged: 0 errors .. 3 everything\n"
			     "  stats\n    Counters of the server\n"
			     "  doctor\n    What is missing to debug kernels, and what mends it\n"
			     "  why\n    Why the last requests were refused\n");
	target_text_add(out, more ? more : "");
	return TARGET_OK;
}

static enum target_status run_exit(struct session *s)
{
	enum target_status status = session_may(s, MAY_END);

	s->closing = s->leaving = status == TARGET_OK;
	return status;
}

static size_t split(char *line, const char **words)
{
	size_t n = 0;

	while (n < WORDS_MAX) {
		while (isspace((unsigned char)*line))
			*line++ = '\0';
		if (!*line)
			break;
		words[n++] = line;
		while (*line && !isspace((unsigned char)*line))
			line++;
	}
	return n;
}

static enum target_status dispatch(struct session *s, size_t argc, const char *const *argv,
				   struct target_text *out)
{
	enum target_status status = session_may(s, MAY_MONITOR);

	if (status != TARGET_OK)
		return status;
	if (!argc)
		return TARGET_UNSUPPORTED;
	if (argc == 1 && !strcmp(argv[0], "help"))
		return run_help(s, out);
	if (argc == 1 && !strcmp(argv[0], "exit"))
		return run_exit(s);
	if (!strcmp(argv[0], "set")) {
		status = monitor_set(s, argc - 1, argv + 1, out);
		if (status != TARGET_UNSUPPORTED) /* else it may be one of the target's */
			return status;
	}
	if (!strcmp(argv[0], "log"))
		return monitor_log(s, argc - 1, argv + 1, out);
	if (argc == 1 && !strcmp(argv[0], "stats"))
		return monitor_stats(s, out);
	if (argc == 1 && !strcmp(argv[0], "doctor"))
		return monitor_doctor(s, out);
	if (argc == 1 && !strcmp(argv[0], "why")) {
		why_print(&s->why, out);
		return TARGET_OK;
	}
	status = target_command_steers(s->target, argc, argv) ? session_may(s, MAY_RESUME)
							      : TARGET_OK;
	if (status != TARGET_OK)
		return status;
	status = target_command(s->target, session_chosen(s), argc, argv, out);
	if (status == TARGET_OK || status == TARGET_UNSUPPORTED)
		return status;
	target_text_format(out, "error: %s\n", target_words(s->target, status));
	return TARGET_OK;
}

/* Words of what went wrong, and what there is instead. */
static void complain(struct session *s, enum target_status status, const struct target_text *words)
{
	if (status == TARGET_DENIED) {
		target_text_format(&s->console, "%s\n", target_words(s->target, status));
		return;
	}
	if (status == TARGET_UNSUPPORTED)
		target_text_add(&s->console, "Unknown monitor command.\n\n");
	else if (words->data)
		target_text_add(&s->console, words->data);
	run_help(s, &s->console);
}

/* Text that is too long for a packet ends with a line that says so. */
static void add_output(const struct target_text *text, struct rsp_buf *out)
{
	static const char cut[] = "\n[cut: longer than a packet]\n";
	size_t most = (rsp_buf_room(out) - 2 * sizeof(cut)) / 2;

	rsp_buf_hex(out, text->data, text->len < most ? text->len : most);
	if (text->len > most)
		rsp_buf_hex_text(out, cut);
}

enum target_status cmd_monitor(struct session *s, const struct rsp_args *a, struct rsp_buf *out)
{
	struct target_text text = { 0 };
	const char *words[WORDS_MAX];
	char line[LINE_MAX_BYTES];

	if (!rsp_text_unhex(a->rest, line, sizeof(line)))
		return TARGET_INVALID;
	enum target_status status = dispatch(s, split(line, words), words, &text);
	if (status != TARGET_OK) {
		complain(s, status, &text);
		target_text_deinit(&text);
		return status == TARGET_DENIED ? status : TARGET_INVALID;
	}
	if (text.failed)
		target_text_add(&text, "[cut: out of memory]\n");
	if (text.len)
		add_output(&text, out);
	else
		rsp_buf_text(out, "OK");
	target_text_deinit(&text);
	return TARGET_OK;
}
