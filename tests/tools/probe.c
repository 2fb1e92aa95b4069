/*
 * A server over a pipe and the process it debugs, for rsp-probe and rsp-random: start, questions
 * that only a healthy server answers, and what may not be left behind.
 */
#include "tests/tools/probe.h"

#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CODE_MAX = 1 << 20, SYNC_MAX = 1 << 22 };

/* --- the process --- */

static uint64_t read_code(const struct probe *p, void *buf, size_t n)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/mem", (int)p->app.pid);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return 0;
	ssize_t got = pread(fd, buf, n, (off_t)p->text);
	close(fd);
	return got > 0 ? (uint64_t)got : 0;
}

/* Places of the program's code and of the end of its stack that was never used. */
static bool read_maps(struct probe *p, const char *program)
{
	char path[64], line[600], real[PLAY_PATH * 8];
	uint64_t end = 0;

	snprintf(path, sizeof(path), "/proc/%d/maps", (int)p->app.pid);
	FILE *f = fopen(path, "re");
	if (!f || !realpath(program, real))
		return false;
	p->text = p->ram = 0;
	while (fgets(line, sizeof(line), f)) {
		char *dash, *rest;
		uint64_t from = strtoull(line, &dash, 16), to = strtoull(dash + 1, &rest, 16);

		if (!p->text && !strncmp(rest, " r-xp", 5) && strstr(line, real)) {
			p->text = from;
			end = to;
		}
		if (strstr(line, "[stack]"))
			p->ram = from;
	}
	fclose(f);
	p->code_n = end - p->text < CODE_MAX ? end - p->text : CODE_MAX;
	return p->text && p->ram;
}

static bool keep_code(struct probe *p)
{
	p->code = malloc(p->code_n);
	return p->code && read_code(p, p->code, p->code_n) == p->code_n;
}

static bool code_is_whole(const struct probe *p)
{
	uint8_t *now = malloc(p->code_n);
	bool same = now && read_code(p, now, p->code_n) == p->code_n &&
		    !memcmp(now, p->code, p->code_n);

	free(now);
	return same;
}

/* --- the dialog --- */

void probe_fill(const struct probe *p, const char *text, struct play_text *out)
{
	const struct {
		const char *name;
		uint64_t value;
	} words[] = {
		{ "{pid}", p->pid }, { "{pc}", p->pc }, { "{text}", p->text }, { "{ram}", p->ram }
	};
	char number[20];

	play_text_add(out, "", 0);
	while (*text) {
		size_t i = 0, n = sizeof(words) / sizeof(words[0]);

		while (i < n && strncmp(text, words[i].name, strlen(words[i].name)))
			i++;
		if (i == n) {
			play_text_add(out, text++, 1);
			continue;
		}
		snprintf(number, sizeof(number), "%" PRIx64, words[i].value);
		play_text_add(out, number, strlen(number));
		text += strlen(words[i].name);
	}
}

/* Text for the console, which comes in front of a reply. */
static bool is_console(const struct play_text *t)
{
	return t->p[0] == 'O' && strcmp(t->p, "OK") != 0;
}

enum play_got probe_reply(struct probe *p, struct play_text *out)
{
	enum play_got got;

	do {
		out->n = 0;
		got = wire_packet(&p->wire, out);
	} while (got == PLAY_GOT && is_console(out));
	return got;
}

enum play_got probe_ask(struct probe *p, const char *packet, size_t n, struct play_text *out)
{
	struct play_text sent = { 0 };

	play_text_add(&sent, packet, n);
	out->n = 0;
	bool ok = wire_send(&p->wire, &sent);
	play_text_deinit(&sent);
	return ok ? probe_reply(p, out) : PLAY_CLOSED;
}

__attribute__((format(printf, 3, 4))) static bool ask_text(struct probe *p, struct play_text *out,
							   const char *fmt, ...)
{
	char packet[256];
	va_list ap;

	va_start(ap, fmt);
	int n = vsnprintf(packet, sizeof(packet), fmt, ap);
	va_end(ap);
	return probe_ask(p, packet, (size_t)n, out) == PLAY_GOT;
}

static bool ends_with_answer(const struct play_text *t)
{
	const char *at = memmem(t->p, t->n, "$QC", 3);

	return at && t->n - (size_t)(at - t->p) > 5 && t->p[t->n - 3] == '#';
}

