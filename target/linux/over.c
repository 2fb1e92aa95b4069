/*
 * Stepping over breakpoints that stay: a thread whose hit was not told of executes the instruction
 * under the breakpoint while the other threads of its process stand still. Called by event.c and
 * resume.c. Facts: ptrace(2), "Signal-delivery-stop" and "Syscall-stops".
 */
#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include "target/linux/linux_priv.h"

/* Signals that came for the thread while it stepped and that the program shall have. */
struct held {
	int signals[8];
	size_t n;
};

static bool is_plain_trap(int status)
{
	return WIFSTOPPED(status) && status >> 8 == SIGTRAP;
}

static bool is_call_entry(int status)
{
	return WIFSTOPPED(status) && status >> 8 == (SIGTRAP | 0x80);
}

/* Made by the instruction itself. */
static bool is_fault(int signal)
{
	return signal == SIGSEGV || signal == SIGBUS || signal == SIGILL || signal == SIGFPE ||
	       signal == SIGTRAP || signal == SIGSYS;
}

/* A stop on the way that is no news: of job control, or a signal to be given later. */
static bool is_on_the_way(struct linux_target *l, struct linux_thread *th, struct held *held,
			  int status)
{
	if (!WIFSTOPPED(status))
		return false;
	if (status >> 16)
		return status >> 16 == PTRACE_EVENT_STOP && !th->halt;
	int signal = WSTOPSIG(status);
	if (held->n == sizeof(held->signals) / sizeof(held->signals[0]) || is_fault(signal) ||
	    !linux_passes(l, th, signal))
		return false;
	held->signals[held->n++] = signal;
	return true;
}

/*
 * One instruction. A system call is entered only, since it may not come back before other threads
 * have run. -1: the thread is lost.
 */
static int step(struct linux_target *l, struct linux_thread *th, struct held *held)
{
	enum __ptrace_request how =
		host_is_call(th->process, th->over_at) ? PTRACE_SYSCALL : PTRACE_SINGLESTEP;
	int status = 0;

	linux_emulate_runs(l, th, how == PTRACE_SINGLESTEP);
	linux_regs_flush(l, th);
	linux_hw_update(th);
	do {
		ptrace(how, th->tid, NULL, NULL);
		if (!linux_wait_thread(l, th, &status))
			return -1;
	} while (!is_plain_trap(status) && !is_call_entry(status) &&
		 is_on_the_way(l, th, held, status));
	th->trapped = is_plain_trap(status);
	th->parked = false;
	th->mute &= !th->trapped;
	if (th->trapped)
		linux_emulate_trapped(l, th);
	return status;
}

/* The first signal goes with the thread when it runs, the others are sent once more. */
static void give_signals(struct linux_thread *th, const struct held *held)
{
	for (size_t i = 0; i < held->n; i++)
		linux_give(th, held->signals[i]);
}

/* What happened instead of a whole step, or at the entry of a system call. */
static void other_event(struct linux_target *l, struct linux_thread *th, int status)
{
	pid_t tid = th->tid;

	linux_handle(l, tid, status);
	if (linux_thread_find(l, tid) != th)
		return;
	/* told of a signal, it still stands in front of the instruction; a handler comes first */
	th->over = th->has_pending && !is_call_entry(status);
}

static void step_over(struct linux_target *l, struct linux_thread *th)
{
	struct linux_process *p = th->process;
	struct points_memory m = linux_raw_memory(p);
	struct held held = { .n = 0 };
	uint64_t pc;

	th->over = false;
	if (linux_pc_read(l, th, &pc) != TARGET_OK || pc != th->over_at)
		return;
	if (linux_emulate_over(l, th)) {
		linux_step_done(l, th);
		return;
	}
	if (!points_lift(p->points, pc, &m))
		return;
	int status = step(l, th, &held);
	points_put_back(p->points, pc, &m);
	give_signals(th, &held);
	if (is_plain_trap(status))
		linux_step_done(l, th);
	else if (status >= 0)
		other_event(l, th, status);
}

static bool may_go(const struct linux_target *l, const struct linux_thread *th,
		   const struct linux_process *p)
{
	return th->process == p && th->go && !th->running && !th->has_pending &&
	       !linux_waits_for_child(l, th);
}

static struct linux_thread *next_over(const struct linux_target *l, const struct linux_process *p)
{
	struct linux_thread *th = l->busy;

	while (th && (!th->over || !may_go(l, th, p)))
		th = th->busy_next;
	return th;
}

static void run(struct linux_target *l, const struct linux_process *p, struct linux_thread *th)
{
	if (may_go(l, th, p))
		linux_thread_run(l, th);
	/* behind a resume the server asks by itself */
	if (l->resumed && th->has_pending && th->process == p)
		linux_wake(l);
}

void linux_go(struct linux_target *l, struct linux_process *p)
{
	struct linux_thread *th;

	if (next_over(l, p))
		linux_halt_process(l, p);
	p->halting = true;
	while ((th = next_over(l, p)))
		step_over(l, th);
	p->halting = false;
	struct linux_thread *last = linux_thread_find(l, (pid_t)l->last.tid);
	for (th = l->busy; th; th = th->busy_next)
		if (th != last)
			run(l, p, th);
	/* the one that stopped last gives the others a start, so that none of them starves */
	if (last)
		run(l, p, last);
	if (p->ended)
		linux_wake(l);
}

static bool is_one_halting(const struct linux_target *l)
{
	const struct linux_process *p = l->processes;

	while (p && !p->halting)
		p = p->next;
	return p != NULL;
}

/*
 * While the threads of another process are waited for this one stays as it is. To start it would
 * halt it first, and that wait takes whatever waitpid tells of, also what the one that is under way
 * waits for; that one would then wait for ever.
 */
void linux_go_over(struct linux_target *l, struct linux_thread *th)
{
	struct linux_process *p = th->process;

	if (l->halting || p->halting)
		return;
	p->put_off = is_one_halting(l);
	if (p->put_off)
		linux_wake(l);
	else
		linux_go(l, p);
}

void linux_go_put_off(struct linux_target *l)
{
	for (struct linux_process *p = l->processes; p; p = p->next) {
		if (!p->put_off || l->halting || p->halting)
			continue;
		p->put_off = false;
		linux_go(l, p);
	}
}
