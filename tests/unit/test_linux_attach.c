/*
 * Attaching to real processes: of which a thread cannot be stopped (a parent that waits for its
 * vforked child), and such as nobody may attach to. The processes are copies of this program;
 * `shared` is one memory for all.
 */
#include <malloc.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include "target/linux/proc.h"
#include "tests/fake/live.h"
#include "tests/unit/unit.h"

struct shared {
	atomic_int borrowed; /* the vforked child runs */
	atomic_int release;  /* it shall end */
	atomic_int child;
	atomic_int over;  /* the parent goes on */
	atomic_int turns; /* of its other thread */
};

static struct shared *shared;

static void *count(void *unused)
{
	for (;;) {
		shared->turns++;
		usleep(1000);
	}
	return unused;
}

static void lend_memory(void *ctx)
{
	pthread_t other;

	pthread_create(&other, NULL, count, ctx);
	pid_t pid = vfork();

	if (!pid) {
		shared->child = getpid();
		shared->borrowed = 1;
		while (!shared->release)
			usleep(1000);
		_exit(0);
	}
	waitpid(pid, NULL, 0);
	shared->over = 1;
	for (;;)
		usleep(1000);
}

static pid_t open_lender(struct live *l)
{
	shared = live_shared(sizeof(*shared));
	live_open(l);
	pid_t pid = live_child(lend_memory, NULL);

	CU_ASSERT_TRUE_FATAL(live_reaches(&shared->borrowed, 1));
	return pid;
}

static void close_lender(struct live *l)
{
	live_close(l);
	munmap(shared, sizeof(*shared));
}

static void *release_later(void *unused)
{
	usleep(300000);
	shared->release = 1;
	return unused;
}

/* The attach waits for the end of a vfork; the client hears nothing of that end. */
static void test_short_vfork(void)
{
	const struct target_action all = { .kind = TARGET_CONTINUE, .pid = -1, .tid = -1 };
	struct target_stop stop;
	pthread_t helper;
	bool got = false;
	struct live l;
	pid_t pid = open_lender(&l);

	target_wish(l.t, TARGET_WISH_FORK | TARGET_WISH_VFORK);
	pthread_create(&helper, NULL, release_later, NULL);
	CU_ASSERT_TRUE_FATAL(live_attach(&l, pid));
	pthread_join(helper, NULL);
	CU_ASSERT_EQUAL(target_resume(l.t, &all, 1), TARGET_OK);
	for (int i = 0; i < 10000 && !shared->over && !got; i++) {
		CU_ASSERT_EQUAL_FATAL(target_next_event(l.t, &stop, &got), TARGET_OK);
		usleep(1000);
	}
	/* the end of the child is a signal for the parent */
	CU_ASSERT_TRUE(shared->over || (got && stop.kind == TARGET_STOP_SIGNAL));
	close_lender(&l);
}

/* All threads are free of any tracer. */
static bool is_free(pid_t pid)
{
	for (int i = 0; i < 10000 && proc_status_number((uint32_t)pid, "TracerPid"); i++)
		usleep(1000);
	return proc_status_number((uint32_t)pid, "TracerPid") == 0;
}

/* A vfork without an end: words instead of silence, and the process is as it was. */
static void test_long_vfork(void)
{
	struct target_stop stop;
	bool got = false;
	struct live l;
	pid_t pid = open_lender(&l);

	CU_ASSERT_FALSE(live_attach(&l, pid));
	CU_ASSERT_PTR_NOT_NULL(strstr(target_words(l.t, TARGET_SYSTEM), "try again"));
	CU_ASSERT_TRUE(live_reaches(&shared->turns, shared->turns + 10));
	CU_ASSERT_FALSE(shared->over);
	/* it goes as soon as it can be let go */
	shared->release = 1;
	for (int i = 0; i < 10000 && !shared->over; i++) {
		CU_ASSERT_EQUAL_FATAL(target_next_event(l.t, &stop, &got), TARGET_OK);
		CU_ASSERT_FALSE_FATAL(got);
		usleep(1000);
	}
	CU_ASSERT_TRUE(shared->over);
	CU_ASSERT_TRUE(is_free(pid));
	CU_ASSERT_TRUE(live_attach(&l, pid));
	close_lender(&l);
}

/* What could not be attached to yet is attached to once it can. */
static void test_second_try(void)
{
	pthread_t helper;
	struct live l;
	pid_t pid = open_lender(&l);

	CU_ASSERT_FALSE(live_attach(&l, pid));
	pthread_create(&helper, NULL, release_later, NULL);
	CU_ASSERT_TRUE(live_attach(&l, pid));
	pthread_join(helper, NULL);
	close_lender(&l);
}

/* --- long sessions --- */