bool probe_sync(struct probe *p)
{
	struct play_text one = { 0 }, all = { 0 };
	const struct play_text ask = { .p = (char *)"$qC#b4", .n = 6 };
	bool ok = wire_send_raw(&p->wire, &ask);

	play_text_add(&all, "", 0);
	while (ok && !ends_with_answer(&all) && all.n < SYNC_MAX) {
		one.n = 0;
		ok = wire_raw(&p->wire, 1, &one) == PLAY_GOT;
		play_text_add(&all, one.p, one.n);
	}
	ok = ok && ends_with_answer(&all) &&
	     wire_send_raw(&p->wire, &(struct play_text){ .p = (char *)"+", .n = 1 });
	play_text_deinit(&one);
	play_text_deinit(&all);
	return ok;
}

static const char *check_dump(struct probe *p, struct play_text *got)
{
	if (!ask_text(p, got, "?"))
		return "no answer to ?";
	if (got->p[0] == 'W')
		return NULL;
	if (got->p[0] != 'T')
		return "a wrong answer to ?";
	if (!ask_text(p, got, "g") || got->n < 16)
		return "no registers";
	return NULL;
}

static const char *check_process(struct probe *p, struct play_text *got)
{
	/* a row may have left it in non-stop mode */
	if (!ask_text(p, got, "QNonStop:0") || !ask_text(p, got, "?"))
		return "no answer to ?";
	if (got->p[0] != 'T' && got->p[0] != 'S')
		return "a wrong answer to ?";
	if (!ask_text(p, got, "Hgp%" PRIx64 ".%" PRIx64, p->pid, p->pid) || strcmp(got->p, "OK"))
		return "the thread cannot be selected";
	if (!ask_text(p, got, "g") || got->n < 16 || got->p[0] == 'E')
		return "no registers";
	if (!ask_text(p, got, "m%" PRIx64 ",10", p->text) || got->n != 32)
		return "no memory";
	if (!ask_text(p, got, "vCont;s:p%" PRIx64 ".%" PRIx64, p->pid, p->pid) ||
	    (got->p[0] != 'T' && got->p[0] != 'S'))
		return "no step";
	return NULL;
}

const char *probe_check(struct probe *p, bool gone)
{
	struct play_text got = { 0 };
	const char *why = NULL;

	if (p->kind == PROBE_DUMP)
		why = check_dump(p, &got);
	else if (!gone)
		why = check_process(p, &got);
	else if (!ask_text(p, &got, "?"))
		why = "no answer to ?";
	play_text_deinit(&got);
	return why;
}

/* --- start and end --- */

bool probe_has_device(const struct probe *p)
{
	return p->kind == PROBE_DEVICE || p->kind == PROBE_DRIVER;
}

const char probe_refused[] = "the server refused to attach";

static const char *note_stop(struct probe *p, const char *reply)
{
	const char *thread = strstr(reply, "thread:p"), *pc = strstr(reply, "10:");
	uint64_t value = 0;

	/* what could not be started has ended by now */
	bool ended = probe_has_device(p) && (reply[0] == 'W' || reply[0] == 'X');

	if (reply[0] == 'E' || ended)
		return probe_refused;
	if (reply[0] != 'T' || !thread)
		return "no stop reply at the start";
	p->pid = strtoull(thread + strlen("thread:p"), NULL, 16);
	/* register 10 is the pc: first, or behind a ';' */
	while (pc && pc != reply + 3 && pc[-1] != ';')
		pc = strstr(pc + 1, "10:");
	for (int i = 7; pc && i >= 0; i--) {
		char digits[3] = { pc[3 + 2 * i], pc[4 + 2 * i], '\0' };

		value = value << 8 | strtoul(digits, NULL, 16);
	}
	p->pc = value;
	return NULL;
}

static bool say_hello(struct probe *p, struct play_text *got)
{
	static const char plain[] = "qSupported:multiprocess+;swbreak+;hwbreak+;vContSupported+;"
				    "xmlRegisters=i386";
	static const char live[] = "qSupported:multiprocess+;swbreak+;exec-events+";
	const char *hello = probe_has_device(p) ? live : plain;

	return probe_ask(p, hello, strlen(hello), got) == PLAY_GOT &&
	       (probe_has_device(p) || ask_text(p, got, "!"));
}

