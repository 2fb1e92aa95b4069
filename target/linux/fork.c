/*
 * New threads and processes, as PTRACE_EVENT_CLONE, FORK and VFORK tell of them (ptrace(2)). A
 * child is kept from the client until the stop that tells of it was taken: what it does not know
 * it must not find in a list, nor resume.
 */
#include <errno.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include "target/linux/linux_priv.h"

/* A thread may stop for the first time before its parent's event tells of it. */
struct linux_early {
	pid_t tid;
	int status;
	struct linux_early *next;
};

void linux_early_drop(struct linux_target *l)
{
	while (l->early) {
		struct linux_early *next = l->early->next;

		free(l->early);
		l->early = next;
	}
}

void linux_early_add(struct linux_target *l, pid_t tid, int status)
{
	struct linux_early *e = malloc(sizeof(*e));

	if (!e)
		return;
	*e = (struct linux_early){ tid, status, l->early };
	l->early = e;
}

bool linux_early_take(struct linux_target *l, pid_t tid, int *status)
{
	for (struct linux_early **at = &l->early; *at; at = &(*at)->next)
		if ((*at)->tid == tid) {
			struct linux_early *e = *at;

			*status = e->status;
			*at = e->next;
			free(e);
			return true;
		}
	return false;
}

static pid_t event_message(const struct linux_thread *th)
{
	unsigned long message = 0;

	ptrace(PTRACE_GETEVENTMSG, th->tid, NULL, &message);
	return (pid_t)message;
}

void linux_on_clone(struct linux_target *l, struct linux_thread *parent)
{
	pid_t tid = event_message(parent);
	struct linux_thread *th = linux_thread_add(l, parent->process, tid);
	int status;

	if (th) {
		th->fresh = th->go = true;
		linux_thread_set_running(l, th, true);
		if (linux_early_take(l, tid, &status))
			linux_handle(l, tid, status);
	}
	linux_go_on(l, parent, 0);
}

/* Waits for the first stop of a forked process, which is on its way. */
static bool wait_first_stop(struct linux_target *l, pid_t pid)
{
	int status;

	return linux_early_take(l, pid, &status) || linux_wait_for(pid, &status);
}

/*
 * A forked child's memory is a copy, patches included; that of a vforked one is the parent's. The
 * child stands at its first stop.
 */
static void release_child(struct linux_target *l, struct linux_process *parent, pid_t pid,
			  bool vfork)
{
	struct linux_process child = {
		.pid = pid, .mem = -1, .pagemap = -1, .rescue = parent->rescue
	};

	child.points = points_copy(parent->points);
	if (!vfork && child.points) {
		struct points_memory m = linux_raw_memory(&child);

		linux_mem_open(&child);
		points_note_all(child.points, &m);
		points_remove_all(child.points, &m);
		linux_mem_close(&child);
	}
	points_destroy(child.points);
	rescue_forget_patches(child.rescue, (uint32_t)pid);
	linux_child_leave(l, pid, vfork, 0);
}

static struct linux_process *adopt_child(struct linux_target *l, struct linux_process *parent,
					 pid_t pid, bool vfork)
{
	struct linux_process *p = linux_process_add(l, pid, parent->attached, parent->outlives);
	struct points *copy = points_copy(parent->points);

	if (p && copy && !vfork) {
		struct points_memory m = linux_raw_memory(p);

		points_destroy(p->points);
		p->points = copy;
		points_note_all(copy, &m);
		point_codes_copy(&p->codes, &parent->codes);
	} else {
		points_destroy(copy);
	}
	if (!p || !linux_thread_add(l, p, pid) || !linux_mem_open(p)) {
		if (p)
			linux_process_drop(l, p);
		return NULL;
	}
	p->desc = parent->desc;
	p->newborn = true;
	linux_hw_inherit(p, parent);
	return p;
}

