/*
 * Threads of real processes: many that stop at once, leaders that end first, exec from any thread,
 * events of threads, job control, signals by number. The processes are copies of this program;
 * `shared` is one memory for all.
 */
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "target/linux/proc.h"
#include "tests/fake/live.h"
#include "tests/unit/unit.h"

enum { CROWD = 100, CIRCLES = 10, AT_ONCE = 64, GDB_STOP = 17, GDB_CONT = 19, HOST_SIGNALS = 64 };

struct shared {
	atomic_int tids[CROWD];
	atomic_int ready, go;
	atomic_int handled; /* signals */
	atomic_int last;    /* the number of the last one */
	atomic_int turns;
};

static struct shared *shared;

static const struct target_action run_all = { .kind = TARGET_CONTINUE, .pid = -1, .tid = -1 };

/* --- children --- */

static void ready(intptr_t number)
{
	shared->tids[number] = (int)syscall(SYS_gettid);
	shared->ready++;
	while (!shared->go)
		usleep(1000);
}

static void on_signal(int signal)
{
	shared->last = signal;
	shared->handled++;
}

static void *raise_one(void *number)
{
	ready((intptr_t)number);
	syscall(SYS_tgkill, getpid(), syscall(SYS_gettid), SIGUSR1);
	for (;;)
		pause();
	return NULL;
}

static void start_crowd(void *ctx)
{
	pthread_t id;

	(void)ctx;
	signal(SIGUSR1, on_signal);
	for (intptr_t i = 1; i < CROWD; i++)
		pthread_create(&id, NULL, raise_one, (void *)i);
	raise_one(NULL);
}

/* The instruction at `pass` reads and writes memory: the CPU has to execute it. */
void pass(volatile int *value);
__asm__(".pushsection .text\n"
	"pass:\n"
	"	incl (%rdi)\n"
	"	ret\n"
	".popsection");

static void *circle(void *unused)
{
	volatile int own = 0;

	for (;;) {
		pass(&own);
		shared->turns++;
	}
	return unused;
}

static void start_circles(void *ctx)
{
	pthread_t id;

	for (int i = 0; i < CIRCLES; i++)
		pthread_create(&id, NULL, circle, ctx);
	for (;;)
		pause();
}

static void *outlive(void *unused)
{
	ready(1);
	for (int i = 0; shared->go < 2; i++) {
		shared->turns++;
		usleep(1000);
	}
	_exit(9); /* no leak check of a sanitizer, which is none under ptrace */
	return unused;
}

static void leave_first(void *ctx)
{
	pthread_t id;

	pthread_create(&id, NULL, outlive, ctx);
	ready(0);
	pthread_exit(NULL);
}

static void *become_true(void *unused)
{
	ready(1);
	execl("/bin/true", "true", (char *)NULL);
	return unused;
}

static void exec_elsewhere(void *ctx)
{
	pthread_t id;

	pthread_create(&id, NULL, become_true, ctx);
	ready(0);
	for (;;)
		pause();
}

static void *end_at_once(void *unused)
{
	shared->tids[1] = (int)syscall(SYS_gettid);
	return unused;
}

static void make_thread(void *ctx)
{
	pthread_t id;

	ready(0);
	pthread_create(&id, NULL, end_at_once, ctx);
	for (;;)
		pause();
}

static void *end_when_told(void *unused)
{
	ready(1);
	return unused;
}

static void have_short_thread(void *ctx)
{
	pthread_t id;

	pthread_create(&id, NULL, end_when_told, ctx);
	ready(0);
	for (;;)
		pause();
}

static void count_turns(void *ctx)
{
	sigset_t none;

	(void)ctx;
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL); /* the target has blocked SIGCHLD in the test */
	for (int i = 1; i <= HOST_SIGNALS; i++) {
		const struct sigaction sa = { .sa_handler = on_signal };

		sigaction(i, &sa, NULL);
	}
	signal(SIGTSTP, SIG_DFL);
	ready(0);
	for (;;) {
		shared->turns++;
		usleep(1000);
	}
}

static void open_child(struct live *l, void (*body)(void *), int threads)
{
	shared = live_shared(sizeof(*shared));
	live_open(l);
	pid_t pid = live_child(body, NULL);
	CU_ASSERT_TRUE_FATAL(live_reaches(&shared->ready, threads));
	CU_ASSERT_TRUE_FATAL(live_attach(l, pid));
}

static void close_child(struct live *l)
{
	live_close(l);
	munmap(shared, sizeof(*shared));
}

