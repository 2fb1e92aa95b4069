/*
 * `monitor` (qRcmd): the server's own commands and those of the target. All output goes into the
 * one reply; errors are output too, since GDB before 16 shows nothing of an error's text here.
 */
#include <ctype.h>
#include <string.h>

#include "stub/commands.h"

enum { WORDS_MAX = 64, LINE_MAX_BYTES = 4096 };

struct monitor_command {
	const char *name;
	void (*run)(struct session *s, struct target_text *out);
	const char *help;
};

static void run_help(struct session *s, struct target_text *out);

static void run_exit(struct session *s, struct target_text *out)
{
	(void)out;
	s->closing = s->leaving = true;
}

static const struct monitor_command own[] = {
	{ "help", run_help, "help -- this list\n" },
	{ "exit", run_exit, "exit -- end the server\n" },
};

enum { OWN = sizeof(own) / sizeof(own[0]) };

static void run_help(struct session *s, struct target_text *out)
{
	const char *more = target_help(s->target);

	target_text_add(out, "monitor commands:\n");
	for (size_t i = 0; i < OWN; i++)
		target_text_add(out, own[i].help);
	target_text_add(out, more ? more : "");
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

static void dispatch(struct session *s, size_t argc, const char *const *argv,
		     struct target_text *out)
{
	for (size_t i = 0; i < OWN; i++)
		if (!strcmp(argv[0], own[i].name))
			return own[i].run(s, out);
	enum target_status status = target_command(s->target, session_chosen(s), argc, argv, out);
	if (status == TARGET_UNSUPPORTED)
		target_text_format(out, "unknown monitor command \"%s\": try `monitor help`\n",
				   argv[0]);
	else if (status != TARGET_OK)
		target_text_format(out, "error: %s\n", target_words(s->target, status));
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
	size_t n = split(line, words);
	if (n)
		dispatch(s, n, words, &text);
	else
		run_help(s, &text);
	if (text.failed)
		target_text_add(&text, "[cut: out of memory]\n");
	if (text.len)
		add_output(&text, out);
	else
		rsp_buf_text(out, "OK");
	target_text_deinit(&text);
	return TARGET_OK;
}
