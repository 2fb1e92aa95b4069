/*
 * The target set, the part that runs: who is resumed with whom, whose event is told, who is let go.
 * What only looks is set_view.c's.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "target/set_priv.h"

struct target *set_member(struct target *t, uint32_t pid)
{
	struct target_set *s = set_of(t);

	return pid >= TARGET_SET_DEVICES ? s->devices : s->host;
}

enum target_status set_back(struct target *t, const struct target *member,
			    enum target_status status)
{
	memcpy(t->message, member->message, sizeof(t->message));
	return status;
}

static bool is_empty(struct target *member)
{
	size_t n = 0;

	return target_threads(member, NULL, 0, &n) != TARGET_OK || !n;
}

/* --- who is resumed --- */

/* What the actions of a packet say about one side. */
struct share {
	struct target_action actions[SET_ACTIONS];
	size_t n;
	bool named; /* some of its threads shall run */
	bool wild;  /* ... all that no other action names */
};

/* A client that names threads without their process knows those of the host only. */
static bool is_for(const struct target_action *a, bool devices)
{
	if (a->pid <= 0)
		return !devices || a->tid <= 0;
	return (a->pid >= TARGET_SET_DEVICES) == devices;
}

static bool divide(const struct target_action *a, size_t n, bool devices, struct share *out)
{
	out->n = 0;
	out->named = out->wild = false;
	for (size_t i = 0; i < n; i++) {
		if (!is_for(&a[i], devices))
			continue;
		if (out->n == SET_ACTIONS)
			return false;
		out->actions[out->n++] = a[i];
		out->named |= a[i].kind != TARGET_HALT;
		out->wild |= a[i].kind == TARGET_CONTINUE && a[i].tid <= 0;
	}
	return true;
}

static void continue_all(struct share *sh)
{
	sh->actions[0] = (struct target_action){ .kind = TARGET_CONTINUE, .pid = -1, .tid = -1 };
	sh->n = 1;
}

static bool is_idle(const struct target *member)
{
	return member->ops->run->idle && member->ops->run->idle(member);
}

/*
 * The side that no action names goes along with a wildcard of the other: both are one program to
 * the user. After an event that the user does not see the host goes on with what it was doing, a
 * `next` for example.
 */
static void go_along(struct target_set *s, struct share *host, struct share *devices)
{
	/* a stop of the host that was looked at holds it only while there is something to run */
	if (!host->named && devices->wild && (!s->host_stop || is_idle(s->devices))) {
		s->host_stop = false;
		continue_all(host);
		if (s->unseen && s->doing.n) {
			memcpy(host->actions, s->doing.actions, sizeof(host->actions));
			host->n = s->doing.n;
		}
	}
	if (!devices->named && host->wild && !s->device_stop)
		continue_all(devices);
}

static enum target_status resume_host(struct target_set *s, const struct share *host)
{
	if (!host->n)
		return TARGET_NO_THREAD;
	memcpy(s->doing.actions, host->actions, sizeof(s->doing.actions));
	s->doing.n = host->n;
	return target_resume(s->host, host->actions, host->n);
}

static enum target_status resume_both(struct target_set *s, struct share *host,
				      struct share *devices)
{
	s->host_stop &= !host->named;
	s->device_stop &= !devices->named && !is_empty(s->devices);
	go_along(s, host, devices);
	s->unseen = false;
	enum target_status status =
		devices->n ? target_resume(s->devices, devices->actions, devices->n)
			   : TARGET_NO_THREAD;
	if (status != TARGET_OK && status != TARGET_NO_THREAD)
		return set_back(&s->base, s->devices, status);
	/* a program that has ended has no threads, and its end may be still to be told */
	enum target_status other = resume_host(s, host);
	if (other == TARGET_OK || (other == TARGET_NO_THREAD && status == TARGET_OK))
		return TARGET_OK;
	s->devices->ops->run->pause(s->devices);
	return host->n ? set_back(&s->base, s->host, other)
		       : set_back(&s->base, s->devices, status);
}