/* Serves what is not to be told of until *value >= want; false: it is not, or a stop. */
static bool serve_until(struct live *l, const atomic_int *value, int want)
{
	struct target_stop stop;
	bool got = false;

	for (int i = 0; i < 10000 && *value < want && !got; i++) {
		if (target_next_event(l->t, &stop, &got) != TARGET_OK)
			return false;
		usleep(1000);
	}
	return *value >= want && !got;
}

static char state_of(const struct live *l, int tid)
{
	struct proc_stat stat;

	return proc_stat(l->pid, (uint32_t)tid, &stat) ? stat.state : 0;
}

/* Waits until the thread is in that state; 0: until it is gone. */
static bool awaits_state(const struct live *l, int tid, char state)
{
	for (int i = 0; i < 10000 && state_of(l, tid) != state; i++)
		usleep(1000);
	return state_of(l, tid) == state;
}

/* --- many at once --- */

static size_t count_standing(const struct live *l)
{
	size_t n = 0;

	for (int i = 0; i < CROWD; i++)
		n += state_of(l, shared->tids[i]) == 't';
	return n;
}

/* However many threads have stopped, the client has its turn after some of them. */
static void test_crowd(void)
{
	struct target_stop stop;
	uint8_t all[32];
	bool got = false;
	struct live l;

	memset(all, 0xff, sizeof(all));
	open_child(&l, start_crowd, CROWD);
	target_pass(l.t, all, sizeof(all));
	CU_ASSERT_EQUAL(target_resume(l.t, &run_all, 1), TARGET_OK);
	CU_ASSERT_TRUE(serve_until(&l, &shared->handled, 0));
	shared->go = 1;
	for (int i = 0; i < CROWD; i++)
		CU_ASSERT_TRUE_FATAL(awaits_state(&l, shared->tids[i], 't'));
	CU_ASSERT_EQUAL(target_next_event(l.t, &stop, &got), TARGET_OK);
	CU_ASSERT_FALSE(got);
	size_t standing = count_standing(&l);
	CU_ASSERT_TRUE(standing >= CROWD - AT_ONCE && standing < CROWD);
	CU_ASSERT_TRUE(live_reaches(&shared->handled, (int)(CROWD - standing)));
	CU_ASSERT_TRUE(serve_until(&l, &shared->handled, CROWD));
	close_child(&l);
}

/* --- two processes that are at breakpoints all the time --- */

static void stop_nowhere(struct live *l, pid_t pid)
{
	static const uint8_t zero[] = { 0x22, 0, 0x27 }; /* const8 0, end */
	const struct agent_code never = { zero, sizeof(zero) };
	const struct target_point_code code = { .conditions = &never, .condition_n = 1 };
	const struct target_point point = { TARGET_SW_BREAK, (uint64_t)(uintptr_t)pass, 1, &code };

	CU_ASSERT_TRUE_FATAL(live_attach(l, pid));
	CU_ASSERT_EQUAL_FATAL(target_point_set(l->t, (uint32_t)pid, &point), TARGET_OK);
}

/*
 * To go over a breakpoint the threads of a process are stopped and waited for; another process with
 * stops of its own must not take over that wait: it would eat the event that the first waits for.
 */
static void test_circles(void)
{
	struct target_stop stop;
	struct live l;

	shared = live_shared(sizeof(*shared));
	live_open(&l);
	pid_t first = live_child(start_circles, NULL), second = live_child(start_circles, NULL);

	stop_nowhere(&l, first);
	stop_nowhere(&l, second);
	for (int i = 0; i < 5; i++) {
		CU_ASSERT_EQUAL(target_resume(l.t, &run_all, 1), TARGET_OK);
		CU_ASSERT_TRUE_FATAL(serve_until(&l, &shared->turns, shared->turns + 100));
		CU_ASSERT_EQUAL(target_interrupt(l.t), TARGET_OK);
		CU_ASSERT_TRUE_FATAL(live_event(&l, &stop));
	}
	CU_ASSERT_EQUAL(target_kill(l.t, (uint32_t)first), TARGET_OK);
	live_close(&l);
	munmap(shared, sizeof(*shared));
}

/* --- leaders --- */