/* While a vforked child runs in the parent's memory no breakpoint may stand there. */
static void lend(struct linux_thread *th)
{
	struct linux_process *p = th->process;
	struct points_memory m = linux_raw_memory(p);
	struct points *wanted = points_copy(p->points);

	if (!th->lends)
		p->lent++;
	th->lends = true;
	points_remove_all(p->points, &m);
	if (wanted) {
		points_destroy(p->points);
		p->points = wanted;
		points_forget_patches(p->points);
	}
}

void linux_borrow(struct linux_target *l, const struct linux_process *child)
{
	struct linux_thread *th = linux_thread_find(l, (pid_t)child->forker.tid);

	if (child->borrower && th && linux_tid(th).pid == child->forker.pid && !th->lends)
		lend(th);
}

/*
 * In the kernel the parent of a vforked child waits where nothing can stop it. If the child stood
 * at a breakpoint meanwhile nobody could ever be stopped again, so the parent waits here.
 */
bool linux_waits_for_child(const struct linux_target *l, const struct linux_thread *th)
{
	const struct linux_process *p = th->vforks ? l->processes : NULL;

	while (p && (!p->borrower || !target_tid_equal(p->forker, linux_tid(th))))
		p = p->next;
	return p != NULL;
}

void linux_forker_goes(struct linux_target *l, struct target_tid forker)
{
	struct linux_thread *th = linux_thread_find(l, (pid_t)forker.tid);

	if (th && th->vforks && th->go && !th->running)
		linux_go_over(l, th);
}

void linux_give_back(struct linux_target *l, struct linux_process *child)
{
	struct points_memory m = linux_raw_memory(child);

	if (!child->borrower)
		return;
	/* the open file is that of the memory it had, whatever it runs now */
	points_remove_all(child->points, &m);
	child->borrower = false;
	linux_forker_goes(l, child->forker);
}

void linux_on_fork(struct linux_target *l, struct linux_thread *th, bool vfork)
{
	unsigned wish = vfork ? TARGET_WISH_VFORK : TARGET_WISH_FORK;
	struct linux_process *parent = th->process;
	pid_t pid = event_message(th);
	struct linux_process *child = NULL;

	bool stands = wait_first_stop(l, pid);
	if (l->wishes & wish && stands)
		child = adopt_child(l, parent, pid, vfork);
	if (!child) {
		if (vfork)
			lend(th);
		if (stands)
			release_child(l, parent, pid, vfork);
		linux_go_on(l, th, 0);
		return;
	}
	child->forker = linux_tid(th);
	child->untold = true;
	child->borrower = th->vforks = vfork;
	linux_pend(th, vfork ? TARGET_STOP_VFORK : TARGET_STOP_FORK, TARGET_SIGNAL_TRAP);
	th->pending.child = linux_tid(child->threads);
}

void linux_on_vfork_done(struct linux_target *l, struct linux_thread *th)
{
	struct linux_process *p = th->process;
	bool known = th->vforks && l->wishes & TARGET_WISH_VFORK;

	p->lent -= th->lends;
	th->lends = th->vforks = false;
	if (known) {
		linux_pend(th, TARGET_STOP_VFORK_DONE, TARGET_SIGNAL_TRAP);
		return;
	}
	(void)!linux_points_sync(l, p);
	linux_go_on(l, th, 0);
}

static bool is_untold_of(const struct linux_process *child, struct target_tid parent)
{
	return child->untold && child->forker.pid == parent.pid &&
	       (!parent.tid || child->forker.tid == parent.tid);
}

void linux_children_known(struct linux_target *l, struct target_tid parent)
{
	for (struct linux_process *p = l->processes; p; p = p->next)
		if (is_untold_of(p, parent))
			p->untold = false;
}

void linux_children_end(struct linux_target *l, struct target_tid parent, linux_end_fn end)
{
	struct linux_process *p = l->processes;

	while (p) {
		if (is_untold_of(p, parent) && end(&l->base, (uint32_t)p->pid) == TARGET_OK)
			p = l->processes; /* the list has changed */
		else
			p = p->next;
	}
}
