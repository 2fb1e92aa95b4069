/*
 * Stopping all threads that run, or those of one process, and waiting until they stand. What else
 * happens meanwhile is sorted into the tables by event.c and stays pending.
 */
#include <errno.h>
#include <stdint.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <time.h>

#include "target/linux/linux_priv.h"

/* NULL: of all processes. */
static void interrupt_running(struct linux_target *l, const struct linux_process *p)
{
	for (struct linux_thread *th = l->busy; th && l->running; th = th->busy_next)
		if (th->running && (!p || th->process == p))
			ptrace(PTRACE_INTERRUPT, th->tid, NULL, NULL);
}

enum { PAUSE_LEAST_NS = 50000, PAUSE_MOST_NS = 2000000 };

/* Threads stop at once, but on a busy machine one may not get to it for long. */
static void rest(long *ns)
{
	const struct timespec pause = { .tv_nsec = *ns };

	nanosleep(&pause, NULL);
	if (*ns < PAUSE_MOST_NS)
		*ns *= 2;
}

/* The next status, or a leader found to have ended; false: there is nobody to wait for. */
static bool wait_leader(struct linux_target *l)
{
	long pause = PAUSE_LEAST_NS;

	for (;;) {
		int status;
		pid_t tid = waitpid(-1, &status, __WALL | WNOHANG);

		if (tid > 0)
			linux_handle(l, tid, status);
		if (tid < 0)
			return errno == EINTR;
		if (tid > 0 || linux_leaders_ended(l))
			return true;
		rest(&pause);
	}
}

/* One status, however long it takes. false: there is nobody to wait for. */
static bool wait_one(struct linux_target *l, size_t running)
{
	int status;

	/* a leader that ended before its other threads says nothing until they have */
	if (running <= linux_leaders(l))
		return wait_leader(l);
	pid_t tid = waitpid(-1, &status, __WALL);
	if (tid > 0)
		linux_handle(l, tid, status);
	return tid > 0 || errno == EINTR;
}

bool linux_wait_for(pid_t tid, int *status)
{
	pid_t got;

	do
		got = waitpid(tid, status, __WALL);
	while (got < 0 && errno == EINTR);
	return got == tid;
}

void linux_halt_process(struct linux_target *l, struct linux_process *p)
{
	p->halting = true;
	interrupt_running(l, p);
	while (p->running && wait_one(l, p->running))
		;
	p->halting = false;
}

/* The first thread that still runs, if none of them can be stopped where they are. */
static pid_t find_stuck(const struct linux_process *p)
{
	struct proc_stat stat;
	pid_t first = 0;

	for (const struct linux_thread *th = p->threads; th; th = th->next) {
		if (!th->running)
			continue;
		if (!proc_stat((uint32_t)p->pid, (uint32_t)th->tid, &stat) || stat.state != 'D')
			return 0;
		if (!first)
			first = th->tid;
	}
	return first;
}

bool linux_halt_attached(struct linux_target *l, struct linux_process *p, pid_t *stuck)
{
	/* gdb takes a server for dead that is silent for 6 s */
	const int64_t patience = INT64_C(4000000000);
	long pause = PAUSE_LEAST_NS;
	int64_t last = moment_now();
	int status;

	*stuck = 0;
	p->halting = true;
	interrupt_running(l, p);
	while (p->running && !*stuck) {
		pid_t tid = waitpid(-1, &status, __WALL | WNOHANG);

		if (tid > 0)
			linux_handle(l, tid, status);
		if (tid < 0 && errno != EINTR)
			break;
		if (tid > 0 || linux_leaders_ended(l)) {
			last = moment_now();
		} else if (moment_now() - last > patience) {
			*stuck = find_stuck(p);
			last = moment_now();
		} else {
			rest(&pause);
		}
	}
	p->halting = false;
	return !*stuck;
}

void linux_halt_all(struct linux_target *l)
{
	l->halting = true;
	interrupt_running(l, NULL);
	while (l->running && wait_one(l, l->running))
		;
	for (struct linux_thread *th = l->busy; th; th = th->busy_next)
		th->go = false;
	l->halting = false;
}
