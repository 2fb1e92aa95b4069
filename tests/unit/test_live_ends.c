/*
 * How sessions with a kernel end: the real daemon and the simulated NPU, a launch that is held or
 * cores that stand at a breakpoint, and then a client, a server or a program is gone. A program
 * that is let go comes to its right result, whatever happened.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "target/symbols/symbols.h"
#include "tests/fake/fake_sim.h"
#include "tests/fake/live_look.h"
#include "tests/tools/play.h"
#include "tests/unit/unit.h"

enum { TURNS = 20, PATIENCE_MS = 20000, PATH = 1024, REPLY = 1 << 16 };

#define DEVICE "400001"

static const char right[] = "add_custom: 16384 elements on 4 cores, 0 wrong";

/* FREE: no launch waits, the kernel has a breakpoint, and the program is about to call its runtime.
 */
enum where { HELD, FREE, STOPPED, WHERES };

#define SENDTO "2c"

struct scene {
	struct play_daemon d;
	struct play_wire w;
	struct fake_sim sim; /* of an attached program; pid 0: none */
	pid_t app;	     /* attached; 0: the daemon started one */
	unsigned host;	     /* the program, as it is known by */
	char socket[PLAY_PATH], out[PATH];
	char reply[REPLY];
};

/* --- a client --- */

static void hear(struct scene *s)
{
	struct play_text t = { 0 };

	do {
		t.n = 0;
		if (wire_packet(&s->w, &t) != PLAY_GOT)
			t.n = 0;
		snprintf(s->reply, sizeof(s->reply), "%s", t.n ? t.p : "");
	} while (s->reply[0] == 'O' && s->reply[1] != 'K'); /* what is told to the user */
	play_text_deinit(&t);
}

__attribute__((format(printf, 2, 3))) static void ask(struct scene *s, const char *fmt, ...)
{
	struct play_text t = { 0 };
	char packet[256];
	va_list args;

	va_start(args, fmt);
	vsnprintf(packet, sizeof(packet), fmt, args);
	va_end(args);
	play_text_add(&t, packet, strlen(packet));
	wire_send(&s->w, &t);
	play_text_deinit(&t);
	hear(s);
}

static bool says(const struct scene *s, const char *words)
{
	return strstr(s->reply, words) != NULL;
}

static void greet(struct scene *s)
{
	ask(s, "qSupported:multiprocess+;swbreak+;exec-events+;no-resumed+");
	ask(s, "?");
	const char *thread = strstr(s->reply, "thread:p");
	CU_ASSERT_PTR_NOT_NULL_FATAL(thread);
	s->host = (unsigned)strtoul(thread + strlen("thread:p"), NULL, 16);
}

/* Where the kernel's function is on the device. */
static uint64_t place_of(struct scene *s, const char *function)
{
	static uint8_t file[1 << 20];
	struct symbols_error why;
	uint64_t at = 0;
	size_t n;

	int fd = open(fake_sim_built("tests/apps/add_custom.o"), O_RDONLY | O_CLOEXEC);
	ssize_t got = fd >= 0 ? read(fd, file, sizeof(file)) : -1;
	close(fd);
	struct symbols_object *o = got > 0 ? symbols_open(file, (size_t)got, 0, &why) : NULL;
	CU_ASSERT_PTR_NOT_NULL_FATAL(o);
	CU_ASSERT_TRUE(symbols_function(o, function, &at));
	ask(s, "qXfer:libraries:read::0,fff");
	const char *section = strstr(s->reply, "section address=\"");
	CU_ASSERT_PTR_NOT_NULL_FATAL(section);
	at += strtoull(section + strlen("section address=\""), NULL, 0) -
	      symbols_sections(o, &n)[0];
	symbols_close(o);
	return at;
}

static void catch_syscall(struct scene *s, const char *which)
{
	ask(s, "Hgp%x.%x", s->host, s->host);
	ask(s, "QCatchSyscalls%s", which);
	CU_ASSERT_STRING_EQUAL(s->reply, "OK");
}

