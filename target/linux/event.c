/*
 * What children do: every status that waitpid gives is sorted into the tables here, and what a
 * client shall hear of becomes a pending event of its thread. Facts: ptrace(2), "Stopped states"
 * and the PTRACE_EVENT stops.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/signalfd.h>
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

static void remember_early(struct linux_target *l, pid_t tid, int status)
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

void linux_pend(struct linux_thread *th, enum target_stop_kind kind, int gdb_signal)
{
	th->has_pending = true;
	th->halt = false;
	th->pending = (struct target_stop){
		.kind = kind, .tid = linux_tid(th), .signal = gdb_signal, .core = -1
	};
}

/* Goes on as if nothing had happened, unless all are being stopped. */
static void go_on(struct linux_target *l, struct linux_thread *th, int signal)
{
	if (l->halting || th->process->halting)
		th->deliver = signal;
	else
		linux_thread_run(l, th, signal);
}

static pid_t event_message(const struct linux_thread *th)
{
	unsigned long message = 0;

	ptrace(PTRACE_GETEVENTMSG, th->tid, NULL, &message);
	return (pid_t)message;
}

/* --- new threads and processes --- */

static void on_clone(struct linux_target *l, struct linux_thread *parent)
{
	pid_t tid = event_message(parent);
	struct linux_thread *th = linux_thread_add(l, parent->process, tid);
	int status;

	if (th) {
		th->running = th->fresh = th->go = true;
		l->running++;
		if (linux_early_take(l, tid, &status))
			linux_handle(l, tid, status);
	}
	go_on(l, parent, 0);
}

/* Waits for the first stop of a forked process, which is on its way. */
static bool wait_first_stop(struct linux_target *l, pid_t pid)
{
	int status;

	return linux_early_take(l, pid, &status) || waitpid(pid, &status, __WALL) == pid;
}

/* A forked child's memory is a copy, patches included; that of a vforked one is the parent's. */
static void release_child(struct linux_target *l, struct linux_process *parent, pid_t pid,
			  bool vfork)
{
	struct linux_process child = { .pid = pid, .mem = -1 };

	if (!wait_first_stop(l, pid))
		return;
	child.points = points_copy(parent->points);
	if (!vfork && child.points && linux_mem_open(&child)) {
		struct points_memory m = linux_raw_memory(&child);

		points_remove_all(child.points, &m);
		close(child.mem);
	}
	points_destroy(child.points);
	linux_child_leave(l, pid, vfork, 0);
}

