/*
 * A thread that stands in the trap of a breakpoint or of a step is about to get a SIGTRAP. If the
 * server is killed then, the kernel delivers it and the program dies; so it does when it runs into
 * a breakpoint before the guardian has come. Some time after a stop, when a person looks at it and
 * nobody waits for the server, such threads are moved into a stop that nothing is delivered in, and
 * what stands in the program is taken out until it is resumed. Facts: ptrace(2),
 * "PTRACE_EVENT_STOP"; get_signal() in the kernel, which looks at interruptions before signals and
 * before the thread goes back to the program.
 */
#include <stdint.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "target/linux/linux_priv.h"

enum { REST_MS = 50 };

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * INT64_C(1000) + t.tv_nsec / 1000000;
}

static void arm(struct linux_target *l, int64_t now, int64_t ms)
{
	const struct itimerspec once = { .it_value.tv_nsec = ms * 1000000 };

	l->park_fires = now + ms;
	timerfd_settime(l->park_fd, 0, &once, NULL);
}

/* The timer is not put off at each stop: when it fires too early it is armed for the rest. */
void linux_park_soon(struct linux_target *l)
{
	int64_t now = now_ms();

	l->park_at = now + REST_MS;
	if (!l->park_fires)
		arm(l, now, REST_MS);
}

/* The timer has fired, and nobody has resumed anything for long enough. */
static bool is_due(struct linux_target *l)
{
	int64_t now = l->park_fires ? now_ms() : 0;
	uint64_t times;

	if (!l->park_fires || now < l->park_fires || read(l->park_fd, &times, sizeof(times)) < 0)
		return false;
	l->park_fires = 0;
	if (l->resumed && !l->non_stop)
		return false;
	if (now < l->park_at)
		arm(l, now, l->park_at - now);
	return now >= l->park_at;
}

static struct linux_thread *find_trapped(const struct linux_target *l)
{
	for (const struct linux_process *p = l->processes; p; p = p->next)
		for (struct linux_thread *th = p->threads; th; th = th->next)
			if (th->trapped && !th->running)
				return th;
	return NULL;
}

/* Watchpoints and, where nothing runs, breakpoints: both are written when something is resumed. */
static void take_out(struct linux_process *p)
{
	static const struct host_slot none[HOST_SLOTS];
	struct points_memory m = linux_raw_memory(p);

	for (struct linux_thread *th = p->threads; th; th = th->next)
		if (!th->running && th->slots_version && host_slots_write(th->tid, none))
			th->slots_version = 0;
	if (!p->running)
		points_unpatch(p->points, &m);
}

/* The pc that was set back to the breakpoint is written too: it has to hold without us. */
static void park(struct linux_target *l, struct linux_thread *th)
{
	pid_t tid = th->tid;
	int status;

	th->trapped = false;
	linux_emulate_settle(l, th);
	if (ptrace(PTRACE_GETSIGINFO, tid, NULL, &th->trap) ||
	    linux_regs_flush(l, th) != TARGET_OK || ptrace(PTRACE_INTERRUPT, tid, NULL, NULL) ||
	    ptrace(PTRACE_CONT, tid, NULL, NULL))
		return;
	linux_thread_set_running(l, th, true);
	if (!linux_wait_thread(l, th, &status))
		return;
	if (!WIFSTOPPED(status) || status >> 16 != PTRACE_EVENT_STOP) {
		linux_handle(l, tid, status);
		return;
	}
	linux_thread_set_running(l, th, false);
	th->mute = th->parked = true;
}

void linux_park(struct linux_target *l)
{
	struct linux_thread *th;

	if (!is_due(l))
		return;
	l->halting = true; /* what comes up meanwhile is kept */
	while ((th = find_trapped(l)))
		park(l, th);
	for (struct linux_process *p = l->processes; p; p = p->next)
		if (!p->ended)
			take_out(p);
	l->halting = false;
}
