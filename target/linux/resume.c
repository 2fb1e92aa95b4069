/*
 * Running, interrupting, letting go and ending. All-stop: what a client resumes runs until the
 * first event, then all stand still again (event.c).
 */
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "target/linux/linux_priv.h"

void linux_wake(struct linux_target *l)
{
	uint64_t one = 1;

	if (!l->woken)
		l->woken = write(l->wake_fd, &one, sizeof(one)) == sizeof(one);
}

/* Seized threads can be run in a job-control stop, but the kernel stops them once more later. */
void linux_end_stop(struct linux_process *p)
{
	p->stood = false;
	p->continued = true;
	kill(p->pid, SIGCONT);
}

static void send_signal(struct linux_thread *th, int signal)
{
	th->sent |= linux_signal_bit(signal);
	syscall(SYS_tgkill, th->process->pid, th->tid, signal);
}

void linux_give(struct linux_thread *th, int signal)
{
	if (!th->deliver || th->deliver == signal)
		th->deliver = signal;
	else
		send_signal(th, signal);
}

/* The thread goes on; true: it was a step, and the server has executed it. */
static bool step_here(struct linux_target *l, struct linux_thread *th)
{
	th->process->newborn = false;
	th->go = true;
	th->told = false;
	l->none_left = false;
	th->last = (struct target_stop){ .kind = TARGET_STOP_SIGNAL, .core = -1 };
	if (!th->stepping || !linux_emulate_step(l, th))
		return false;
	linux_step_done(l, th);
	return true;
}

void linux_thread_run(struct linux_target *l, struct linux_thread *th)
{
	int signal = th->deliver;
	enum __ptrace_request how = th->stepping	  ? PTRACE_SINGLESTEP :
				    th->process->catching ? PTRACE_SYSCALL :
							    PTRACE_CONT;

	if (step_here(l, th))
		return;
	linux_emulate_runs(l, th, th->stepping && !signal);
	linux_regs_flush(l, th);
	linux_hw_update(th);
	if (th->process->stood)
		linux_end_stop(th->process);
	linux_thread_set_running(l, th, true);
	th->deliver = 0;
	if (signal && th->mute) {
		send_signal(th, signal);
		signal = 0;
	}
	/* a thread that is gone by now says so through waitpid */
	ptrace(how, th->tid, NULL, (void *)(intptr_t)signal);
	if (th->halt)
		ptrace(PTRACE_INTERRUPT, th->tid, NULL, NULL);
}

static bool matches(const struct target_action *a, const struct linux_thread *th)
{
	return (a->pid <= 0 || a->pid == th->process->pid) && (a->tid <= 0 || a->tid == th->tid);
}

/* The first action that names the thread counts. */
static const struct target_action *action_of(const struct linux_target *l,
					     const struct linux_thread *th)
{
	const struct target_action *a = l->actions;

	for (size_t i = 0; i < l->action_count; i++)
		if (matches(&a[i], th))
			return a[i].kind == TARGET_HALT ? NULL : &a[i];
	return NULL;
}

/* What a client says of all threads it does not say of those whose stop it has not taken yet. */
static const struct target_action *heard_action(const struct linux_target *l,
						const struct linux_thread *th)
{
	const struct target_action *action = action_of(l, th);

	return action && action->tid <= 0 && (th->unheard || th->process->untold) ? NULL
										      : action;
}

/* A hit that waits to be told, of a breakpoint that the client has taken away since. */
static bool is_stale(struct linux_target *l, struct linux_thread *th)
{
	uint64_t pc;

	return th->has_pending && th->pending.kind == TARGET_STOP_SWBREAK &&
	       linux_pc_read(l, th, &pc) == TARGET_OK && !points_is_set(th->process->points, pc);
}

/*
 * Notes what the client wants of a stopped thread. One that has something to tell stays where it
 * is, and then nothing may run at all; the signal is kept for it all the same.
 */
static void prepare(struct linux_target *l, struct linux_thread *th, const struct target_action *a)
{
	int signal = a && a->signal ? linux_signal_from_gdb(a->signal) : 0;

	if (a && is_stale(l, th))
		th->has_pending = false;
	th->go = a && !th->has_pending;
	if (signal)
		linux_give(th, signal);
	if (!a)
		return;
	th->stepping = a->kind != TARGET_CONTINUE;
	th->range = a->kind == TARGET_RANGE_STEP;
	th->range_start = a->start;
	th->range_end = a->end;
}

