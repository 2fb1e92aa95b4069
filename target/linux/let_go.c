/*
 * Letting go of attached processes when the tables of the target cannot be trusted or are gone with
 * it: the server crashed, or was killed. Everything is asked of the kernel anew. System calls only,
 * no allocation, no stdio: the caller may be a signal handler in a broken process.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "target/linux/host.h"
#include "target/linux/linux_priv.h"

enum { ROUNDS = 400, ROUND_NS = 5000000, OPTIONS = PTRACE_O_TRACECLONE };

struct job {
	const struct rescue *rescue;
	uint32_t pid;
	int tasks; /* /proc/PID/task */
};

/* false: the thread is no news to this pass. */
typedef bool (*thread_fn)(const struct job *j, pid_t tid);

static pid_t number_of(const char *name)
{
	pid_t n = 0;

	for (; *name >= '0' && *name <= '9'; name++)
		n = n * 10 + *name - '0';
	return n;
}

/* Calls fn for every thread; how many it counted. */
static size_t each_thread(const struct job *j, thread_fn fn)
{
	char buf[4096] __attribute__((aligned(8)));
	size_t counted = 0;
	long n;

	lseek(j->tasks, 0, SEEK_SET);
	while ((n = syscall(SYS_getdents64, j->tasks, buf, sizeof(buf))) > 0)
		for (long at = 0; at < n;) {
			const struct dirent64 *e = (const void *)(buf + at);
			pid_t tid = number_of(e->d_name);

			counted += tid && fn(j, tid);
			at += e->d_reclen;
		}
	return counted;
}

/* A thread that nobody traces becomes ours. */
static bool seize(const struct job *j, pid_t tid)
{
	(void)j;
	return ptrace(PTRACE_SEIZE, tid, NULL, (void *)(intptr_t)OPTIONS) == 0;
}

static bool interrupt(const struct job *j, pid_t tid)
{
	(void)j;
	return ptrace(PTRACE_INTERRUPT, tid, NULL, NULL) == 0;
}

/* ptrace(2): a request for a thread that does not stand, or is not ours, fails with ESRCH. */
static bool stands(pid_t tid)
{
	siginfo_t info;

	return ptrace(PTRACE_GETSIGINFO, tid, NULL, &info) == 0 || errno != ESRCH;
}

/*
 * The kernel tells of an interruption before the trap of an instruction that was executed just
 * before it. The trap comes as soon as the thread goes on.
 */
static bool trap_waits(pid_t tid)
{
	struct __ptrace_peeksiginfo_args from = { .nr = 1 };
	siginfo_t info;

	for (; ptrace(PTRACE_PEEKSIGINFO, tid, &from, &info) == 1; from.off++)
		if (info.si_signo == SIGTRAP && info.si_code > 0)
			return true;
	return false;
}

/* Traced by us and not standing yet. Asked again, since it may be new. */
static bool is_running(const struct job *j, pid_t tid)
{
	if (!stands(tid))
		return interrupt(j, tid);
	return trap_waits(tid) && ptrace(PTRACE_CONT, tid, NULL, NULL) == 0;
}

static void stop_all(const struct job *j)
{
	const struct timespec pause = { .tv_nsec = ROUND_NS };

	each_thread(j, interrupt);
	for (int i = 0; i < ROUNDS && each_thread(j, is_running); i++)
		nanosleep(&pause, NULL);
}

/* Has hit a breakpoint of ours: it shall execute the program's instruction there. */
static bool back_to_breakpoint(const struct job *j, pid_t tid, const siginfo_t *info)
{
	uint64_t pc, offset = host_break_pc_offset();

	return host_is_break_code(info->si_code) && host_pc_get(tid, &pc) &&
	       rescue_is_patched(j->rescue, j->pid, pc - offset) && host_pc_put(tid, pc - offset);
}

/* Traps of debugging end with it; every other signal belongs to the program. */
static bool release(const struct job *j, pid_t tid)
{
	static const struct host_slot none[HOST_SLOTS];
	siginfo_t info;
	int signal = 0;

	if (ptrace(PTRACE_GETSIGINFO, tid, NULL, &info) == 0) {
		if (info.si_signo != SIGTRAP)
			signal = info.si_signo;
		else
			back_to_breakpoint(j, tid, &info);
	}
	host_slots_write(tid, none);
	return ptrace(PTRACE_DETACH, tid, NULL, (void *)(intptr_t)signal) == 0;
}

/* "TracerPid:\t0" in its status: another debugger that has come to it decides by itself. */
static bool is_untraced(uint32_t pid)
{
	static const char none[] = "TracerPid:\t0\n";
	char text[1024];
	int fd = rescue_open(pid, "status", O_RDONLY);
	ssize_t n = fd < 0 ? 0 : read(fd, text, sizeof(text));

	if (fd >= 0)
		close(fd);
	return n > 0 && memmem(text, (size_t)n, none, sizeof(none) - 1);
}

static void continue_held(const struct rescue *r)
{
	for (size_t i = 0; i < RESCUE_HELD; i++) {
		uint32_t pid = rescue_held(r, i);

		if (pid && is_untraced(pid))
			kill((pid_t)pid, SIGCONT);
	}
}

void linux_die_slowly(struct linux_target *l)
{
	if (!l->rescue || l->linger >= 0)
		return;
	l->linger = inotify_init1(IN_CLOEXEC);
	if (l->linger >= 0)
		inotify_add_watch(l->linger, "/", IN_DELETE_SELF);
}

void linux_let_go(const struct rescue *r, bool orphans)
{
	for (size_t i = 0; i < RESCUE_PROCESSES; i++) {
		struct job j = { .rescue = r, .pid = rescue_process(r, i) };

		if (!j.pid)
			continue;
		j.tasks = rescue_open(j.pid, "task", O_RDONLY | O_DIRECTORY);
		if (j.tasks < 0)
			continue;
		while (orphans && each_thread(&j, seize))
			;
		stop_all(&j);
		rescue_restore(r, j.pid);
		each_thread(&j, release);
		close(j.tasks);
	}
	continue_held(r);
}
