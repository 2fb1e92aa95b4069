/*
 * Letting devices run and stop. All-stop: what a client resumes runs until the first event, then
 * nothing moves, as far as the device can be stopped. Held launches go on with the device.
 */
#include <string.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "target/device/device_priv.h"

enum { KILL_MS = DEVICE_WAIT_MS(1000), BEAT_S = 1 };

void devices_wake(struct devices *ds)
{
	uint64_t one = 1;

	(void)!write(ds->wake, &one, sizeof(one));
}

void devices_beat(struct devices *ds, bool on)
{
	struct itimerspec every = { .it_interval.tv_sec = on ? BEAT_S : 0,
				    .it_value.tv_sec = on ? BEAT_S : 0 };

	timerfd_settime(ds->beat, 0, &every, NULL);
}

/* --- moving cores --- */

static bool in_mask(const struct device_mask *m, const struct device_core *c)
{
	return device_mask_has(m, c->info.core.type, c->info.core.id);
}

static void send_go(struct device *d, enum device_command command, const struct device_mask *mask,
		    enum device_position position)
{
	bool wide = d->a.chip->channel->wide_masks;
	uint8_t sqe[DEVICE_MESSAGE];

	device_encode_go(sqe, command, wide, mask);
	if (wide)
		device_encode_position(sqe, position);
	enum device_result result = device_link_ask(d->link, sqe, NULL);
	if (result != DEVICE_OK)
		target_logf(&d->a.base.log, TARGET_LOG_WARN, "device id=%u command=%s: %s",
			    d->a.device, device_command_name(command), device_result_words(result));
}

void device_let_go(struct device *d, enum device_command command, const struct device_mask *mask)
{
	struct device_mask at[DEVICE_POSITIONS] = { 0 };
	bool wide = d->a.chip->channel->wide_masks;

	/* what is still under way tells of the stop that is over */
	device_take_events(d);
	for (size_t i = 0; i < DEVICE_SLOTS; i++) {
		struct device_core *c = &d->cores[i];

		if (!c->listed || !in_mask(mask, c))
			continue;
		unsigned position =
			wide && c->info.position < DEVICE_POSITIONS ? c->info.position : 0;
		device_mask_add(&at[position], c->info.core.type, c->info.core.id);
		c->running = true;
		c->silent = c->passed = false;
		c->info.status = DEVICE_RUNNING;
	}
	device_cache_forget(d->cache);
	d->stale = true;
	d->unsure |= command == DEVICE_RESUME;
	for (unsigned i = 0; i < DEVICE_POSITIONS; i++)
		if (!device_mask_is_empty(&at[i]))
			send_go(d, command, &at[i], (enum device_position)i);
}

static bool any_runs(const struct device *d)
{
	bool any = d->unsure || d->link->events_lost;

	for (size_t i = 0; i < DEVICE_SLOTS; i++)
		any |= d->cores[i].listed && d->cores[i].running;
	return any;
}

void device_suspend(struct device *d)
{
	uint8_t sqe[DEVICE_MESSAGE];

	/* after a step of one core nothing has to be stopped or asked */
	if (!any_runs(d))
		return;
	if (d->link->ops->suspends && device_is_busy(d)) {
		device_encode(sqe, DEVICE_SUSPEND);
		(void)device_link_ask(d->link, sqe, NULL);
	}
	device_cores_ask(d);
	device_take_events(d);
}

static void halt(struct device *d)
{
	device_link_listen(d->link, false);
	device_take_events(d);
	device_suspend(d);
}

/* --- resume --- */

static bool matches(const struct target_action *a, struct target_tid tid)
{
	return (a->pid <= 0 || a->pid == tid.pid) && (a->tid <= 0 || a->tid == tid.tid);
}

const struct target_action *device_action_of(const struct target_action *a, size_t n,
					     struct target_tid tid)
{
	for (size_t i = 0; i < n; i++)
		if (matches(&a[i], tid))
			return &a[i];
	return NULL;
}

/* A halt is nothing in all-stop, where who is not resumed stands. */
static const struct target_action *action_of(const struct target_action *a, size_t n,
					     struct target_tid tid)
{
	const struct target_action *found = device_action_of(a, n, tid);

	return found && found->kind != TARGET_HALT ? found : NULL;
}

/* A hit of something that the client has taken away since. */
static bool is_stale(struct device *d, const struct device_core *c)
{
	if (c->pending.kind == TARGET_STOP_WATCH)
		return !device_watch_is_set(d, c->pending.addr);
	if (c->pending.kind == TARGET_STOP_HWBREAK)
		return !device_hard_is_set(d, c->info.pc);
	return c->pending.kind == TARGET_STOP_SWBREAK && !points_is_set(d->points, c->info.pc);
}

