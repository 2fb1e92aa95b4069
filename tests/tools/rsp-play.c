/*
 * rsp-play FILE.rsp...: plays transcripts against the real daemon, a fresh one for each file, and
 * says where a reply was another one. The language of the files is in tests/protocol/README.md.
 */
#include <ctype.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/tools/play_script.h"

void script_complain(struct script *s, const char *what, const void *got, size_t n)
{
	struct play_text sent = { 0 }, shown = { 0 };

	play_escape(s->sent.p, s->sent.n, &sent);
	play_escape(got, n, &shown);
	printf("%s:%u: failed\n  sent     %s\n  expected %s\n  got      %s\n", s->path, s->line,
	       sent.p, what, shown.p);
	play_text_deinit(&sent);
	play_text_deinit(&shown);
	s->failures++;
}

/* A failure after which the dialog is out of step. */
void script_give_up(struct script *s, const char *what, const char *got)
{
	struct play_text printed = { 0 };

	script_complain(s, what, got, strlen(got));
	if (s->started) {
		daemon_output(s->daemon.err_fd, &printed);
		printf("  stderr of the daemon:\n%.3000s\n", printed.p);
		play_text_deinit(&printed);
	}
	s->broken = true;
}

static bool unescape(struct script *s, const char *text, struct play_text *out)
{
	if (play_unescape(text, out))
		return true;
	script_give_up(s, "a well-formed line", text);
	return false;
}

/* --- packets --- */

static void do_send(struct script *s, const char *text)
{
	struct play_text filled = { 0 };

	s->sent.n = 0;
	app_fill(&s->app, text, &filled);
	if (unescape(s, filled.p, &s->sent) && script_connected(s) && !wire_send(s->wire, &s->sent))
		script_give_up(s, "a connection", "the connection closed");
	play_text_deinit(&filled);
}

/* Who is not let in may find the connection closed already: the next line says what is right. */
static void do_send_raw(struct script *s, const char *text)
{
	s->sent.n = 0;
	if (unescape(s, text, &s->sent) && script_connected(s))
		(void)wire_send_raw(s->wire, &s->sent);
}

/* The next packet or notification; false: there is none, and that has been said. */
static bool receive(struct script *s, const char *want, bool notice, struct play_text *out)
{
	if (!script_connected(s))
		return false;
	enum play_got got = notice ? wire_notice(s->wire, out) : wire_packet(s->wire, out);
	if (got == PLAY_GOT)
		return true;
	script_give_up(s, want, play_words(got));
	return false;
}

static void do_exact(struct script *s, const char *text)
{
	struct play_text want = { 0 }, got = { 0 };

	if (unescape(s, text, &want) && receive(s, text, false, &got) &&
	    (want.n != got.n || memcmp(want.p, got.p, got.n) != 0))
		script_complain(s, text, got.p, got.n);
	play_text_deinit(&want);
	play_text_deinit(&got);
}

static void expect_glob(struct script *s, const char *text, bool notice)
{
	struct play_text got = { 0 };

	if (receive(s, text, notice, &got)) {
		if (fnmatch(text, got.p, FNM_NOESCAPE) != 0)
			script_complain(s, text, got.p, got.n);
		app_note(&s->app, got.p);
	}
	play_text_deinit(&got);
}

static void do_glob(struct script *s, const char *text)
{
	expect_glob(s, text, false);
}

static void do_notice(struct script *s, const char *text)
{
	expect_glob(s, text, true);
}

static void do_length(struct script *s, const char *text)
{
	struct play_text got = { 0 };

	if (receive(s, text, false, &got) && got.n != strtoul(text, NULL, 10))
		script_complain(s, text, got.p, got.n);
	play_text_deinit(&got);
}

static void do_exact_raw(struct script *s, const char *text)
{
	struct play_text want = { 0 }, got = { 0 };

	if (!unescape(s, text, &want) || !script_connected(s))
		return;
	enum play_got how = wire_raw(s->wire, want.n, &got);
	if (want.n != got.n || memcmp(want.p, got.p, got.n) != 0) {
		script_complain(s, text, got.p, got.n);
		s->broken |= how != PLAY_GOT;
	}
	play_text_deinit(&want);
	play_text_deinit(&got);
}

/* --- directives --- */

static void do_core(struct script *s, const char *text)
{
	snprintf(s->core, sizeof(s->core), "%s/tests/dumps/%s.core", script_output_folder(), text);
}

/* A file of the folder beside the tree: without it the script is skipped. */
static void do_shared(struct script *s, const char *text)
{
	const char *shared = getenv("ASCEND_SHARED");

	snprintf(s->core, sizeof(s->core), "%s/%s", shared ? shared : "../shared", text);
	if (access(s->core, R_OK) != 0)
		snprintf(s->skip, sizeof(s->skip), "%.200s is not there", s->core);
}

static void do_program(struct script *s, const char *text)
{
	s->form = FORM_PROGRAM;
	snprintf(s->program, sizeof(s->program), "%s", text);
}

static void do_multi(struct script *s, const char *text)
{
	(void)text;
	s->form = FORM_MULTI;
}

