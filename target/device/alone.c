/*
 * Non-stop: each core stops for itself, and goes on when the client lets it. What else runs is left
 * alone. A link that cannot stop cores that run lets them run on when they shall stand: the client
 * is told that they stand, their registers are unavailable, and what happens to them waits until
 * they are resumed, as in all-stop. Called through run.c and events.c.
 */
#include "target/device/device_priv.h"

static bool is_placeholder(const struct device *d, size_t i)
{
	return d->a.core_count == 1 && d->a.cores[0].unified == i;
}

/* The thread is there for the client, whether it has a task or not. */
static bool is_thread(const struct device *d, size_t i)
{
	return d->cores[i].listed || is_placeholder(d, i);
}

/* --- stopping --- */

/*
 * GDB 13 waits for the stop of every thread it names, also of one that has ended meanwhile: such a
 * core gets its stop too, and is not in the next list of threads.
 */
static bool shall_halt(const struct device *d, size_t i, const struct target_action *a, size_t n)
{
	struct target_tid tid = device_core_tid(d, &d->cores[i]);
	const struct target_action *mine = device_action_of(a, n, tid);

	if (!mine || mine->kind != TARGET_HALT || d->cores[i].has_pending)
		return false;
	return is_thread(d, i) ? d->cores[i].go : mine->tid > 0 && !d->cores[i].unheard;
}

/* Some are meant of which nothing was heard yet. */
static bool means_unknown(const struct device *d, const struct target_action *a, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		bool mine = a[i].pid <= 0 || a[i].pid == d->a.pid;

		if (mine && a[i].kind == TARGET_HALT &&
		    (a[i].tid <= 0 || a[i].tid > DEVICE_SLOTS || !d->cores[a[i].tid - 1].listed))
			return true;
	}
	return false;
}

static void halt_cores(struct device *d, const struct target_action *a, size_t n)
{
	bool runs = false;

	if (means_unknown(d, a, n)) {
		device_cores_ask(d);
		device_cores_show(d);
	}

	for (size_t i = 0; i < DEVICE_SLOTS; i++) {
		struct device_core *c = &d->cores[i];

		c->halt = shall_halt(d, i, a, n);
		runs |= c->halt && c->running;
	}
	if (runs)
		device_suspend(d);
	for (size_t i = 0; i < DEVICE_SLOTS; i++) {
		struct device_core *c = &d->cores[i];

		if (!c->halt || c->has_pending)
			continue;
		c->go = true; /* until the stop is told */
		device_pend(d, c, TARGET_STOP_SIGNAL, TARGET_SIGNAL_NONE);
	}
}

void devices_heard(struct target *t, struct target_tid tid)
{
	for (struct device *d = devices_of(t)->all; d; d = d->next)
		if (d->a.pid == tid.pid && tid.tid && tid.tid <= DEVICE_SLOTS)
			d->cores[tid.tid - 1].unheard = false;
}

/* --- going on --- */

/* What is said of all threads is not said of those whose stop is still on its way. */
static const struct target_action *heard_action(const struct device *d, const struct device_core *c,
						const struct target_action *a, size_t n)
{
	const struct target_action *mine = device_action_of(a, n, device_core_tid(d, c));

	return mine && mine->kind != TARGET_HALT && (mine->tid > 0 || !c->unheard) ? mine : NULL;
}

/* The thread of the news goes on: the next ones are told, or the launch is let go. */
static void go_on_after_news(struct device *d, size_t i)
{
	if (!d->waiting || device_core_tid(d, &d->cores[i]).tid != d->last_news.tid.tid)
		return;
	d->waiting = false;
	if (d->news == DEVICE_NO_NEWS)
		device_let_launch(d);
}

static bool prepare_cores(struct device *d, const struct target_action *a, size_t n)
{
	bool any = false;

	for (size_t i = 0; i < DEVICE_SLOTS; i++) {
		struct device_core *c = &d->cores[i];
		const struct target_action *mine = heard_action(d, c, a, n);

		if (!mine || c->go)
			continue;
		device_prepare(d, c, mine);
		any = true;
	}
	return any;
}

/* The breakpoints are in before a launch goes. */
static void run_alone(struct device *d, const struct target_action *a, size_t n)
{
	if (prepare_cores(d, a, n))
		device_start(d);
	for (size_t i = 0; i < DEVICE_SLOTS; i++)
		if (heard_action(d, &d->cores[i], a, n))
			go_on_after_news(d, i);
}

enum target_status devices_resume_alone(struct devices *ds, const struct target_action *a, size_t n)
{
	for (struct device *d = ds->all; d; d = d->next) {
		if (!d->ready || !d->shown)
			continue;
		device_take_events(d);
		if (d->stale)
			device_cores_show(d);
		halt_cores(d, a, n);
		run_alone(d, a, n);
	}
	devices_wake(ds);
	return TARGET_OK;
}

void devices_non_stop(struct target *t, bool on)
{
	struct devices *ds = devices_of(t);
	bool was = ds->non_stop;

	ds->non_stop = on;
	if (on) {
		devices_beat(ds, true);
		devices_wake(ds);
	} else if (was) {
		ds->quiet = 0;
		devices_halt(ds);
	}
}
