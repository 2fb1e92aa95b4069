/*
 * Running real processes: signals that nobody may lose, traps that come while all are being
 * stopped, debug registers after a detach. The children are copies of this program, so what they
 * have is at the addresses it has here; `shared` is one memory for both.
 */
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "target/linux/proc.h"
#include "tests/fake/live.h"
#include "tests/unit/unit.h"

enum { THREADS = 2, ROUNDS = 20, GDB_USR1 = 30, GDB_SEGV = 11 };

struct shared {
	atomic_int tids[THREADS];    /* of the child's threads, when they are ready */
	atomic_int handled[THREADS]; /* signals that their handlers have seen */
	atomic_int traps;
	atomic_int go, done;
};

static struct shared *shared;
static volatile long watched;

/* --- children --- */

static void on_usr1(int signal)
{
	int me = (int)syscall(SYS_gettid);

	(void)signal;
	for (int i = 0; i < THREADS; i++)
		if (shared->tids[i] == me)
			shared->handled[i]++;
}

static void on_trap(int signal)
{
	(void)signal;
	shared->traps++;
}

static void *say_tid_and_wait(void *number)
{
	shared->tids[(intptr_t)number] = (int)syscall(SYS_gettid);
	for (;;)
		usleep(100000);
	return NULL;
}

static void wait_for_signals(void *ctx)
{
	pthread_t other;

	signal(SIGUSR1, on_usr1);
	signal(SIGTRAP, on_trap);
	if (ctx)
		pthread_create(&other, NULL, say_tid_and_wait, (void *)1);
	say_tid_and_wait(NULL);
}

static void __attribute__((noinline)) spot(void)
{
	__asm__ volatile("nop; nop");
}

static void *spin(void *number)
{
	shared->tids[(intptr_t)number] = (int)syscall(SYS_gettid);
	for (;;)
		spot();
	return NULL;
}

static void spin_all(void *ctx)
{
	pthread_t other;

	if (ctx)
		pthread_create(&other, NULL, spin, (void *)1);
	spin(NULL);
}

static void raise_two(void *ctx)
{
	(void)ctx;
	signal(SIGUSR1, SIG_IGN);
	shared->tids[0] = (int)syscall(SYS_gettid);
	while (!shared->go)
		usleep(1000);
	raise(SIGUSR1);
	raise(SIGSEGV);
	_exit(0);
}

static void raise_often(void *ctx)
{
	(void)ctx;
	signal(SIGUSR1, on_usr1);
	shared->tids[0] = (int)syscall(SYS_gettid);
	for (;;)
		raise(SIGUSR1);
}

static void write_watched(void *ctx)
{
	(void)ctx;
	shared->tids[0] = (int)syscall(SYS_gettid);
	while (shared->go < 2)
		watched = watched + shared->go;
	shared->done = 1;
	for (;;)
		usleep(1000);
}

/* Attaches to a child that runs body with `threads` threads. */
static void open_child(struct live *l, void (*body)(void *), int threads)
{
	shared = live_shared(sizeof(*shared));
	live_open(l);
	pid_t pid = live_child(body, threads > 1 ? l : NULL);
	for (int i = 0; i < threads; i++)
		CU_ASSERT_TRUE_FATAL(live_reaches(&shared->tids[i], 1));
	CU_ASSERT_TRUE_FATAL(live_attach(l, pid));
}

static void close_child(struct live *l)
{
	live_close(l);
	munmap(shared, sizeof(*shared));
}

static bool resume_one(struct live *l, uint32_t tid, enum target_action_kind kind, int signal)
{
	const struct target_action actions[] = {
		{ .kind = kind, .pid = l->pid, .tid = tid, .signal = signal },
		{ .kind = TARGET_CONTINUE, .pid = -1, .tid = -1 },
	};

	return target_resume(l->t, actions, 2) == TARGET_OK;
}

