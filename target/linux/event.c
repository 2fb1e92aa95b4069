/*
 * What children do: every status that waitpid gives is sorted into the tables here, and what a
 * client shall hear of becomes a pending event of its thread. Facts: ptrace(2), "Stopped states"
 * and the PTRACE_EVENT stops.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "target/linux/linux_priv.h"

void linux_pend(struct linux_thread *th, enum target_stop_kind kind, int gdb_signal)
{
	th->has_pending = true;
	th->halt = false;
	th->pending = (struct target_stop){
		.kind = kind, .tid = linux_tid(th), .signal = gdb_signal, .core = -1
	};
}

/* Goes on as if nothing had happened, unless all are being stopped. */
void linux_go_on(struct linux_target *l, struct linux_thread *th, int signal)
{
	if (signal)
		linux_give(th, signal);
	if (!l->halting && !th->process->halting)
		linux_thread_run(l, th);
}

/* All other threads are gone; the one that is left has the leader's id (ptrace(2), "execve"). */
static void on_exec(struct linux_target *l, struct linux_thread *th)
{
	struct linux_process *p = th->process;
	size_t n;
	const void *insn = host_break_insn(&n);
	struct points *fresh = points_create(insn, n);

	linux_children_end(l, (struct target_tid){ .pid = (uint32_t)p->pid }, linux_detach);
	while (p->threads->next) {
		struct linux_thread *other = p->threads == th ? th->next : p->threads;

		linux_thread_drop(l, other);
	}
	linux_give_back(l, p);
	rescue_forget_patches(p->rescue, (uint32_t)p->pid);
	linux_mem_open(p);
	linux_emulate_forget(p);
	th->rseq = (struct linux_rseq){ .known = false };
	p->desc = host_desc(l->host, p->pid);
	if (fresh) {
		points_destroy(p->points);
		p->points = fresh;
	}
	point_codes_clear(&p->codes);
	p->lent = 0;
	linux_hw_forget(p);
	linux_thread_db_exec(p);
	th->owed = l->resumes; /* the one that called exec was, and now it has the leader's place */
	linux_regs_flush(l, th);
	if (!(l->wishes & TARGET_WISH_EXEC)) {
		linux_go_on(l, th, 0);
		return;
	}
	linux_pend(th, TARGET_STOP_EXEC, TARGET_SIGNAL_TRAP);
}

/* --- stops of a thread --- */

/* A step inside its range is nothing to tell of, also while all are being stopped. */
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
	       host_is_break_code(info.si_code);
}

/*
 * The breakpoint was taken away after the thread had executed it: it shall execute what stands
 * there now. A breakpoint instruction of the program itself is still there.
 */
static bool is_stale_hit(struct linux_target *l, struct linux_thread *th)
{
	struct points_memory m = linux_raw_memory(th->process);
	uint8_t now[POINTS_INSN_MAX];
	uint64_t pc;
	size_t n;
	const void *insn = host_break_insn(&n);

	if (linux_pc_read(l, th, &pc) != TARGET_OK)
		return false;
	pc -= host_break_pc_offset();
	return m.read(m.ctx, pc, now, n) && memcmp(now, insn, n) != 0 &&
	       linux_pc_write(l, th, pc) == TARGET_OK;
}

/* The thread stands at a breakpoint: pends the hit or goes on over it. */
static void on_breakpoint(struct linux_target *l, struct linux_thread *th, uint64_t at)
{
	linux_emulate_executed(th->process, at);
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

	if (linux_pc_read(l, th, &pc) != TARGET_OK || th->process->lent ||
	    !points_is_set(th->process->points, pc))
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
	if (in_range(l, th))
		return;
	arrive(l, th);
	linux_pend(th, TARGET_STOP_SIGNAL, TARGET_SIGNAL_TRAP);
}