void device_prepare(struct device *d, struct device_core *c, const struct target_action *a)
{
	c->has_pending &= !a || !is_stale(d, c);
	c->go = a != NULL;
	c->stepping = a && a->kind != TARGET_CONTINUE;
	c->range = a && a->kind == TARGET_RANGE_STEP;
	c->start = a ? a->start : 0;
	c->end = a ? a->end : 0;
	if (c->go && c->listed && c->info.status == DEVICE_KILLED && !c->has_pending) {
		/* its task is over: there is nothing to go on */
		*c = (struct device_core){ .go = true };
		d->stale = true;
	}
}

static bool prepare_all(struct device *d, const struct target_action *a, size_t n)
{
	bool news = d->news != DEVICE_NO_NEWS;

	device_take_events(d);
	for (size_t i = 0; i < DEVICE_SLOTS; i++) {
		struct device_core *c = &d->cores[i];

		device_prepare(d, c, action_of(a, n, device_core_tid(d, c)));
		news |= c->go && c->has_pending;
	}
	return news;
}

/* Cores at a breakpoint that was told go over it; at one that was not they run into it. */
static void choose(struct device *d, struct device_core *c, struct device_moves *moves)
{
	if (!c->listed || !c->go || c->running || c->has_pending)
		return;
	device_watch_note(d, c);
	if (c->passed && points_is_patched(d->points, c->info.pc))
		c->over = true;
	else
		device_moves_add(d, moves, c);
}

static bool wants_launch(const struct device *d, const struct target_action *a, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (a[i].kind != TARGET_HALT && (a[i].pid <= 0 || a[i].pid == d->a.pid))
			return true;
	return false;
}

void device_start(struct device *d)
{
	struct device_moves moves = { { { 0 }, { 0 } }, { { 0 }, { 0 } } };

	/* of a kernel that was unloaded meanwhile: GDB 13 would repeat a resume that fails for ever
	 */
	if (!device_points_sync(d))
		target_logf(&d->a.base.log, TARGET_LOG_WARN, "breakpoint: %s",
			    d->owner->base.message);
	for (size_t i = 0; i < DEVICE_SLOTS; i++)
		choose(d, &d->cores[i], &moves);
	device_go_over(d);
	device_moves_go(d, &moves);
}

static void run_device(struct device *d, const struct target_action *a, size_t n)
{
	if (!wants_launch(d, a, n))
		return;
	device_start(d);
	device_let_launch(d);
	device_link_listen(d->link, true);
}

static bool is_lone(const struct target_action *a, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (a[i].kind != TARGET_HALT && a[i].tid <= 0)
			return false;
	return true;
}

/* A program has taken it again: it will come up as the same process. */
static bool comes_again(const struct devices *ds, const struct device *gone)
{
	const struct device *d = ds->all;

	while (d && d->a.pid != gone->a.pid)
		d = d->next;
	return d != NULL;
}

/* Only who names it asks for a device that is gone. */
static bool end_retired(struct devices *ds, const struct target_action *a, size_t n)
{
	bool any = false;

	for (struct device *d = ds->retired; d; d = d->next) {
		for (size_t i = 0; d->shown && !comes_again(ds, d) && i < n; i++)
			d->ended |= a[i].kind != TARGET_HALT && a[i].pid == d->a.pid;
		any |= d->ended;
	}
	return any;
}

/* live facts 3: after the interrupt a core can be looked at, and that is all. */
static bool steps_killed(const struct device *d, const struct target_action *a, size_t n)
{
	for (size_t i = 0; i < DEVICE_SLOTS; i++) {
		const struct device_core *c = &d->cores[i];
		const struct target_action *mine = c->listed && c->info.status == DEVICE_KILLED
							   ? action_of(a, n, device_core_tid(d, c))
							   : NULL;

		if (mine && mine->kind != TARGET_CONTINUE)
			return true;
	}
	return false;
}

static enum target_status resume(struct target *t, const struct target_action *a, size_t n)
{
	struct devices *ds = devices_of(t);
	bool news = end_retired(ds, a, n);

