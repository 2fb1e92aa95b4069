/*
 * Attaching to a running process with all its threads, by PTRACE_SEIZE: interrupting a thread
 * leaves no trace in it (ptrace(2), "Attaching and detaching").
 */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <unistd.h>

#include "target/linux/linux_priv.h"

enum { ATTACH_ROUNDS = 1000 };

static bool is_zombie(uint32_t pid)
{
	char path[64], text[512] = "";

	snprintf(path, sizeof(path), "/proc/%u/stat", pid);
	proc_read_short(path, text, sizeof(text));
	const char *state = strrchr(text, ')');
	return state && !strncmp(state, ") Z", 3);
}

/* In a job-control stop. */
static bool stands(uint32_t pid)
{
	struct proc_stat stat;

	return proc_stat(pid, pid, &stat) && stat.state == 'T';
}

/* gdbserver's words, and what to do about it. */
static enum target_status attach_failed(struct target *t, uint32_t pid, int error)
{
	long tracer = proc_status_number(pid, "TracerPid");
	char why[160] = "";

	if (is_zombie(pid))
		snprintf(why, sizeof(why), ": it has ended and waits for its parent");
	else if (error == EPERM && tracer > 0)
		snprintf(why, sizeof(why), ": process %ld already traces it, end that one first",
			 tracer);
	else if (error == EPERM || error == EACCES)
		snprintf(why, sizeof(why),
			 ": it must belong to you, and /proc/sys/kernel/yama/ptrace_scope must "
			 "be 0, or the server needs CAP_SYS_PTRACE");
	return target_fail(t, TARGET_SYSTEM, "Cannot attach to process %u: %s (%d)%s", pid,
			   strerror(error), error, why);
}

/* Seizes and stops one thread; true also when it is known or gone. */
static bool seize(struct linux_target *l, struct linux_process *p, pid_t tid, bool *grew)
{
	if (linux_thread_find(l, tid))
		return true;
	if (!linux_watch_take(l, tid) &&
	    ptrace(PTRACE_SEIZE, tid, NULL, (void *)(intptr_t)LINUX_TRACE_OPTIONS) != 0)
		return tid != p->pid; /* threads end as they like */
	struct linux_thread *th = linux_thread_add(l, p, tid);
	if (!th)
		return false;
	*grew = true;
	linux_thread_set_running(l, th, true);
	return true;
}

/* One pass over the threads that exist now. */
static bool seize_tasks(struct linux_target *l, struct linux_process *p, bool *grew)
{
	char path[64];
	bool ok = true;

	snprintf(path, sizeof(path), "/proc/%d/task", p->pid);
	DIR *dir = opendir(path);
	if (!dir)
		return false;
	for (struct dirent *e = readdir(dir); e && ok; e = readdir(dir))
		if (isdigit((unsigned char)e->d_name[0]))
			ok = seize(l, p, (pid_t)strtol(e->d_name, NULL, 10), grew);
	closedir(dir);
	return ok;
}

/* Threads may be made while we look, so until a pass finds nothing new. */
static bool seize_all(struct linux_target *l, struct linux_process *p)
{
	bool grew = false;

	if (!seize(l, p, p->pid, &grew))
		return false;
	for (int round = 0; grew && round < ATTACH_ROUNDS; round++) {
		grew = false;
		if (!seize_tasks(l, p, &grew))
			return false;
	}
	return true;
}

/* Those that cannot be stopped now go when they come to a stop. */
static void let_go(struct linux_target *l, struct linux_process *p)
{
	for (struct linux_thread *th = p->threads; th; th = th->next)
		if (th->running)
			linux_watch_leave(l, p->pid, th->tid);
		else
			ptrace(PTRACE_DETACH, th->tid, NULL, NULL);
	linux_process_drop(l, p);
}

/* Waits until all threads of the process that was seized stand. */
static enum target_status arrive(struct linux_target *l, struct linux_process *p)
{
	pid_t stuck = 0;

	p->arriving = true;
	bool all = linux_halt_attached(l, p, &stuck);
	p->arriving = false;
	if (!all)
		return target_fail(&l->base, TARGET_SYSTEM,
				   "Cannot attach to process %d: thread %d cannot be stopped where "
				   "it is in the kernel (a vfork, a device, a file system that "
				   "does not answer): try again when that is over",
				   p->pid, stuck);
	if (!p->threads || !linux_mem_open(p) || !(p->desc = host_desc(l->host, p->pid)))
		return target_fail(&l->base, TARGET_SYSTEM, "process %d ended or cannot be read",
				   p->pid);
	return TARGET_OK;
}

/* Takes a process that is not debugged; pid was checked. */
static enum target_status take(struct linux_target *l, pid_t pid)
{
	bool held = linux_hold_has(l, pid), stood = stands((uint32_t)pid);
	struct linux_process *p = linux_process_add(l, pid, true, false);
	pid_t stuck;

	if (!p)
		return target_fail(&l->base, TARGET_SYSTEM, "out of memory");
	if (!seize_all(l, p)) {
		int error = errno;

		(void)!linux_halt_attached(l, p, &stuck);
		let_go(l, p);
		return attach_failed(&l->base, (uint32_t)pid, error);
	}
	enum target_status status = arrive(l, p);
	if (status != TARGET_OK) {
		let_go(l, p);
		return status;
	}
	for (struct linux_thread *th = p->threads; th; th = th->next)
		th->asleep = linux_is_asleep(l, th);
	linux_first_stop(l, p, TARGET_SIGNAL_NONE);
	p->stood = stood;
	if (held) {
		linux_end_stop(p);
		linux_hold_forget(l, p->pid);
	}
	return TARGET_OK;
}

enum target_status linux_attach(struct target *t, uint32_t pid)
{
	struct linux_target *l = (struct linux_target *)t;

	if (!pid || pid > INT32_MAX)
		return target_fail(t, TARGET_INVALID, "%u is no process id", pid);
	if (linux_process_find(l, pid))
		return target_fail(t, TARGET_INVALID, "Already attached to process %u", pid);
	/* with a table for the case of our death, who reads it then is our parent */
	if (pid == (uint32_t)getpid() || (l->rescue && pid == (uint32_t)getppid()))
		return target_fail(t, TARGET_INVALID, "process %u is this server", pid);
	return take(l, (pid_t)pid);
}