/* Asks a running thread to stop by itself; one that stands says so unless the client knows. */
static void halt_thread(struct linux_thread *th, int gdb_signal)
{
	if (!th->running) {
		if (!th->told && !th->has_pending)
			linux_pend(th, TARGET_STOP_SIGNAL, gdb_signal);
		return;
	}
	th->halt = true;
	th->halt_signal = gdb_signal;
	ptrace(PTRACE_INTERRUPT, th->tid, NULL, NULL);
}

static void halt_threads(struct linux_target *l, const struct target_action *a)
{
	for (struct linux_process *p = l->processes; p; p = p->next)
		for (struct linux_thread *th = p->threads; th; th = th->next)
			if (matches(a, th)) {
				halt_thread(th, TARGET_SIGNAL_NONE);
				linux_thread_busy(l, th);
			}
}

void linux_heard(struct target *t, struct target_tid tid)
{
	struct linux_target *l = (struct linux_target *)t;
	struct linux_thread *th = linux_thread_find(l, (pid_t)tid.tid);

	if (th)
		th->unheard = false;
	linux_children_known(l, tid);
}

/* Is there something to tell before anything runs? Then nothing needs to run. */
static bool has_news(const struct linux_target *l)
{
	for (const struct linux_process *p = l->processes; p; p = p->next)
		if (p->ended && !p->untold)
			return true;
	for (const struct linux_thread *th = l->busy; th; th = th->busy_next)
		if (th->has_pending && action_of(l, th))
			return true;
	return false;
}

enum target_status linux_points_sync(struct linux_target *l, struct linux_process *p)
{
	struct points_memory m = linux_raw_memory(p);
	uint64_t at = 0;

	if (p->lent || points_sync(p->points, &m, &at))
		return TARGET_OK;
	return target_fail(&l->base, TARGET_FAULT, "cannot put a breakpoint at %#" PRIx64, at);
}

/* What is pending of a thread that is not resumed waits until it is. */
bool linux_owed(const struct linux_target *l, const struct linux_thread *th)
{
	return th->owed == l->resumes || heard_action(l, th);
}

static bool keep_actions(struct linux_target *l, const struct target_action *a, size_t n)
{
	struct target_action *copy = realloc(l->actions, n * sizeof(*a));

	if (!copy)
		return false;
	memcpy(copy, a, n * sizeof(*a));
	l->actions = copy;
	l->action_count = n;
	l->resumes++;
	return true;
}

/* Notes the actions of the busy threads, and of those that are named one by one. */
static void note_busy(struct linux_target *l)
{
	for (size_t i = 0; i < l->action_count; i++) {
		pid_t tid = l->actions[i].tid > 0 ? (pid_t)l->actions[i].tid : 0;
		struct linux_thread *th = tid ? linux_thread_find(l, tid) : NULL;

		if (th)
			linux_thread_busy(l, th);
	}
	for (struct linux_thread *th = l->busy; th; th = th->busy_next)
		if (!th->running)
			prepare(l, th, heard_action(l, th));
}

/* The same for those that sleep. */
static void note_rest(struct linux_target *l)
{
	l->left_aside = 0;
	for (struct linux_process *p = l->processes; p; p = p->next)
		for (struct linux_thread *th = p->threads; th; th = th->next) {
			const struct target_action *a = th->busy ? NULL : heard_action(l, th);

			if (!a)
				continue;
			linux_thread_busy(l, th);
			prepare(l, th, a);
		}
}

/* The first busy thread behind `th` (NULL: of all) of a process that shall run and does not. */
static struct linux_thread *next_to_go(const struct linux_target *l, const struct linux_process *p,
				       const struct linux_thread *th)
{
	struct linux_thread *next = th ? th->busy_next : l->busy;

	while (next && (next->process != p || !next->go || next->running))
		next = next->busy_next;
	return next;
}

/*
 * Clients take their breakpoints out for a step and put them back behind it. Where the server does
 * the step alone no instruction has to be changed for it.
 */
