/*
 * The table of what is patched in other processes, and putting it back. Targets fill it; the
 * server's crash handler and its guardian (stub/) read it. Whatever is read here may be read while
 * its writer is dead in the middle of a change, so a row counts from the store of its pid on.
 */
#include "target/rescue.h"

#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

struct row {
	uint32_t pid; /* 0: the row is free */
	uint32_t n;   /* of a free row: the next free one, 0 none */
	uint64_t at;
	uint64_t saved, put; /* up to 8 bytes, each changed by one store */
};

struct rescue {
	uint32_t used; /* rows[1 .. used] were in use at some time */
	uint32_t free; /* first free one of them, 0 none */
	uint32_t live; /* that are in use now */
	uint32_t processes[RESCUE_PROCESSES];
	uint32_t held[RESCUE_HELD];
	struct row rows[RESCUE_PATCHES]; /* the first is not used */
};

struct rescue *rescue_create(void)
{
	void *p = mmap(NULL, sizeof(struct rescue), PROT_READ | PROT_WRITE,
		       MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	return p == MAP_FAILED ? NULL : p;
}

void rescue_destroy(struct rescue *r)
{
	if (r)
		munmap(r, sizeof(*r));
}

/* --- for the writer --- */

static void put(uint32_t *field, uint32_t value)
{
	__atomic_store_n(field, value, __ATOMIC_RELEASE);
}

static uint32_t get(const uint32_t *field)
{
	return __atomic_load_n(field, __ATOMIC_ACQUIRE);
}

static void replace(uint32_t *list, size_t n, uint32_t pid, uint32_t by)
{
	for (size_t i = 0; i < n; i++)
		if (list[i] == pid) {
			put(&list[i], by);
			return;
		}
}

void rescue_add(struct rescue *r, uint32_t pid)
{
	if (r)
		replace(r->processes, RESCUE_PROCESSES, 0, pid);
}

void rescue_hold(struct rescue *r, uint32_t pid)
{
	if (r)
		replace(r->held, RESCUE_HELD, 0, pid);
}

void rescue_unhold(struct rescue *r, uint32_t pid)
{
	if (r)
		replace(r->held, RESCUE_HELD, pid, 0);
}

void rescue_drop(struct rescue *r, uint32_t slot)
{
	if (!r || !slot || !r->rows[slot].pid)
		return;
	put(&r->rows[slot].pid, 0);
	r->rows[slot].n = r->free;
	r->free = slot;
	r->live--;
}

void rescue_forget_patches(struct rescue *r, uint32_t pid)
{
	for (uint32_t i = 1; r && r->live && i <= r->used; i++)
		if (r->rows[i].pid == pid)
			rescue_drop(r, i);
}

void rescue_forget(struct rescue *r, uint32_t pid)
{
	rescue_forget_patches(r, pid);
	if (r)
		replace(r->processes, RESCUE_PROCESSES, pid, 0);
}

static uint32_t take(struct rescue *r)
{
	uint32_t slot = r->free;

	if (slot)
		r->free = r->rows[slot].n;
	else if (r->used + 1 < RESCUE_PATCHES)
		slot = ++r->used;
	r->live += slot != 0;
	return slot;
}

uint32_t rescue_note(struct rescue *r, uint32_t slot, const struct rescue_patch *patch)
{
	uint64_t saved = 0, now = 0;

	if (!r)
		return 0;
	if (!slot)
		slot = take(r);
	if (!slot)
		return 0;
	struct row *row = &r->rows[slot];
	memcpy(&saved, patch->saved, sizeof(saved));
	memcpy(&now, patch->put, sizeof(now));
	__atomic_store_n(&row->saved, saved, __ATOMIC_RELEASE);
	__atomic_store_n(&row->put, now, __ATOMIC_RELEASE);
	row->at = patch->at;
	row->n = patch->n;
	put(&row->pid, patch->pid);
	return slot;
}

/* --- for whoever comes after --- */

uint32_t rescue_process(const struct rescue *r, size_t n)
{
	return n < RESCUE_PROCESSES ? get(&r->processes[n]) : 0;
}

uint32_t rescue_held(const struct rescue *r, size_t n)
{
	return n < RESCUE_HELD ? get(&r->held[n]) : 0;
}

/* The row's content; false: it is free. */
static bool row_get(const struct rescue *r, uint32_t slot, struct row *out)
{
	*out = r->rows[slot];
	out->pid = get(&r->rows[slot].pid);
	return out->pid && out->n <= RESCUE_PATCH_MAX;
}

static uint32_t rows_end(const struct rescue *r)
{
	uint32_t used = get(&r->used);

	return used < RESCUE_PATCHES ? used + 1 : RESCUE_PATCHES;
}

bool rescue_due(const struct rescue *r)
{
	bool due = get(&r->live);

	for (size_t i = 0; !due && i < RESCUE_PROCESSES; i++)
		due = rescue_process(r, i) || rescue_held(r, i);
	return due;
}

bool rescue_is_patched(const struct rescue *r, uint32_t pid, uint64_t at)
{
	struct row row;

	for (uint32_t i = 1; i < rows_end(r); i++)
		if (row_get(r, i, &row) && row.pid == pid && row.at == at)
			return true;
	return false;
}

/* Without the formatting of stdio, which no signal handler may use. */
int rescue_open(uint32_t pid, const char *name, int flags)
{
	char path[32] = "/proc/", digits[12];
	size_t n = 0, at = strlen(path), length = strlen(name);

	for (; pid; pid /= 10)
		digits[n++] = (char)('0' + pid % 10);
	while (n)
		path[at++] = digits[--n];
	if (at + 1 + length >= sizeof(path))
		return -1;
	path[at++] = '/';
	memcpy(path + at, name, length + 1);
	return open(path, flags | O_CLOEXEC);
}

/* What the program has changed since, or has gone, is left alone. */
static void restore_row(int mem, const struct row *row)
{
	uint64_t now = 0;

	if (pread(mem, &now, row->n, (off_t)row->at) == (ssize_t)row->n &&
	    !memcmp(&now, &row->put, row->n))
		(void)!pwrite(mem, &row->saved, row->n, (off_t)row->at);
}

size_t rescue_restore(const struct rescue *r, uint32_t pid)
{
	uint32_t open_pid = 0;
	int mem = -1;
	size_t n = 0;
	struct row row;

	for (uint32_t i = 1; i < rows_end(r); i++) {
		if (!row_get(r, i, &row) || (pid && row.pid != pid))
			continue;
		if (row.pid != open_pid) {
			if (mem >= 0)
				close(mem);
			mem = rescue_open(row.pid, "mem", O_RDWR);
			open_pid = row.pid;
		}
		restore_row(mem, &row);
		n++;
	}
	if (mem >= 0)
		close(mem);
	return n;
}
