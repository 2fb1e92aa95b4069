/*
 * Breakpoints in kernels: BREAK words that are patched before anything runs, hardware breakpoints
 * where the chip has them, conditions and commands, and the way over a breakpoint that stays: the
 * cores that stand at one do its instruction together while it is lifted (live facts 3).
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "target/device/device_priv.h"

enum { PATIENCE_MS = DEVICE_WAIT_MS(300) };

/* --- the table --- */

/*
 * A client that cannot have its breakpoint wants to know when it asks for it. Programs unload
 * kernels without a word: whether the code is there only the device can tell.
 */
static bool is_there(struct device *d, uint64_t at)
{
	struct points_memory m = device_raw_memory(d);
	uint32_t word;

	return points_is_set(d->points, at) || points_is_patched(d->points, at) ||
	       m.read(m.ctx, at, &word, sizeof(word));
}

static enum target_status sw_point(struct device *d, uint64_t at, bool set)
{
	struct target *t = &d->a.base;

	if (!set)
		return points_clear(d->points, at)
			       ? TARGET_OK
			       : target_fail(t, TARGET_INVALID, "no breakpoint stands there");
	if (at % 4 || !device_is_code(d, at)) {
		snprintf(d->refused, sizeof(d->refused), "%#" PRIx64 ": no kernel has code there",
			 at);
		return target_fail(t, TARGET_FAULT, "no kernel has code at %#" PRIx64, at);
	}
	if (!is_there(d, at)) {
		snprintf(d->refused, sizeof(d->refused), "%#" PRIx64 ": its kernel is unloaded",
			 at);
		return target_fail(t, TARGET_FAULT,
				   "the kernel that had code at %#" PRIx64 " is unloaded", at);
	}
	if (!points_is_set(d->points, at) && !points_set(d->points, at))
		return target_fail(t, TARGET_SYSTEM, "out of memory");
	return TARGET_OK;
}

/* Non-stop: nothing is resumed before the cores that run get to it. */
static bool is_needed_now(const struct device *d)
{
	bool stand = device_is_busy(d);

	for (size_t i = 0; i < DEVICE_SLOTS; i++)
		stand &= !d->cores[i].listed || !d->cores[i].running;
	return d->owner->non_stop && !stand;
}

enum target_status device_point(struct device *d, const struct target_point *p, bool set)
{
	enum target_status status;

	switch (p->kind) {
	case TARGET_SW_BREAK:
		status = sw_point(d, p->at, set);
		break;
	case TARGET_HW_BREAK:
		status = device_hard_point(d, p->at, set);
		break;
	default:
		return device_watch_point(d, p, set);
	}
	if (status == TARGET_OK && !point_codes_set(&d->codes, p))
		target_logf(&d->a.base.log, TARGET_LOG_WARN,
			    "breakpoint: no memory for its conditions");
	if (status != TARGET_OK || !is_needed_now(d) || device_points_sync(d))
		return status;
	if (set)
		points_clear(d->points, p->at);
	memcpy(d->a.base.message, d->owner->base.message, sizeof(d->a.base.message));
	return TARGET_FAULT;
}

bool device_points_sync(struct device *d)
{
	struct points_memory m = device_raw_memory(d);
	uint64_t at = 0;

	device_hard_sync(d);
	if (points_sync(d->points, &m, &at)) {
		d->refused[0] = '\0';
		return true;
	}
	snprintf(d->refused, sizeof(d->refused),
		 "%#" PRIx64 ": what was written there is not what is read back", at);
	target_fail(&d->owner->base, TARGET_FAULT,
		    "cannot put a breakpoint at %#" PRIx64 " of device %u", at, d->a.device);
	return false;
}

void device_points_check(struct device *d, uint64_t at, uint64_t n)
{
	struct points_memory m = device_raw_memory(d);

	device_hard_sync(d); /* a launch on another stream */
	if (points_verify_range(d->points, at, n, &m))
		(void)!device_points_sync(d);
}

/* --- conditions and commands --- */

struct hit {
	struct device *d;
	struct ascend_core *core;
};

static bool read_reg(void *ctx, unsigned number, uint64_t *value)
{
	struct hit *hit = ctx;
	struct ascend *a = &hit->d->a;
	uint8_t bytes[ARCH_REG_MAX_BYTES] = { 0 };
	bool valid = false;

	if (number >= a->desc->reg_count ||
	    arch_reg_size(&a->desc->regs[number]) > sizeof(*value) ||
	    ascend_target_ops.reg_read(&a->base, ascend_core_tid(a, hit->core), number, bytes,
				       &valid) != TARGET_OK)
		return false;
	memcpy(value, bytes, sizeof(*value));
	return valid;
}

