/*
 * Children that a real process makes: when a client may know of them, what becomes of those it
 * never hears of, and breakpoints while a vforked child borrows the memory. The processes are
 * copies of this program; `shared` is one memory for all.
 */
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "target/linux/proc.h"
#include "tests/fake/live.h"
#include "tests/unit/unit.h"

enum { CALLS = 40, GDB_CHLD = 20 };

struct shared {
	atomic_int ready, go;
	atomic_int parent_ran, child_ran; /* after the fork */
	atomic_int calls;		  /* of spot() */
	atomic_int forks;
};

static struct shared *shared;

/* --- children --- */

static void fork_once(void *ctx)
{
	(void)ctx;
	shared->ready = 1;
	while (!shared->go)
		usleep(1000);
	if (fork())
		shared->parent_ran = 1;
	else
		shared->child_ran = 1;
	for (;;)
		usleep(1000);
}

/* The child ends first, the parent at once behind it. */
static void end_both(void *ctx)
{
	(void)ctx;
	shared->ready = 1;
	while (!shared->go)
		usleep(1000);
	pid_t pid = fork();
	if (!pid)
		_exit(5);
	waitpid(pid, NULL, 0);
	shared->parent_ran = 1;
	_exit(7);
}

static void __attribute__((noinline)) spot(void)
{
	__asm__ volatile("nop; nop");
}

static void *vfork_often(void *ctx)
{
	for (;;) {
		pid_t pid = vfork();

		if (!pid)
			_exit(0);
		waitpid(pid, NULL, 0);
		shared->forks++;
	}
	return ctx;
}

static void stop_in_vfork(void *ctx)
{
	(void)ctx;
	shared->ready = 1;
	while (!shared->go)
		usleep(1000);
	pid_t pid = vfork();
	if (!pid) {
		spot();
		shared->child_ran = 1;
		_exit(5);
	}
	waitpid(pid, NULL, 0);
	shared->parent_ran = 1;
	for (;;)
		usleep(1000);
}

static void call_spot(void *ctx)
{
	pthread_t other;
	sigset_t ends;

	/* the ends of children are told to the thread that makes them */
	sigemptyset(&ends);
	sigaddset(&ends, SIGCHLD);
	pthread_create(&other, NULL, vfork_often, ctx);
	pthread_sigmask(SIG_BLOCK, &ends, NULL);
	shared->ready = 1;
	for (;;) {
		shared->calls++;
		spot();
	}
}

static void open_child(struct live *l, void (*body)(void *))
{
	shared = live_shared(sizeof(*shared));
	live_open(l);
	pid_t pid = live_child(body, NULL);
	CU_ASSERT_TRUE_FATAL(live_reaches(&shared->ready, 1));
	CU_ASSERT_TRUE_FATAL(live_attach(l, pid));
	target_wish(l->t, TARGET_WISH_FORK | TARGET_WISH_VFORK);
}

static void close_child(struct live *l)
{
	live_close(l);
	munmap(shared, sizeof(*shared));
}

static size_t count_threads(struct live *l)
{
	struct target_tid tids[8];
	size_t n = 0;

	return target_threads(l->t, tids, 8, &n) == TARGET_OK ? n : 0;
}

/* Runs in non-stop mode up to the stop that tells of a child; the client has not taken it yet. */
static struct target_stop run_to_fork(struct live *l)
{
	const struct target_action all = { .kind = TARGET_CONTINUE, .pid = -1, .tid = -1 };
	struct target_stop stop = { 0 };

	open_child(l, fork_once);
	CU_ASSERT_TRUE(target_non_stop(l->t, true));
	CU_ASSERT_EQUAL(target_resume(l->t, &all, 1), TARGET_OK);
	shared->go = 1;
	CU_ASSERT_TRUE_FATAL(live_event(l, &stop));
	CU_ASSERT_EQUAL(stop.kind, TARGET_STOP_FORK);
	return stop;
}

/* --- when a client knows --- */

static void test_child_is_hidden(void)
{
	const struct target_action all = { .kind = TARGET_CONTINUE, .pid = -1, .tid = -1 };
	struct live l;
	struct target_stop stop = run_to_fork(&l);

	CU_ASSERT_EQUAL(count_threads(&l), 1);
	/* what is said of all threads is not said of those two */
	CU_ASSERT_EQUAL(target_resume(l.t, &all, 1), TARGET_OK);
	usleep(50000);
	CU_ASSERT_EQUAL(shared->parent_ran + shared->child_ran, 0);
	target_heard(l.t, stop.tid);
	CU_ASSERT_EQUAL(count_threads(&l), 2);
	CU_ASSERT_EQUAL(target_resume(l.t, &all, 1), TARGET_OK);
	CU_ASSERT_TRUE(live_reaches(&shared->parent_ran, 1) && live_reaches(&shared->child_ran, 1));
	CU_ASSERT_EQUAL(target_kill(l.t, stop.child.pid), TARGET_OK);
	close_child(&l);
}

