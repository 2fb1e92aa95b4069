/*
 * The Linux kind of target: opens it, closes it in order, and names its operations. The work is in
 * the files beside; main opens it through linux_open().
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "target/linux/linux_priv.h"

static struct linux_target *of(struct target *t)
{
	return (struct linux_target *)t;
}

/* What was started ends with the server, what was attached goes on without us. */
static void linux_close(struct target *t)
{
	struct linux_target *l = of(t);

	while (l->processes) {
		struct linux_process *p = l->processes;
		uint32_t pid = (uint32_t)p->pid;

		if (p->ended)
			linux_process_drop(l, p);
		else if ((p->attached ? linux_detach(t, pid) : linux_kill(t, pid)) != TARGET_OK)
			linux_process_drop(l, p);
	}
	linux_watch_drop(l);
	linux_hold_drop(l);
	linux_early_drop(l);
	linux_ends_drop(l);
	host_destroy(l->host);
	free(l->thread_db_folders);
	free(l->actions);
	close(l->events);
	close(l->child_fd);
	close(l->wake_fd);
	close(l->park_fd);
	if (l->linger >= 0)
		close(l->linger);
	free(l);
}

static enum target_status linux_threads(struct target *t, struct target_tid *out, size_t cap,
					size_t *count)
{
	struct linux_target *l = of(t);
	size_t n = 0;

	for (struct linux_process *p = l->processes; p; p = p->next) {
		struct target_tid leader = { (uint32_t)p->pid, (uint32_t)p->pid };

		for (struct linux_thread *th = p->threads; th && !p->untold; th = th->next, n++)
			if (n < cap)
				out[n] = linux_tid(th);
		/* a client that does not know of its end shall be able to resume it */
		if (linux_has_ended(l, leader) && n++ < cap)
			out[n - 1] = leader;
	}
	*count = n;
	return TARGET_OK;
}

static struct linux_thread *find(struct target *t, struct target_tid tid)
{
	struct linux_thread *th = linux_thread_find(of(t), (pid_t)tid.tid);

	return th && (uint32_t)th->process->pid == tid.pid ? th : NULL;
}

static const struct arch_desc *linux_arch(struct target *t, struct target_tid tid)
{
	struct linux_process *p = linux_process_find(of(t), tid.pid);

	return p && (find(t, tid) || linux_has_ended(of(t), tid)) ? p->desc : NULL;
}

static enum target_status linux_stop(struct target *t, struct target_tid tid,
				     struct target_stop *out)
{
	struct linux_target *l = of(t);
	struct linux_thread *th = find(t, tid.pid ? tid : l->last);

	if (!tid.pid && !th && l->processes)
		th = l->processes->threads;
	if (!th && linux_has_ended(l, tid)) {
		*out = (struct target_stop){ .kind = TARGET_STOP_SIGNAL, .tid = tid, .core = -1 };
		return TARGET_OK;
	}
	if (!th)
		return target_fail(t, TARGET_NO_THREAD, "there is no thread %u.%u", tid.pid,
				   tid.tid);
	if (th->running)
		return TARGET_RUNNING;
	*out = th->told ? th->last : (struct target_stop){ .kind = TARGET_STOP_SIGNAL };
	out->tid = linux_tid(th);
	out->core = -1;
	return TARGET_OK;
}

static int linux_event_fd(const struct target *t)
{
	return ((const struct linux_target *)t)->events;
}

static void linux_wish(struct target *t, unsigned wishes)
{
	of(t)->wishes = wishes;
}

static void linux_non_stop(struct target *t, bool on)
{
	struct linux_target *l = of(t);

	l->non_stop = on;
	if (on)
		return;
	linux_halt_all(l);
	/* what is on its way does not get there: who asks is told of every thread */
	for (struct linux_process *p = l->processes; p; p = p->next)
		for (struct linux_thread *th = p->threads; th; th = th->next)
			if (th->unheard)
				linux_heard(t, linux_tid(th));
}

static void linux_pause(struct target *t)
{
	linux_halt_all(of(t));
	of(t)->resumed = false;
}

static void linux_pass(struct target *t, const uint8_t *bits, size_t n)
{
	struct linux_target *l = of(t);

	memset(l->pass, 0, sizeof(l->pass));
	memcpy(l->pass, bits, n < sizeof(l->pass) ? n : sizeof(l->pass));
}

/* Killed, which is still to be told: what a client asks on the way to its end shall not fail. */
static bool is_dead(const struct linux_process *p)
{
	struct proc_stat stat;

	return p->ended || (proc_stat((uint32_t)p->pid, (uint32_t)p->pid, &stat) &&
			    (stat.state == 'Z' || stat.state == 'X'));
}