static const char *begin_dialog(struct probe *p)
{
	struct play_text got = { 0 };
	const char *why = "no answer to the first packets";

	bool ok = say_hello(p, &got);
	if (ok && p->kind == PROBE_PROCESS)
		ok = ask_text(p, &got, "vAttach;%" PRIx64, (uint64_t)p->app.pid);
	else if (ok)
		ok = ask_text(p, &got, "?");
	if (ok)
		why = note_stop(p, got.p);
	play_text_deinit(&got);
	return why;
}

static bool start_app(struct probe *p)
{
	char program[PLAY_PATH];
	const char *const argv[] = { program, p->eager ? "eager" : NULL, NULL };

	snprintf(program, sizeof(program), "%s/tests/apps/stay", p->folder);
	if (!app_spawn(&p->app, argv))
		return false;
	/* its memory is filled a little after the exec has closed our pipe */
	for (int ms = 0; ms < PLAY_STEP_MS && !read_maps(p, program); ms += PLAY_PAUSE_MS)
		usleep(PLAY_PAUSE_MS * 100);
	return p->text && keep_code(p);
}

static const char trapped[] = "the process ran into a breakpoint that nobody owns";

/* Registers and memory may have been changed, but a trap that kills was a breakpoint of the server.
 */
static bool was_trapped(struct probe *p)
{
	siginfo_t info = { 0 };

	return waitid(P_PID, (id_t)p->app.pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
	       info.si_pid == p->app.pid && info.si_code != CLD_EXITED && info.si_status == SIGTRAP;
}

/* The one that stayed, when nothing tells it from a fresh one. */
static bool ready_app(struct probe *p)
{
	bool same = p->stays && p->app.pid > 0 && !p->meddled && app_is_free(&p->app) &&
		    !app_is_gone(&p->app);

	if (same)
		return true;
	free(p->code);
	p->code = NULL;
	return start_app(p);
}

static bool connect_stayer(struct probe *p)
{
	char path[PLAY_PATH];

	snprintf(path, sizeof(path), "%s/socket", p->daemon.dir);
	return wire_connect_unix(&p->wire, path);
}

static bool start_stayer(struct probe *p)
{
	char comm[PLAY_PATH];
	const char *const argv[] = { p->server, "--multi", comm, NULL };

	p->daemon = (struct play_daemon){ .comm = PLAY_UNIX };
	if (!daemon_prepare(&p->daemon))
		return false;
	snprintf(comm, sizeof(comm), "unix:%s/socket", p->daemon.dir);
	return daemon_start(&p->daemon, argv);
}

static bool start_listener(struct probe *p)
{
	char log[PLAY_PATH], packets[PLAY_PATH];
	const char *const argv[] = { p->server,	    "--core",	   p->core, "--log-to",
				     log,	    "--log-level", "3",	    "--packet-log",
				     packets,	    "127.0.0.1:0", NULL };

	p->daemon = (struct play_daemon){ .comm = PLAY_TCP };
	if (!daemon_prepare(&p->daemon))
		return false;
	snprintf(log, sizeof(log), "%s/log", p->daemon.dir);
	snprintf(packets, sizeof(packets), "%s/packets", p->daemon.dir);
	return daemon_start(&p->daemon, argv);
}

static bool start_server(struct probe *p)
{
	const char *const dump[] = { p->server, "--core", p->core, "stdio", NULL };
	const char *const multi[] = { p->server, "--multi", "stdio", NULL };
	char program[PLAY_PATH];
	const char *const sim[] = { p->server, "--device", "sim", "stdio", program, "1", NULL };
	const char *const drv[] = {
		"tests/shim/over-drv.sh", p->server, "--device", "drv", "stdio", program, "1", NULL
	};
	const char *const *const argv[] = {
		[PROBE_PROCESS] = multi,
		[PROBE_DUMP] = dump,
		[PROBE_DEVICE] = sim,
		[PROBE_DRIVER] = drv,
	};

	if (p->stays)
		return (p->daemon.pid || start_stayer(p)) && connect_stayer(p);
	if (p->kind == PROBE_SOCKET)
		return start_listener(p);
	p->daemon = (struct play_daemon){ .comm = PLAY_STDIO };
	snprintf(program, sizeof(program), "%s/tests/apps/add_custom", p->folder);
	if (!daemon_start(&p->daemon, argv[p->kind]))
		return false;
	wire_use(&p->wire, p->daemon.in, p->daemon.out);
	return true;
}

/* Who was hung up on is served at the second try. */
static const char *call(struct probe *p)
{
	const char *why = "nobody takes the connection";

	for (int tries = 0; why && tries < 2; tries++) {
		wire_close(&p->wire);
		wire_init(&p->wire);
		if (wire_connect_tcp(&p->wire, "127.0.0.1", p->daemon.port))
			why = begin_dialog(p);
	}
	return why;
}

const char *probe_start(struct probe *p)
{
	const char *why;

	wire_init(&p->wire);
	if (p->kind == PROBE_SOCKET)
		return start_server(p) ? call(p) : "the server does not start";
	if (p->kind == PROBE_PROCESS && !ready_app(p))
		return "tests/apps/stay does not start";
	p->meddled = false;
	why = start_server(p) ? begin_dialog(p) : "the server does not start";
	if (why != probe_refused || !p->stays || !app_is_gone(&p->app))
		return why;
	/* the one that stayed has had a signal of its own: it ran with a breakpoint in the middle
	 * of an instruction */
	wire_close(&p->wire);
	return was_trapped(p) ? trapped : probe_start(p);
}

void probe_drop(struct probe *p)
{
	wire_close(&p->wire);
	daemon_stop(&p->daemon);
	daemon_forget(&p->daemon);
	app_end(&p->app);
	free(p->code);
	p->code = NULL;
}

/* A server that does not end with its client on a pipe. */
static void take_leave(struct probe *p)
{
	struct play_text got = { 0 };

	(void)ask_text(p, &got, "D;%" PRIx64, p->pid);
	(void)ask_text(p, &got, "qRcmd,65786974");
	play_text_deinit(&got);
}

static const char *check_left(struct probe *p)
{
	bool free = app_comes_free(&p->app), whole = code_is_whole(p);

	/* one that is about to end has no code any more */
	for (int ms = 0; ms < PLAY_STEP_MS && !whole && !app_is_gone(&p->app);
	     ms += PLAY_PAUSE_MS) {
		usleep(PLAY_PAUSE_MS * 1000);
		whole = code_is_whole(p);
	}
	if (was_trapped(p) && !p->meddled)
		return trapped;
	if (app_is_gone(&p->app))
		return NULL;
	if (!free && !(p->meddled && app_is_stopped(&p->app)))
		return "the process was left stopped";
	return whole ? NULL : "the process was left patched";
}

/* Detached, killed, or not the server's any more: whatever it answers. */
static bool take_back(struct probe *p, const pid_t *started, size_t n)
{
	struct play_text got = { 0 };
	bool ok = connect_stayer(p) && say_hello(p, &got) &&
		  ask_text(p, &got, "D;%" PRIx64, (uint64_t)p->app.pid);

	for (size_t i = 0; i < n && ok; i++)
		ok = ask_text(p, &got, "vKill;%" PRIx64, (uint64_t)started[i]);
	wire_close(&p->wire);
	play_text_deinit(&got);
	return ok;
}

const char *probe_leave(struct probe *p, const pid_t *started, size_t n)
{
	bool alive = !app_is_gone(&p->app);

	wire_close(&p->wire);
	wire_init(&p->wire);
	if (!take_back(p, started, n))
		return "no answer to the next client";
	return alive ? check_left(p) : NULL;
}

/* One that stays has no client to end with. */
static bool has_ended(struct probe *p)
{
	if ((p->stays || p->kind == PROBE_SOCKET) && p->daemon.pid)
		kill(p->daemon.pid, SIGTERM);
	return daemon_wait(&p->daemon, PLAY_STEP_MS);
}

/* A build with sanitizers has written a report. */
static bool has_report(const struct probe *p)
{
	struct play_text all = { 0 };

	daemon_output(p->daemon.err_fd, &all);
	bool found = strstr(all.p, "Sanitizer") || strstr(all.p, "runtime error:");
	if (found)
		printf("%s\n", all.p);
	play_text_deinit(&all);
	return found;
}

const char *probe_end(struct probe *p)
{
	const char *why = NULL;
	bool alive = p->app.pid > 0 && !app_is_gone(&p->app);

	if (p->polite)
		take_leave(p);
	if (p->kind == PROBE_SOCKET && !daemon_wait(&p->daemon, 0))
		why = call(p);
	wire_close(&p->wire);
	if (why)
		why = "no answer to the next client";
	else if (!has_ended(p))
		why = "the server does not end";
	else if (!WIFEXITED(p->daemon.status))
		why = "the server crashed at its end";
	else if (has_report(p))
		why = "a sanitizer has found something";
	else if (alive)
		why = check_left(p);
	probe_drop(p);
	return why;
}