/* Serves what is not to be told of until the child has got so far; false: it has not, or a stop. */
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

/* --- signals --- */

/* The client gives a thread its signal back while another one has a stop to tell of. */
static void test_signal_with_news(void)
{
	struct target_stop stop;
	struct live l;

	open_child(&l, wait_for_signals, THREADS);
	for (int round = 1; round <= ROUNDS; round++) {
		for (int i = 0; i < THREADS; i++)
			syscall(SYS_tgkill, l.pid, shared->tids[i], SIGUSR1);
		CU_ASSERT_TRUE_FATAL(live_run(&l, &stop));
		for (int i = 0; i < THREADS; i++) {
			CU_ASSERT_EQUAL(stop.signal, GDB_USR1);
			CU_ASSERT_TRUE(resume_one(&l, stop.tid.tid, TARGET_CONTINUE, GDB_USR1));
			if (i + 1 < THREADS)
				CU_ASSERT_TRUE_FATAL(live_event(&l, &stop));
		}
		for (int i = 0; i < THREADS; i++)
			CU_ASSERT_TRUE(serve_until(&l, &shared->handled[i], round));
		CU_ASSERT_EQUAL(target_interrupt(l.t), TARGET_OK);
		CU_ASSERT_TRUE_FATAL(live_event(&l, &stop));
	}
	close_child(&l);
}

/* In the stop of an attach the kernel takes no signal along. */
static void test_trap_for_program(void)
{
	struct live l;

	open_child(&l, wait_for_signals, 1);
	CU_ASSERT_TRUE(resume_one(&l, l.pid, TARGET_CONTINUE, TARGET_SIGNAL_TRAP));
	CU_ASSERT_TRUE(serve_until(&l, &shared->traps, 1));
	close_child(&l);
}

/* SIGSEGV may be a breakpoint where nothing can be executed: it is told of even if it passes. */
static void test_passed_fault(void)
{
	uint8_t all[32];
	struct target_stop stop;
	struct live l;

	memset(all, 0xff, sizeof(all));
	open_child(&l, raise_two, 1);
	target_pass(l.t, all, sizeof(all));
	shared->go = 1;
	CU_ASSERT_TRUE(live_run(&l, &stop));
	CU_ASSERT_EQUAL(stop.kind, TARGET_STOP_SIGNAL);
	CU_ASSERT_EQUAL(stop.signal, GDB_SEGV);
	close_child(&l);
}

/* A client that leaves at a signal: the program gets it unless the client has said that it shall
 * not. */
static void detach_at_signal(bool gets)
{
	uint8_t none[32] = { 0 };
	struct target_stop stop;
	struct live l;

	open_child(&l, wait_for_signals, 1);
	pid_t pid = (pid_t)l.pid;
	if (!gets)
		target_program(l.t, none, sizeof(none));
	kill(pid, SIGUSR1);
	CU_ASSERT_TRUE(live_run(&l, &stop));
	CU_ASSERT_EQUAL(stop.signal, GDB_USR1);
	CU_ASSERT_EQUAL(target_detach(l.t, l.pid), TARGET_OK);
	l.pid = 0;
	if (gets) {
		CU_ASSERT_TRUE(live_reaches(&shared->handled[0], 1));
	} else {
		usleep(20000);
		CU_ASSERT_EQUAL(shared->handled[0], 0);
	}
	live_reap(pid);
	close_child(&l);
}

static void test_detach_at_signal(void)
{
	detach_at_signal(true);
	detach_at_signal(false);
}

