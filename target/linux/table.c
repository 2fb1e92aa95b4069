/*
 * The tables of processes and threads: add, find, drop. No ptrace here; who calls decides what a
 * new or lost thread means.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "target/linux/linux_priv.h"

struct linux_process *linux_process_find(struct linux_target *l, uint32_t pid)
{
	for (struct linux_process *p = l->processes; p; p = p->next)
		if ((uint32_t)p->pid == pid)
			return p;
	return NULL;
}

bool linux_has_ended(struct linux_target *l, struct target_tid tid)
{
	const struct linux_process *p = linux_process_find(l, tid.pid);

	return p && p->ended && !p->untold && tid.tid == tid.pid;
}

struct linux_process *linux_process_add(struct linux_target *l, pid_t pid, bool attached,
					bool outlives)
{
	size_t insn_n;
	const void *insn = host_break_insn(&insn_n);
	struct linux_process *p = calloc(1, sizeof(*p));

	if (!p)
		return NULL;
	p->pid = pid;
	p->attached = attached;
	p->outlives = outlives;
	p->mem = p->pagemap = -1;
	/* others end with the server by PTRACE_O_EXITKILL */
	p->rescue = attached || outlives ? l->rescue : NULL;
	p->points = points_create(insn, insn_n);
	if (!p->points) {
		free(p);
		return NULL;
	}
	struct linux_process **end = &l->processes;
	while (*end)
		end = &(*end)->next;
	*end = p;
	rescue_add(p->rescue, (uint32_t)pid);
	if (p->rescue)
		linux_die_slowly(l);
	return p;
}

void linux_process_drop(struct linux_target *l, struct linux_process *p)
{
	struct linux_process **at = &l->processes;

	while (p->threads)
		linux_thread_drop(l, p->threads);
	while (*at && *at != p)
		at = &(*at)->next;
	if (*at)
		*at = p->next;
	linux_mem_close(p);
	rescue_forget(p->rescue, (uint32_t)p->pid);
	points_destroy(p->points);
	point_codes_clear(&p->codes);
	linux_thread_db_drop(p);
	free(p->program);
	free(p->calls);
	free(p);
}

static struct linux_thread **bucket(struct linux_target *l, pid_t tid)
{
	return &l->hash[(unsigned)tid % LINUX_HASH];
}

struct linux_thread *linux_thread_find(struct linux_target *l, pid_t tid)
{
	struct linux_thread *th = *bucket(l, tid);

	while (th && th->tid != tid)
		th = th->hash_next;
	return th;
}

struct linux_thread *linux_thread_add(struct linux_target *l, struct linux_process *p, pid_t tid)
{
	struct linux_thread *th = calloc(1, sizeof(*th));

	if (!th)
		return NULL;
	th->process = p;
	th->owed = l->resumes;
	th->tid = tid;
	th->prev = p->newest;
	*(th->prev ? &th->prev->next : &p->threads) = th;
	p->newest = th;
	th->hash_next = *bucket(l, tid);
	*bucket(l, tid) = th;
	p->thread_count++;
	l->thread_count++;
	linux_thread_busy(l, th);
	return th;
}

void linux_thread_busy(struct linux_target *l, struct linux_thread *th)
{
	if (th->busy)
		return;
	th->busy = true;
	th->busy_prev = NULL;
	th->busy_next = l->busy;
	if (l->busy)
		l->busy->busy_prev = th;
	l->busy = th;
}

static void not_busy(struct linux_target *l, struct linux_thread *th)
{
	if (!th->busy)
		return;
	th->busy = false;
	*(th->busy_prev ? &th->busy_prev->busy_next : &l->busy) = th->busy_next;
	if (th->busy_next)
		th->busy_next->busy_prev = th->busy_prev;
}

void linux_busy_prune(struct linux_target *l)
{
	struct linux_thread *next;

	for (struct linux_thread *th = l->busy; th; th = next) {
		next = th->busy_next;
		if (th->asleep && !th->running && !th->go && !th->has_pending && !th->over)
			not_busy(l, th);
	}
}

void linux_thread_set_running(struct linux_target *l, struct linux_thread *th, bool running)
{
	if (running == th->running)
		return;
	th->running = running;
	l->running += running ? 1 : (size_t)-1;
	th->process->running += running ? 1 : (size_t)-1;
	if (!running)
		return;
	th->asleep = th->stat_known = th->rseq.known = false;
	th->trapped = th->parked = false;
	linux_thread_busy(l, th);
}

void linux_thread_drop(struct linux_target *l, struct linux_thread *th)
{
	struct linux_process *p = th->process;
	struct linux_thread **at = bucket(l, th->tid);

	*(th->prev ? &th->prev->next : &p->threads) = th->next;
	*(th->next ? &th->next->prev : &p->newest) = th->prev;
	while (*at != th)
		at = &(*at)->hash_next;
	*at = th->hash_next;
	linux_thread_set_running(l, th, false);
	not_busy(l, th);
	p->thread_count--;
	l->thread_count--;
	linux_regs_free(th);
	free(th);
}