static struct linux_process *adopt_child(struct linux_target *l, struct linux_process *parent,
					 pid_t pid, bool vfork)
{
	struct linux_process *p = linux_process_add(l, pid, parent->attached);
	struct points *copy = points_copy(parent->points);

	if (p && copy && !vfork) {
		points_destroy(p->points);
		p->points = copy;
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
	p->vforked = vfork;
	return p;
}

/* While a vforked child runs in the parent's memory no breakpoint may stand there. */
static void unpatch(struct linux_process *p)
{
	struct points_memory m = linux_raw_memory(p);
	struct points *wanted = points_copy(p->points);

	points_remove_all(p->points, &m);
	if (wanted) {
		points_destroy(p->points);
		p->points = wanted;
		points_forget_patches(p->points);
	}
}

static void on_fork(struct linux_target *l, struct linux_thread *th, bool vfork)
{
	unsigned wish = vfork ? TARGET_WISH_VFORK : TARGET_WISH_FORK;
	struct linux_process *parent = th->process;
	pid_t pid = event_message(th);
	struct linux_process *child = NULL;

	if (vfork) {
		unpatch(parent);
		parent->vforking = true;
	}
	if (l->wishes & wish && wait_first_stop(l, pid))
		child = adopt_child(l, parent, pid, vfork);
	if (!child) {
		release_child(l, parent, pid, vfork);
		go_on(l, th, 0);
		return;
	}
	linux_pend(th, vfork ? TARGET_STOP_VFORK : TARGET_STOP_FORK, TARGET_SIGNAL_TRAP);
	th->pending.child = linux_tid(child->threads);
}

static void on_vfork_done(struct linux_target *l, struct linux_thread *th)
{
	struct points_memory m = linux_raw_memory(th->process);

	th->process->vforking = false;
	if (l->wishes & TARGET_WISH_VFORK) {
		linux_pend(th, TARGET_STOP_VFORK_DONE, TARGET_SIGNAL_TRAP);
		return;
	}
	points_sync(th->process->points, &m, NULL);
	go_on(l, th, 0);
}

/* All other threads are gone; the one that is left has the leader's id (ptrace(2), "execve"). */
static void on_exec(struct linux_target *l, struct linux_thread *th)
{
	struct linux_process *p = th->process;
	size_t n;
	const void *insn = host_break_insn(&n);
	struct points *fresh = points_create(insn, n);

	while (p->threads->next) {
		struct linux_thread *other = p->threads == th ? th->next : p->threads;

		linux_thread_drop(l, other);
	}
	linux_mem_open(p);
	p->desc = host_desc(l->host, p->pid);
	if (fresh) {
		points_destroy(p->points);
		p->points = fresh;
	}
	point_codes_clear(&p->codes);
	p->vforking = false;
	linux_hw_forget(p);
	linux_thread_db_exec(p);
	th->owed = true; /* the one that called exec was, and now it has the leader's place */
	linux_regs_flush(l, th);
	if (!(l->wishes & TARGET_WISH_EXEC)) {
		go_on(l, th, 0);
		return;
	}
	linux_pend(th, TARGET_STOP_EXEC, TARGET_SIGNAL_TRAP);
}

/* --- stops of a thread --- */

static bool in_range(struct linux_target *l, struct linux_thread *th)
{
	uint64_t pc;

	return th->range && linux_pc_read(l, th, &pc) == TARGET_OK && pc >= th->range_start &&
	       pc < th->range_end;
}

/* The pc behind a breakpoint instruction that we put there goes back to its start. */
static bool hit_breakpoint(struct linux_target *l, struct linux_thread *th, uint64_t *at)
{
	uint64_t pc, offset = host_break_pc_offset();

	if (linux_pc_read(l, th, &pc) != TARGET_OK ||
	    !points_is_patched(th->process->points, pc - offset))
		return false;
	*at = pc - offset;
	return linux_pc_write(l, th, *at) == TARGET_OK;
}

static bool is_break_trap(const struct linux_thread *th)
{
	siginfo_t info;

	return ptrace(PTRACE_GETSIGINFO, th->tid, NULL, &info) == 0 &&
	       (info.si_code == SI_KERNEL || info.si_code == TRAP_BRKPT);
}

/* The thread stands at a breakpoint: pends the hit or goes on over it. */
static void on_breakpoint(struct linux_target *l, struct linux_thread *th, uint64_t at)
{
	if (linux_point_tells(l, th, TARGET_SW_BREAK, at)) {
		linux_pend(th, TARGET_STOP_SWBREAK, TARGET_SIGNAL_TRAP);
		return;
	}
	th->over = true;
	th->over_at = at;
	linux_go_over(l, th);
}

/* false: it was none, or one of which nothing is told. */
static bool on_hw_hit(struct linux_target *l, struct linux_thread *th, bool *hit)
{
	*hit = linux_hw_hit(th);
	if (*hit && th->pending.kind == TARGET_STOP_HWBREAK &&
	    !linux_point_tells(l, th, TARGET_HW_BREAK, th->pending.addr))
		th->has_pending = false;
	return *hit && th->has_pending;
}

/* A step that ends at a breakpoint is told of as a step, so its commands are due now. */
static void arrive(struct linux_target *l, struct linux_thread *th)
{
	uint64_t pc;

	if (linux_pc_read(l, th, &pc) != TARGET_OK || !points_is_patched(th->process->points, pc))
		return;
	th->over = !linux_point_tells(l, th, TARGET_SW_BREAK, pc);
	th->over_at = pc;
}

void linux_step_done(struct linux_target *l, struct linux_thread *th)
{
	bool hit, told = on_hw_hit(l, th, &hit);

	/* a hardware breakpoint at the same place stops in front of the instruction */
	th->over = hit && th->pending.kind == TARGET_STOP_HWBREAK;
	if (told || th->over || !th->stepping)
		return;
	if (in_range(l, th) && !l->halting)
		return;
	arrive(l, th);
	linux_pend(th, TARGET_STOP_SIGNAL, TARGET_SIGNAL_TRAP);
}

static void on_trap(struct linux_target *l, struct linux_thread *th)
{
	bool hit;
	uint64_t at;

	if (is_break_trap(th) && hit_breakpoint(l, th, &at)) {
		on_breakpoint(l, th, at);
		return;
	}
	if (on_hw_hit(l, th, &hit))
		return;
	if (hit || (th->stepping && !l->halting && in_range(l, th))) {
		go_on(l, th, 0);
		return;
	}
	if (th->stepping)
		arrive(l, th);
	linux_pend(th, TARGET_STOP_SIGNAL, TARGET_SIGNAL_TRAP);
}

static bool passes(const struct linux_target *l, int gdb)
{
	return gdb >= 0 && (size_t)gdb < 8 * sizeof(l->pass) && l->pass[gdb / 8] >> gdb % 8 & 1;
}

/* A client that steps is told of every signal: it decides whether the handler is stepped into. */
bool linux_passes(const struct linux_target *l, const struct linux_thread *th, int signal)
{
	return !th->stepping && passes(l, linux_signal_to_gdb(signal));
}

static void on_signal(struct linux_target *l, struct linux_thread *th, int signal)
{
	bool sent = th->sent == signal;
	bool continued = signal == SIGCONT && th->process->continued;

	if (sent)
		th->sent = 0;
	if (continued)
		th->process->continued = false;
	if (sent || continued || linux_passes(l, th, signal))
		go_on(l, th, signal);
	else
		linux_pend(th, TARGET_STOP_SIGNAL, linux_signal_to_gdb(signal));
}

/* PTRACE_EVENT_STOP: a new thread, an interrupted one, or one stopped by job control. */
static void on_event_stop(struct linux_target *l, struct linux_thread *th, int signal)
{
	bool fresh = th->fresh;

	th->fresh = false;
	if (th->halt && signal == SIGTRAP) {
		linux_pend(th, TARGET_STOP_SIGNAL, th->halt_signal);
	} else if (fresh && l->wishes & TARGET_WISH_THREADS) {
		linux_pend(th, TARGET_STOP_CREATED, TARGET_SIGNAL_TRAP);
	} else if (fresh || signal == SIGTRAP) {
		go_on(l, th, 0);
	} else if (!l->halting && !th->process->halting &&
		   ptrace(PTRACE_LISTEN, th->tid, NULL, NULL) == 0) {
		th->running = true;
		l->running++;
	}
}

static void on_stop(struct linux_target *l, struct linux_thread *th, int status)
{
	int signal = WSTOPSIG(status);

	/* ptrace(2): only in a signal-delivery-stop a signal is taken along */
	th->mute = status >> 16 || signal == (SIGTRAP | 0x80);
	switch (status >> 16) {
	case 0:
		if (signal == (SIGTRAP | 0x80)) {
			if (!linux_syscall_stop(th))
				go_on(l, th, 0);
		} else if (signal == SIGTRAP)
			on_trap(l, th);
		else
			on_signal(l, th, signal);
		break;
	case PTRACE_EVENT_CLONE:
		on_clone(l, th);
		break;
	case PTRACE_EVENT_FORK:
		on_fork(l, th, false);
		break;
	case PTRACE_EVENT_VFORK:
		on_fork(l, th, true);
		break;
	case PTRACE_EVENT_VFORK_DONE:
		on_vfork_done(l, th);
		break;
	case PTRACE_EVENT_EXEC:
		on_exec(l, th);
		break;
	case PTRACE_EVENT_STOP:
		on_event_stop(l, th, signal);
		break;
	default:
		go_on(l, th, 0);
		break;
	}
}

/* The leader's end: it is reported when no other thread is left. */
static void end_process(struct linux_target *l, struct linux_process *p, int status)
{
	while (p->threads)
		linux_thread_drop(l, p->threads);
	p->ended = true;
	p->end = (struct target_stop){
		.kind = WIFEXITED(status) ? TARGET_STOP_EXITED : TARGET_STOP_SIGNALED,
		.tid = { (uint32_t)p->pid, (uint32_t)p->pid },
		.value = WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status),
		.signal = WIFEXITED(status) ? 0 : linux_signal_to_gdb(WTERMSIG(status)),
		.core = -1,
	};
}

