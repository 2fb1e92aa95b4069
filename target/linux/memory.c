/*
 * Memory of a process through one open /proc/PID/mem, which also writes to read-only pages.
 * Breakpoint instructions that stand there are hidden from reads and kept under writes.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <unistd.h>

#include "target/auto.h"
#include "target/linux/linux_priv.h"

void linux_mem_close(struct linux_process *p)
{
	if (p->mem >= 0)
		close(p->mem);
	if (p->pagemap >= 0)
		close(p->pagemap);
	p->mem = p->pagemap = -1;
}

bool linux_mem_open(struct linux_process *p)
{
	char path[64];

	linux_mem_close(p);
	snprintf(path, sizeof(path), "/proc/%d/mem", p->pid);
	p->mem = open(path, O_RDWR | O_CLOEXEC);
	return p->mem >= 0;
}

/* pread of /proc/PID/mem fails as a whole only when the first page is not there. */
static size_t read_raw(const struct linux_process *p, uint64_t at, void *buf, size_t n)
{
	size_t done = 0;

	while (done < n) {
		ssize_t got = pread(p->mem, (char *)buf + done, n - done, (off_t)(at + done));

		if (got <= 0)
			break;
		done += (size_t)got;
	}
	return done;
}

/* A thread through which ptrace reaches the memory: any that stands. */
static pid_t standing(const struct linux_process *p)
{
	for (const struct linux_thread *th = p->threads; th; th = th->next)
		if (!th->running)
			return th->tid;
	return p->pid;
}

/*
 * Word by word, when the file fails. Kernels may forbid writes through /proc/PID/mem to memory that
 * is read-only, and a breakpoint that stays behind ends the program. from NULL: reads.
 */
static bool by_ptrace(pid_t tid, uint64_t at, void *to, const void *from, size_t n)
{
	for (size_t done = 0; done < n;) {
		size_t offset = (at + done) % sizeof(long), part = sizeof(long) - offset;
		void *place = (void *)(uintptr_t)(at + done - offset);

		part = part < n - done ? part : n - done;
		errno = 0;
		long word = ptrace(PTRACE_PEEKTEXT, tid, place, NULL);
		if (errno)
			return false;
		if (!from)
			memcpy((uint8_t *)to + done, (uint8_t *)&word + offset, part);
		else
			memcpy((uint8_t *)&word + offset, (const uint8_t *)from + done, part);
		if (from && ptrace(PTRACE_POKETEXT, tid, place, (void *)word) != 0)
			return false;
		done += part;
	}
	return true;
}

static bool raw_read(void *ctx, uint64_t at, void *buf, size_t n)
{
	const struct linux_process *p = ctx;

	return read_raw(p, at, buf, n) == n || by_ptrace(standing(p), at, buf, NULL, n);
}

static bool raw_write(void *ctx, uint64_t at, const void *data, size_t n)
{
	const struct linux_process *p = ctx;

	return pwrite(p->mem, data, n, (off_t)at) == (ssize_t)n ||
	       by_ptrace(standing(p), at, NULL, data, n);
}

struct points_memory linux_raw_memory(struct linux_process *p)
{
	return (struct points_memory){ .read = raw_read,
				       .write = raw_write,
				       .ctx = p,
				       .rescue = p->rescue,
				       .pid = (uint32_t)p->pid };
}

static struct linux_process *process_of(struct target *t, struct target_tid tid)
{
	return linux_process_find((struct linux_target *)t, tid.pid);
}

/* A vforked child has the memory of its parent, and each may have breakpoints there. */
static bool shares(const struct linux_process *a, const struct linux_process *b)
{
	uint32_t of_a = a->borrower ? a->forker.pid : (uint32_t)a->pid;
	uint32_t of_b = b->borrower ? b->forker.pid : (uint32_t)b->pid;

	return of_a == of_b;
}

enum target_status linux_mem_read(struct target *t, struct target_tid tid, uint64_t at, void *buf,
				  size_t n, size_t *done)
{
	struct linux_process *p = process_of(t, tid);

	if (!p)
		return target_fail(t, TARGET_NO_THREAD, "there is no process %u", tid.pid);
	*done = read_raw(p, at, buf, n);
	if (!*done)
		return target_fail(t, TARGET_FAULT, "process %u has no memory at %#" PRIx64,
				   tid.pid, at);
	for (struct linux_process *q = ((struct linux_target *)t)->processes; q; q = q->next)
		if (shares(p, q))
			points_hide(q->points, at, buf, *done);
	return TARGET_OK;
}

enum target_status linux_mem_write(struct target *t, struct target_tid tid, uint64_t at,
				   const void *data, size_t n)
{
	struct linux_process *p = process_of(t, tid);
	AUTO_FREE void *copy = malloc(n + 1);

	if (!p)
		return target_fail(t, TARGET_NO_THREAD, "there is no process %u", tid.pid);
	if (!copy)
		return target_fail(t, TARGET_SYSTEM, "out of memory");
	memcpy(copy, data, n);
	((struct linux_target *)t)->writes++;
	for (struct linux_process *q = ((struct linux_target *)t)->processes; q; q = q->next) {
		struct points_memory m = linux_raw_memory(q);

		if (!shares(p, q))
			continue;
		points_keep(q->points, at, copy, n);
		points_note_all(q->points, &m);
	}
	ssize_t done = pwrite(p->mem, copy, n, (off_t)at);
	if (done == (ssize_t)n)
		return TARGET_OK;
	return target_fail(t, TARGET_FAULT, "process %u: write of %zu bytes at %#" PRIx64 ": %s",
			   tid.pid, n, at, done < 0 ? strerror(errno) : "not all of it is there");
}
