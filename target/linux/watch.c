/*
 * Watching children that no client follows: they run traced until they are a program to be held
 * (hold.c), and so do the children they make. Called by event.c with what waitpid says of them.
 * Facts: ptrace(2), PTRACE_EVENT stops, "execve under ptrace", PTRACE_LISTEN.
 */
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <time.h>

#include "target/linux/linux_priv.h"

enum { DROP_ROUNDS = 1000 };

struct linux_watched {
	pid_t pid, tid;
	bool vforked; /* its parent waits until it executes a program */
	bool fresh;   /* a new process: its first stop has not been seen */
	bool leaves;  /* it is let go at its next stop */
	struct linux_watched *next;
};

static struct linux_watched *find(const struct linux_target *l, pid_t tid)
{
	struct linux_watched *w = l->hold.watched;

	while (w && w->tid != tid)
		w = w->next;
	return w;
}

static struct linux_watched *add(struct linux_target *l, pid_t pid, pid_t tid)
{
	struct linux_watched *w = find(l, tid);

	if (w)
		return w;
	w = calloc(1, sizeof(*w));
	if (!w)
		return NULL;
	*w = (struct linux_watched){ .pid = pid, .tid = tid, .next = l->hold.watched };
	l->hold.watched = w;
	return w;
}

static void drop(struct linux_target *l, pid_t tid)
{
	struct linux_watched **at = &l->hold.watched;

	while (*at && (*at)->tid != tid)
		at = &(*at)->next;
	if (!*at)
		return;
	struct linux_watched *w = *at;
	*at = w->next;
	free(w);
}

static void run_on(pid_t tid, int signal)
{
	ptrace(PTRACE_CONT, tid, NULL, (void *)(intptr_t)signal);
}

void linux_child_leave(struct linux_target *l, pid_t pid, bool vfork, int signal)
{
	/* a parent that waits for a held vfork child could not be stopped any more */
	if (l->hold.on && l->hold.at_fork && !vfork && linux_hold_wants(l, pid)) {
		linux_hold(l, pid);
		return;
	}
	struct linux_watched *w = l->hold.on ? add(l, pid, pid) : NULL;
	if (!w) {
		ptrace(PTRACE_DETACH, pid, NULL, (void *)(intptr_t)signal);
		return;
	}
	w->vforked = vfork;
	/* unlike its parent it may outlive the server */
	ptrace(PTRACE_SETOPTIONS, pid, NULL, (void *)(intptr_t)LINUX_TRACE_OPTIONS);
	run_on(pid, signal);
}

static pid_t event_message(pid_t tid)
{
	unsigned long message = 0;

	ptrace(PTRACE_GETEVENTMSG, tid, NULL, &message);
	return (pid_t)message;
}

static void on_new(struct linux_target *l, const struct linux_watched *parent, int event)
{
	bool thread = event == PTRACE_EVENT_CLONE;
	pid_t tid = event_message(parent->tid);
	struct linux_watched *w = add(l, thread ? parent->pid : tid, tid);
	int status;

	if (w) {
		w->fresh = !thread;
		w->vforked = event == PTRACE_EVENT_VFORK;
	}
	run_on(parent->tid, 0);
	if (w && linux_early_take(l, tid, &status))
		linux_watch_handle(l, tid, status);
}

/* The one thread that is left has the number of the process. */
static void on_exec(struct linux_target *l, struct linux_watched *w)
{
	bool due = !l->hold.at_fork || w->vforked;
	struct linux_watched *next;

	for (struct linux_watched *other = l->hold.watched; other; other = next) {
		next = other->next;
		if (other->pid == w->pid && other != w)
			drop(l, other->tid);
	}
	w->vforked = false;
	if (!due || !linux_hold_wants(l, w->pid)) {
		run_on(w->tid, 0);
		return;
	}
	linux_hold(l, w->pid);
	drop(l, w->tid);
}

static void on_event_stop(struct linux_target *l, struct linux_watched *w, int signal)
{
	bool fresh = w->fresh, vforked = w->vforked;
	pid_t tid = w->tid;

	w->fresh = false;
	if (signal != SIGTRAP) {
		ptrace(PTRACE_LISTEN, tid, NULL, NULL);
	} else if (fresh) {
		drop(l, tid);
		linux_child_leave(l, tid, vforked, 0);
	} else {
		run_on(tid, 0);
	}
}

void linux_watch_leave(struct linux_target *l, pid_t pid, pid_t tid)
{
	struct linux_watched *w = add(l, pid, tid);

	if (w)
		w->leaves = true;
}

/* A child of its own that was on its way is let go with it. */
static void leave(struct linux_target *l, pid_t tid, int status)
{
	int event = status >> 16;

	if (event == PTRACE_EVENT_CLONE || event == PTRACE_EVENT_FORK ||
	    event == PTRACE_EVENT_VFORK) {
		pid_t child = event_message(tid);

		linux_watch_leave(l, child, child);
	}
	ptrace(PTRACE_DETACH, tid, NULL, (void *)(intptr_t)(event ? 0 : WSTOPSIG(status)));
}

bool linux_watch_handle(struct linux_target *l, pid_t tid, int status)
{
	struct linux_watched *w = find(l, tid);

	if (!w)
		return false;
	if (!WIFSTOPPED(status) || w->leaves) {
		drop(l, tid);
		if (WIFSTOPPED(status))
			leave(l, tid, status);
		return true;
	}
	switch (status >> 16) {
	case 0:
		run_on(tid, WSTOPSIG(status));
		break;
	case PTRACE_EVENT_CLONE:
	case PTRACE_EVENT_FORK:
	case PTRACE_EVENT_VFORK:
		on_new(l, w, status >> 16);
		break;
	case PTRACE_EVENT_EXEC:
		on_exec(l, w);
		break;
	case PTRACE_EVENT_STOP:
		on_event_stop(l, w, WSTOPSIG(status));
		break;
	default:
		run_on(tid, 0);
		break;
	}
	return true;
}

bool linux_watch_take(struct linux_target *l, pid_t tid)
{
	bool watched = find(l, tid) != NULL;

	drop(l, tid);
	return watched;
}

/* Its next stop. A vfork parent does not stop; the kernel lets it go when the server ends. */
static bool await_stop(pid_t tid, int *status)
{
	const struct timespec pause = { .tv_nsec = 200000 };

	for (int i = 0; i < DROP_ROUNDS; i++) {
		pid_t got = waitpid(tid, status, __WALL | WNOHANG);

		if (got)
			return got == tid && WIFSTOPPED(*status);
		nanosleep(&pause, NULL);
	}
	return false;
}

static void detach(struct linux_target *l, pid_t tid)
{
	int status = 0;

	ptrace(PTRACE_INTERRUPT, tid, NULL, NULL);
	if (await_stop(tid, &status))
		leave(l, tid, status);
}

void linux_watch_drop(struct linux_target *l)
{
	while (l->hold.watched) {
		pid_t tid = l->hold.watched->tid;

		drop(l, tid);
		detach(l, tid);
	}
}