	for (struct device *d = ds->all; d; d = d->next)
		if (steps_killed(d, a, n))
			return target_fail(t, TARGET_UNAVAILABLE,
					   "the interrupt ended the task: its cores cannot step, "
					   "continue lets the program go on");
	if (ds->non_stop)
		return devices_resume_alone(ds, a, n);
	for (struct device *d = ds->all; d; d = d->next)
		news |= d->ready && prepare_all(d, a, n);
	ds->resumed = true;
	ds->lone = is_lone(a, n);
	for (struct device *d = ds->all; d && !news; d = d->next)
		if (d->ready)
			run_device(d, a, n);
	devices_beat(ds, true);
	devices_wake(ds);
	/* fine as long as there is a program that may open one */
	if (!ds->all && !news)
		return target_fail(t, TARGET_NO_THREAD, "none of these threads is there");
	return TARGET_OK;
}

/* --- stopping --- */

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static struct device_core *first_running(struct device *d)
{
	for (size_t i = 0; i < DEVICE_SLOTS; i++)
		if (d->cores[i].listed && d->cores[i].running)
			return &d->cores[i];
	return NULL;
}

static bool has_pending(const struct device *d)
{
	for (size_t i = 0; i < DEVICE_SLOTS; i++)
		if (d->cores[i].has_pending)
			return true;
	return false;
}

/* A core that stands at a breakpoint which is not told is as good as one that was stopped. */
static bool stop_on_way(struct device *d)
{
	for (size_t i = 0; i < DEVICE_SLOTS; i++) {
		struct device_core *c = &d->cores[i];

		if (!c->over || c->running || c->has_pending)
			continue;
		c->over = false;
		device_pend(d, c, TARGET_STOP_SIGNAL, TARGET_SIGNAL_INT);
		return true;
	}
	return false;
}

/* The one way to get at a kernel that does not stop by itself: its task ends (live facts 3). */
static bool kill_task(struct device *d)
{
	const struct timespec pause = { .tv_nsec = 1000000 };
	int64_t end = now_ms() + KILL_MS;
	uint8_t sqe[DEVICE_MESSAGE];

	device_cores_ask(d);
	struct device_core *c = first_running(d);
	if (!c)
		return has_pending(d) || stop_on_way(d);
	device_encode_kill(sqe, c->info.stream);
	if (device_link_ask(d->link, sqe, NULL) != DEVICE_OK)
		return false;
	while (!has_pending(d) && !d->link->lost && now_ms() < end) {
		device_take_events(d);
		nanosleep(&pause, NULL);
	}
	return has_pending(d);
}

/* There is nothing to stop and no program either: who waits gets a stop all the same. */
static bool stop_alone(struct device *d)
{
	device_cores_show(d);
	if (d->alone)
		device_pend(d, device_core_of(d, &d->a.cores[0]), TARGET_STOP_SIGNAL,
			    TARGET_SIGNAL_INT);
	return d->alone;
}

static enum target_status interrupt(struct target *t)
{
	struct devices *ds = devices_of(t);

	for (struct device *d = ds->all; d; d = d->next)
		if (d->ready && stop_alone(d)) {
			devices_wake(ds);
			return TARGET_OK;
		}
	for (struct device *d = ds->all; d; d = d->next)
		if (d->ready && d->shown && kill_task(d)) {
			devices_wake(ds);
			return TARGET_OK;
		}
	return target_fail(t, TARGET_UNAVAILABLE, "no kernel runs on a device");
}

void devices_halt(struct devices *ds)
{
	ds->resumed = false;
	devices_beat(ds, false);
	for (struct device *d = ds->all; d; d = d->next)
		if (d->ready)
			halt(d);
}

static void pause_all(struct target *t)
{
	devices_halt(devices_of(t));
}

static bool is_idle(const struct target *t)
{
	const struct devices *ds = (const struct devices *)t;

	for (const struct device *d = ds->retired; d; d = d->next)
		if (d->shown)
			return false;
	for (const struct device *d = ds->all; d; d = d->next)
		if (device_is_busy(d) || d->news != DEVICE_NO_NEWS)
			return false;
	for (struct device_client *c = device_clients_first(ds->clients); c; c = c->next)
		if (c->held)
			return false;
	return true;
}

static int event_fd(const struct target *t)
{
	return ((const struct devices *)t)->events;
}

static void drop_lost(struct devices *ds)
{
	struct device *next;

	for (struct device *d = ds->all; d; d = next) {
		next = d->next;
		if (d->link->lost) {
			target_tell(&ds->base.log, TARGET_LOG_ERROR, "device",
				    "device %u does not answer any more: it is let go",
				    d->a.device);
			device_let_launch(d);
			device_retire(d);
		}
	}
}

static enum target_status next_event(struct target *t, struct target_stop *out, bool *got)
{
	struct devices *ds = devices_of(t);
	uint64_t count;

