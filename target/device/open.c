/*
 * Devices come and go: the link, debug mode, the cores that exist and their memories. Called by
 * devices.c when an app opens a device and when it is gone.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

#include "target/device/device_priv.h"

/* BREAK of all chips (live facts 3). */
static const uint8_t break_word[] = { 0x00, 0x00, 0x80, 0x41 };

/* What the runtime stub is told (live facts 6). */
enum { CODE_OCCUPIED = 0x20200, CODE_MODE = 0x20202, CODE_INTERNAL, CODE_SOC };

static bool fail(struct device *d, unsigned number, const char *why, unsigned *code)
{
	target_tell(&d->a.base.log, TARGET_LOG_ERROR, "device", "device %u is not debugged: %s",
		    d->a.device, why);
	free(d->owner->trouble[d->a.device]);
	d->owner->trouble[d->a.device] = strdup(why);
	*code = number;
	return false;
}

static enum device_result command(struct device *d, enum device_command which, uint8_t *payload)
{
	uint8_t sqe[DEVICE_MESSAGE];

	device_encode(sqe, which);
	return device_link_ask(d->link, sqe, payload);
}

/* The link that a program before this one used, where that could not be closed. */
static struct device_link *take_link(struct devices *ds, uint32_t device)
{
	struct device_link *l = ds->kept[device];

	ds->kept[device] = NULL;
	if (l)
		l->event_first = l->event_count = 0;
	return l;
}

static bool enable(struct device *d, unsigned *code)
{
	uint8_t payload[DEVICE_PAYLOAD];
	char why[DEVICE_WORDS];

	d->link = take_link(d->owner, d->a.device);
	if (!d->link)
		d->link = d->owner->options.open(d->owner->options.sim, d->a.device, d->a.base.log,
						 why);
	if (!d->link)
		return fail(d, CODE_OCCUPIED, why, code);
	d->link->requests = &d->owner->requests;
	enum device_result result = command(d, DEVICE_ENABLE, NULL);
	if (result == DEVICE_REFUSED)
		return fail(d, CODE_MODE,
			    "it refuses debug mode: profiling and core dumps exclude debugging, "
			    "switch them off",
			    code);
	if (result == DEVICE_OK)
		result = command(d, DEVICE_DEVICES, payload);
	if (result != DEVICE_OK)
		return fail(d, CODE_INTERNAL, device_result_words(result), code);
	device_decode_devices(payload, d->a.chip->channel->wide_masks, &d->present);
	if (device_mask_is_empty(&d->present))
		return fail(d, CODE_INTERNAL, "it says it has no cores", code);
	return true;
}

/* The memories that a core of a type has, in the order of the chip's table. */
static void add_locals(struct ascend *a, enum chip_core_type type, uint16_t id)
{
	unsigned bit = type == CHIP_AIC ? CHIP_ON_AIC : CHIP_ON_AIV;

	for (size_t i = 0; i < a->chip->mem_count; i++) {
		const struct chip_mem_info *m = &a->chip->mems[i];

		if (m->size && m->cores & bit && m->mem != CHIP_OUT_MEM)
			a->locals[a->local_count++] = (struct ascend_local){
				.mem = m->mem,
				.core = chip_unified(a->chip, type, id),
				.size = m->size,
			};
	}
}

static bool make_arrays(struct device *d)
{
	struct ascend *a = &d->a;
	enum chip_core_type type;
	uint16_t id;

	a->cores = calloc(DEVICE_SLOTS, sizeof(*a->cores));
	a->locals = calloc(DEVICE_SLOTS * a->chip->mem_count, sizeof(*a->locals));
	a->kernels = calloc(1, sizeof(*a->kernels));
	d->points = points_create(break_word, sizeof(break_word));
	d->cache = device_cache_create();
	if (!a->cores || !a->locals || !a->kernels || !d->points || !d->cache)
		return false;
	for (uint32_t i = 0; i < DEVICE_SLOTS; i++)
		if (chip_core(a->chip, i, &type, &id) && device_mask_has(&d->present, type, id))
			add_locals(a, type, id);
	return true;
}

static bool watch(struct device *d)
{
	struct epoll_event ev = { .events = EPOLLIN };

	return epoll_ctl(d->owner->events, EPOLL_CTL_ADD, device_link_fd(d->link), &ev) == 0;
}

static bool open_device(struct device *d, const struct stub_message *m, unsigned *code)
{
	char why[DEVICE_WORDS];

	const struct chip *own = d->owner->options.chip;
	d->a.chip = own && chip_is_soc(own, m->soc) ? own : chip_find_soc(m->soc);
	if (!d->a.chip) {
		snprintf(why, sizeof(why), "%.64s is no chip this server knows", m->soc);
		return fail(d, CODE_SOC, why, code);
	}
	if (!enable(d, code))
		return false;
	if (!make_arrays(d) || !watch(d))
		return fail(d, CODE_INTERNAL, "out of memory", code);
	device_link_listen(d->link, true);
	return true;
}

struct device *device_create(struct devices *ds, const struct stub_message *m, unsigned *code)
{
	struct device *d = calloc(1, sizeof(*d));

	*code = CODE_INTERNAL;
	if (!d)
		return NULL;
	d->owner = ds;
	d->a.base.ops = &ascend_target_ops;
	d->a.base.log = ds->base.log;
	d->a.source = &device_source_ops;
	d->a.device = (uint32_t)m->device;
	d->a.pid = DEVICE_PROCESS + d->a.device;
	snprintf(d->a.title, sizeof(d->a.title), "live");
	if (open_device(d, m, code)) {
		*code = 0;
		free(ds->trouble[d->a.device]);
		ds->trouble[d->a.device] = NULL;
		return d;
	}
	device_destroy(d);
	return NULL;
}

void device_destroy(struct device *d)
{
	ascend_deinit(&d->a);
	device_link_close(d->link);
	points_destroy(d->points);
	point_codes_clear(&d->codes);
	device_cache_destroy(d->cache);
	free(d);
}

/* One that cannot be closed yet is kept; with the last device in use all of them go. */
static void leave_link(struct device *d)
{
	struct devices *ds = d->owner;

	if (ds->all && !d->link->lost && d->link->ops->closes_any)
		ds->kept[d->a.device] = d->link;
	else
		device_link_close(d->link);
	d->link = NULL;
	for (size_t i = 0; !ds->all && i < DEVICE_MAX; i++) {
		device_link_close(ds->kept[i]);
		ds->kept[i] = NULL;
	}
}

void device_retire(struct device *d)
{
	struct devices *ds = d->owner;
	struct device **at = &ds->all;
	struct epoll_event ev = { 0 };

	while (*at != d)
		at = &(*at)->next;
	*at = d->next;
	epoll_ctl(ds->events, EPOLL_CTL_DEL, device_link_fd(d->link), &ev);
	if (!d->link->lost) {
		uint8_t sqe[DEVICE_MESSAGE];

		device_encode(sqe, DEVICE_DISABLE);
		(void)device_link_ask(d->link, sqe, NULL);
	}
	device_link_listen(d->link, false);
	leave_link(d);
	ds->focus = (struct target_tid){ 0 };
	memset(d->cores, 0, sizeof(d->cores));
	d->stale = true;
	/* in all-stop its end is told when the client wants it to go on */
	d->ended = (ds->non_stop || (d->alone && ds->resumed)) && d->shown;
	if (d->ended)
		devices_wake(ds);
	d->next = ds->retired;
	ds->retired = d;
}