/* What was on its way when the process was attached to is what it stands for, and is not lost. */
static void test_attach_into_signal(void)
{
	struct target_stop stop = { 0 };
	struct live l;

	open_child(&l, raise_often, 1);
	uint32_t pid = l.pid;
	for (int i = 0; i < 1000 && stop.signal != GDB_USR1; i++) {
		int before = shared->handled[0];

		CU_ASSERT_EQUAL_FATAL(target_detach(l.t, pid), TARGET_OK);
		CU_ASSERT_TRUE_FATAL(live_reaches(&shared->handled[0], before + 1));
		CU_ASSERT_TRUE_FATAL(live_attach(&l, (pid_t)pid));
		CU_ASSERT_EQUAL(target_stop(l.t, (struct target_tid){ pid, pid }, &stop),
				TARGET_OK);
		CU_ASSERT_TRUE(stop.signal == GDB_USR1 || stop.signal == TARGET_SIGNAL_NONE);
	}
	CU_ASSERT_EQUAL(stop.signal, GDB_USR1);
	close_child(&l);
}

/* --- who is told of --- */

/* Of two processes the interrupt key stops the one that came last. */
static void test_interrupted_process(void)
{
	const struct target_action all = { .kind = TARGET_CONTINUE, .pid = -1, .tid = -1 };
	struct target_stop stop;
	struct live l;

	open_child(&l, spin_all, 1);
	uint32_t first = l.pid;
	shared->tids[0] = 0;
	pid_t second = live_child(spin_all, NULL);
	CU_ASSERT_TRUE_FATAL(live_reaches(&shared->tids[0], 1));
	CU_ASSERT_EQUAL(target_attach(l.t, (uint32_t)second), TARGET_OK);
	for (int i = 0; i < 3; i++) {
		CU_ASSERT_EQUAL(target_resume(l.t, &all, 1), TARGET_OK);
		CU_ASSERT_EQUAL(target_interrupt(l.t), TARGET_OK);
		CU_ASSERT_TRUE_FATAL(live_event(&l, &stop));
		CU_ASSERT_EQUAL(stop.tid.pid, (uint32_t)second);
	}
	CU_ASSERT_EQUAL(target_kill(l.t, (uint32_t)second), TARGET_OK);
	CU_ASSERT_EQUAL(target_resume(l.t, &all, 1), TARGET_OK);
	CU_ASSERT_EQUAL(target_interrupt(l.t), TARGET_OK);
	CU_ASSERT_TRUE_FATAL(live_event(&l, &stop));
	CU_ASSERT_EQUAL(stop.tid.pid, first);
	close_child(&l);
}

/* Whichever thread stopped last, the interrupt key stops the first one that runs. */
static void test_interrupted_thread(void)
{
	const struct target_action all = { .kind = TARGET_CONTINUE, .pid = -1, .tid = -1 };
	struct target_stop stop;
	struct live l;

	open_child(&l, wait_for_signals, THREADS);
	const struct target_action other = { .kind = TARGET_CONTINUE,
					     .pid = l.pid,
					     .tid = shared->tids[1] };
	syscall(SYS_tgkill, l.pid, shared->tids[1], SIGUSR1);
	CU_ASSERT_TRUE_FATAL(live_run(&l, &stop));
	CU_ASSERT_EQUAL((int)stop.tid.tid, shared->tids[1]);
	CU_ASSERT_EQUAL(target_resume(l.t, &all, 1), TARGET_OK);
	CU_ASSERT_EQUAL(target_interrupt(l.t), TARGET_OK);
	CU_ASSERT_TRUE_FATAL(live_event(&l, &stop));
	CU_ASSERT_EQUAL((int)stop.tid.tid, shared->tids[0]);
	CU_ASSERT_EQUAL(target_resume(l.t, &other, 1), TARGET_OK);
	CU_ASSERT_EQUAL(target_interrupt(l.t), TARGET_OK);
	CU_ASSERT_TRUE_FATAL(live_event(&l, &stop));
	CU_ASSERT_EQUAL((int)stop.tid.tid, shared->tids[1]);
	close_child(&l);
}