static bool step_before_sync(struct linux_target *l, const struct linux_process *p,
			     struct linux_thread *th)
{
	return l->stepper == th->tid && !th->range && !th->over && !next_to_go(l, p, th) &&
	       !linux_waits_for_child(l, th) && points_differ(p->points) && step_here(l, th);
}

/* Starts the busy threads of a process that shall run; *any: there were some. */
static enum target_status run_process(struct linux_target *l, struct linux_process *p, bool *any)
{
	struct linux_thread *th = next_to_go(l, p, NULL);

	if (!th)
		return TARGET_OK;
	*any = true;
	if (step_before_sync(l, p, th))
		return TARGET_OK;
	linux_borrow(l, p);
	if (linux_points_sync(l, p) != TARGET_OK)
		return TARGET_FAULT;
	linux_go(l, p);
	return TARGET_OK;
}

static enum target_status run_all(struct linux_target *l, bool *any)
{
	for (struct linux_process *p = l->processes; p; p = p->next) {
		enum target_status status = run_process(l, p, any);

		if (status != TARGET_OK) {
			linux_halt_all(l);
			return status;
		}
	}
	return TARGET_OK;
}

/* All-stop: the thread that steps, 0: none or one of many. */
static pid_t stepper_of(const struct linux_target *l)
{
	const struct target_action *a = l->actions;

	return !l->non_stop && a->tid > 0 && a->kind != TARGET_CONTINUE ? (pid_t)a->tid : 0;
}

/*
 * Threads that sleep in system calls need not be woken and stopped again for a step of another: it
 * is mostly over before they had done anything. If it is not, or after some such steps, they run.
 */
static enum target_status run_actions(struct linux_target *l, bool aside, bool *any)
{
	enum target_status status = run_all(l, any);

	moment_begin(&l->moment);
	if (status != TARGET_OK || l->non_stop || linux_hurry(l) || !l->stepper || !aside)
		return status;
	note_rest(l);
	return run_all(l, any);
}

/* The first thread of that process that was resumed; pid 0: of any. */
static struct linux_thread *resumed_thread(struct linux_target *l, uint32_t pid)
{
	for (struct linux_process *p = l->processes; p; p = p->next)
		for (struct linux_thread *th = p->threads; th; th = th->next)
			if (linux_owed(l, th) && (!pid || linux_tid(th).pid == pid))
				return th;
	return NULL;
}

/*
 * Whom the interrupt key stops: where the kernel would deliver SIGINT to the process that came
 * last, which is what gdbserver sends. That is its first thread if it runs.
 */
static struct linux_thread *one_thread(struct linux_target *l)
{
	struct linux_thread *th = resumed_thread(l, l->foreground);

	if (!th)
		th = resumed_thread(l, 0);
	return th || !l->processes ? th : l->processes->threads;
}

/* All-stop, and nothing runs: the interrupt key's stop, after those that are owed already. */
static void interrupt_all_stop(struct linux_target *l)
{
	struct linux_thread *th = one_thread(l);

	l->interrupted = !th || th->has_pending;
	if (!l->interrupted)
		linux_pend(th, TARGET_STOP_SIGNAL, TARGET_SIGNAL_INT);
	if (!th)
		return;
	th->owed = l->resumes;
	linux_thread_busy(l, th);
}

enum target_status linux_resume(struct target *t, const struct target_action *a, size_t n)
{
	enum { ASIDE_MAX = 64 };
	struct linux_target *l = (struct linux_target *)t;
	bool any = false;

	for (size_t i = 0; i < n; i++)
		if (a[i].kind == TARGET_HALT)
			halt_threads(l, &a[i]);
	linux_busy_prune(l);
	if (!keep_actions(l, a, n))
		return target_fail(t, TARGET_SYSTEM, "out of memory");
	l->stepper = stepper_of(l);
	bool aside = l->stepper && l->left_aside++ < ASIDE_MAX;
	note_busy(l);
	if (!aside)
		note_rest(l);
	if (l->interrupted && !l->non_stop)
		interrupt_all_stop(l);
	if (l->non_stop || !has_news(l)) {
		enum target_status status = run_actions(l, aside, &any);

		if (status != TARGET_OK)
			return status;
	}
	if (!any && !l->running && !l->non_stop && !has_news(l))
		return target_fail(t, TARGET_NO_THREAD, "none of these threads is there");
	if (l->non_stop || !any)
		linux_wake(l);
	l->resumed = true;
	return TARGET_OK;
}

