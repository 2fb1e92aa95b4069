/*
 * The siginfo of a stopped thread (qXfer:siginfo). The kernel gives the layout of the server; a
 * program with 4-byte addresses has another one, and its client expects that.
 */
#include <elf.h>
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/ptrace.h>

#include "target/linux/proc.h"
#include "target/linux/view_priv.h"

enum { SIGINFO = sizeof(siginfo_t), HEAD = 12 }; /* si_signo, si_errno, si_code lie alike */

/** One field: where it is in both layouts. Narrow values are made wide with zeros. */
struct field {
	uint8_t wide_at, wide_n, narrow_at, narrow_n;
};

/** The fields that one kind of signal fills; a row of zeros ends them (include/uapi siginfo.h). */
struct layout {
	struct field fields[6];
};

/* sender, and a value: kill, sigqueue, timers */
static const struct layout sent = { {
	{ 16, 4, 12, 4 },
	{ 20, 4, 16, 4 },
	{ 24, 8, 20, 4 },
} };
/* address, its granularity, bounds or protection key */
static const struct layout fault = { {
	{ 16, 8, 12, 4 },
	{ 24, 2, 16, 2 },
	{ 32, 8, 20, 4 },
	{ 40, 8, 24, 4 },
} };
/* child, its user, status, times */
static const struct layout child = { {
	{ 16, 4, 12, 4 },
	{ 20, 4, 16, 4 },
	{ 24, 4, 20, 4 },
	{ 32, 8, 24, 4 },
	{ 40, 8, 28, 4 },
} };
/* x32 has wide times behind narrow fields */
static const struct layout child_x32 = { {
	{ 16, 4, 12, 4 },
	{ 20, 4, 16, 4 },
	{ 24, 4, 20, 4 },
	{ 32, 8, 24, 8 },
	{ 40, 8, 32, 8 },
} };
/* band, descriptor */
static const struct layout polled = { {
	{ 16, 8, 12, 4 },
	{ 24, 4, 16, 4 },
} };
/* address of the call, its number, architecture */
static const struct layout filtered = { {
	{ 16, 8, 12, 4 },
	{ 24, 4, 16, 4 },
	{ 28, 4, 20, 4 },
} };

static const struct layout *layout_of(const siginfo_t *info, bool x32)
{
	enum { TRAP_LAST = 6 }; /* larger codes are ptrace events */

	if (info->si_code <= 0)
		return &sent;
	switch (info->si_signo) {
	case SIGILL:
	case SIGFPE:
	case SIGSEGV:
	case SIGBUS:
		return &fault;
	case SIGTRAP:
		return info->si_code <= TRAP_LAST ? &fault : &sent;
	case SIGCHLD:
		return x32 ? &child_x32 : &child;
	case SIGPOLL:
		return &polled;
	case SIGSYS:
		return &filtered;
	default:
		return &sent;
	}
}

static void put_field(uint8_t *to, size_t to_n, const uint8_t *from, size_t from_n)
{
	memset(to, 0, to_n);
	memcpy(to, from, to_n < from_n ? to_n : from_n); /* both ends are little-endian */
}

static void make_narrow(const siginfo_t *info, bool x32, uint8_t out[SIGINFO])
{
	const struct field *f = layout_of(info, x32)->fields;
	const uint8_t *wide = (const uint8_t *)info;

	memset(out, 0, SIGINFO);
	memcpy(out, wide, HEAD);
	for (; f->wide_n; f++)
		put_field(out + f->narrow_at, f->narrow_n, wide + f->wide_at, f->wide_n);
}

static void make_wide(const uint8_t narrow[SIGINFO], bool x32, siginfo_t *out)
{
	uint8_t *wide = (uint8_t *)out;

	memset(wide, 0, SIGINFO);
	memcpy(wide, narrow, HEAD);
	for (const struct field *f = layout_of(out, x32)->fields; f->wide_n; f++)
		put_field(wide + f->wide_at, f->wide_n, narrow + f->narrow_at, f->narrow_n);
}

/* The bytes as the program would see them, and the class that decides it. */
static enum target_status get(struct target *t, struct target_tid tid, struct proc_class *class,
			      uint8_t out[SIGINFO])
{
	struct linux_thread *th;
	siginfo_t info;

	enum target_status status = linux_view_thread(t, tid, &th);
	if (status != TARGET_OK)
		return status;
	if (th->running)
		return target_fail(t, TARGET_RUNNING, "thread %u is running", tid.tid);
	linux_emulate_settle((struct linux_target *)t, th);
	memset(&info, 0, sizeof(info));
	if (th->parked)
		info = th->trap;
	else if (ptrace(PTRACE_GETSIGINFO, th->tid, NULL, &info))
		return target_fail(t, TARGET_UNAVAILABLE, "thread %u did not stop for a signal: %s",
				   tid.tid, strerror(errno));
	*class = (struct proc_class){ .wide = true };
	if (proc_class(tid.pid, class) && !class->wide)
		make_narrow(&info, class->machine == EM_X86_64, out);
	else
		memcpy(out, &info, SIGINFO);
	return TARGET_OK;
}

enum target_status linux_siginfo_read(struct target *t, struct target_tid tid,
				      struct target_text *out)
{
	struct proc_class class;
	uint8_t bytes[SIGINFO];

	enum target_status status = get(t, tid, &class, bytes);
	if (status == TARGET_OK)
		target_text_bytes(out, bytes, sizeof(bytes));
	return status;
}

enum target_status linux_siginfo_write(struct target *t, struct target_tid tid, uint64_t offset,
				       const void *data, size_t n)
{
	struct proc_class class;
	uint8_t bytes[SIGINFO];
	siginfo_t info;

	if (offset > SIGINFO || n > SIGINFO - offset)
		return target_fail(t, TARGET_INVALID, "a siginfo has %d bytes", (int)SIGINFO);
	enum target_status status = get(t, tid, &class, bytes);
	if (status != TARGET_OK)
		return status;
	memcpy(bytes + offset, data, n);
	if (class.wide)
		memcpy(&info, bytes, SIGINFO);
	else
		make_wide(bytes, class.machine == EM_X86_64, &info);
	struct linux_thread *th = linux_thread_find((struct linux_target *)t, (pid_t)tid.tid);
	if (th->parked)
		th->trap = info;
	else if (ptrace(PTRACE_SETSIGINFO, th->tid, NULL, &info))
		return target_fail(t, TARGET_SYSTEM,
				   "the signal of thread %u cannot be changed: %s", tid.tid,
				   strerror(errno));
	return TARGET_OK;
}
