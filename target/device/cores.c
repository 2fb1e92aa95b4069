/*
 * Which cores have a task and what the device says of each (GET_CORES_INFO), and the threads that
 * clients see made of that. Called by run.c and events.c at every stop.
 */
#include <string.h>

#include "target/device/device_priv.h"

struct device_core *device_core_of(struct device *d, const struct ascend_core *core)
{
	return core->unified < DEVICE_SLOTS ? &d->cores[core->unified] : NULL;
}

struct device_core *device_core_at(struct device *d, struct device_core_id id)
{
	const struct chip *c = d->a.chip;
	unsigned max = id.type == CHIP_AIC ? c->aic_max : c->aiv_max;
	unsigned unified = chip_unified(c, (enum chip_core_type)id.type, id.id);

	return id.id < max && unified < DEVICE_SLOTS ? &d->cores[unified] : NULL;
}

struct target_tid device_core_tid(const struct device *d, const struct device_core *c)
{
	return (struct target_tid){ d->a.pid, (uint32_t)(c - d->cores) + 1 };
}

bool device_is_busy(const struct device *d)
{
	for (size_t i = 0; i < DEVICE_SLOTS; i++)
		if (d->cores[i].listed)
			return true;
	return false;
}

/* --- asking --- */

static bool is_stopped(enum device_status status)
{
	return status >= DEVICE_AT_BREAK;
}

/* A core that was not there before began to run since. */
static void note_core(struct device *d, struct device_core *c, const struct device_core_info *info)
{
	if (!c->listed && !c->halt)
		*c = (struct device_core){ .running = true, .go = true };
	c->listed = true;
	c->info = *info;
	if (is_stopped(info->status) && c->running)
		device_core_stopped(d, c, info->status, info->pc);
}

static bool ask_core(struct device *d, unsigned index, struct device_core_info *out)
{
	uint8_t sqe[DEVICE_MESSAGE], payload[DEVICE_PAYLOAD];

	device_encode_core(sqe, (uint16_t)index);
	return device_link_ask(d->link, sqe, payload) == DEVICE_OK &&
	       device_decode_core(payload, out);
}

/* What core `index` of the list runs; *total: how long the list is. */
static struct device_core *ask_task(struct device *d, unsigned index, unsigned *total)
{
	struct device_core_info info;
	struct device_core *c;

	*total = 0;
	if (!ask_core(d, index, &info) || !info.total || !(c = device_core_at(d, info.core)))
		return NULL;
	*total = info.total < DEVICE_SLOTS ? info.total : DEVICE_SLOTS;
	c->index = index;
	c->info.block = info.block;
	c->info.task = info.task;
	c->info.stream = info.stream;
	d->stale = true;
	return c;
}

bool device_core_ask(struct device *d, struct device_core *c)
{
	unsigned total;

	/* most often it stands where it stood */
	if (ask_task(d, c->index, &total) == c)
		return true;
	for (unsigned i = 0, n = total; i < n; i++)
		if (ask_task(d, i, &total) == c)
			return true;
	return false;
}

/* The block has ended; what it had to tell is gone with it, unless a client waits for its stop. */
static void note_end(struct device_core *c)
{
	if (c->info.status == DEVICE_KILLED)
		return;
	if (c->halt)
		c->listed = false;
	else
		*c = (struct device_core){ .go = c->go, .unheard = c->unheard };
}

bool device_cores_ask(struct device *d)
{
	struct device_core_info info;
	bool seen[DEVICE_SLOTS] = { false };
	unsigned total = 1;

	for (unsigned i = 0; i < total; i++) {
		if (!ask_core(d, i, &info))
			return false;
		total = info.total < DEVICE_SLOTS ? info.total : DEVICE_SLOTS;
		struct device_core *c = total ? device_core_at(d, info.core) : NULL;
		if (!c)
			continue;
		note_core(d, c, &info);
		c->index = i;
		seen[c - d->cores] = true;
	}
	for (size_t i = 0; i < DEVICE_SLOTS; i++)
		if (!seen[i])
			note_end(&d->cores[i]);
	d->link->events_lost = d->unsure = false;
	d->stale = true;
	return true;
}

/* --- showing --- */

static const char *status_words(const struct device_core *c)
{
	static const char *const words[DEVICE_STATUS_END] = {
		[DEVICE_UNKNOWN] = "idle",	  [DEVICE_RUNNING] = "running",
		[DEVICE_AT_BREAK] = "breakpoint", [DEVICE_STEPPED] = "step",
		[DEVICE_EXCEPTION] = "exception", [DEVICE_KILLED] = "task killed",
	};

	return c->running ? words[DEVICE_RUNNING] : words[c->info.status];
}

/* The error registers say what happened, as in a dump, where the device gives them. */
static void show_exception(struct device *d, struct ascend_core *core, const struct device_core *c)
{
	struct chip_bus bus = ascend_core_bus(&d->a, core);
	struct chip_stop stop;

	chip_stop_read(d->a.chip, &bus, &stop);
	if (!stop.reg)
		stop.reason = status_words(c);
	if (!stop.has_pc || !stop.reg)
		stop.pc = c->info.pc;
	stop.has_pc = true;
	core->stop = stop;
}

static void show_core(struct device *d, size_t unified)
{
	const struct device_core *c = &d->cores[unified];
	struct ascend_core *core = &d->a.cores[d->a.core_count++];

	*core = (struct ascend_core){
		.unified = (uint16_t)unified,
		.device = &d->a,
		.running = !c->listed || c->running, /* "idle" is no stop */
		.block = c->listed ? (int64_t)c->info.block : -1,
		.task = c->listed ? (int64_t)c->info.task : -1,
		.stream = c->listed ? (int64_t)c->info.stream : -1,
	};
	chip_core(d->a.chip, core->unified, &core->type, &core->id);
	if (c->listed && !c->running && c->info.status == DEVICE_EXCEPTION)
		show_exception(d, core, c);
	else
		core->stop = (struct chip_stop){ .reason = status_words(c),
						 .has_pc = true,
						 .raw_pc = c->info.pc,
						 .pc = c->info.pc };
	if (c->listed && !c->running && c->info.position < DEVICE_POSITIONS) {
		core->stop.position = c->info.position; /* numbered as in a dump */
		core->stop.simt_thread = c->thread;
		core->stop.warp = c->thread / DEVICE_WARP_THREADS;
		memcpy(core->dim, c->info.dim, sizeof(core->dim));
	}
	core->has_stop = true;
}

/* A process needs a thread: without a task the core that was told last stands for the device. */
static size_t placeholder(const struct device *d)
{
	const struct target_tid last = d->owner->last;

	if (last.pid == d->a.pid && last.tid && last.tid <= DEVICE_SLOTS)
		return last.tid - 1;
	for (size_t i = 0; i < DEVICE_SLOTS; i++) {
		enum chip_core_type type;
		uint16_t id;

		if (chip_core(d->a.chip, (uint32_t)i, &type, &id) &&
		    device_mask_has(&d->present, type, id))
			return i;
	}
	return 0;
}

void device_cores_show(struct device *d)
{
	struct ascend *a = &d->a;

	d->stale = false;
	a->core_count = a->focus = 0;
	for (size_t i = 0; i < DEVICE_SLOTS; i++)
		if (d->cores[i].listed)
			show_core(d, i);
	if (!a->core_count)
		show_core(d, placeholder(d));
	for (size_t i = 0; i < a->core_count; i++)
		if (a->cores[i].unified + 1u == d->owner->last.tid && a->pid == d->owner->last.pid)
			a->focus = i;
}