/* Non-stop: each side gets what names it. */
static enum target_status resume_alone(struct target_set *s, const struct share *host,
				       const struct share *devices)
{
	enum target_status status = TARGET_OK;

	s->device_first = devices->named && !host->named;
	if (devices->n)
		status = target_resume(s->devices, devices->actions, devices->n);
	if (status != TARGET_OK || !host->n || is_empty(s->host))
		return set_back(&s->base, s->devices, status);
	return set_back(&s->base, s->host, target_resume(s->host, host->actions, host->n));
}

static enum target_status resume(struct target *t, const struct target_action *a, size_t n)
{
	struct target_set *s = set_of(t);
	struct share host, devices;

	if (!divide(a, n, false, &host) || !divide(a, n, true, &devices))
		return target_fail(t, TARGET_INVALID, "more than %d actions", SET_ACTIONS);
	if (s->non_stop)
		return resume_alone(s, &host, &devices);
	return resume_both(s, &host, &devices);
}

/* --- what is told --- */

/* Stops that a client deals with by itself are not what a user looks at. */
static bool is_seen(const struct target_stop *stop)
{
	switch (stop->kind) {
	case TARGET_STOP_EXEC:
	case TARGET_STOP_LIBRARY:
	case TARGET_STOP_FORK:
	case TARGET_STOP_VFORK:
	case TARGET_STOP_VFORK_DONE:
	case TARGET_STOP_CREATED:
	case TARGET_STOP_THREAD_EXITED:
		return false;
	default:
		return true;
	}
}

static void note(struct target_set *s, const struct target_stop *stop, bool device)
{
	bool ended = stop->kind == TARGET_STOP_EXITED || stop->kind == TARGET_STOP_SIGNALED;

	s->last = stop->tid;
	s->unseen = device && !is_seen(stop);
	if (device)
		s->device_stop = is_seen(stop);
	else
		s->host_stop = is_seen(stop) && !ended;
	s->device_stop &= !ended || device;
}

/* The devices of a program end with it: what they heard of that is taken in at once. */
static enum target_status told_by_host(struct target_set *s, const struct target_stop *stop)
{
	struct target_stop unused;
	bool got;

	s->devices->ops->run->pause(s->devices);
	note(s, stop, false);
	if (stop->kind == TARGET_STOP_EXITED || stop->kind == TARGET_STOP_SIGNALED)
		return target_next_event(s->devices, &unused, &got);
	return TARGET_OK;
}

static enum target_status next_event(struct target *t, struct target_stop *out, bool *got)
{
	struct target_set *s = set_of(t);

	enum target_status status = target_next_event(s->host, out, got);
	if (status != TARGET_OK || (*got && s->non_stop))
		return set_back(t, s->host, status);
	if (*got)
		return told_by_host(s, out);
	status = target_next_event(s->devices, out, got);
	if (status == TARGET_OK && *got && !s->non_stop) {
		s->host->ops->run->pause(s->host);
		note(s, out, true);
	}
	return set_back(t, s->devices, status);
}

static int event_fd(const struct target *t)
{
	return ((const struct target_set *)t)->events;
}

static enum target_status interrupt(struct target *t)
{
	struct target_set *s = set_of(t);

	/* a program whose kernel is ended must not get to its end before that is told */
	if (!s->non_stop)
		s->host->ops->run->pause(s->host);
	if ((!s->non_stop || s->device_first) && target_interrupt(s->devices) == TARGET_OK)
		return TARGET_OK;
	return set_back(t, s->host, target_interrupt(s->host));
}

/* --- letting go --- */

static enum target_status detach(struct target *t, uint32_t pid)
{
	struct target_set *s = set_of(t);

