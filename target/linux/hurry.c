/*
 * Short waits. What a thread does for one instruction is over before this process has gone to sleep
 * and been woken: looking again for a moment is faster, and leaves the CPU to whoever wants it.
 */
#include <errno.h>
#include <sched.h>
#include <sys/wait.h>
#include <time.h>

#include "target/linux/linux_priv.h"

enum {
	PATIENCE = 100000, /* ns without any news */
	TURN = 2000000,	   /* ns until the server looks at its client again */
};

int64_t linux_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * INT64_C(1000000000) + t.tv_nsec;
}

static bool steps(struct linux_target *l)
{
	const struct linux_thread *th = linux_thread_find(l, l->stepper);

	return th && th->running;
}

bool linux_hurry(struct linux_target *l)
{
	int64_t start = linux_now(), last = start;
	int status;

	while (steps(l) && last - start < TURN) {
		pid_t tid = waitpid(-1, &status, __WALL | WNOHANG);

		if (tid > 0)
			linux_handle(l, tid, status);
		else if (tid == 0)
			sched_yield();
		int64_t at = linux_now();
		if (tid < 0 || (tid == 0 && at - last > PATIENCE)) {
			l->stepper = 0;
			break;
		}
		if (tid > 0)
			last = at;
	}
	return linux_has_event(l);
}

bool linux_wait_thread(struct linux_target *l, const struct linux_thread *th, int *status)
{
	int64_t start = linux_now();
	pid_t tid = th->tid, got;

	while (!(got = waitpid(tid, status, __WALL | WNOHANG)) && linux_now() - start < PATIENCE)
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