/* A client that leaves a process leaves the child of which it does not know. */
static void test_detach_with_child(void)
{
	struct live l;
	struct target_stop stop = run_to_fork(&l);

	CU_ASSERT_EQUAL(target_detach(l.t, l.pid), TARGET_OK);
	CU_ASSERT_TRUE(live_reaches(&shared->parent_ran, 1) && live_reaches(&shared->child_ran, 1));
	kill((pid_t)stop.child.pid, SIGKILL);
	live_reap((pid_t)l.pid);
	l.pid = 0;
	close_child(&l);
}

static void test_kill_with_child(void)
{
	struct proc_stat stat;
	struct live l;
	struct target_stop stop = run_to_fork(&l);

	CU_ASSERT_EQUAL(target_kill(l.t, l.pid), TARGET_OK);
	l.pid = 0;
	CU_ASSERT_TRUE(!proc_stat(stop.child.pid, stop.child.pid, &stat) || stat.state == 'Z');
	CU_ASSERT_EQUAL(shared->child_ran, 0);
	close_child(&l);
}

/* --- breakpoints around vfork --- */

static bool resume_thread(struct live *l, struct target_tid tid, enum target_action_kind kind)
{
	const struct target_action one = { .kind = kind, .pid = tid.pid, .tid = tid.tid };

	return target_resume(l->t, &one, 1) == TARGET_OK;
}

/* Over a breakpoint as gdb does it: without, one step, with it again. */
static bool step_over(struct live *l, struct target_tid tid, const struct target_point *point)
{
	struct target_stop stop;

	return target_point_clear(l->t, l->pid, point) == TARGET_OK &&
	       resume_thread(l, tid, TARGET_STEP) && live_event(l, &stop) &&
	       target_point_set(l->t, l->pid, point) == TARGET_OK;
}

/* Lets the child go and its parent's thread run alone until it has its memory back, as gdb does. */
static bool pass_vfork(struct live *l, const struct target_stop *fork)
{
	struct target_stop stop;

	return target_detach(l->t, fork->child.pid) == TARGET_OK &&
	       resume_thread(l, fork->tid, TARGET_CONTINUE) && live_event(l, &stop) &&
	       stop.kind == TARGET_STOP_VFORK_DONE;
}

/* One thread makes children all the time, no call of the other one gets past its breakpoint. */
static void test_breaks_while_others_vfork(void)
{
	const struct target_point point = { TARGET_SW_BREAK, (uintptr_t)spot, 1, NULL };
	struct target_stop stop;
	int first = 0, hits = 0, forks = 0;
	struct live l;

	open_child(&l, call_spot);
	CU_ASSERT_EQUAL(target_point_set(l.t, l.pid, &point), TARGET_OK);
	/* on a busy machine the thread that forks may get its turn late */
	while (hits < CALLS || (!forks && hits < CALLS * 1000)) {
		CU_ASSERT_TRUE_FATAL(live_run(&l, &stop));
		if (stop.kind == TARGET_STOP_SWBREAK) {
			first = hits ? first : shared->calls;
			CU_ASSERT_EQUAL(shared->calls, first + hits);
			hits++;
			CU_ASSERT_TRUE_FATAL(step_over(&l, stop.tid, &point));
		} else if (stop.kind == TARGET_STOP_VFORK) {
			forks++;
			CU_ASSERT_TRUE_FATAL(pass_vfork(&l, &stop));
		} else if (stop.kind != TARGET_STOP_VFORK_DONE) { /* of before the attach */
			CU_ASSERT_EQUAL_FATAL(stop.signal, GDB_CHLD);
		}
	}
	CU_ASSERT_TRUE(forks > 0);
	close_child(&l);
}

