/*
 * The program that a device is debugged for, when several use it: each has memory of its own at the
 * same addresses, and cores do not say whose they are. The first that launches is the one; the
 * others run free, and the next of them follows when it has ended. Called by devices.c.
 */
#include <stdlib.h>
#include <string.h>

#include "target/device/device_priv.h"

/* The file of a kernel, kept from a message of a program whose turn has not come. */
struct device_parked {
	struct device_parked *next;
	char name[STUB_NAME];
	uint64_t base;
	size_t n;
	uint8_t elf[];
};

void device_parked_destroy(struct device_parked *p)
{
	while (p) {
		struct device_parked *next = p->next;

		free(p);
		p = next;
	}
}

static void park(struct device *d, struct device_client *c, const struct stub_message *m)
{
	struct device_parked *p = m->binary ? malloc(sizeof(*p) + m->binary_n) : NULL;

	if (!p)
		return;
	if (!c->parked)
		target_logf(
			&d->a.base.log, TARGET_LOG_WARN,
			"device id=%u pid=%u: this process uses it too, its kernels run without "
			"being shown as long as process %u has the device",
			d->a.device, c->tgid, d->tgid);
	*p = (struct device_parked){ .next = c->parked, .base = m->base, .n = m->binary_n };
	memcpy(p->name, m->name, strlen(m->name) + 1);
	memcpy(p->elf, m->binary, m->binary_n);
	c->parked = p;
}

bool device_owner_take(struct device *d, struct device_client *c, const struct stub_message *m)
{
	if (!d->tgid)
		d->tgid = c->tgid;
	if (d->tgid == c->tgid)
		return true;
	park(d, c, m);
	return false;
}

/* What was known of a program: its memory is gone, and other code may be at the same addresses. */
static void forget_program(struct device *d)
{
	struct points_memory m = device_raw_memory(d);

	points_forget_patches(d->points);
	(void)!points_remove_all(d->points, &m);
	device_hard_clear(d);
	point_codes_clear(&d->codes);
	for (size_t i = 0; i < d->a.kernel_count; i++)
		symbols_close(d->a.kernels[i].object);
	d->a.kernel_count = 0;
	memset(d->cores, 0, sizeof(d->cores));
	device_cache_forget(d->cache);
	d->stale = true;
	d->tgid = 0;
}

static void unpark(struct device *d, struct device_client *c)
{
	bool fresh;

	for (struct device_parked *p = c->parked; p; p = p->next) {
		struct stub_message m = { .kind = STUB_KERNEL,
					  .name = p->name,
					  .hash = "",
					  .has_base = true,
					  .base = p->base,
					  .binary = p->elf,
					  .binary_n = p->n };

		(void)device_kernel_add(d, &m, &fresh);
	}
	device_parked_destroy(c->parked);
	c->parked = NULL;
}

void device_owner_gone(struct device *d, const struct device_client *gone)
{
	struct device_client *all = device_clients_first(d->owner->clients), *next = NULL;

	if (gone->tgid != d->tgid)
		return;
	for (struct device_client *c = all; c; c = c->next) {
		if (c->device != d->a.device)
			continue;
		if (c->tgid == gone->tgid) /* a second connection of the same program */
			return;
		if (c->parked)
			next = c; /* the one that came first */
	}
	forget_program(d);
	if (next) {
		d->tgid = next->tgid;
		unpark(d, next);
	}
	if (d->shown && d->news == DEVICE_NO_NEWS)
		d->news = DEVICE_KERNELS;
	devices_wake(d->owner);
}