static void on_end(struct linux_target *l, struct linux_thread *th, int status)
{
	if (th->tid == th->process->pid)
		end_process(l, th->process, status);
	else
		linux_thread_ended(l, th, status);
}

/* An exec from another thread than the leader: that thread goes on under the leader's id. */
static struct linux_thread *leader_again(struct linux_target *l, pid_t tid, int status)
{
	struct linux_process *p = linux_process_find(l, (uint32_t)tid);

	if (!p || status >> 16 != PTRACE_EVENT_EXEC)
		return NULL;
	struct linux_thread *th = linux_thread_add(l, p, tid);
	if (th) {
		th->running = true;
		l->running++;
	}
	return th;
}

void linux_handle(struct linux_target *l, pid_t tid, int status)
{
	struct linux_thread *th = linux_thread_find(l, tid);

	if (!th && linux_watch_handle(l, tid, status))
		return;
	if (!th)
		th = leader_again(l, tid, status);
	if (!th) {
		struct linux_process *p = linux_process_find(l, (uint32_t)tid);

		if (WIFSTOPPED(status))
			remember_early(l, tid, status);
		else if (p && !p->ended)
			end_process(l, p, status);
		return;
	}
	if (th->running)
		l->running--;
	th->running = false;
	if (WIFSTOPPED(status))
		on_stop(l, th, status);
	else
		on_end(l, th, status);
}

