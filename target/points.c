/*
 * The table of software breakpoints of one address space: sorted by address, so that hiding
 * patches in a read costs only what the read touches. Called by the kinds of targets that run.
 */
#include "target/points.h"

#include <stdlib.h>
#include <string.h>

#include "target/rescue.h"

_Static_assert((int)POINTS_INSN_MAX <= (int)RESCUE_PATCH_MAX, "every patch can be noted");

struct point {
	uint64_t at;
	unsigned wanted; /* how often it was set */
	bool patched;
	uint8_t saved[POINTS_INSN_MAX]; /* the program's bytes under the patch */
	uint32_t slot; /* where the patch is noted for the case of the server's death, 0 nowhere */
};

struct points {
	uint8_t insn[POINTS_INSN_MAX];
	size_t insn_n;
	struct point *all; /* sorted by at */
	size_t count, cap;
};

struct points *points_create(const void *insn, size_t n)
{
	struct points *p = calloc(1, sizeof(*p));

	if (!p)
		return NULL;
	p->insn_n = n;
	memcpy(p->insn, insn, n);
	return p;
}

void points_destroy(struct points *p)
{
	if (!p)
		return;
	free(p->all);
	free(p);
}

struct points *points_copy(const struct points *p)
{
	struct points *copy = points_create(p->insn, p->insn_n);

	if (!copy || !p->count)
		return copy;
	copy->all = malloc(p->count * sizeof(*p->all));
	if (!copy->all) {
		points_destroy(copy);
		return NULL;
	}
	memcpy(copy->all, p->all, p->count * sizeof(*p->all));
	copy->count = copy->cap = p->count;
	for (size_t i = 0; i < copy->count; i++)
		copy->all[i].slot = 0;
	return copy;
}

