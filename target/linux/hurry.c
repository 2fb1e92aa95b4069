/*
 * Short waits for threads: what one does for one instruction, or between two breakpoints in a loop,
 * is over before this process has gone to sleep and been woken. Steps are waited for always, other
 * things if they came at once the last time.
 */
#include <errno.h>
#include <sched.h>
#include <sys/wait.h>

#include "target/linux/linux_priv.h"

enum {
	PATIENCE = 100000, /* ns without any news: of a step */
	MOMENT = 50000,	   /* ... of anything else */
	TURN = 2000000,	   /* ns until the server looks at its client again */
};

static bool steps(struct linux_target *l)
{
	const struct linux_thread *th = linux_thread_find(l, l->stepper);

	return th && th->running;
}

/* What is waited for has not come yet. */
static bool is_to_come(struct linux_target *l)
{
	if (l->stepper)
		return steps(l);
	return l->running && moment_pays(&l->moment) && !linux_has_event(l);
}

/* -1: there is nobody to wait for, 0: nothing has come for a while. */
static pid_t look(struct linux_target *l, int *status)
{
	int64_t patience = l->stepper ? PATIENCE : MOMENT;
	pid_t tid = 0;

	while (!tid && moment_goes_on(&l->moment, patience))
		tid = waitpid(-1, status, __WALL | WNOHANG);
	return tid;
}

bool linux_hurry(struct linux_target *l)
{
	int64_t start = moment_now();
	int status;

	while (is_to_come(l) && moment_now() - start < TURN) {
		pid_t tid = look(l, &status);

		if (tid <= 0) {
			l->stepper = 0;
			l->moment.quick = false;
			break;
		}
		moment_end(&l->moment, moment_now());
		linux_handle(l, tid, status);
		moment_begin(&l->moment);
	}
	return linux_has_event(l);
}

bool linux_wait_thread(struct linux_target *l, const struct linux_thread *th, int *status)
{
	int64_t start = moment_now();
	pid_t tid = th->tid, got;

	while (!(got = waitpid(tid, status, __WALL | WNOHANG)) && moment_now() - start < PATIENCE)
		sched_yield();
	while (got != tid) {
		got = waitpid(-1, status, __WALL);
		if (got < 0 && errno != EINTR)
			return false;
		if (got > 0 && got != tid)
			linux_handle(l, got, *status);
		if (linux_thread_find(l, tid) != th)
			return false;
	}
	return true;
}