static enum target_status sw_point(struct target *t, struct linux_process *process,
				   const struct target_point *p, bool set)
{
	struct points_memory m = linux_raw_memory(process);
	uint8_t byte;
	bool there = m.read(m.ctx, p->at, &byte, 1);
	if (!there && is_dead(process))
		return TARGET_OK;
	if (set && !there)
		return target_fail(t, TARGET_FAULT, "there is no memory to break at");
	if (set && !points_is_set(process->points, p->at) && !points_set(process->points, p->at))
		return target_fail(t, TARGET_SYSTEM, "out of memory");
	if (!set && !points_clear(process->points, p->at))
		return target_fail(t, TARGET_INVALID, "no breakpoint stands there");
	if (!there)
		return target_fail(t, TARGET_FAULT, "the memory of the breakpoint is gone");
	if (set)
		points_verify(process->points, p->at, &m);
	if (!of(t)->non_stop)
		return TARGET_OK;
	/* with threads that run there is no resume to wait for */
	linux_borrow(of(t), process);
	return linux_points_sync(of(t), process);
}

static enum target_status linux_point(struct target *t, uint32_t pid, const struct target_point *p,
				      bool set)
{
	struct linux_process *process = linux_process_find(of(t), pid);
	enum target_status status;

	if (!process)
		return target_fail(t, TARGET_NO_THREAD, "there is no process %u", pid);
	if (p->kind == TARGET_SW_BREAK)
		status = sw_point(t, process, p, set);
	else
		status = linux_hw_point(of(t), process, p, set);
	/* without its conditions a breakpoint tells too much: the client sorts it out */
	if (status == TARGET_OK && !point_codes_set(&process->codes, p))
		target_logf(&t->log, TARGET_LOG_WARN, "breakpoint: no memory for its conditions");
	return status;
}

static enum target_status linux_point_set(struct target *t, uint32_t pid,
					  const struct target_point *p)
{
	return linux_point(t, pid, p, true);
}

static enum target_status linux_point_clear(struct target *t, uint32_t pid,
					    const struct target_point *p)
{
	return linux_point(t, pid, p, false);
}

static bool linux_point_persists(const struct target *t, uint32_t pid)
{
	const struct linux_target *l = (const struct linux_target *)t;

	for (const struct linux_process *p = l->processes; p; p = p->next)
		for (size_t i = 0; (uint32_t)p->pid == pid && i < p->codes.count; i++)
			if (p->codes.all[i]->code.persist)
				return true;
	return false;
}

static const struct target_run_ops run_ops = {
	.resume = linux_resume,
	.interrupt = linux_interrupt,
	.event_fd = linux_event_fd,
	.next_event = linux_next_event,
	.detach = linux_detach,
	.kill = linux_kill,
	.non_stop = linux_non_stop,
	.heard = linux_heard,
	.pause = linux_pause,
	.wish = linux_wish,
	.pass = linux_pass,
	.program = linux_program,
	.catch_calls = linux_catch,
};

static const struct target_write_ops write_ops = {
	.reg = linux_reg_write,
	.mem = linux_mem_write,
};

static const struct target_point_ops point_ops = {
	.set = linux_point_set,
	.clear = linux_point_clear,
	.persists = linux_point_persists,
};

static const struct target_ops linux_ops = {
	.close = linux_close,
	.threads = linux_threads,
	.arch = linux_arch,
	.stop = linux_stop,
	.reg_read = linux_reg_read,
	.mem_read = linux_mem_read,
	.write = &write_ops,
	.run = &run_ops,
	.points = &point_ops,
	.process = &linux_process_ops,
	.view = &linux_view_ops,
	.os = &linux_os_ops,
	.files = &linux_file_ops,
};

static bool watch(int epoll, int fd)
{
	struct epoll_event ev = { .events = EPOLLIN };

	return fd >= 0 && epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &ev) == 0;
}

void linux_set_rescue(struct target *t, struct rescue *r)
{
	of(t)->rescue = r;
}

void linux_spare_started(struct target *t)
{
	for (struct linux_process *p = of(t)->processes; p; p = p->next)
		p->attached |= p->outlives;
}

struct target *linux_open(struct target_log log)
{
	struct linux_target *l = calloc(1, sizeof(*l));
	sigset_t child;

	if (!l)
		return NULL;
	sigemptyset(&child);
	sigaddset(&child, SIGCHLD);
	sigprocmask(SIG_BLOCK, &child, NULL);
	l->base.ops = &linux_ops;
	l->linger = -1;
	l->base.log = log;
	memset(l->program, 0xff, sizeof(l->program));
	l->host = host_create();
	l->events = epoll_create1(EPOLL_CLOEXEC);
	l->child_fd = signalfd(-1, &child, SFD_CLOEXEC | SFD_NONBLOCK);
	l->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	l->park_fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	if (l->host && watch(l->events, l->child_fd) && watch(l->events, l->wake_fd) &&
	    watch(l->events, l->park_fd))
		return &l->base;
	int error = errno;
	linux_close(&l->base);
	errno = error;
	return NULL;
}
