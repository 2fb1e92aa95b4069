/*
 * The real daemon dies in many ways while it debugs a process of this test with 50 threads under 10
 * breakpoints: afterwards the process runs, nobody traces it and its code is what it was. The
 * process is a fork of this program, so its code and counters are known here. GUARDIAN_ROUNDS says
 * how often the daemon is killed.
 */
#include <fcntl.h>
#include <pthread.h>
#include <pty.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tests/fake/live.h"
#include "tests/fake/live_look.h"
#include "tests/tools/play.h"
#include "tests/unit/unit.h"

enum {
	THREADS = 50,
	PLACES = 10,
	ROUNDS = 20,
	SHORT_ROUNDS = 5,
	PATIENCE_MS = 20000,
	PARK_MS = 500
};

/* --- what is debugged --- */

typedef void (*place_fn)(volatile uint64_t *counter);

#define PLACE(n)                                                                                   \
	__attribute__((noinline)) static void place_##n(volatile uint64_t *counter)                \
	{                                                                                          \
		*counter += n + 1;                                                                 \
	}

PLACE(0)
PLACE(1)
PLACE(2)
PLACE(3)
PLACE(4) PLACE(5) PLACE(6) PLACE(7) PLACE(8) PLACE(9)

	static const place_fn places[PLACES] = { place_0, place_1, place_2, place_3, place_4,
						 place_5, place_6, place_7, place_8, place_9 };

/* Nobody calls it. */
__attribute__((noinline, used)) static void cold(volatile uint64_t *counter)
{
	*counter += 100;
}

static void *work(void *counter)
{
	const struct timespec pause = { .tv_nsec = 200000 };

	for (;;) {
		for (size_t i = 0; i < PLACES; i++)
			places[i](counter);
		nanosleep(&pause, NULL);
	}
	return NULL;
}

static void run_threads(void *counters)
{
	uint64_t *all = counters;
	pthread_t t;

	for (size_t i = 1; i < THREADS; i++)
		if (pthread_create(&t, NULL, work, &all[i]))
			_exit(2);
	work(&all[0]);
}

/* --- a daemon, its client and the process --- */

struct scene {
	struct play_daemon d;
	struct play_wire w;
	pid_t app;
	volatile uint64_t *counters; /* shared with app */
	char socket[PLAY_PATH];
	unsigned seed;
};

static void pause_ms(unsigned ms)
{
	const struct timespec t = { .tv_sec = ms / 1000, .tv_nsec = (long)(ms % 1000) * 1000000 };

	nanosleep(&t, NULL);
}

static bool start_daemon(struct scene *s, const char *const *tail)
{
	const char *o = getenv("O"), *argv[PLAY_ARGS] = { NULL };
	static const char name[] = "/ascend-gdbserver";
	char path[PLAY_PATH], comm[PLAY_PATH + 8];
	size_t n = 1;

	if (!daemon_prepare(&s->d))
		return false;
	snprintf(path, sizeof(path), "%s%s", o ? o : "build", name);
	snprintf(s->socket, sizeof(s->socket), "%s/socket", s->d.dir);
	snprintf(comm, sizeof(comm), "unix:%s", s->socket);
	argv[0] = path;
	if (!strcmp(tail[0], "--attach"))
		argv[n++] = *tail++;
	argv[n++] = comm;
	while (*tail)
		argv[n++] = *tail++;
	s->d.comm = PLAY_UNIX;
	return daemon_start(&s->d, argv) && wire_connect_unix(&s->w, s->socket);
}

static void say(struct scene *s, const char *packet)
{
	struct play_text t = { 0 };

	play_text_add(&t, packet, strlen(packet));
	wire_send(&s->w, &t);
	play_text_deinit(&t);
}

/* false: the daemon is gone. */
static bool hear(struct scene *s, char *out, size_t cap)
{
	struct play_text t = { 0 };
	bool got = wire_packet(&s->w, &t) == PLAY_GOT;

	snprintf(out, cap, "%s", got ? t.p : "");
	play_text_deinit(&t);
	return got;
}

static bool ask(struct scene *s, const char *packet)
{
	char reply[4096];

	say(s, packet);
	return hear(s, reply, sizeof(reply));
}