static bool read_mem(void *ctx, uint64_t at, void *buf, size_t n)
{
	struct hit *hit = ctx;
	size_t done = 0;

	return ascend_mem_read(&hit->d->a, hit->core, at, buf, n, &done) == TARGET_OK && done == n;
}

bool device_point_tells(struct device *d, struct device_core *c, enum target_point_kind kind)
{
	const struct target_point_code *code = point_codes_find(&d->codes, kind, c->info.pc);
	struct hit hit = { .d = d };
	struct agent_access thread = { .reg = read_reg, .mem = read_mem, .ctx = &hit };

	if (!code)
		return true;
	(void)!device_core_ask(d, c);
	device_cores_show(d);
	hit.core = ascend_core_find(&d->a, device_core_tid(d, c));
	return !hit.core || point_code_tells(code, thread, &d->a.base.log);
}

/* --- the way over --- */

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* The cores that go over, and the addresses they leave. */
static size_t collect(struct device *d, struct device_mask *mask, uint64_t *at)
{
	size_t n = 0;

	for (size_t i = 0; i < DEVICE_SLOTS; i++) {
		struct device_core *c = &d->cores[i];
		size_t k = 0;

		if (!c->over)
			continue;
		device_mask_add(mask, c->info.core.type, c->info.core.id);
		while (k < n && at[k] != c->info.pc)
			k++;
		at[k] = c->info.pc;
		n += k == n;
	}
	return n;
}

static bool any_over(const struct device *d)
{
	for (size_t i = 0; i < DEVICE_SLOTS; i++)
		if (d->cores[i].over && d->cores[i].running)
			return true;
	return false;
}

/* A core may have to wait for one that stands still: then it arrives later, in its own time. */
static void await_steps(struct device *d)
{
	const struct timespec pause = { .tv_nsec = 200000 };
	int64_t end = now_ms() + PATIENCE_MS, asked = now_ms();

	while (any_over(d) && !d->link->lost && now_ms() < end) {
		device_take_events(d);
		if (!any_over(d))
			break;
		/* the last instruction of a block ends without an event, and events may get lost */
		if (now_ms() > asked + 20 || d->link->events_lost) {
			device_cores_ask(d);
			asked = now_ms();
		}
		nanosleep(&pause, NULL);
	}
}

static bool wants_more(const struct device_core *c)
{
	return c->listed && !c->running && !c->has_pending && c->go;
}

/* Those that arrived and shall run on do; a step that was asked for has been done by this. */
static void go_on(struct device *d, const bool *went)
{
	struct device_moves moves = { { { 0 }, { 0 } }, { { 0 }, { 0 } } };

	for (size_t i = 0; i < DEVICE_SLOTS; i++)
		if (went[i] && wants_more(&d->cores[i]))
			device_moves_add(d, &moves, &d->cores[i]);
	device_moves_go(d, &moves);
}

/* One step of all that are over, with what they leave out of the way. */
static void step_over(struct device *d, const struct device_mask *mask, const uint64_t *at,
		      size_t n)
{
	struct points_memory m = device_raw_memory(d);
	bool lifted[DEVICE_SLOTS];

	/* cores that run keep the BREAK in their instruction caches */
	d->refresh = mask;
	for (size_t i = 0; i < n; i++)
		lifted[i] = points_lift(d->points, at[i], &m);
	d->refresh = NULL;
	device_let_go(d, DEVICE_STEP, mask);
	await_steps(d);
	for (size_t i = 0; i < n; i++)
		if (lifted[i])
			points_put_back(d->points, at[i], &m);
}

void device_go_over(struct device *d)
{
	uint64_t at[DEVICE_SLOTS];
	bool went[DEVICE_SLOTS];
	int64_t end = now_ms() + PATIENCE_MS;

	do {
		struct device_mask mask = { { 0 }, { 0 } };
		size_t n = collect(d, &mask, at);

		if (!n)
			return;
		for (size_t i = 0; i < DEVICE_SLOTS; i++)
			went[i] = d->cores[i].over;
		step_over(d, &mask, at, n);
		for (size_t i = 0; i < DEVICE_SLOTS; i++)
			if (went[i])
				d->cores[i].over = false;
		go_on(d, went);
		device_take_events(d);
	} while (now_ms() < end);
	/* a breakpoint in a loop, of which no condition holds: the client has its turn */
	devices_wake(d->owner);
}