static void do_spawn(struct script *s, const char *text)
{
	const char *argv[PLAY_ARGS + 1] = { NULL };
	char words[PLAY_PATH];

	snprintf(words, sizeof(words), "%s", text);
	script_app_words(s, words, argv, 0);
	if (!app_spawn(&s->app, argv))
		script_give_up(s, "a program that starts", text);
}

static void do_attach(struct script *s, const char *text)
{
	s->form = FORM_ATTACH;
	do_spawn(s, text);
}

/* The program that was spawned is free again. */
static void do_app_runs(struct script *s, const char *text)
{
	(void)text;
	if (!app_comes_free(&s->app))
		script_give_up(s, "the program runs", "it does not");
}

static void do_kernel(struct script *s, const char *text)
{
	snprintf(s->kernel, sizeof(s->kernel), "%s/%s", script_output_folder(), text);
}

static void do_args(struct script *s, const char *text)
{
	snprintf(s->words, sizeof(s->words), "%s", text);
}

static void do_comm(struct script *s, const char *text)
{
	static const struct {
		const char *word;
		enum play_comm comm;
	} kinds[] = { { "stdio", PLAY_STDIO }, { "unix", PLAY_UNIX }, { "line", PLAY_LINE } };

	s->daemon.comm = PLAY_TCP;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (!strcmp(text, kinds[i].word))
			s->daemon.comm = kinds[i].comm;
	snprintf(s->listen, sizeof(s->listen), "%s", text);
}

static void do_env(struct script *s, const char *text)
{
	snprintf(s->daemon.variable, sizeof(s->daemon.variable), "%s", text);
}

static void do_other_user(struct script *s, const char *text)
{
	(void)text;
	s->other_user = true;
	if (geteuid() != 0)
		snprintf(s->skip, sizeof(s->skip), "two users take root");
}

static void do_same_user(struct script *s, const char *text)
{
	(void)text;
	s->other_user = false;
}

/* After @expect-exit there may be another one. */
static void do_command(struct script *s, const char *text)
{
	if (s->ended)
		daemon_stop(&s->daemon);
	s->started = s->ended = false;
	do_args(s, text);
	s->daemon.comm = PLAY_COMMAND;
	script_start(s);
}

static void do_reconnect(struct script *s, const char *text)
{
	(void)text;
	wire_close(s->wire);
	script_connect(s);
}

static void do_first(struct script *s, const char *text)
{
	(void)text;
	s->wire = &s->wires[0];
}

static void do_second(struct script *s, const char *text)
{
	(void)text;
	script_connected(s);
	s->wire = &s->wires[1];
	script_connect(s);
}

static void do_close(struct script *s, const char *text)
{
	(void)text;
	wire_close(s->wire);
}

static void do_eof(struct script *s, const char *text)
{
	(void)text;
	enum play_got got = script_connected(s) ? wire_eof(s->wire) : PLAY_BROKEN;
	if (got != PLAY_CLOSED)
		script_give_up(s, "the end of the connection", play_words(got));
	wire_close(s->wire);
}

static void do_silence(struct script *s, const char *text)
{
	int ms = (int)strtoul(text, NULL, 10);
	enum play_got got = script_connected(s) ? wire_silence(s->wire, ms) : PLAY_BROKEN;

	if (got != PLAY_TIMEOUT)
		script_give_up(s, "silence", play_words(got));
}

static void do_signal(struct script *s, const char *text)
{
	int number = !strcmp(text, "INT") ? SIGINT : !strcmp(text, "HUP") ? SIGHUP : SIGTERM;

	if (script_start(s) && s->daemon.pid)
		kill(s->daemon.pid, number);
}

static void do_expect_exit(struct script *s, const char *text)
{
	char got[64];

	if (!script_start(s))
		return;
	if (!daemon_wait(&s->daemon, PLAY_STEP_MS)) {
		script_give_up(s, "the daemon ends", "it runs");
		return;
	}
	int status = s->daemon.status;
	snprintf(got, sizeof(got), WIFEXITED(status) ? "%d" : "signal %d",
		 WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status));
	if (strcmp(got, text) != 0)
		script_give_up(s, text, got);
	s->ended = true;
}

static void expect_printed(struct script *s, int fd, const char *glob)
{
	struct play_text all = { 0 };

	if (s->broken || daemon_printed(&s->daemon, fd, glob))
		return;
	daemon_output(fd, &all);
	script_complain(s, glob, all.p, all.n);
	play_text_deinit(&all);
}

static void do_stderr(struct script *s, const char *glob)
{
	if (script_start(s))
		expect_printed(s, s->daemon.err_fd, glob);
}

static void do_stdout(struct script *s, const char *glob)
{
	if (script_start(s))
		expect_printed(s, s->daemon.out_fd, glob);
}