	(void)!read(ds->wake, &count, sizeof(count));
	bool ask = read(ds->beat, &count, sizeof(count)) > 0;
	if (ask && ds->quiet)
		ds->quiet--;
	device_clients_serve(ds->clients);
	drop_lost(ds);
	/* the event of a core of which nothing was known yet may be the one that got lost */
	for (struct device *d = ds->all; ask && d; d = d->next)
		if (device_is_busy(d) || d->shown)
			device_cores_ask(d);
	for (struct device *d = ds->all; d; d = d->next)
		if (d->alone || (!d->shown && d->news == DEVICE_NO_NEWS))
			device_run_free(d);
	*got = (ds->resumed || ds->non_stop) && devices_tell(ds, out);
	if (*got && ds->non_stop) /* one event a call: there may be more */
		devices_wake(ds);
	return TARGET_OK;
}

/* --- letting go --- */

void device_let_launch(struct device *d)
{
	struct device_client *c = device_clients_first(d->owner->clients);

	for (; c; c = c->next)
		if (c->held && c->device == d->a.device) {
			device_client_answer(c, 0);
			d->unsure = true;
		}
}

void device_release(struct device *d)
{
	struct device_mask all = { { 0 }, { 0 } };
	struct points_memory m = device_raw_memory(d);

	if (!points_remove_all(d->points, &m))
		target_logf(&d->a.base.log, TARGET_LOG_ERROR,
			    "device id=%u: breakpoints could not be taken out", d->a.device);
	point_codes_clear(&d->codes);
	d->watches.count = 0;
	device_hard_clear(d);
	for (size_t i = 0; i < DEVICE_SLOTS; i++)
		if (d->cores[i].listed && !d->cores[i].running)
			device_mask_add(&all, d->cores[i].info.core.type, d->cores[i].info.core.id);
	if (!device_mask_is_empty(&all))
		device_let_go(d, DEVICE_RESUME, &all);
	memset(d->cores, 0, sizeof(d->cores));
	d->news = DEVICE_NO_NEWS;
	d->shown = d->waiting = d->alone = false;
	device_let_launch(d);
	device_link_listen(d->link, true);
}

static void set_free(struct device *d)
{
	struct device_client *c = device_clients_first(d->owner->clients);

	device_release(d);
	for (; c; c = c->next)
		c->free |= c->device == d->a.device;
}

/* A device by its process, or all that an app has opened. */
static bool is_of(struct device *d, uint32_t pid)
{
	struct device_client *c = device_clients_first(d->owner->clients);

	while (c && (c->pid != pid || c->device != d->a.device))
		c = c->next;
	return c || d->a.pid == pid;
}

static enum target_status detach(struct target *t, uint32_t pid)
{
	struct devices *ds = devices_of(t);
	bool found = false;

	for (struct device *d = ds->all; d; d = d->next)
		if (d->ready && is_of(d, pid)) {
			/* GDB 13 keeps the process of a device until it lets go of that too */
			bool alone = d->shown && d->a.pid != pid;

			set_free(d);
			d->shown = d->alone = alone;
			found = true;
		}
	for (struct device_client *c = device_clients_first(ds->clients); c; c = c->next)
		c->free |= c->pid == pid;
	for (struct device *d = ds->retired; d; d = d->next) {
		found |= d->shown && d->a.pid == pid;
		d->shown &= d->a.pid != pid;
	}
	return found ? TARGET_OK : target_fail(t, TARGET_NO_THREAD, "there is no process %u", pid);
}

/* A client that does not follow exec events, or is gone, has no device: it runs as if free. */
static void wish(struct target *t, unsigned wishes)
{
	struct devices *ds = devices_of(t);

	ds->wishes = wishes;
	ds->quiet = 0;
	for (struct device *d = ds->all; d; d = d->next) {
		if (!(wishes & TARGET_WISH_EXEC))
			device_release(d);
		else if (d->ready && !d->shown) {
			d->news = DEVICE_NEW;
		}
	}
	while (!wishes && ds->retired) {
		struct device *d = ds->retired;

		ds->retired = d->next;
		device_destroy(d);
	}
}

const struct target_run_ops device_run_ops = {
	.resume = resume,
	.interrupt = interrupt,
	.event_fd = event_fd,
	.next_event = next_event,
	.detach = detach,
	.kill = detach,
	.non_stop = devices_non_stop,
	.heard = devices_heard,
	.pause = pause_all,
	.idle = is_idle,
	.wish = wish,
};
