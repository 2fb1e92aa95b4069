/*
 * What happens on devices while they run: events of cores, launches that wait, and which of it is
 * told next. A core that stops has something to tell (has_pending), goes over a breakpoint of which
 * nothing is told (over), or just goes on.
 */
#include <string.h>

#include "target/device/device_priv.h"

enum { QUIET_BEATS = 2 }; /* a second at least */

/* --- one core --- */

void device_pend(struct device *d, struct device_core *c, enum target_stop_kind kind, int signal)
{
	c->has_pending = true;
	c->pending = (struct target_stop){
		.kind = kind,
		.tid = device_core_tid(d, c),
		.signal = signal,
		.core = (int)(c - d->cores),
	};
}

static bool in_range(const struct device_core *c)
{
	return c->range && c->info.pc >= c->start && c->info.pc < c->end;
}

/* Told, or gone over with what belongs to it. */
static void at_point(struct device *d, struct device_core *c, enum target_point_kind kind)
{
	c->passed = true;
	if (device_point_tells(d, c, kind))
		device_pend(d, c,
			    kind == TARGET_HW_BREAK ? TARGET_STOP_HWBREAK : TARGET_STOP_SWBREAK,
			    TARGET_SIGNAL_TRAP);
	else
		c->over = true;
}

/* At a breakpoint of ours; one that was taken away meanwhile is nothing. */
static void at_break(struct device *d, struct device_core *c)
{
	if (points_is_set(d->points, c->info.pc))
		at_point(d, c, TARGET_SW_BREAK);
	else if (device_hard_is_set(d, c->info.pc))
		at_point(d, c, TARGET_HW_BREAK);
	else if (points_is_patched(d->points, c->info.pc))
		c->over = true;
	else
		device_pend(d, c, TARGET_STOP_SIGNAL, TARGET_SIGNAL_TRAP); /* the kernel's own */
}

/* The end of a step that the client asked for, or of one over a breakpoint. */
static void stepped(struct device *d, struct device_core *c)
{
	bool arrived = points_is_set(d->points, c->info.pc) || device_hard_is_set(d, c->info.pc);
	uint64_t at;

	if (device_watch_hit(d, c, &at)) {
		c->passed = arrived;
		device_pend(d, c, TARGET_STOP_WATCH, TARGET_SIGNAL_TRAP);
		c->pending.addr = at;
		return;
	}
	if (!c->stepping || (in_range(c) && !arrived))
		return;
	c->passed = arrived;
	device_pend(d, c, TARGET_STOP_SIGNAL, TARGET_SIGNAL_TRAP);
}

void device_core_stopped(struct device *d, struct device_core *c, enum device_status status,
			 uint64_t pc)
{
	bool over = c->over;

	c->running = c->over = c->passed = false;
	c->listed = true;
	c->info.status = status;
	c->info.pc = pc;
	d->stale = true;
	switch (status) {
	case DEVICE_AT_BREAK:
		at_break(d, c);
		break;
	case DEVICE_STEPPED:
		stepped(d, c);
		c->over &= !over;
		break;
	case DEVICE_EXCEPTION:
		device_pend(d, c, TARGET_STOP_SIGNAL, TARGET_SIGNAL_SEGV);
		break;
	case DEVICE_KILLED:
		device_pend(d, c, TARGET_STOP_SIGNAL, TARGET_SIGNAL_INT);
		break;
	default:
		c->running = true;
		break;
	}
}

static void take(struct device *d, const struct device_event *ev)
{
	struct device_core *c = device_core_at(d, ev->core);

	if (!c || ev->status < DEVICE_AT_BREAK)
		return;
	if (!c->listed)
		*c = (struct device_core){ .running = true, .go = true };
	c->info.core = ev->core;
	c->info.position = ev->position;
	c->thread = ev->thread;
	memcpy(c->info.dim, ev->dim, sizeof(c->info.dim));
	/* a stop that an answer told of before its event came is no second one */
	if (c->running)
		device_core_stopped(d, c, ev->status, ev->pc);
}