static bool has_ended(const struct scene *s)
{
	siginfo_t info = { .si_pid = 0 };

	return waitid(P_PID, (id_t)s->app, &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
	       info.si_pid == s->app;
}

/* Until all threads have passed all places once more; false: they do not. */
static bool makes_progress(const struct scene *s)
{
	uint64_t before[THREADS];

	for (size_t i = 0; i < THREADS; i++)
		before[i] = s->counters[i];
	for (unsigned ms = 0; ms < PATIENCE_MS && !has_ended(s); ms += 2) {
		size_t n = 0;

		while (n < THREADS && s->counters[n] > before[n] + 2 * 55)
			n++;
		if (n == THREADS)
			return true;
		pause_ms(2);
	}
	return false;
}

static void open_scene(struct scene *s)
{
	char pid[16];

	*s = (struct scene){ .seed = (unsigned)getpid() };
	wire_init(&s->w);
	s->counters = mmap(NULL, THREADS * sizeof(uint64_t), PROT_READ | PROT_WRITE,
			   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	CU_ASSERT_PTR_NOT_EQUAL_FATAL((void *)(uintptr_t)s->counters, MAP_FAILED);
	s->app = live_child(run_threads, (void *)(uintptr_t)s->counters);
	CU_ASSERT_TRUE(makes_progress(s));
	snprintf(pid, sizeof(pid), "%d", s->app);
	CU_ASSERT_TRUE_FATAL(start_daemon(s, (const char *const[]){ "--attach", pid, NULL }));
}

static void close_scene(struct scene *s)
{
	wire_close(&s->w);
	daemon_stop(&s->d);
	daemon_forget(&s->d);
	if (s->app)
		live_reap(s->app);
	munmap((void *)(uintptr_t)s->counters, THREADS * sizeof(uint64_t));
}

/* The server proper: who traces. */
static pid_t server_of(const struct scene *s)
{
	return (pid_t)live_status(s->app, "TracerPid");
}

/* --- what is left afterwards --- */

extern const char __executable_start, etext;

static bool code_is_whole(pid_t pid)
{
	size_t n = (size_t)(&etext - &__executable_start);
	char path[64], *copy = malloc(n);

	snprintf(path, sizeof(path), "/proc/%d/mem", pid);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	bool same = copy && fd >= 0;
	for (size_t at = 0; same && at < n; at += 4096) { /* between segments there may be holes */
		size_t piece = n - at < 4096 ? n - at : 4096;
		const char *own = &__executable_start + at;

		same = pread(fd, copy, piece, (off_t)(uintptr_t)own) != (ssize_t)piece ||
		       !memcmp(copy, own, piece);
	}
	free(copy);
	close(fd);
	return same;
}

/* The daemon's two processes may need a moment to end. */
static bool comes_free(const struct scene *s)
{
	for (unsigned ms = 0; ms < PATIENCE_MS && live_status(s->app, "TracerPid"); ms += 2)
		pause_ms(2);
	return !live_status(s->app, "TracerPid");
}

static bool socket_is_gone(const struct scene *s)
{
	struct stat st;

	for (unsigned ms = 0; ms < PATIENCE_MS && !lstat(s->socket, &st); ms += 2)
		pause_ms(2);
	return lstat(s->socket, &st) != 0;
}

static void expect_untouched(const struct scene *s)
{
	CU_ASSERT_TRUE(comes_free(s));
	CU_ASSERT_TRUE(makes_progress(s));
	CU_ASSERT_TRUE(code_is_whole(s->app));
	CU_ASSERT_FALSE(live_stands(s->app));
	CU_ASSERT_TRUE(socket_is_gone(s));
}

/* --- a session that is cut off --- */

struct blow {
	pid_t pid;
	int signal;
	unsigned ms;
};

static void *strike(void *arg)
{
	const struct blow *b = arg;

	pause_ms(b->ms);
	kill(b->pid, b->signal);
	return NULL;
}

/* Six of ten breakpoints have a condition that never holds; a watchpoint is hit all the time. */
static void set_breakpoints(struct scene *s)
{
	char packet[64];

	say(s, "QStartNoAckMode");
	hear(s, packet, sizeof(packet));
	s->w.no_ack = true;
	for (size_t i = 0; i < PLACES; i++) {
		snprintf(packet, sizeof(packet), "Z0,%lx,1%s", (unsigned long)(uintptr_t)places[i],
			 i % 3 == 0 ? "" : ";X3,220027");
		(void)ask(s, packet); /* the blow may have fallen already */
	}
	snprintf(packet, sizeof(packet), "Z2,%lx,8", (unsigned long)(uintptr_t)&s->counters[7]);
	(void)ask(s, packet);
}

/* Steps and goes on until the daemon is gone. */
static void talk(struct scene *s)
{
	char stop[256], packet[64];

	for (say(s, "vCont;c"); hear(s, stop, sizeof(stop)); say(s, packet)) {
		const char *at = strstr(stop, "thread:");
		bool step = at && rand_r(&s->seed) % 3 == 0;

		snprintf(packet, sizeof(packet), "vCont;%s%.*s%s", step ? "s:" : "c",
			 step ? (int)strcspn(at + 7, ";") : 0, step ? at + 7 : "",
			 step ? ";c" : "");
		if (step && !ask(s, "g"))
			break;
	}
}

static void session_until(struct scene *s, pid_t pid, int signal)
{
	struct blow b = { pid, signal, (unsigned)rand_r(&s->seed) % 60 };
	pthread_t t;

	CU_ASSERT_EQUAL_FATAL(pthread_create(&t, NULL, strike, &b), 0);
	set_breakpoints(s);
	talk(s);
	pthread_join(t, NULL);
	CU_ASSERT_TRUE(daemon_wait(&s->d, PATIENCE_MS));
}

static unsigned rounds(unsigned preset)
{
	const char *text = getenv("GUARDIAN_ROUNDS");

	return text ? (unsigned)strtoul(text, NULL, 10) : preset;
}

static void test_server_killed(void)
{
	for (unsigned i = 0, n = rounds(ROUNDS); i < n; i++) {
		struct scene s;

		open_scene(&s);
		s.seed += i;
		session_until(&s, s.d.pid, SIGKILL);
		expect_untouched(&s);
		close_scene(&s);
	}
}

static void test_crash(void)
{
	for (unsigned i = 0, n = rounds(SHORT_ROUNDS); i < n; i++) {
		struct scene s;

		open_scene(&s);
		s.seed += i;
		CU_ASSERT_TRUE(ask(&s, "qSupported"));
		session_until(&s, server_of(&s), SIGSEGV);
		CU_ASSERT_TRUE(WIFSIGNALED(s.d.status) && WTERMSIG(s.d.status) == SIGSEGV);
		expect_untouched(&s);
		CU_ASSERT_TRUE(daemon_printed(&s.d, s.d.err_fd, "error: * signal 11*"));
		CU_ASSERT_TRUE(daemon_printed(&s.d, s.d.err_fd, "w *"));
		CU_ASSERT_TRUE(daemon_printed(&s.d, s.d.err_fd, "backtrace"));
		CU_ASSERT_TRUE(daemon_printed(&s.d, s.d.err_fd, "*ascend-gdbserver(*"));
		close_scene(&s);
	}
}

/*
 * The inner process alone is killed. A thread that stands in a breakpoint trap at that moment dies
 * of it, as with every debugger; nothing but that may happen.
 */
static void test_tracer_killed(void)
{
	unsigned lived = 0, n = rounds(SHORT_ROUNDS);

	for (unsigned i = 0; i < n; i++) {
		struct scene s;

		open_scene(&s);
		s.seed += i;
		session_until(&s, server_of(&s), SIGKILL);
		CU_ASSERT_TRUE(WIFSIGNALED(s.d.status) && WTERMSIG(s.d.status) == SIGKILL);
		CU_ASSERT_TRUE(socket_is_gone(&s));
		bool whole = comes_free(&s) && makes_progress(&s);
		lived += whole;
		CU_ASSERT_TRUE(whole || has_ended(&s));
		CU_ASSERT_TRUE(!whole || (code_is_whole(s.app) && !live_stands(s.app)));
		close_scene(&s);
	}
	printf("tracer killed under constant hits: lived %u of %u\n", lived, n);
}

/* A session with a breakpoint whose threads stand, but not in it. */
static void open_standing(struct scene *s)
{
	char packet[64], reply[256];

	open_scene(s);
	snprintf(packet, sizeof(packet), "Z0,%lx,1", (unsigned long)(uintptr_t)cold);
	CU_ASSERT_TRUE(ask(s, packet));
	say(s, "vCont;c");
	wire_send_raw(&s->w, &(struct play_text){ .p = (char[]){ "\3" }, .n = 1 });
	CU_ASSERT_TRUE(hear(s, reply, sizeof(reply)));
	CU_ASSERT_FALSE(code_is_whole(s->app));
}

static void test_tracer_killed_standing(void)
{
	struct scene s;

	open_standing(&s);
	kill(server_of(&s), SIGKILL);
	CU_ASSERT_TRUE(daemon_wait(&s.d, PATIENCE_MS));
	expect_untouched(&s);
	CU_ASSERT_TRUE(daemon_printed(&s.d, s.d.err_fd, "*signal 9 ended the server*"));
	close_scene(&s);
}

/* One that hears no signal ends all the same, by the second. */
static void test_server_hangs(void)
{
	struct scene s;

	open_standing(&s);
	kill(server_of(&s), SIGSTOP);
	kill(s.d.pid, SIGTERM);
	pause_ms(PARK_MS); /* of two that wait the kernel keeps one */
	kill(s.d.pid, SIGTERM);
	CU_ASSERT_TRUE(daemon_wait(&s.d, PATIENCE_MS));
	expect_untouched(&s);
	CU_ASSERT_TRUE(daemon_printed(&s.d, s.d.err_fd, "*did not answer two signals*"));
	close_scene(&s);
}

/* The server moves threads on from a trap that the user looks at: until nothing moves any more. */
static void await_parking(const struct scene *s)
{
	long now = live_sleeps(s->app), before = -1;

	pause_ms(PARK_MS);
	for (unsigned ms = 0; ms < PATIENCE_MS && now != before; ms += PARK_MS) {
		before = now;
		pause_ms(PARK_MS);
		now = live_sleeps(s->app);
	}
}

/* The inner process is killed while the user looks at a breakpoint, and at a step. */
static void test_tracer_killed_looking(void)
{
	for (unsigned i = 0, n = rounds(SHORT_ROUNDS); i < n; i++) {
		char packet[64], stop[1024];
		struct scene s;

		open_scene(&s);
		set_breakpoints(&s);
		say(&s, "vCont;c");
		CU_ASSERT_TRUE(hear(&s, stop, sizeof(stop)));
		const char *at = strstr(stop, "thread:");
		CU_ASSERT_PTR_NOT_NULL_FATAL(at);
		snprintf(packet, sizeof(packet), "vCont;s:%.*s", (int)strcspn(at + 7, ";"), at + 7);
		if (i % 2) {
			say(&s, packet);
			CU_ASSERT_TRUE(hear(&s, stop, sizeof(stop)));
		}
		await_parking(&s);
		kill(server_of(&s), SIGKILL);
		CU_ASSERT_TRUE(daemon_wait(&s.d, PATIENCE_MS));
		expect_untouched(&s);
		close_scene(&s);
	}
}

static const int ends[] = { SIGTERM, SIGINT, SIGHUP };

static void test_orderly_attached(void)
{
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		struct scene s;

		open_scene(&s);
		session_until(&s, s.d.pid, ends[i]);
		CU_ASSERT_TRUE(WIFEXITED(s.d.status) && WEXITSTATUS(s.d.status) == 0);
		expect_untouched(&s);
		close_scene(&s);
	}
}

/* The second comes while the first is obeyed, or when all is over. */
static void test_two_signals(void)
{
	struct scene s;

	open_scene(&s);
	set_breakpoints(&s);
	say(&s, "vCont;c");
	kill(s.d.pid, SIGTERM);
	kill(s.d.pid, SIGINT);
	CU_ASSERT_TRUE(daemon_wait(&s.d, PATIENCE_MS));
	expect_untouched(&s);
	close_scene(&s);
}

static bool process_ends(pid_t pid)
{
	for (unsigned ms = 0; ms < PATIENCE_MS && !kill(pid, 0); ms += 2)
		pause_ms(2);
	return kill(pid, 0) != 0;
}

/* What the daemon started ends with it, whatever ends the daemon. */
static void test_started(void)
{
	static const int all[] = { SIGTERM, SIGINT, SIGHUP, SIGKILL };
	char app[PLAY_PATH], reply[1024];

	if (!live_app("spaces", app, sizeof(app)))
		return;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		struct scene s = { .d.pid = 0 };

		wire_init(&s.w);
		CU_ASSERT_TRUE_FATAL(start_daemon(&s, (const char *const[]){ app, NULL }));
		CU_ASSERT_TRUE(ask(&s, "qSupported:multiprocess+"));
		say(&s, "?");
		CU_ASSERT_TRUE(hear(&s, reply, sizeof(reply)));
		const char *thread = strstr(reply, "thread:p");
		CU_ASSERT_PTR_NOT_NULL_FATAL(thread);
		pid_t pid = (pid_t)strtoul(thread + strlen("thread:p"), NULL, 16);
		say(&s, "vCont;c");
		kill(s.d.pid, all[i]);
		CU_ASSERT_TRUE(daemon_wait(&s.d, PATIENCE_MS));
		CU_ASSERT_TRUE(process_ends(pid));
		CU_ASSERT_TRUE(socket_is_gone(&s));
		wire_close(&s.w);
		daemon_stop(&s.d);
		daemon_forget(&s.d);
	}
}