/* "NAME TEXT": one more line for a file of the scratch folder. */
static void do_write(struct script *s, const char *text)
{
	char path[PLAY_PATH];
	size_t n = strcspn(text, " ");

	if (!daemon_prepare(&s->daemon))
		return script_give_up(s, "a scratch folder", "none");
	snprintf(path, sizeof(path), "%s/%.*s", s->daemon.dir, (int)n, text);
	int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	if (fd < 0 || dprintf(fd, "%s\n", text[n] ? text + n + 1 : "") < 0)
		script_give_up(s, "a file that can be written", path);
	if (fd >= 0)
		close(fd);
}

/* "NAME ~ GLOB": a file of the scratch folder has such a line. */
static void do_lines(struct script *s, const char *text)
{
	char path[PLAY_PATH];
	const char *mark = strstr(text, " ~ ");

	if (!mark || !script_start(s))
		return script_give_up(s, "NAME ~ GLOB", text);
	snprintf(path, sizeof(path), "%s/%.*s", s->daemon.dir, (int)(mark - text), text);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return script_give_up(s, text, "no such file");
	expect_printed(s, fd, mark + 3);
	close(fd);
}

static const struct {
	const char *word;
	void (*run)(struct script *s, const char *text);
} steps[] = {
	{ ">|", do_send_raw },
	{ ">", do_send },
	{ "<~", do_glob },
	{ "<%~", do_notice },
	{ "<#", do_length },
	{ "<|", do_exact_raw },
	{ "<", do_exact },
	{ "@core", do_core },
	{ "@shared", do_shared },
	{ "@program", do_program },
	{ "@multi", do_multi },
	{ "@spawn", do_spawn },
	{ "@attach", do_attach },
	{ "@app-runs", do_app_runs },
	{ "@kernel", do_kernel },
	{ "@args", do_args },
	{ "@comm", do_comm },
	{ "@env", do_env },
	{ "@other-user", do_other_user },
	{ "@same-user", do_same_user },
	{ "@command", do_command },
	{ "@reconnect", do_reconnect },
	{ "@first", do_first },
	{ "@second", do_second },
	{ "@close", do_close },
	{ "@eof", do_eof },
	{ "@silence", do_silence },
	{ "@signal", do_signal },
	{ "@expect-exit", do_expect_exit },
	{ "@stderr ~", do_stderr },
	{ "@stdout ~", do_stdout },
	{ "@lines", do_lines },
	{ "@write", do_write },
};

static void step(struct script *s, const char *line)
{
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		size_t n = strlen(steps[i].word);

		if (strncmp(line, steps[i].word, n) != 0 || (line[n] && line[n] != ' '))
			continue;
		steps[i].run(s, line[n] ? line + n + 1 : line + n);
		return;
	}
	script_give_up(s, "a step of tests/protocol/README.md", line);
}

/* --- files --- */

/* The daemon must have lived to the end, and must end well when it is told to. */
static void finish(struct script *s)
{
	bool alive = s->daemon.pid && !daemon_wait(&s->daemon, 0);

	if (s->started && !s->ended && !alive && !s->broken)
		script_give_up(s, "a daemon that lives", "it ended");
	wire_close(&s->wires[0]);
	wire_close(&s->wires[1]);
	if (alive) {
		kill(s->daemon.pid, SIGTERM);
		daemon_wait(&s->daemon, PLAY_STEP_MS);
		if (s->daemon.pid || !WIFEXITED(s->daemon.status) || WEXITSTATUS(s->daemon.status))
			script_give_up(s, "a daemon that ends with 0 on SIGTERM", "another end");
	}
	daemon_stop(&s->daemon);
	app_end(&s->app);
	daemon_forget(&s->daemon);
	play_text_deinit(&s->sent);
}

static void play_lines(struct script *s, FILE *f)
{
	char *line = NULL;
	size_t cap = 0;

	while (!s->broken && !s->skip[0] && getline(&line, &cap, f) > 0) {
		s->line++;
		line[strcspn(line, "\n")] = '\0';
		if (line[0] && line[0] != '#')
			step(s, line);
	}
	free(line);
}

enum outcome { PASSED, FAILED, SKIPPED };

static enum outcome play(const char *path)
{
	struct script s = { .path = path, .listen = "localhost:0" };
	FILE *f = fopen(path, "r");

	if (!f) {
		printf("%s: cannot be read\n", path);
		return FAILED;
	}
	s.wire = &s.wires[0];
	wire_init(&s.wires[0]);
	wire_init(&s.wires[1]);
	play_text_add(&s.sent, "", 0);
	play_lines(&s, f);
	fclose(f);
	finish(&s);
	if (s.skip[0]) {
		printf("skipped: %s\n", s.skip);
		return SKIPPED;
	}
	return s.failures ? FAILED : PASSED;
}

int main(int argc, char **argv)
{
	unsigned counts[3] = { 0 };

	signal(SIGPIPE, SIG_IGN);
	for (int i = 1; i < argc; i++) {
		counts[play(argv[i])]++;
		fflush(stdout);
	}
	printf("protocol: %u passed, %u failed", counts[PASSED], counts[FAILED]);
	if (counts[SKIPPED])
		printf(", %u skipped", counts[SKIPPED]);
	printf("\n");
	return counts[FAILED] ? 1 : 0;
}
