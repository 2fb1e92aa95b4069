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
#include <unistd.h>

#include "target/auto.h"
#include "target/linux/linux_priv.h"

bool linux_mem_open(struct linux_process *p)
{
	char path[64];

	if (p->mem >= 0)
		close(p->mem);
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

static bool raw_read(void *ctx, uint64_t at, void *buf, size_t n)
{
	return read_raw(ctx, at, buf, n) == n;
}

static bool raw_write(void *ctx, uint64_t at, const void *data, size_t n)
{
	const struct linux_process *p = ctx;

	return pwrite(p->mem, data, n, (off_t)at) == (ssize_t)n;
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
	points_hide(p->points, at, buf, *done);
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
	struct points_memory m = linux_raw_memory(p);
	points_keep(p->points, at, copy, n);
	points_note_all(p->points, &m);
	ssize_t done = pwrite(p->mem, copy, n, (off_t)at);
	if (done == (ssize_t)n)
		return TARGET_OK;
	return target_fail(t, TARGET_FAULT, "process %u: write of %zu bytes at %#" PRIx64 ": %s",
			   tid.pid, n, at, done < 0 ? strerror(errno) : "not all of it is there");
}