/* A process whose leader has ended lives on; it ends with the last thread, by that one's code. */
static void test_leader_first(void)
{
	struct target_tid tids[4];
	struct target_stop stop;
	size_t n = 0;
	struct live l;

	open_child(&l, leave_first, 2);
	CU_ASSERT_EQUAL(target_resume(l.t, &run_all, 1), TARGET_OK);
	shared->go = 1;
	CU_ASSERT_TRUE(awaits_state(&l, (int)l.pid, 'Z'));
	CU_ASSERT_TRUE(serve_until(&l, &shared->turns, shared->turns + 10));
	CU_ASSERT_EQUAL(target_interrupt(l.t), TARGET_OK);
	CU_ASSERT_TRUE_FATAL(live_event(&l, &stop));
	CU_ASSERT_EQUAL((int)stop.tid.tid, shared->tids[1]);
	CU_ASSERT_EQUAL(target_threads(l.t, tids, 4, &n), TARGET_OK);
	CU_ASSERT_TRUE(n == 1 && (int)tids[0].tid == shared->tids[1]);
	shared->go = 2;
	CU_ASSERT_TRUE_FATAL(live_run(&l, &stop));
	CU_ASSERT_EQUAL(stop.kind, TARGET_STOP_EXITED);
	CU_ASSERT_EQUAL(stop.value, 9);
	l.pid = 0;
	close_child(&l);
}

/* A step of the thread that outlives its leader, which says nothing when it ends. */
static void test_leader_while_stepping(void)
{
	struct target_stop stop;
	struct live l;

	open_child(&l, leave_first, 2);
	shared->go = 1;
	for (int i = 0; i < 200; i++) {
		const struct target_action actions[] = {
			{ .kind = TARGET_STEP, .pid = (int)l.pid, .tid = shared->tids[1] },
			run_all,
		};

		CU_ASSERT_EQUAL(target_resume(l.t, actions, 2), TARGET_OK);
		CU_ASSERT_TRUE_FATAL(live_event(&l, &stop));
		CU_ASSERT_EQUAL((int)stop.tid.tid, shared->tids[1]);
	}
	close_child(&l);
}

/* --- exec --- */

static void exec_from_other(unsigned wish)
{
	struct target_tid tids[4];
	struct target_stop stop;
	size_t n = 0;
	struct live l;

	open_child(&l, exec_elsewhere, 2);
	target_wish(l.t, wish);
	shared->go = 1;
	CU_ASSERT_TRUE_FATAL(live_run(&l, &stop));
	if (wish) {
		CU_ASSERT_EQUAL(stop.kind, TARGET_STOP_EXEC);
		CU_ASSERT_TRUE(stop.tid.pid == l.pid && stop.tid.tid == l.pid);
		CU_ASSERT_PTR_NOT_NULL_FATAL(stop.text);
		CU_ASSERT_PTR_NOT_NULL(strstr(stop.text, "/true"));
		CU_ASSERT_EQUAL(target_threads(l.t, tids, 4, &n), TARGET_OK);
		CU_ASSERT_TRUE(n == 1 && tids[0].tid == l.pid);
		CU_ASSERT_TRUE_FATAL(live_run(&l, &stop));
	}
	CU_ASSERT_EQUAL(stop.kind, TARGET_STOP_EXITED);
	CU_ASSERT_EQUAL(stop.value, 0);
	l.pid = 0;
	close_child(&l);
}

/* The thread that calls exec goes on as the leader, whether the client cares or not. */
static void test_exec(void)
{
	exec_from_other(TARGET_WISH_EXEC);
	exec_from_other(0);
}

/* --- events of threads --- */

static void test_thread_events(void)
{
	struct target_stop stop;
	struct live l;

	open_child(&l, make_thread, 1);
	target_wish(l.t, TARGET_WISH_THREADS);
	shared->go = 1;
	CU_ASSERT_TRUE_FATAL(live_run(&l, &stop));
	CU_ASSERT_EQUAL(stop.kind, TARGET_STOP_CREATED);
	uint32_t tid = stop.tid.tid;
	CU_ASSERT_TRUE(stop.tid.pid == l.pid && tid != l.pid);
	CU_ASSERT_TRUE_FATAL(live_run(&l, &stop));
	CU_ASSERT_EQUAL(stop.kind, TARGET_STOP_THREAD_EXITED);
	CU_ASSERT_TRUE(stop.tid.tid == tid && stop.value == 0);
	CU_ASSERT_EQUAL((int)tid, shared->tids[1]);
	close_child(&l);
}

/* Only a thread that ends was resumed: nothing is left that could stop. */
static void test_no_resumed(void)
{
	struct target_stop stop;
	struct live l;

	open_child(&l, have_short_thread, 2);
	const struct target_action one = { .kind = TARGET_CONTINUE,
					   .pid = (int)l.pid,
					   .tid = shared->tids[1] };
	shared->go = 1;
	CU_ASSERT_EQUAL(target_resume(l.t, &one, 1), TARGET_OK);
	CU_ASSERT_TRUE_FATAL(live_event(&l, &stop));
	CU_ASSERT_EQUAL(stop.kind, TARGET_STOP_NO_RESUMED);
	CU_ASSERT_EQUAL(state_of(&l, (int)l.pid), 't');
	close_child(&l);
}

/* --- signals --- */