/* Both threads run into the same breakpoint again and again: each is told of now and then. */
static void test_no_starvation(void)
{
	const struct target_point point = { TARGET_SW_BREAK, (uintptr_t)spot, 1, NULL };
	int told[THREADS] = { 0 };
	struct target_stop stop;
	struct live l;

	open_child(&l, spin_all, THREADS);
	for (int i = 0; i < 10 * ROUNDS; i++) {
		CU_ASSERT_EQUAL(target_point_set(l.t, l.pid, &point), TARGET_OK);
		CU_ASSERT_TRUE_FATAL(live_run(&l, &stop));
		told[(int)stop.tid.tid == shared->tids[1]]++;
		CU_ASSERT_EQUAL(target_point_clear(l.t, l.pid, &point), TARGET_OK);
	}
	CU_ASSERT_TRUE(told[0] > 0 && told[1] > 0);
	close_child(&l);
}

/* --- traps --- */

/*
 * The kernel tells of an interruption before the trap of a step that it ends: of a system call that
 * sleeps.
 */
static void test_interrupted_step(void)
{
	const struct target_action all = { .kind = TARGET_CONTINUE, .pid = -1, .tid = -1 };
	struct target_stop stop;
	struct live l;

	open_child(&l, wait_for_signals, 1);
	for (int i = 0; i < ROUNDS; i++) {
		CU_ASSERT_TRUE(resume_one(&l, l.pid, TARGET_STEP, 0));
		usleep(2000);
		CU_ASSERT_EQUAL(target_interrupt(l.t), TARGET_OK);
		CU_ASSERT_TRUE_FATAL(live_event(&l, &stop));
		/* no step is asked for, so no trap may come */
		CU_ASSERT_EQUAL(target_resume(l.t, &all, 1), TARGET_OK);
		usleep(2000);
		CU_ASSERT_EQUAL(target_interrupt(l.t), TARGET_OK);
		CU_ASSERT_TRUE_FATAL(live_event(&l, &stop));
		CU_ASSERT_EQUAL(stop.signal, TARGET_SIGNAL_INT);
	}
	close_child(&l);
}

/* A step inside its range that the interruption ends is not told of. */
static void test_interrupted_range(void)
{
	const struct target_action range = {
		.kind = TARGET_RANGE_STEP, .pid = -1, .tid = -1, .end = UINT64_MAX
	};
	struct target_stop stop;
	struct live l;

	open_child(&l, spin_all, 1);
	for (int i = 0; i < 10 * ROUNDS; i++) {
		CU_ASSERT_EQUAL(target_resume(l.t, &range, 1), TARGET_OK);
		CU_ASSERT_EQUAL(target_interrupt(l.t), TARGET_OK);
		CU_ASSERT_TRUE_FATAL(live_event(&l, &stop));
		CU_ASSERT_EQUAL(stop.signal, TARGET_SIGNAL_INT);
	}
	close_child(&l);
}

/* All threads of the child stand in a stop of the tracer. */
static bool all_stand(const struct live *l)
{
	struct proc_stat stat;

	for (int i = 0; i < THREADS; i++)
		if (!proc_stat(l->pid, (uint32_t)shared->tids[i], &stat) || stat.state != 't')
			return false;
	return true;
}

/* Both threads run into a breakpoint; the hit that was not told of goes with the breakpoint. */
static void test_hit_of_no_breakpoint(void)
{
	const struct target_action all = { .kind = TARGET_CONTINUE, .pid = -1, .tid = -1 };
	const struct target_point point = { TARGET_SW_BREAK, (uintptr_t)spot, 1, NULL };
	struct target_stop stop;
	struct live l;

	open_child(&l, spin_all, THREADS);
	CU_ASSERT_EQUAL(target_point_set(l.t, l.pid, &point), TARGET_OK);
	CU_ASSERT_EQUAL(target_resume(l.t, &all, 1), TARGET_OK);
	for (int i = 0; i < 10000 && !all_stand(&l); i++)
		usleep(1000);
	CU_ASSERT_TRUE_FATAL(live_event(&l, &stop));
	CU_ASSERT_EQUAL(stop.kind, TARGET_STOP_SWBREAK);
	CU_ASSERT_EQUAL(target_point_clear(l.t, l.pid, &point), TARGET_OK);
	CU_ASSERT_EQUAL(target_resume(l.t, &all, 1), TARGET_OK);
	CU_ASSERT_EQUAL(target_interrupt(l.t), TARGET_OK);
	CU_ASSERT_TRUE_FATAL(live_event(&l, &stop));
	CU_ASSERT_EQUAL(stop.kind, TARGET_STOP_SIGNAL);
	CU_ASSERT_EQUAL(stop.signal, TARGET_SIGNAL_INT);
	close_child(&l);
}