void device_take_events(struct device *d)
{
	struct device_event ev;

	for (int i = 0; i < DEVICE_EVENTS; i++) {
		if (!device_link_event(d->link, &ev))
			return;
		if (ev.status >= DEVICE_AT_BREAK)
			device_cache_forget(d->cache);
		take(d, &ev);
	}
	devices_wake(d->owner); /* more than there are cores: others have their turn */
}

/* --- all of a device --- */

/*
 * Cores in the middle of a range, or whose step over a breakpoint came late. Every instruction is a
 * request: breakpoints at the ends of the range would be fewer, but where its branches go to is
 * public for no chip (live facts 3).
 */
static void step_on(struct device *d)
{
	struct device_moves moves = { { { 0 }, { 0 } }, { { 0 }, { 0 } } };

	for (size_t i = 0; i < DEVICE_SLOTS; i++) {
		struct device_core *c = &d->cores[i];

		if (c->listed && !c->running && !c->has_pending && !c->over && c->go &&
		    c->info.status == DEVICE_STEPPED)
			device_moves_add(d, &moves, c);
	}
	device_moves_go(d, &moves);
}

static void serve(struct device *d)
{
	device_take_events(d);
	if (d->link->events_lost)
		device_cores_ask(d);
	device_go_over(d);
	step_on(d);
}

void device_run_free(struct device *d)
{
	struct device_mask stopped = { { 0 }, { 0 } };

	device_take_events(d);
	if (d->link->events_lost)
		device_cores_ask(d);
	for (size_t i = 0; i < DEVICE_SLOTS; i++) {
		struct device_core *c = &d->cores[i];

		if (!c->listed || c->running)
			continue;
		device_mask_add(&stopped, c->info.core.type, c->info.core.id);
		c->has_pending = c->over = false;
	}
	if (!device_mask_is_empty(&stopped))
		device_let_go(d, DEVICE_RESUME, &stopped);
}

static struct device_core *find_pending(struct device *d)
{
	struct device_core *found = NULL;

	for (size_t i = 0; i < DEVICE_SLOTS; i++) {
		struct device_core *c = &d->cores[i];

		if (!c->has_pending || !c->go)
			continue;
		if (c->stepping) /* a step that is over comes first */
			return c;
		found = found ? found : c;
	}
	return found;
}

/* The same breakpoint, or the end of the same task. */
static bool is_same_stop(const struct device_core *a, const struct device_core *b)
{
	if (a->info.status == DEVICE_KILLED)
		return b->info.status == DEVICE_KILLED;
	return (a->last.kind == TARGET_STOP_SWBREAK || a->last.kind == TARGET_STOP_HWBREAK) &&
	       b->pending.kind == a->last.kind && a->info.pc == b->info.pc;
}

/* Cores that stopped for the same reason are not told one after the other. */
static void join(struct device *d, const struct device_core *told)
{
	for (size_t i = 0; i < DEVICE_SLOTS; i++) {
		struct device_core *c = &d->cores[i];

		if (c->has_pending && is_same_stop(told, c))
			c->has_pending = false;
	}
}

/* The error registers know which signal it is, and the words. */
static void explain(struct device *d, const struct device_core *c, struct target_stop *stop)
{
	struct target_stop why;

	if (c->info.status != DEVICE_EXCEPTION ||
	    ascend_target_ops.stop(&d->a.base, stop->tid, &why) != TARGET_OK)
		return;
	stop->text = why.text;
	if (why.signal != TARGET_SIGNAL_TRAP)
		stop->signal = why.signal;
}

/* In msDebug's words (live facts 6), when it is another core than before. */
static void tell_focus(struct device *d, const struct device_core *c)
{
	struct devices *ds = d->owner;
	const struct ascend_kernel *k = ascend_kernel_at(&d->a, c->info.pc);

	if (target_tid_equal(ds->focus, c->last.tid))
		return;
	ds->focus = c->last.tid;
	target_tell(&ds->base.log, TARGET_LOG_INFO, "focus",
		    "[Switching to focus on Kernel %.64s, CoreId %u, Type %s]",
		    *d->a.launched ? d->a.launched
		    : k		   ? k->name
				   : "?",
		    c->info.core.id, c->info.core.type == CHIP_AIC ? "aic" : "aiv");
}