/* Place of the first point at or behind an address. */
static size_t lower_bound(const struct points *p, uint64_t at)
{
	size_t low = 0, high = p->count;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (p->all[mid].at < at)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static struct point *find(const struct points *p, uint64_t at)
{
	size_t i = lower_bound(p, at);

	return i < p->count && p->all[i].at == at ? &p->all[i] : NULL;
}

static struct point *add(struct points *p, uint64_t at)
{
	size_t i = lower_bound(p, at);

	if (p->count == p->cap) {
		size_t cap = p->cap ? 2 * p->cap : 16;
		struct point *all = realloc(p->all, cap * sizeof(*all));

		if (!all)
			return NULL;
		p->all = all;
		p->cap = cap;
	}
	memmove(&p->all[i + 1], &p->all[i], (p->count - i) * sizeof(*p->all));
	p->count++;
	p->all[i] = (struct point){ .at = at };
	return &p->all[i];
}

bool points_set(struct points *p, uint64_t at)
{
	struct point *point = find(p, at);

	if (!point)
		point = add(p, at);
	if (point)
		point->wanted++;
	return point != NULL;
}

bool points_clear(struct points *p, uint64_t at)
{
	struct point *point = find(p, at);

	if (!point || !point->wanted)
		return false;
	point->wanted--;
	return true;
}

static void verify(struct points *p, struct point *point, const struct points_memory *m)
{
	uint8_t now[POINTS_INSN_MAX];

	if (point->patched && m->read(m->ctx, point->at, now, p->insn_n))
		point->patched = !memcmp(now, p->insn, p->insn_n);
}

void points_verify(struct points *p, uint64_t at, const struct points_memory *m)
{
	struct point *point = find(p, at);

	if (point)
		verify(p, point, m);
}

bool points_verify_range(struct points *p, uint64_t at, uint64_t n, const struct points_memory *m)
{
	bool gone = false;

	for (size_t i = lower_bound(p, at); i < p->count && p->all[i].at - at < n; i++) {
		bool patched = p->all[i].patched;

		verify(p, &p->all[i], m);
		gone |= patched && !p->all[i].patched;
	}
	return gone;
}

bool points_is_set(const struct points *p, uint64_t at)
{
	const struct point *point = find(p, at);

	return point && point->wanted;
}

bool points_is_patched(const struct points *p, uint64_t at)
{
	const struct point *point = find(p, at);

	return point && point->patched;
}

bool points_get(const struct points *p, size_t index, uint64_t *at, bool *set, bool *patched)
{
	if (index >= p->count)
		return false;
	*at = p->all[index].at;
	*set = p->all[index].wanted > 0;
	*patched = p->all[index].patched;
	return true;
}

static void note(const struct points *p, struct point *point, const struct points_memory *m)
{
	struct rescue_patch patch = { .pid = m->pid, .n = (uint32_t)p->insn_n, .at = point->at };

	memcpy(patch.saved, point->saved, p->insn_n);
	memcpy(patch.put, p->insn, p->insn_n);
	point->slot = rescue_note(m->rescue, point->slot, &patch);
}

static void drop_note(struct point *point, const struct points_memory *m)
{
	rescue_drop(m->rescue, point->slot);
	point->slot = 0;
}

void points_note_all(struct points *p, const struct points_memory *m)
{
	for (size_t i = 0; m->rescue && i < p->count; i++)
		if (p->all[i].patched)
			note(p, &p->all[i], m);
}

/* What has been overwritten since by the program itself is left alone. */
static bool unpatch(const struct points *p, struct point *point, const struct points_memory *m)
{
	uint8_t now[POINTS_INSN_MAX];

	if (m->read(m->ctx, point->at, now, p->insn_n) && !memcmp(now, p->insn, p->insn_n) &&
	    !m->write(m->ctx, point->at, point->saved, p->insn_n))
		return false;
	point->patched = false;
	drop_note(point, m);
	return true;
}

static bool patch(const struct points *p, struct point *point, const struct points_memory *m)
{
	if (!m->read(m->ctx, point->at, point->saved, p->insn_n))
		return false;
	note(p, point, m);
	if (!m->write(m->ctx, point->at, p->insn, p->insn_n)) {
		drop_note(point, m);
		return false;
	}
	point->patched = true;
	return true;
}

static bool differs(const struct point *point)
{
	return point->patched != (point->wanted > 0);
}

bool points_differ(const struct points *p)
{
	for (size_t i = 0; i < p->count; i++)
		if (differs(&p->all[i]))
			return true;
	return false;
}

static bool sync_one(const struct points *p, struct point *point, const struct points_memory *m)
{
	if (!differs(point))
		return true;
	return point->patched ? unpatch(p, point, m) : patch(p, point, m);
}

bool points_sync(struct points *p, const struct points_memory *m, uint64_t *failed)
{
	size_t kept = 0;
	bool ok = true;

	for (size_t i = 0; i < p->count; i++) {
		struct point *point = &p->all[i];

		if (!sync_one(p, point, m)) {
			ok = false;
			if (failed)
				*failed = point->at;
		}
		if (point->wanted || point->patched)
			p->all[kept++] = *point;
	}
	p->count = kept;
	return ok;
}

void points_unpatch(struct points *p, const struct points_memory *m)
{
	for (size_t i = 0; i < p->count; i++)
		if (p->all[i].patched)
			(void)!unpatch(p, &p->all[i], m);
}

bool points_lift(struct points *p, uint64_t at, const struct points_memory *m)
{
	struct point *point = find(p, at);

	if (!point || !point->patched || !m->write(m->ctx, at, point->saved, p->insn_n))
		return false;
	point->patched = false;
	return true;
}

void points_put_back(struct points *p, uint64_t at, const struct points_memory *m)
{
	struct point *point = find(p, at);

	if (point)
		(void)!patch(p, point, m);
}

void points_forget_patches(struct points *p)
{
	for (size_t i = 0; i < p->count; i++)
		p->all[i].patched = false;
}

bool points_remove_all(struct points *p, const struct points_memory *m)
{
	for (size_t i = 0; i < p->count; i++)
		p->all[i].wanted = 0;
	bool ok = points_sync(p, m, NULL);
	p->count = 0;
	return ok;
}

/* A byte of a patch inside [at, at + n): where it is in the buffer and in the instruction. */
typedef void (*overlap_fn)(struct point *point, const struct points *p, uint8_t *byte,
			   size_t offset);

static void each_overlap(const struct points *p, uint64_t at, uint8_t *buf, size_t n, overlap_fn fn)
{
	uint64_t first = at < p->insn_n ? 0 : at - p->insn_n + 1;

	for (size_t i = lower_bound(p, first);
	     i < p->count && p->all[i].at - first < n + at - first; i++) {
		struct point *point = &p->all[i];

		for (size_t k = 0; point->patched && k < p->insn_n; k++) {
			uint64_t offset = point->at + k - at; /* wraps below at: then not < n */

			if (offset < n)
				fn(point, p, &buf[offset], k);
		}
	}
}

static void show_saved(struct point *point, const struct points *p, uint8_t *byte, size_t offset)
{
	/* else the program has written there, or mapped something else: that is there now */
	if (*byte == p->insn[offset])
		*byte = point->saved[offset];
}

static void save_and_patch(struct point *point, const struct points *p, uint8_t *byte,
			   size_t offset)
{
	point->saved[offset] = *byte;
	*byte = p->insn[offset];
}

void points_hide(const struct points *p, uint64_t at, void *buf, size_t n)
{
	each_overlap(p, at, buf, n, show_saved);
}

void points_keep(struct points *p, uint64_t at, void *data, size_t n)
{
	each_overlap(p, at, data, n, save_and_patch);
}