static void reach(struct scene *s, enum where where)
{
	greet(s);
	ask(s, "vCont;c");
	CU_ASSERT_TRUE(says(s, "exec:"));
	if (where == HELD)
		return;
	ask(s, "vCont;c:p" DEVICE ".-1");
	CU_ASSERT_TRUE(says(s, "library:"));
	ask(s, "Z0,%" PRIx64 ",4", place_of(s, "process"));
	CU_ASSERT_STRING_EQUAL(s->reply, "OK");
	if (where == FREE)
		catch_syscall(s, ":1;" SENDTO);
	ask(s, "vCont;c:p" DEVICE ".-1");
	CU_ASSERT_TRUE(says(s, where == FREE ? "syscall_entry:" SENDTO : "swbreak:"));
	if (where == FREE)
		catch_syscall(s, ":0");
}

/* Until the program has ended. */
static bool run_out(struct scene *s, const char *how)
{
	char want[64];

	snprintf(want, sizeof(want), "%s;process:%x", how, s->host);
	for (int i = 0; i < TURNS && *s->reply; i++) {
		ask(s, "vCont;c");
		if (!strcmp(s->reply, want))
			return true;
	}
	return false;
}

/* --- programs and servers --- */

/* What a killed server leaves behind goes with the scene's folder. */
static bool start_here(struct play_daemon *d, const char *const *argv)
{
	static const char name[] = "TMPDIR";
	const char *before = getenv(name);
	char copy[PATH];

	snprintf(copy, sizeof(copy), "%s", before ? before : "");
	setenv(name, d->dir, 1);
	bool ok = daemon_start(d, argv);
	if (before)
		setenv(name, copy, 1);
	else
		unsetenv(name);
	return ok;
}

static bool start_server(struct scene *s, const char *const *tail)
{
	const char *argv[PLAY_ARGS] = { NULL };
	char server[PATH], comm[PLAY_PATH + 8];
	size_t n = 0;

	snprintf(server, sizeof(server), "%s", fake_sim_built("ascend-gdbserver"));
	snprintf(s->socket, sizeof(s->socket), "%s/socket", s->d.dir);
	snprintf(comm, sizeof(comm), "unix:%s", s->socket);
	argv[n++] = server;
	argv[n++] = "--device";
	argv[n++] = "sim";
	if (!strcmp(tail[0], "--attach"))
		argv[n++] = *tail++;
	argv[n++] = comm;
	while (*tail)
		argv[n++] = *tail++;
	s->d.comm = PLAY_UNIX;
	return start_here(&s->d, argv) && wire_connect_unix(&s->w, s->socket);
}

static bool begin(struct scene *s)
{
	*s = (struct scene){ .app = 0 };
	wire_init(&s->w);
	return daemon_prepare(&s->d);
}

static void open_started(struct scene *s)
{
	char app[PATH];

	CU_ASSERT_TRUE_FATAL(begin(s));
	snprintf(app, sizeof(app), "%s", fake_sim_built("tests/apps/add_custom"));
	CU_ASSERT_TRUE_FATAL(start_server(s, (const char *const[]){ app, "4", NULL }));
}