/* --- collecting --- */

static void drain(struct linux_target *l)
{
	struct signalfd_siginfo info[16];
	bool child = false, none = true;
	uint64_t count;
	pid_t tid;
	int status;

	while (read(l->child_fd, info, sizeof(info)) > 0)
		child = true;
	(void)!read(l->wake_fd, &count, sizeof(count));
	while ((tid = waitpid(-1, &status, __WALL | WNOHANG)) > 0) {
		linux_handle(l, tid, status);
		none = false;
	}
	/* a signal and no status: that is how a leader ends while it has threads */
	if (child && (none || l->running <= linux_leaders(l)))
		linux_leaders_ended(l);
}

/* What an exec event tells beside its thread: the program's real path. */
static void add_path(struct linux_target *l, struct target_stop *stop)
{
	char link[64];

	snprintf(link, sizeof(link), "/proc/%u/exe", stop->tid.pid);
	ssize_t n = readlink(link, l->path, sizeof(l->path) - 1);
	l->path[n > 0 ? n : 0] = '\0';
	stop->text = l->path;
}

static struct linux_process *find_ended(struct linux_target *l)
{
	struct linux_process *p = l->processes;

	while (p && !p->ended)
		p = p->next;
	return p;
}

/* Any number, the same ones in every run: Marsaglia, "Xorshift RNGs". */
static uint32_t dice(struct linux_target *l)
{
	l->dice = l->dice ? l->dice : 1;
	l->dice ^= l->dice << 13;
	l->dice ^= l->dice >> 17;
	l->dice ^= l->dice << 5;
	return l->dice;
}

/* A step that is over comes first; else each has the same chance, so that none starves. */
static struct linux_thread *find_pending(struct linux_target *l)
{
	struct linux_thread *found = NULL;
	uint32_t n = 0;

	for (struct linux_process *p = l->processes; p; p = p->next)
		for (struct linux_thread *th = p->threads; th; th = th->next) {
			if (!th->has_pending || !(th->owed || l->non_stop))
				continue;
			if (th->stepping)
				return th;
			if (dice(l) % ++n == 0)
				found = th;
		}
	return found;
}

static bool tell(struct linux_target *l, struct target_stop *out)
{
	struct linux_process *ended = find_ended(l);
	struct linux_thread *th = ended ? NULL : find_pending(l);

	if (!ended && !th)
		return false;
	if (!l->non_stop)
		linux_halt_all(l);
	if (ended) {
		*out = ended->end;
		linux_process_drop(l, ended);
	} else {
		th = find_pending(l); /* the one found may have ended while all were stopped */
		if (!th)
			return tell(l, out);
		if (th->pending.kind == TARGET_STOP_EXEC)
			add_path(l, &th->pending);
		*out = th->last = th->pending;
		th->has_pending = th->go = false;
		th->deliver = 0;
	}
	l->last = out->tid;
	l->resumed = false;
	return true;
}

enum target_status linux_next_event(struct target *t, struct target_stop *out, bool *got)
{
	struct linux_target *l = (struct linux_target *)t;

	drain(l);
	*got = (l->resumed || l->non_stop) && (tell(l, out) || linux_tell_end(l, out));
	/* one event a call: there may be more */
	if (*got && l->non_stop)
		linux_wake(l);
	return TARGET_OK;
}