/* Two threads of a client that does not care lend the memory at the same time. */
static void test_vfork_unasked(void)
{
	const struct target_point point = { TARGET_SW_BREAK, (uintptr_t)_exit, 1, NULL };
	const struct target_action all = { .kind = TARGET_CONTINUE, .pid = -1, .tid = -1 };
	struct target_stop stop;
	uint8_t pass[32];
	struct live l;
	bool got = false;

	open_child(&l, call_spot);
	target_wish(l.t, 0);
	memset(pass, 0xff, sizeof(pass));
	target_pass(l.t, pass, sizeof(pass));
	CU_ASSERT_EQUAL(target_point_set(l.t, l.pid, &point), TARGET_OK);
	CU_ASSERT_EQUAL(target_resume(l.t, &all, 1), TARGET_OK);
	/* every child would run into the breakpoint */
	int want = shared->forks + CALLS;
	for (int i = 0; i < 10000 && shared->forks < want && !got; i++) {
		CU_ASSERT_EQUAL_FATAL(target_next_event(l.t, &stop, &got), TARGET_OK);
		usleep(1000);
	}
	CU_ASSERT_FALSE(got);
	CU_ASSERT_TRUE(shared->forks >= want);
	close_child(&l);
}

/* --- vforked children that are debugged --- */

static const struct target_action run_all = { .kind = TARGET_CONTINUE, .pid = -1, .tid = -1 };

/* Up to the stop that tells of a vfork, with a breakpoint in what the child calls. */
static struct target_stop run_to_vfork(struct live *l, const struct target_point *point)
{
	struct target_stop stop = { 0 };

	open_child(l, stop_in_vfork);
	CU_ASSERT_EQUAL(target_point_set(l->t, l->pid, point), TARGET_OK);
	shared->go = 1;
	CU_ASSERT_TRUE_FATAL(live_run(l, &stop));
	CU_ASSERT_EQUAL_FATAL(stop.kind, TARGET_STOP_VFORK);
	return stop;
}

static bool reads(struct live *l, uint32_t pid, uint64_t at, const uint8_t want[4])
{
	const struct target_tid tid = { pid, pid };
	uint8_t got[4];
	size_t done = 0;

	return target_mem_read(l->t, tid, at, got, sizeof(got), &done) == TARGET_OK && done == 4 &&
	       !memcmp(got, want, sizeof(got));
}

/*
 * In the kernel the parent waits for the child, which stands at a breakpoint: the server must not
 * wait for the parent. Neither of them sees breakpoints of the other in the memory they share.
 */
static void test_stop_in_vfork(void)
{
	const struct target_point point = { TARGET_SW_BREAK, (uintptr_t)spot, 1, NULL };
	struct target_stop stop;
	uint8_t code[4];
	struct live l;

	memcpy(code, (const void *)(uintptr_t)spot, sizeof(code));
	struct target_stop fork = run_to_vfork(&l, &point);
	uint32_t child = fork.child.pid;
	CU_ASSERT_TRUE(reads(&l, child, point.at, code));
	CU_ASSERT_EQUAL(target_point_set(l.t, child, &point), TARGET_OK);
	CU_ASSERT_TRUE_FATAL(live_run(&l, &stop));
	CU_ASSERT_TRUE(stop.kind == TARGET_STOP_SWBREAK && stop.tid.pid == child);
	CU_ASSERT_TRUE(reads(&l, l.pid, point.at, code));
	CU_ASSERT_TRUE(reads(&l, child, point.at, code));
	CU_ASSERT_FALSE(shared->parent_ran);
	/* the interrupt key has somebody to stop, with nobody that runs but the parent */
	const struct target_action parent = { .kind = TARGET_CONTINUE,
					      .pid = (int)l.pid,
					      .tid = -1 };
	CU_ASSERT_EQUAL(target_resume(l.t, &parent, 1), TARGET_OK);
	CU_ASSERT_EQUAL(target_interrupt(l.t), TARGET_OK);
	CU_ASSERT_TRUE_FATAL(live_event(&l, &stop));
	CU_ASSERT_EQUAL(target_point_clear(l.t, child, &point), TARGET_OK);
	/* the child ends, and only then its parent goes on */
	bool ended = false, done = false;
	for (int i = 0; i < 2; i++) {
		CU_ASSERT_TRUE_FATAL(live_run(&l, &stop));
		CU_ASSERT_TRUE(shared->child_ran);
		ended |= stop.kind == TARGET_STOP_EXITED && stop.tid.pid == child;
		done |= stop.kind == TARGET_STOP_VFORK_DONE && stop.tid.pid == l.pid;
	}
	CU_ASSERT_TRUE(ended && done);
	CU_ASSERT_EQUAL(target_resume(l.t, &run_all, 1), TARGET_OK);
	CU_ASSERT_TRUE(live_reaches(&shared->parent_ran, 1));
	close_child(&l);
}