static void tell_core(struct device *d, struct device_core *c, struct target_stop *out)
{
	c->has_pending = c->halt = false;
	c->has_last = true;
	c->last = c->pending;
	c->listed = true; /* a thread that has just stopped is there, whatever the device says */
	if (d->owner->non_stop) {
		c->go = false;
		c->unheard = true;
	} else if (d->owner->coalesce) {
		join(d, c);
	}
	d->owner->last = c->last.tid;
	device_cores_show(d);
	explain(d, c, &c->last);
	tell_focus(d, c);
	*out = c->last;
	c->last.text = NULL;
}

/* From here on its process is this one: those that are gone and were the same are forgotten. */
static void replace(struct device *d)
{
	struct device **at = &d->owner->retired;

	while (*at) {
		struct device *old = *at;

		if (old->a.pid != d->a.pid || old->ended) {
			at = &old->next;
			continue;
		}
		*at = old->next;
		device_destroy(old);
	}
}

static void tell_news(struct device *d, struct target_stop *out)
{
	bool fresh = d->news == DEVICE_NEW;

	device_cores_show(d);
	struct device_core *c = device_core_of(d, &d->a.cores[0]);
	*out = (struct target_stop){
		.kind = fresh ? TARGET_STOP_EXEC : TARGET_STOP_LIBRARY,
		.tid = ascend_core_tid(&d->a, &d->a.cores[0]),
		.signal = TARGET_SIGNAL_TRAP,
		.core = fresh ? -1 : (int)d->a.cores[0].unified,
		.text = fresh ? d->a.image_path : NULL,
	};
	/* at an exec event GDB 13 reads the program, and at the next one of libraries those */
	d->news = fresh ? DEVICE_KERNELS : DEVICE_NO_NEWS;
	if (fresh)
		replace(d);
	d->shown = true;
	d->owner->last = out->tid;
	d->last_news = *out;
	if (d->owner->non_stop) {
		c->go = false;
		d->waiting = c->unheard = true;
	}
}

/* The threads that were resumed, and no others, have ended: nothing would ever be told. */
static bool lone_end(struct devices *ds, struct target_stop *out)
{
	if (!ds->lone || ds->non_stop)
		return false;
	for (struct device *d = ds->all; d; d = d->next)
		for (size_t i = 0; i < DEVICE_SLOTS; i++)
			if (d->cores[i].listed && d->cores[i].go)
				return false;
	*out = (struct target_stop){ .kind = TARGET_STOP_NO_RESUMED, .core = -1 };
	return true;
}

static bool may_tell_news(const struct device *d)
{
	return d->news != DEVICE_NO_NEWS && !d->waiting &&
	       (d->news != DEVICE_NEW || !d->owner->quiet);
}

static bool has_news(struct device *d)
{
	return d->ready && (may_tell_news(d) || (d->shown && find_pending(d)));
}

static bool tell_end(struct devices *ds, struct target_stop *out)
{
	struct device *d = ds->retired;

	while (d && !d->ended)
		d = d->next;
	if (!d)
		return false;
	d->ended = d->shown = false;
	/* when GDB 13 gets round to the end it forgets what it was told of the process meanwhile */
	ds->quiet = ds->non_stop ? QUIET_BEATS : 0;
	*out = (struct target_stop){ .kind = TARGET_STOP_EXITED,
				     .tid = { d->a.pid, d->a.pid },
				     .core = -1 };
	if (!ds->non_stop)
		devices_halt(ds);
	return true;
}

bool devices_tell(struct devices *ds, struct target_stop *out)
{
	bool any = false;

	if (tell_end(ds, out))
		return true;

	for (struct device *d = ds->all; d; d = d->next) {
		if (d->ready && !d->alone)
			serve(d);
		any |= has_news(d);
	}
	if (!any)
		return lone_end(ds, out);
	if (!ds->non_stop)
		devices_halt(ds);
	for (struct device *d = ds->all; d; d = d->next) {
		if (!has_news(d))
			continue;
		if (may_tell_news(d))
			tell_news(d, out);
		else
			tell_core(d, find_pending(d), out);
		return true;
	}
	return false;
}