static void on_trap(struct linux_target *l, struct linux_thread *th)
{
	bool hit;
	uint64_t at;

	linux_emulate_trapped(l, th);
	bool executed = is_break_trap(th);
	th->trapped = executed && hit_breakpoint(l, th, &at);
	if (th->trapped) {
		on_breakpoint(l, th, at);
		return;
	}
	th->trapped = executed && is_stale_hit(l, th);
	if (th->trapped) {
		linux_go_on(l, th, 0);
		return;
	}
	bool told = on_hw_hit(l, th, &hit);
	th->trapped = hit || th->stepping;
	if (told)
		return;
	bool again = th->stepping && in_range(l, th);
	if (again && !l->halting && !l->non_stop)
		l->stepper = th->tid;
	if (hit || again) {
		linux_go_on(l, th, 0);
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

/* What a breakpoint gives where code cannot be executed, as on the stack: gdb has them there. */
static bool may_be_break(int signal)
{
	return signal == SIGTRAP || signal == SIGSEGV || signal == SIGILL;
}

/* A client that steps is told of every signal: it decides whether the handler is stepped into. */
bool linux_passes(const struct linux_target *l, const struct linux_thread *th, int signal)
{
	return !th->stepping && !may_be_break(signal) && passes(l, linux_signal_to_gdb(signal));
}

/* One that we have sent: it was told of, or goes to the program without that. */
static bool take_sent(struct linux_thread *th, int signal)
{
	bool sent = th->sent & linux_signal_bit(signal);

	th->sent &= ~linux_signal_bit(signal);
	return sent;
}

static void on_signal(struct linux_target *l, struct linux_thread *th, int signal)
{
	bool sent = take_sent(th, signal);
	bool continued = signal == SIGCONT && th->process->continued;

	if (continued)
		th->process->continued = false;
	if (sent || continued || linux_passes(l, th, signal))
		linux_go_on(l, th, signal);
	else
		linux_pend(th, TARGET_STOP_SIGNAL, linux_signal_to_gdb(signal));
}

static bool is_sent_trap(const struct linux_thread *th)
{
	siginfo_t info;

	return th->sent & linux_signal_bit(SIGTRAP) &&
	       ptrace(PTRACE_GETSIGINFO, th->tid, NULL, &info) == 0 && info.si_code == SI_TKILL;
}

/*
 * The kernel tells of an interruption before the trap of an instruction that was executed just
 * before it: a step that is done, a breakpoint. The trap comes as soon as the thread goes on.
 */
static bool has_trap_queued(const struct linux_thread *th)
{
	struct __ptrace_peeksiginfo_args from = { .nr = 1 };
	siginfo_t info;

	for (; ptrace(PTRACE_PEEKSIGINFO, th->tid, &from, &info) == 1; from.off++)
		if (info.si_signo == SIGTRAP && info.si_code > 0)
			return true;
	return false;
}

bool linux_signal_due(const struct linux_thread *th, uint32_t flags)
{
	struct __ptrace_peeksiginfo_args from = { .flags = flags, .nr = 1 };
	uint64_t blocked;
	siginfo_t info;

	if (ptrace(PTRACE_PEEKSIGINFO, th->tid, &from, &info) != 1 ||
	    ptrace(PTRACE_GETSIGMASK, th->tid, sizeof(blocked), &blocked) != 0)
		return false;
	for (; ptrace(PTRACE_PEEKSIGINFO, th->tid, &from, &info) == 1; from.off++)
		if (!(blocked & linux_signal_bit(info.si_signo)))
			return true;
	return false;
}

/* Lets the thread go on up to its signal, which is then sorted like every other. */
static void fetch_signal(struct linux_target *l, struct linux_thread *th)
{
	linux_emulate_runs(l, th, false);
	linux_thread_set_running(l, th, true);
	ptrace(PTRACE_CONT, th->tid, NULL, NULL);
}

/* PTRACE_EVENT_STOP: a new thread, an interrupted one, or one stopped by job control. */
static void on_event_stop(struct linux_target *l, struct linux_thread *th, int signal)
{
	bool fresh = th->fresh;

	th->fresh = false;
	/* what a process was about to get when it was attached to is shown, as it is by debuggers
	   that stop threads with a signal */
	if (!fresh && signal == SIGTRAP &&
	    (has_trap_queued(th) || (th->process->arriving && linux_signal_due(th, 0))))
		fetch_signal(l, th);
	else if (th->halt && signal == SIGTRAP) {
		linux_pend(th, TARGET_STOP_SIGNAL, th->halt_signal);
	} else if (fresh && l->wishes & TARGET_WISH_THREADS) {
		linux_pend(th, TARGET_STOP_CREATED, TARGET_SIGNAL_TRAP);
	} else if (fresh || signal == SIGTRAP) {
		linux_go_on(l, th, 0);
	} else if (!l->halting && !th->process->halting &&
		   ptrace(PTRACE_LISTEN, th->tid, NULL, NULL) == 0) {
		linux_thread_set_running(l, th, true);
	}
	th->asleep = !th->running && !th->has_pending && linux_is_asleep(l, th);
}

static void on_stop(struct linux_target *l, struct linux_thread *th, int status)
{
	int signal = WSTOPSIG(status);

	/* ptrace(2): only in a signal-delivery-stop a signal is taken along */
	th->emulation.trapped = false;
	th->mute = status >> 16 || signal == (SIGTRAP | 0x80);
	th->trapped = false;
	switch (status >> 16) {
	case 0:
		if (signal == (SIGTRAP | 0x80)) {
			if (!linux_syscall_stop(th))
				linux_go_on(l, th, 0);
		} else if (signal == SIGTRAP && !is_sent_trap(th))
			on_trap(l, th);
		else
			on_signal(l, th, signal);
		break;
	case PTRACE_EVENT_CLONE:
		linux_on_clone(l, th);
		break;
	case PTRACE_EVENT_FORK:
		linux_on_fork(l, th, false);
		break;
	case PTRACE_EVENT_VFORK:
		linux_on_fork(l, th, true);
		break;
	case PTRACE_EVENT_VFORK_DONE:
		linux_on_vfork_done(l, th);
		break;
	case PTRACE_EVENT_EXEC:
		on_exec(l, th);
		break;
	case PTRACE_EVENT_STOP:
		on_event_stop(l, th, signal);
		break;
	default:
		linux_go_on(l, th, 0);
		break;
	}
}

/* The leader's end: it is reported when no other thread is left. */
static void end_process(struct linux_target *l, struct linux_process *p, int status)
{
	linux_children_end(l, (struct target_tid){ .pid = (uint32_t)p->pid }, linux_detach);
	linux_give_back(l, p);
	while (p->threads)
		linux_thread_drop(l, p->threads);
	p->ended = ++l->ended;
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
	if (th)
		linux_thread_set_running(l, th, true);
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
			linux_early_add(l, tid, status);
		else if (p && !p->ended)
			end_process(l, p, status);
		return;
	}
	linux_thread_set_running(l, th, false);
	/* also one that stood: a leader whose place another thread takes by exec */
	th->asleep = false;
	linux_thread_busy(l, th);
	if (WIFSTOPPED(status))
		on_stop(l, th, status);
	else
		on_end(l, th, status);
}

/* --- collecting --- */

/*
 * What threads do is looked at, then what the client wants. To go over a breakpoint all threads of
 * a process have to be stopped, and on a busy machine each of them takes its time.
 */
enum { AT_ONCE = 64, AT_ONCE_NS = 20000000 };

static bool has_time(size_t n, int64_t start)
{
	return !n || (n < AT_ONCE && moment_now() - start < AT_ONCE_NS);
}

static void drain(struct linux_target *l)
{
	struct signalfd_siginfo info;
	uint64_t count;
	int64_t start = moment_now();
	pid_t tid = 0;
	size_t n = 0;
	int status;

	/* there is never more than one SIGCHLD waiting (signal(7), "Queueing") */
	bool child = read(l->child_fd, &info, sizeof(info)) > 0;
	if (l->woken)
		l->woken = read(l->wake_fd, &count, sizeof(count)) < 0;
	while (has_time(n, start) && (tid = waitpid(-1, &status, __WALL | WNOHANG)) > 0) {
		linux_handle(l, tid, status);
		n++;
	}
	if (n) {
		moment_end(&l->moment, start);
		moment_begin(&l->moment);
	}
	if (tid > 0) /* there may be more */
		linux_wake(l);
	linux_go_put_off(l);
	/* a signal and no status: that is how a leader ends while it has threads */
	if (child && (!n || l->running <= linux_leaders(l)))
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

/* The one that ended first: a parent may have waited for its child. */
static struct linux_process *find_ended(struct linux_target *l)
{
	struct linux_process *first = NULL;

	for (struct linux_process *p = l->processes; p; p = p->next)
		if (p->ended && !p->untold && (!first || p->ended < first->ended))
			first = p;
	return first;
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

	for (struct linux_thread *th = l->busy; th; th = th->busy_next) {
		if (!th->has_pending || !(l->non_stop || linux_owed(l, th)))
			continue;
		if (th->stepping)
			return th;
		if (dice(l) % ++n == 0)
			found = th;
	}
	return found;
}

bool linux_has_event(struct linux_target *l)
{
	return find_ended(l) || l->ends || find_pending(l);
}

/* Nothing runs and a stop can be told: the signals that came are sorted when the client has it. */
static bool is_ready(struct linux_target *l)
{
	return l->resumed && !l->non_stop && !l->running && linux_has_event(l);
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
		th->told = true;
		th->unheard = l->non_stop;
		if (!l->non_stop)
			linux_heard(&l->base, out->tid);
	}
	l->last = out->tid;
	l->resumed = false;
	l->stepper = 0;
	linux_park_soon(l);
	return true;
}

enum target_status linux_next_event(struct target *t, struct target_stop *out, bool *got)
{
	struct linux_target *l = (struct linux_target *)t;

	if (!is_ready(l))
		drain(l);
	linux_park(l);
	if (l->resumed && !l->non_stop)
		linux_hurry(l);
	*got = (l->resumed || l->non_stop) && (tell(l, out) || linux_tell_end(l, out));
	/* one event a call: there may be more */
	if (*got && l->non_stop)
		linux_wake(l);
	return TARGET_OK;
}