/* It does not run any more, and there is nothing to tell of. */
static bool stays(struct live *l)
{
	struct target_stop stop;
	bool got = false;
	int turns = -1;

	for (int i = 0, same = 0; i < 10000 && same < 50 && !got; i++) {
		if (target_next_event(l->t, &stop, &got) != TARGET_OK)
			return false;
		same = shared->turns == turns ? same + 1 : 0;
		turns = shared->turns;
		usleep(2000);
	}
	return !got && shared->turns == turns;
}

/* Job control of a traced process works as without a tracer: it stands until it is continued. */
static void stop_and_go_on(int signal, int gdb)
{
	struct target_stop stop;
	struct live l;

	open_child(&l, count_turns, 1);
	shared->go = 1;
	kill((pid_t)l.pid, signal);
	CU_ASSERT_TRUE_FATAL(live_run(&l, &stop));
	CU_ASSERT_EQUAL(stop.signal, gdb);
	const struct target_action give = {
		.kind = TARGET_CONTINUE, .pid = -1, .tid = -1, .signal = gdb
	};
	CU_ASSERT_EQUAL(target_resume(l.t, &give, 1), TARGET_OK);
	CU_ASSERT_TRUE(stays(&l));
	int turns = shared->turns;
	kill((pid_t)l.pid, SIGCONT);
	CU_ASSERT_TRUE_FATAL(live_event(&l, &stop));
	CU_ASSERT_EQUAL(stop.signal, GDB_CONT);
	CU_ASSERT_EQUAL(shared->turns, turns);
	CU_ASSERT_EQUAL(target_resume(l.t, &run_all, 1), TARGET_OK);
	CU_ASSERT_TRUE(serve_until(&l, &shared->turns, turns + 10));
	close_child(&l);
}

static void test_group_stops(void)
{
	stop_and_go_on(SIGSTOP, GDB_STOP);
	stop_and_go_on(SIGTSTP, 18);
}

/* GDB's numbers (include/gdb/signals.def) of some of the host's. */
static int gdb_number(int host)
{
	const struct {
		int host, gdb;
	} known[] = {
		{ SIGHUP, 1 },	  { SIGINT, 2 },   { SIGUSR1, 30 },  { SIGUSR2, 31 },
		{ SIGCHLD, 20 },  { SIGPIPE, 13 }, { SIGURG, 16 },   { SIGIO, 23 },
		{ SIGWINCH, 28 }, { SIGPWR, 32 },  { SIGRTMIN, 46 }, { SIGRTMIN + 1, 47 },
		{ SIGRTMAX, 78 },
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (known[i].host == host)
			return known[i].gdb;
	return 0;
}

/* Every signal is told of by GDB's number, and comes back to the program as what it was. */
static void test_signal_numbers(void)
{
	struct target_stop stop;
	int rounds = 0;
	struct live l;

	open_child(&l, count_turns, 1);
	shared->go = 1;
	for (int i = 1; i <= HOST_SIGNALS; i++) {
		/* 32 and 33 are the C library's own */
		if (i == SIGKILL || i == SIGSTOP || i == SIGTSTP || i == 32 || i == 33)
			continue;
		kill((pid_t)l.pid, i);
		CU_ASSERT_TRUE_FATAL(live_run(&l, &stop));
		CU_ASSERT_EQUAL(stop.kind, TARGET_STOP_SIGNAL);
		if (gdb_number(i))
			CU_ASSERT_EQUAL(stop.signal, gdb_number(i));
		const struct target_action give = {
			.kind = TARGET_CONTINUE, .pid = -1, .tid = -1, .signal = stop.signal
		};
		CU_ASSERT_EQUAL(target_resume(l.t, &give, 1), TARGET_OK);
		CU_ASSERT_TRUE_FATAL(serve_until(&l, &shared->handled, ++rounds));
		CU_ASSERT_EQUAL(shared->last, i);
		CU_ASSERT_EQUAL(target_interrupt(l.t), TARGET_OK);
		CU_ASSERT_TRUE_FATAL(live_event(&l, &stop));
	}
	close_child(&l);
}

int main(void)
{
	static const struct unit_test tests[] = {
		{ "more stops than are taken at once", test_crowd },
		{ "two processes at breakpoints", test_circles },
		{ "a leader that ends first", test_leader_first },
		{ "a leader that ends while another steps", test_leader_while_stepping },
		{ "exec from another thread", test_exec },
		{ "beginning and end of threads", test_thread_events },
		{ "nothing left that was resumed", test_no_resumed },
		{ "job control", test_group_stops },
		{ "numbers of signals", test_signal_numbers },
	};

	return unit_run("linux_threads", tests, sizeof(tests) / sizeof(tests[0]));
}