/* A client without breakpoints in the child: it leaves it, and its parent goes on. */
static void test_leave_in_vfork(void)
{
	const struct target_point point = { TARGET_SW_BREAK, (uintptr_t)spot, 1, NULL };
	struct target_stop stop;
	struct live l;
	struct target_stop fork = run_to_vfork(&l, &point);

	CU_ASSERT_TRUE(target_non_stop(l.t, true));
	target_heard(l.t, fork.tid);
	CU_ASSERT_TRUE(resume_thread(&l, fork.tid, TARGET_CONTINUE));
	CU_ASSERT_EQUAL(target_detach(l.t, fork.child.pid), TARGET_OK);
	CU_ASSERT_TRUE_FATAL(live_event(&l, &stop));
	CU_ASSERT_EQUAL(stop.kind, TARGET_STOP_VFORK_DONE);
	CU_ASSERT_TRUE(shared->child_ran);
	close_child(&l);
}

/* --- ends of several processes --- */

/* Runs up to the fork; the child's number. */
static uint32_t run_to_family(struct live *l)
{
	struct target_stop stop;

	open_child(l, end_both);
	shared->go = 1;
	CU_ASSERT_TRUE_FATAL(live_run(l, &stop));
	CU_ASSERT_EQUAL_FATAL(stop.kind, TARGET_STOP_FORK);
	return stop.child.pid;
}

/* A child that its parent waits for ends first, and that is how it is told. */
static void test_order_of_ends(void)
{
	for (int round = 0; round < CALLS; round++) {
		struct target_stop stop;
		struct live l;
		uint32_t child = run_to_family(&l);

		CU_ASSERT_TRUE_FATAL(live_run(&l, &stop));
		CU_ASSERT_TRUE(stop.tid.pid == child && stop.value == 5);
		CU_ASSERT_TRUE_FATAL(live_run(&l, &stop));
		CU_ASSERT_TRUE(stop.tid.pid == l.pid && stop.value == 7);
		l.pid = 0;
		close_child(&l);
	}
}

/* Of two that are killed the second one is there until it is told of: it has to be resumed. */
static void test_killed_together(void)
{
	const struct target_point point = { TARGET_SW_BREAK, (uintptr_t)spot, 1, NULL };
	struct target_stop stop, last;
	uint8_t value[64];
	bool valid = true;
	struct live l;
	uint32_t child = run_to_family(&l);

	kill((pid_t)child, SIGKILL);
	kill((pid_t)l.pid, SIGKILL);
	CU_ASSERT_TRUE_FATAL(live_run(&l, &stop));
	CU_ASSERT_EQUAL(stop.kind, TARGET_STOP_SIGNALED);
	uint32_t other = stop.tid.pid == child ? l.pid : child;
	const struct target_tid leader = { other, other };
	CU_ASSERT_EQUAL(count_threads(&l), 1);
	const struct arch_desc *d = target_arch(l.t, leader);
	CU_ASSERT_PTR_NOT_NULL_FATAL(d);
	CU_ASSERT_EQUAL(target_reg_read(l.t, leader, d->sp, value, &valid), TARGET_OK);
	CU_ASSERT_FALSE(valid);
	CU_ASSERT_EQUAL(target_reg_read(l.t, leader, d->pc, value, &valid), TARGET_OK);
	CU_ASSERT_TRUE(valid);
	CU_ASSERT_EQUAL(target_point_set(l.t, other, &point), TARGET_OK);
	CU_ASSERT_EQUAL(target_point_clear(l.t, other, &point), TARGET_OK);
	CU_ASSERT_TRUE_FATAL(live_run(&l, &last));
	CU_ASSERT_TRUE(last.kind == TARGET_STOP_SIGNALED && last.tid.pid == other);
	CU_ASSERT_EQUAL(count_threads(&l), 0);
	l.pid = 0;
	close_child(&l);
}

int main(void)
{
	static const struct unit_test tests[] = {
		{ "a child before its stop was taken", test_child_is_hidden },
		{ "detach with a child nobody knows", test_detach_with_child },
		{ "kill with a child nobody knows", test_kill_with_child },
		{ "breakpoints while others vfork", test_breaks_while_others_vfork },
		{ "vfork of which nothing is told", test_vfork_unasked },
		{ "a vforked child that stops", test_stop_in_vfork },
		{ "a vforked child that is left", test_leave_in_vfork },
		{ "parents end after their children", test_order_of_ends },
		{ "two processes that are killed", test_killed_together },
	};

	return unit_run("linux_fork", tests, sizeof(tests) / sizeof(tests[0]));
}