/* A process that nobody traces any more must not run into watchpoints. */
static void test_detached_watch(void)
{
	const struct target_point point = { TARGET_WRITE_WATCH, (uintptr_t)&watched,
					    sizeof(watched), NULL };
	struct target_stop stop;
	struct live l;

	open_child(&l, write_watched, 1);
	pid_t pid = (pid_t)l.pid;
	if (target_point_set(l.t, l.pid, &point) == TARGET_OK) {
		shared->go = 1;
		CU_ASSERT_TRUE(live_run(&l, &stop));
		CU_ASSERT_EQUAL(stop.kind, TARGET_STOP_WATCH);
		CU_ASSERT_EQUAL(target_detach(l.t, l.pid), TARGET_OK);
		l.pid = 0;
		usleep(10000);
		shared->go = 2;
		CU_ASSERT_TRUE(live_reaches(&shared->done, 1));
	} else {
		printf("skipped: this machine has no watchpoints\n");
	}
	live_reap(pid);
	close_child(&l);
}

/* From now on a call of ptrace is the end of this process. false: the system has no seccomp. */
static bool dies_of_ptrace(void)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_ptrace, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog filter = { sizeof(code) / sizeof(code[0]), code };

	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
	       prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == 0;
}

/* A server that is killed when it has made the child and does not trace it yet: neither is left. */
static void test_killed_at_start(void)
{
	const struct rlimit no_core = { 0 };
	struct pollfd held = { .events = POLLIN };
	int ends[2], status = 0;

	CU_ASSERT_EQUAL_FATAL(pipe(ends), 0);
	pid_t server = fork();
	if (!server) {
		struct live l;

		live_open(&l);
		setrlimit(RLIMIT_CORE, &no_core);
		if (dies_of_ptrace())
			(void)live_start(&l, "/bin/sleep", "1000");
		_exit(0);
	}
	close(ends[1]);
	CU_ASSERT_EQUAL(waitpid(server, &status, 0), server);
	held.fd = ends[0]; /* at its end when the last process that has the other end is gone */
	if (!WIFSIGNALED(status))
		printf("skipped: no seccomp\n");
	CU_ASSERT_EQUAL(poll(&held, 1, 10000), 1);
	close(ends[0]);
}

int main(void)
{
	static const struct unit_test tests[] = {
		{ "server that is killed at a start", test_killed_at_start },
		{ "signal for a thread while another has news", test_signal_with_news },
		{ "trap that the program shall have", test_trap_for_program },
		{ "fault that passes", test_passed_fault },
		{ "detach at a signal", test_detach_at_signal },
		{ "attach into a signal", test_attach_into_signal },
		{ "which process is interrupted", test_interrupted_process },
		{ "which thread is interrupted", test_interrupted_thread },
		{ "each thread is told of", test_no_starvation },
		{ "step that is interrupted", test_interrupted_step },
		{ "range step that is interrupted", test_interrupted_range },
		{ "hit of a breakpoint that is gone", test_hit_of_no_breakpoint },
		{ "watchpoint after a detach", test_detached_watch },
	};

	return unit_run("linux_run", tests, sizeof(tests) / sizeof(tests[0]));
}