static size_t count_files(void)
{
	struct proc_dir d = proc_dir_open("/proc/self/fd");
	uint32_t number;
	size_t n = 0;

	while (proc_dir_next(&d, &number))
		n++;
	proc_dir_close(&d);
	return n;
}

static void start_and_kill(struct live *l, const char *path)
{
	CU_ASSERT_TRUE_FATAL(live_start(l, path, "wait"));
	CU_ASSERT_EQUAL_FATAL(target_kill(l->t, l->pid), TARGET_OK);
	l->pid = 0;
}

static void attach_and_leave(struct live *l, pid_t pid)
{
	CU_ASSERT_TRUE_FATAL(live_attach(l, pid));
	CU_ASSERT_EQUAL_FATAL(target_detach(l->t, l->pid), TARGET_OK);
	l->pid = 0;
}

/* Nothing is kept of a program that is gone: neither files nor memory. */
static void test_again_and_again(void)
{
	enum { WARM_UP = 10, TIMES = 300 };
	char path[4096];
	size_t files = 0, bytes = 0;
	struct live l;

	if (!live_app("say", path, sizeof(path)))
		return;
	pid_t pid = open_lender(&l);
	shared->release = 1;
	CU_ASSERT_TRUE_FATAL(live_reaches(&shared->over, 1));
	for (int i = 0; i < WARM_UP + TIMES; i++) {
		if (i == WARM_UP) {
			files = count_files();
			bytes = mallinfo2().uordblks;
		}
		start_and_kill(&l, path);
		attach_and_leave(&l, pid);
	}
	CU_ASSERT_EQUAL(count_files(), files);
	CU_ASSERT_EQUAL(mallinfo2().uordblks, bytes);
	live_reap(pid);
	close_lender(&l);
}

/* --- refused, in words --- */

static bool is_refused(struct live *l, pid_t pid, const char *word)
{
	return !live_attach(l, pid) && strstr(target_words(l->t, TARGET_SYSTEM), word);
}

static void sleep_on(void *unused)
{
	(void)unused;
	for (;;)
		pause();
}

static void trace(void *pid)
{
	if (!ptrace(PTRACE_SEIZE, *(const pid_t *)pid, NULL, NULL))
		shared->over = 1;
	sleep_on(NULL);
}

/* The one that traces a process already is named; when it has ended there is nothing against it. */
static void test_traced(void)
{
	char words[64];
	struct live l;

	shared = live_shared(sizeof(*shared));
	live_open(&l);
	pid_t pid = live_child(sleep_on, NULL), tracer = live_child(trace, &pid);

	CU_ASSERT_TRUE_FATAL(live_reaches(&shared->over, 1));
	snprintf(words, sizeof(words), "process %d already traces it, end that one first", tracer);
	CU_ASSERT_TRUE(is_refused(&l, pid, words));
	live_reap(tracer);
	CU_ASSERT_TRUE(live_attach(&l, pid));
	close_lender(&l);
}

static void end_at_once(void *unused)
{
	(void)unused;
	_exit(0);
}

static void test_no_process(void)
{
	struct live l;

	live_open(&l);
	pid_t pid = live_child(end_at_once, NULL);
	siginfo_t info;

	CU_ASSERT_EQUAL_FATAL(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT), 0);
	CU_ASSERT_TRUE(is_refused(&l, pid, "it has ended and waits for its parent"));
	live_reap(pid);
	CU_ASSERT_TRUE(is_refused(&l, pid, "No such process (3)"));
	CU_ASSERT_TRUE(is_refused(&l, getpid(), "is this server"));
	live_close(&l);
}

static void attach_as_nobody(void *unused)
{
	enum { NOBODY = 65534 };
	struct live l;

	(void)unused;
	if (!setresuid(NOBODY, NOBODY, NOBODY)) {
		live_open(&l);
		shared->turns = is_refused(&l, getppid(), "it must belong to you") ? 1 : -1;
	}
	shared->over = 1;
	sleep_on(NULL);
}

static void test_of_another(void)
{
	if (geteuid() != 0) {
		puts("skipped: attach to another user's process: not root");
		return;
	}
	shared = live_shared(sizeof(*shared));
	pid_t pid = live_child(attach_as_nobody, NULL);

	CU_ASSERT_TRUE(live_reaches(&shared->over, 1));
	CU_ASSERT_EQUAL(shared->turns, 1);
	live_reap(pid);
	munmap(shared, sizeof(*shared));
}

int main(void)
{
	static const struct unit_test tests[] = {
		{ "a vfork that ends", test_short_vfork },
		{ "a vfork that does not", test_long_vfork },
		{ "the same process again", test_second_try },
		{ "again and again", test_again_and_again },
		{ "a process that is traced", test_traced },
		{ "no process", test_no_process },
		{ "another user's process", test_of_another },
	};

	return unit_run("linux_attach", tests, sizeof(tests) / sizeof(tests[0]));
}
