/*
 * Fuzz target: any bytes as the messages of a device, 64 each: decoded, and drained through a link
 * as replies and events.
 */
#include <string.h>

#include "target/device/link.h"
#include "tests/fuzz/fuzz.h"

struct feed {
	struct device_link base;
	const uint8_t *data;
	size_t left;
};

static enum device_result feed_send(struct device_link *l, const uint8_t *sqe)
{
	(void)l;
	demand(device_command_of(sqe) < 128);
	return DEVICE_OK;
}

/* The end of the input is the end of the way: nothing is waited for. */
static enum device_result feed_receive(struct device_link *l, uint8_t *cqe, int timeout_ms)
{
	struct feed *f = (struct feed *)l;

	(void)timeout_ms;
	if (f->left < DEVICE_MESSAGE)
		return DEVICE_LOST;
	memcpy(cqe, f->data, DEVICE_MESSAGE);
	f->data += DEVICE_MESSAGE;
	f->left -= DEVICE_MESSAGE;
	return DEVICE_OK;
}

static const struct device_link_ops ops = { .send = feed_send, .receive = feed_receive };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct feed f = { .base = { .ops = &ops }, .data = data, .left = size };
	uint8_t sqe[DEVICE_MESSAGE], payload[DEVICE_PAYLOAD];
	struct device_core_info info;
	struct device_event ev;
	struct device_mask mask;
	struct device_warp warp;

	device_encode_core(sqe, 1);
	if (device_link_ask(&f.base, sqe, payload) == DEVICE_OK) {
		if (device_decode_core(payload, &info))
			demand(info.core.type <= 1 && info.status < DEVICE_STATUS_END);
		device_decode_devices(payload, false, &mask);
		device_decode_devices(payload, true, &mask);
		device_decode_warp(payload, &warp);
	}
	while (device_link_event(&f.base, &ev))
		demand(ev.core.type <= 1 && ev.core.id < 128 && ev.status < DEVICE_STATUS_END);
	demand(f.base.lost || f.left >= DEVICE_MESSAGE);
	return 0;
}