/* A signal that is faster than the start of the loop is not turned into a status. */
static bool ends_by_hangup(pid_t pid)
{
	int status = -1;
	pid_t got = 0;

	for (unsigned ms = 0; ms < PATIENCE_MS && !got; ms += 2) {
		got = waitpid(pid, &status, WNOHANG);
		pause_ms(2);
	}
	if (!got)
		kill(pid, SIGKILL);
	return got == pid &&
	       (WIFSIGNALED(status) ? WTERMSIG(status) == SIGHUP : WEXITSTATUS(status) == 0);
}

/* The kernel tells only the leader of the session, which is the process that users started. */
static void test_terminal_closed(void)
{
	const char *o = getenv("O");
	char path[PLAY_PATH], app[PLAY_PATH], text[4096] = "";
	size_t n = 0;
	ssize_t got;
	int terminal;

	if (!live_app("spaces", app, sizeof(app)))
		return;
	snprintf(path, sizeof(path), "%s/ascend-gdbserver", o ? o : "build");
	pid_t pid = forkpty(&terminal, NULL, NULL, NULL);
	CU_ASSERT_FATAL(pid >= 0);
	if (!pid) {
		execl(path, path, "localhost:0", app, NULL);
		_exit(127);
	}
	while (!strstr(text, "Listening on port") && n < sizeof(text) - 1 &&
	       (got = read(terminal, text + n, sizeof(text) - 1 - n)) > 0)
		n += (size_t)got;
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "Listening on port"));
	close(terminal);
	CU_ASSERT_TRUE(ends_by_hangup(pid));
}

static const struct unit_test tests[] = {
	{ "SIGKILL, at any moment", test_server_killed },
	{ "a crash, at any moment", test_crash },
	{ "SIGKILL of the tracer, at any moment", test_tracer_killed },
	{ "SIGKILL of the tracer, all stand", test_tracer_killed_standing },
	{ "SIGKILL of the tracer, looked at", test_tracer_killed_looking },
	{ "a server that hangs", test_server_hangs },
	{ "signals, attached", test_orderly_attached },
	{ "two signals", test_two_signals },
	{ "signals, started", test_started },
	{ "the terminal is closed", test_terminal_closed },
};

int main(void)
{
	signal(SIGPIPE, SIG_IGN);
	return unit_run("guardian", tests, sizeof(tests) / sizeof(tests[0]));
}
