/*
 * Watchpoints in software, next to the device: two round trips for each instruction of a core,
 * where GDB's own software watchpoints would cost a whole stop. Also which cores of those that go
 * on do so by single steps. Called by run.c, events.c and breaks.c.
 */
#include <string.h>

#include "target/device/device_priv.h"

/* --- moving --- */

void device_moves_add(const struct device *d, struct device_moves *m, const struct device_core *c)
{
	device_mask_add(c->stepping || d->watches.count ? &m->step : &m->run, c->info.core.type,
			c->info.core.id);
}

void device_moves_go(struct device *d, const struct device_moves *m)
{
	if (!device_mask_is_empty(&m->step))
		device_let_go(d, DEVICE_STEP, &m->step);
	if (!device_mask_is_empty(&m->run))
		device_let_go(d, DEVICE_RESUME, &m->run);
}

/* --- watching --- */

/* The good prefix counts: what cannot be read has the value 0, and does not change. */
static uint64_t value_of(struct device *d, const struct device_core *c,
			 const struct device_watch *w)
{
	struct ascend_core *core;
	uint64_t value = 0;
	size_t done;

	if (d->stale)
		device_cores_show(d);
	core = ascend_core_find(&d->a, device_core_tid(d, c));
	if (core && ascend_mem_read(&d->a, core, w->at, &value, w->n, &done) != TARGET_OK)
		value = 0;
	d->a.base.message[0] = '\0';
	return value;
}

void device_watch_note(struct device *d, struct device_core *c)
{
	for (size_t i = 0; i < d->watches.count; i++)
		c->watched[i] = value_of(d, c, &d->watches.all[i]);
}

bool device_watch_hit(struct device *d, const struct device_core *c, uint64_t *at)
{
	for (size_t i = 0; i < d->watches.count; i++) {
		*at = d->watches.all[i].at;
		if (value_of(d, c, &d->watches.all[i]) != c->watched[i])
			return true;
	}
	return false;
}

bool device_watch_is_set(const struct device *d, uint64_t at)
{
	for (size_t i = 0; i < d->watches.count; i++)
		if (d->watches.all[i].at == at)
			return true;
	return false;
}

static size_t find(const struct device_watches *w, const struct target_point *p)
{
	size_t i = 0;

	while (i < w->count && (w->all[i].at != p->at || w->all[i].n != p->size))
		i++;
	return i;
}

enum target_status device_watch_point(struct device *d, const struct target_point *p, bool set)
{
	struct device_watches *w = &d->watches;
	size_t i = find(w, p);

	if (p->kind != TARGET_WRITE_WATCH)
		return target_fail(&d->a.base, TARGET_UNSUPPORTED,
				   "reads of a kernel cannot be watched: use watch");
	if (!p->size || p->size > sizeof(uint64_t))
		return target_fail(&d->a.base, TARGET_INVALID, "1 to 8 bytes can be watched");
	if (!set && i == w->count)
		return target_fail(&d->a.base, TARGET_INVALID, "no watchpoint stands there");
	if (!set)
		w->all[i] = w->all[--w->count];
	else if (i == DEVICE_WATCHES)
		return target_fail(&d->a.base, TARGET_INVALID, "no more than %d watchpoints",
				   DEVICE_WATCHES);
	else if (i == w->count)
		w->all[w->count++] = (struct device_watch){ p->at, (uint8_t)p->size };
	return TARGET_OK;
}
