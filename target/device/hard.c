/*
 * Hardware breakpoints, of chips that have them (live facts 2.5, 2.6). GDB sets and clears them at
 * every stop: they are sent when they are set for the first time, taken away when something is
 * about to run and nobody wants them, and sent anew when a kernel comes on another stream, since
 * they belong to one. Called by breaks.c and events.c.
 */
#include "target/device/device_priv.h"

static enum device_result send(struct device *d, const struct device_hard *h, bool set)
{
	uint8_t sqe[DEVICE_MESSAGE];

	device_encode_hard_break(sqe, set, h->stream, h->at);
	return device_link_ask(d->link, sqe, NULL);
}

static struct device_hard *find(struct device *d, uint64_t at)
{
	for (size_t i = 0; i < d->hards.count; i++)
		if (d->hards.all[i].at == at)
			return &d->hards.all[i];
	return NULL;
}

void device_hard_sync(struct device *d)
{
	size_t kept = 0;

	for (size_t i = 0; i < d->hards.count; i++) {
		struct device_hard h = d->hards.all[i];
		bool moved = h.wanted && h.stream != (uint16_t)d->stream;

		if (!h.wanted || moved)
			(void)send(d, &h, false);
		h.stream = (uint16_t)d->stream;
		if (moved && send(d, &h, true) != DEVICE_OK)
			target_logf(&d->a.base.log, TARGET_LOG_WARN,
				    "breakpoint: the hardware one at %#llx cannot follow to "
				    "stream %u",
				    (unsigned long long)h.at, h.stream);
		if (h.wanted)
			d->hards.all[kept++] = h;
	}
	d->hards.count = kept;
}

static enum target_status add(struct device *d, uint64_t at)
{
	struct device_hard h = { .at = at, .stream = (uint16_t)d->stream, .wanted = true };

	device_hard_sync(d); /* those that nobody wants make room */
	if (d->hards.count == DEVICE_HARDS)
		return target_fail(&d->a.base, TARGET_INVALID, "no more than %d of them",
				   DEVICE_HARDS);
	enum device_result result = send(d, &h, true);
	if (result == DEVICE_REFUSED)
		return target_fail(&d->a.base, TARGET_INVALID,
				   "the device has no hardware breakpoint left: use break");
	if (result != DEVICE_OK)
		return target_fail(&d->a.base, TARGET_SYSTEM, "%s", device_result_words(result));
	d->hards.all[d->hards.count++] = h;
	return TARGET_OK;
}

enum target_status device_hard_point(struct device *d, uint64_t at, bool set)
{
	struct device_hard *h = find(d, at);

	if (!d->a.chip->channel->hw_breaks)
		return target_fail(&d->a.base, TARGET_UNSUPPORTED,
				   "this chip has no hardware breakpoints: use break");
	if (!h && set)
		return add(d, at);
	if (!h || (!set && !h->wanted))
		return target_fail(&d->a.base, TARGET_INVALID, "no breakpoint stands there");
	h->wanted = set;
	return TARGET_OK;
}

bool device_hard_is_set(struct device *d, uint64_t at)
{
	const struct device_hard *h = find(d, at);

	return h && h->wanted;
}

void device_hard_clear(struct device *d)
{
	for (size_t i = 0; i < d->hards.count; i++)
		d->hards.all[i].wanted = false;
	device_hard_sync(d);
}