/* As a user does it by hand: the runtime stub is loaded and waits for a server. */
static void run_app(const struct scene *s)
{
	char socket[PATH];

	prctl(PR_SET_PDEATHSIG, SIGKILL); /* nothing outlives a test that fails */
	int out = open(s->out, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	snprintf(socket, sizeof(socket), "%s/stub", s->d.dir);
	setenv("LD_PRELOAD", fake_sim_built("libascend-rt-stub.so"), 1);
	setenv("MSOP_SOCKET_PATH", socket, 1);
	setenv("ASCEND_GDBSERVER_WAIT", "60", 1);
	setenv(SIM_WIRE_ENV, s->sim.socket, 1);
	dup2(out, STDOUT_FILENO);
	dup2(out, STDERR_FILENO);
	execl(fake_sim_built("tests/apps/add_custom"), "add_custom", "4", (char *)NULL);
	_exit(127);
}

static bool file_has(const char *path, const char *words)
{
	const struct timespec pause = { .tv_nsec = 10000000 };
	char text[4096];

	for (int ms = 0; ms < PATIENCE_MS; ms += 10) {
		int fd = open(path, O_RDONLY | O_CLOEXEC);
		ssize_t n = fd >= 0 ? read(fd, text, sizeof(text) - 1) : 0;

		if (fd >= 0)
			close(fd);
		text[n > 0 ? n : 0] = '\0';
		if (strstr(text, words))
			return true;
		nanosleep(&pause, NULL);
	}
	return false;
}

static void begin_with_npu(struct scene *s)
{
	const char *const options[] = { NULL };

	CU_ASSERT_TRUE_FATAL(begin(s));
	CU_ASSERT_TRUE_FATAL(fake_sim_start(&s->sim, options));
	snprintf(s->d.variable, sizeof(s->d.variable), SIM_WIRE_ENV "=%s", s->sim.socket);
}

static void open_attached(struct scene *s)
{
	char pid[16];

	begin_with_npu(s);
	snprintf(s->out, sizeof(s->out), "%s/out", s->d.dir);
	s->app = fork();
	if (!s->app)
		run_app(s);
	CU_ASSERT_TRUE_FATAL(file_has(s->out, "waits for a server"));
	snprintf(pid, sizeof(pid), "%d", s->app);
	CU_ASSERT_TRUE_FATAL(start_server(s, (const char *const[]){ "--attach", pid, NULL }));
}

static bool is_right(struct scene *s)
{
	char out[PATH];

	snprintf(out, sizeof(out), "/proc/self/fd/%d", s->d.out_fd);
	return file_has(s->app ? s->out : out, right);
}

/* A path in the environment of the program. */
static void read_path(const struct scene *s, const char *variable, char path[PATH])
{
	char file[64], text[1 << 16];
	size_t n = strlen(variable);

	snprintf(file, sizeof(file), "/proc/%u/environ", s->host);
	int fd = open(file, O_RDONLY | O_CLOEXEC);
	ssize_t got = fd >= 0 ? read(fd, text, sizeof(text) - 1) : 0;
	if (fd >= 0)
		close(fd);
	text[got > 0 ? got : 0] = '\0';
	path[0] = '\0';
	for (const char *at = text; at < text + got; at += strlen(at) + 1)
		if (!strncmp(at, variable, n) && at[n] == '=')
			snprintf(path, PATH, "%s", at + n + 1);
	CU_ASSERT_TRUE(path[0] && access(path, F_OK) == 0);
}

static bool goes_away(const char *path)
{
	const struct timespec pause = { .tv_nsec = 10000000 };

	for (int ms = 0; ms < PATIENCE_MS && access(path, F_OK) == 0; ms += 10)
		nanosleep(&pause, NULL);
	return access(path, F_OK) != 0;
}

/* The server is gone; with its own NPU nothing of either stays. */
static void see_right_end(struct scene *s, const char *stub, char *npu)
{
	CU_ASSERT_TRUE(is_right(s));
	if (s->app)
		return;
	CU_ASSERT_TRUE(goes_away(stub));
	CU_ASSERT_TRUE(goes_away(npu));
	*strrchr(npu, '/') = '\0';
	CU_ASSERT_TRUE(goes_away(npu));
}

static void close_scene(struct scene *s)
{
	wire_close(&s->w);
	daemon_stop(&s->d);
	daemon_forget(&s->d);
	if (s->app) {
		kill(s->app, SIGKILL);
		waitpid(s->app, NULL, 0);
	}
	if (s->sim.pid)
		CU_ASSERT_TRUE(fake_sim_stop(&s->sim));
}

/* --- ends --- */

typedef void (*end_fn)(struct scene *s);

/* In gdb's order: the program, then the device that it keeps a process of. */
static void end_detach(struct scene *s)
{
	ask(s, "D;%x", s->host);
	CU_ASSERT_STRING_EQUAL(s->reply, "OK");
	ask(s, "qXfer:threads:read::0,fff");
	CU_ASSERT_TRUE(says(s, "p" DEVICE "."));
	ask(s, "D;" DEVICE);
	CU_ASSERT_STRING_EQUAL(s->reply, "OK");
	CU_ASSERT_TRUE(is_right(s));
	CU_ASSERT_TRUE(daemon_wait(&s->d, PATIENCE_MS));
}

static void end_detach_device(struct scene *s)
{
	ask(s, "D;" DEVICE);
	CU_ASSERT_STRING_EQUAL(s->reply, "OK");
	CU_ASSERT_TRUE(run_out(s, "W00"));
	CU_ASSERT_TRUE(is_right(s));
}

static void end_kill_device(struct scene *s)
{
	ask(s, "vKill;" DEVICE);
	CU_ASSERT_STRING_EQUAL(s->reply, "OK");
	CU_ASSERT_TRUE(run_out(s, "W00"));
	CU_ASSERT_TRUE(is_right(s));
}

static void end_kill_program(struct scene *s)
{
	ask(s, "vKill;%x", s->host);
	CU_ASSERT_STRING_EQUAL(s->reply, "OK");
	ask(s, "vKill;" DEVICE);
	CU_ASSERT_STRING_EQUAL(s->reply, "OK");
	CU_ASSERT_TRUE(daemon_wait(&s->d, PATIENCE_MS));
}

/* The next client finds the program where the lost one left it, and the device comes up anew. */
static void end_lost(struct scene *s)
{
	wire_close(&s->w);
	wire_init(&s->w);
	CU_ASSERT_TRUE_FATAL(wire_connect_unix(&s->w, s->socket));
	greet(s);
	CU_ASSERT_TRUE(run_out(s, "W00"));
	CU_ASSERT_TRUE(is_right(s));
}

static void end_app_killed(struct scene *s)
{
	kill((pid_t)s->host, SIGKILL);
	CU_ASSERT_TRUE(run_out(s, "X09"));
}

static void end_server_asked(struct scene *s)
{
	kill(s->d.pid, SIGTERM);
	CU_ASSERT_TRUE(daemon_wait(&s->d, PATIENCE_MS));
	if (s->app)
		CU_ASSERT_TRUE(is_right(s));
}

static void kill_server(struct scene *s, pid_t which)
{
	char stub[PATH], npu[PATH];

	read_path(s, "MSOP_SOCKET_PATH", stub);
	read_path(s, SIM_WIRE_ENV, npu);
	kill(which, SIGKILL);
	CU_ASSERT_TRUE(daemon_wait(&s->d, PATIENCE_MS));
	CU_ASSERT_TRUE(WIFSIGNALED(s->d.status) && WTERMSIG(s->d.status) == SIGKILL);
	see_right_end(s, stub, npu);
}

static void end_server_killed(struct scene *s)
{
	kill_server(s, s->d.pid);
}

/* The inner process, which no handler of a signal can save: the other one does what it can. */
static void end_tracer_killed(struct scene *s)
{
	kill_server(s, (pid_t)live_status((pid_t)s->host, "TracerPid"));
}

static void run(void (*open_scene)(struct scene *s), end_fn end)
{
	for (enum where w = HELD; w < WHERES; w++) {
		struct scene *s = calloc(1, sizeof(*s));

		CU_ASSERT_PTR_NOT_NULL_FATAL(s);
		open_scene(s);
		reach(s, w);
		end(s);
		close_scene(s);
		free(s);
	}
}

/* --- sockets of a server that was killed --- */

/* Who listens at the other end: the inner process. */
static pid_t server_of(const struct scene *s)
{
	struct ucred who = { .pid = 0 };
	socklen_t n = sizeof(who);

	CU_ASSERT_EQUAL(getsockopt(s->w.in, SOL_SOCKET, SO_PEERCRED, &who, &n), 0);
	CU_ASSERT_FATAL(who.pid > 0 && who.pid != s->d.pid);
	return who.pid;
}

/* At both ports somebody answers. */
static void serve_two(struct scene *s, const char *devices)
{
	char option[PATH];

	snprintf(option, sizeof(option), "unix:%s", devices);
	CU_ASSERT_TRUE_FATAL(
		start_server(s, (const char *const[]){ "--multi", "--device-port", option, NULL }));
	ask(s, "?");
	CU_ASSERT_STRING_EQUAL(s->reply, "W00");
	wire_close(&s->w);
	wire_init(&s->w);
	CU_ASSERT_TRUE_FATAL(wire_connect_unix(&s->w, devices));
	ask(s, "qSupported:multiprocess+;exec-events+");
	ask(s, "?");
	CU_ASSERT_TRUE(says(s, "thread:p" DEVICE "."));
}

static void end_two(struct scene *s, bool guardian_too)
{
	pid_t server = server_of(s);

	if (guardian_too)
		kill(s->d.pid, SIGSTOP); /* it shall not have its turn */
	kill(server, SIGKILL);
	if (guardian_too)
		kill(s->d.pid, SIGKILL);
	CU_ASSERT_TRUE(daemon_wait(&s->d, PATIENCE_MS));
	wire_close(&s->w);
	wire_init(&s->w);
	daemon_stop(&s->d);
	CU_ASSERT_EQUAL(access(s->socket, F_OK) == 0, guardian_too);
}

/* The guardian removes both; where it was killed, too, the next server takes their place. */
static void test_sockets(void)
{
	struct scene *s = calloc(1, sizeof(*s));
	char devices[PATH];

	CU_ASSERT_PTR_NOT_NULL_FATAL(s);
	begin_with_npu(s);
	snprintf(devices, sizeof(devices), "%s/devices", s->d.dir);
	for (int guardian_too = 0; guardian_too < 2; guardian_too++) {
		serve_two(s, devices);
		end_two(s, guardian_too);
		CU_ASSERT_EQUAL(access(devices, F_OK) == 0, guardian_too);
	}
	serve_two(s, devices);
	close_scene(s);
	free(s);
}

#define TEST(how, which)                                                                           \
	static void test_##how##_##which(void)                                                     \
	{                                                                                          \
		run(open_##how, end_##which);                                                      \
	}

TEST(started, detach)
TEST(started, detach_device)
TEST(started, kill_device)
TEST(started, kill_program)
TEST(started, lost)
TEST(started, app_killed)
TEST(started, server_asked)
TEST(started, server_killed)
TEST(started, tracer_killed)
TEST(attached, detach)
TEST(attached, lost)
TEST(attached, server_asked)
TEST(attached, server_killed)
TEST(attached, tracer_killed)

static const struct unit_test tests[] = {
	{ "started: detach", test_started_detach },
	{ "started: detach from the device", test_started_detach_device },
	{ "started: kill the device", test_started_kill_device },
	{ "started: kill the program", test_started_kill_program },
	{ "started: client lost", test_started_lost },
	{ "started: program killed from outside", test_started_app_killed },
	{ "started: SIGTERM", test_started_server_asked },
	{ "started: SIGKILL", test_started_server_killed },
	{ "started: SIGKILL of the tracer", test_started_tracer_killed },
	{ "attached: detach", test_attached_detach },
	{ "attached: client lost", test_attached_lost },
	{ "attached: SIGTERM", test_attached_server_asked },
	{ "attached: SIGKILL", test_attached_server_killed },
	{ "attached: SIGKILL of the tracer", test_attached_tracer_killed },
	{ "sockets of both ports", test_sockets },
};

int main(void)
{
	signal(SIGPIPE, SIG_IGN); /* a server that ends may be quicker than an acknowledgement */
	return unit_run("live_ends", tests, sizeof(tests) / sizeof(tests[0]));
}