	enum target_status status = target_detach(s->devices, pid);
	s->device_stop = false;
	if (pid < TARGET_SET_DEVICES)
		return set_back(t, s->host, target_detach(s->host, pid));
	return set_back(t, s->devices, status);
}

static enum target_status kill_process(struct target *t, uint32_t pid)
{
	struct target *member = set_member(t, pid);
	struct target_stop unused;
	bool got;

	enum target_status status = target_kill(member, pid);
	/* its devices end with it; a stop of theirs holds the next program up no more */
	if (member == set_of(t)->host)
		(void)!target_next_event(set_of(t)->devices, &unused, &got);
	set_of(t)->device_stop = false;
	return set_back(t, member, status);
}

static void wish(struct target *t, unsigned wishes)
{
	target_wish(set_of(t)->host, wishes);
	target_wish(set_of(t)->devices, wishes);
}

static void non_stop(struct target *t, bool on)
{
	struct target_set *s = set_of(t);

	target_non_stop(s->host, on);
	target_non_stop(s->devices, on);
	s->non_stop = on;
}

static void heard(struct target *t, struct target_tid tid)
{
	target_heard(set_member(t, tid.pid), tid);
}

static void pause_all(struct target *t)
{
	set_of(t)->host->ops->run->pause(set_of(t)->host);
	set_of(t)->devices->ops->run->pause(set_of(t)->devices);
}

static enum target_status catch_calls(struct target *t, uint32_t pid, bool on, const int64_t *calls,
				      size_t n)
{
	struct target *host = set_of(t)->host;

	return set_back(t, host, target_catch_calls(host, pid, on, calls, n));
}

static void pass(struct target *t, const uint8_t *bits, size_t n)
{
	target_pass(set_of(t)->host, bits, n);
}

static void program(struct target *t, const uint8_t *bits, size_t n)
{
	target_program(set_of(t)->host, bits, n);
}

static const struct target_run_ops run_ops = {
	.resume = resume,
	.interrupt = interrupt,
	.event_fd = event_fd,
	.next_event = next_event,
	.detach = detach,
	.kill = kill_process,
	.non_stop = non_stop,
	.heard = heard,
	.pause = pause_all,
	.wish = wish,
	.catch_calls = catch_calls,
	.program = program,
	.pass = pass,
};

/* --- making it --- */

static void set_close(struct target *t)
{
	struct target_set *s = set_of(t);

	target_close(s->devices); /* kernels are let go while their app is there */
	target_close(s->host);
	target_text_deinit(&s->help);
	free(s->tables);
	if (s->events >= 0)
		close(s->events);
	free(s);
}

static const struct target_ops set_ops = {
	.close = set_close,
	.threads = set_threads,
	.arch = set_arch,
	.stop = set_stop,
	.reg_read = set_reg_read,
	.mem_read = set_mem_read,
	.write = &set_write_ops,
	.run = &run_ops,
	.points = &set_point_ops,
	.process = &set_process_ops,
	.view = &set_view_ops,
	.os = &set_os_ops,
	.files = &set_file_ops,
};

/* -1: never ready. */
static bool watch(struct target_set *s, int fd)
{
	struct epoll_event ev = { .events = EPOLLIN };

	return fd < 0 || epoll_ctl(s->events, EPOLL_CTL_ADD, fd, &ev) == 0;
}

struct target *target_set_create(struct target *host, struct target *devices, struct target_log log)
{
	struct target_set *s = calloc(1, sizeof(*s));

	if (!s) {
		target_close(devices);
		target_close(host);
		return NULL;
	}
	s->base.ops = &set_ops;
	s->base.log = log;
	s->host = host;
	s->devices = devices;
	s->base.link_requests = devices->link_requests;
	s->events = epoll_create1(EPOLL_CLOEXEC);
	if (s->events >= 0 && watch(s, target_event_fd(host)) &&
	    watch(s, target_event_fd(devices)) && set_make_tables(s))
		return &s->base;
	set_close(&s->base);
	return NULL;
}
