/*
 * Catching system calls (QCatchSyscalls): which numbers stop, and whether a stop is an entry or a
 * return. Facts: ptrace(2), "Syscall-stops" and PTRACE_GET_SYSCALL_INFO.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>

#include "target/linux/linux_priv.h"

enum target_status linux_catch(struct target *t, uint32_t pid, bool on, const int64_t *calls,
			       size_t n)
{
	struct linux_process *p = linux_process_find((struct linux_target *)t, pid);
	int64_t *copy = NULL;

	if (!p)
		return target_fail(t, TARGET_NO_THREAD, "there is no process %u", pid);
	if (on && n) {
		copy = malloc(n * sizeof(*copy));
		if (!copy)
			return target_fail(t, TARGET_SYSTEM, "out of memory");
		memcpy(copy, calls, n * sizeof(*copy));
	}
	free(p->calls);
	p->calls = copy;
	p->call_count = copy ? n : 0;
	p->catching = on;
	return TARGET_OK;
}

/* Numbers are those that clients have names for, or what the program's registers say. */
static bool is_caught(const struct linux_process *p, int64_t call)
{
	if (!p->catching)
		return false;
	for (size_t i = 0; i < p->call_count; i++)
		if (p->calls[i] == call)
			return true;
	return !p->calls;
}

bool linux_syscall_stop(struct linux_thread *th)
{
	struct __ptrace_syscall_info info = { 0 };
	long n = ptrace(PTRACE_GET_SYSCALL_INFO, th->tid, (void *)sizeof(info), &info);

	if (n <= 0)
		return false;
	int64_t number = host_syscall_number(th->tid), call = host_syscall_known(number);
	if (!is_caught(th->process, call)) {
		if (!is_caught(th->process, number))
			return false;
		call = number;
	}
	linux_pend(th,
		   info.op == PTRACE_SYSCALL_INFO_ENTRY ? TARGET_STOP_SYSCALL_ENTRY
							: TARGET_STOP_SYSCALL_RETURN,
		   TARGET_SIGNAL_TRAP);
	th->pending.value = call;
	return true;
}