/* Non-stop: one thread that runs stops as if by the interrupt key. */
static void interrupt_one(struct linux_target *l)
{
	for (struct linux_process *p = l->processes; p; p = p->next)
		for (struct linux_thread *th = p->threads; th; th = th->next)
			if (th->running) {
				halt_thread(th, TARGET_SIGNAL_INT);
				return;
			}
}

enum target_status linux_interrupt(struct target *t)
{
	struct linux_target *l = (struct linux_target *)t;

	if (l->non_stop) {
		interrupt_one(l);
		return TARGET_OK;
	}
	linux_halt_all(l);
	l->resumed = true; /* who asks waits for a stop, whatever stands still by now */
	interrupt_all_stop(l);
	linux_wake(l);
	return TARGET_OK;
}

void linux_program(struct target *t, const uint8_t *bits, size_t n)
{
	struct linux_target *l = (struct linux_target *)t;

	memset(l->program, 0, sizeof(l->program));
	memcpy(l->program, bits, n < sizeof(l->program) ? n : sizeof(l->program));
}

/* The signal of a stop that the program shall have when nobody debugs it any more; 0: none. */
static int owed_signal(const struct linux_target *l, const struct target_stop *stop)
{
	size_t n = (size_t)stop->signal;

	if (stop->kind != TARGET_STOP_SIGNAL || stop->signal == TARGET_SIGNAL_TRAP ||
	    stop->signal == TARGET_SIGNAL_INT || n >= 8 * sizeof(l->program) ||
	    !(l->program[n / 8] >> n % 8 & 1))
		return 0;
	return linux_signal_from_gdb(stop->signal);
}

/* A signal that was seen and is not delivered yet goes to the program after all. */
static void let_go(struct linux_target *l, struct linux_thread *th)
{
	int told = th->told ? owed_signal(l, &th->last) : 0;
	int untold = th->has_pending ? owed_signal(l, &th->pending) : 0;

	if (told)
		linux_give(th, told);
	if (untold)
		linux_give(th, untold);
	linux_regs_flush(l, th);
	linux_hw_update(th);
	if (th->deliver && th->mute) {
		send_signal(th, th->deliver);
		th->deliver = 0;
	}
	if (th->process->newborn)
		linux_child_leave(l, th->tid, th->process->borrower, th->deliver);
	else
		ptrace(PTRACE_DETACH, th->tid, NULL, (void *)(intptr_t)th->deliver);
}

enum target_status linux_detach(struct target *t, uint32_t pid)
{
	struct linux_target *l = (struct linux_target *)t;
	struct linux_process *p = linux_process_find(l, pid);

	if (!p)
		return target_fail(t, TARGET_NO_THREAD, "there is no process %u", pid);
	linux_halt_process(l, p);
	if (p->ended) {
		linux_process_drop(l, p);
		return TARGET_OK;
	}
	linux_children_end(l, (struct target_tid){ .pid = pid }, linux_detach);
	struct points_memory m = linux_raw_memory(p);
	points_remove_all(p->points, &m);
	linux_borrow(l, p);
	linux_hw_clear(p);
	for (struct linux_thread *th = p->threads; th; th = th->next)
		let_go(l, th);
	struct target_tid forker = p->forker;
	linux_process_drop(l, p);
	linux_forker_goes(l, forker);
	return TARGET_OK;
}

enum target_status linux_kill(struct target *t, uint32_t pid)
{
	struct linux_target *l = (struct linux_target *)t;
	struct linux_process *p = linux_process_find(l, pid);
	int status;

	if (!p)
		return target_fail(t, TARGET_NO_THREAD, "there is no process %u", pid);
	linux_children_end(l, (struct target_tid){ .pid = pid }, linux_kill);
	kill(p->pid, SIGKILL);
	/* every thread has to be waited for before the process is gone; the leader ends last */
	while (!p->ended && p->threads) {
		pid_t tid = waitpid(-1, &status, __WALL);

		if (tid > 0)
			linux_handle(l, tid, status);
		else if (errno != EINTR)
			break;
	}
	linux_process_drop(l, p);
	return TARGET_OK;
}
