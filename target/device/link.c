/*
 * What all links share: pairs replies with commands, keeps the events that come between, splits
 * copies at pages. Facts about the driver that shape this: live facts 2.7.
 */
#include "target/device/link.h"

#include <string.h>
#include <time.h>

enum { PAGE = 4096, PATIENCE_MS = DEVICE_WAIT_MS(450), SLICE_MS = 20, DRAIN_MAX = 64 };

const char *device_result_words(enum device_result r)
{
	switch (r) {
	case DEVICE_OK:
		return "no error";
	case DEVICE_NO_DEVICE:
		return "there is no such device, or it has no memory there";
	case DEVICE_FULL:
		return "the queue of the debug channel is full: try again";
	case DEVICE_TIMEOUT:
		return "the device did not answer in time";
	case DEVICE_NO_CALL:
		return "the driver does not know this call: install a newer driver package";
	case DEVICE_BAD_ARGUMENT:
		return "the driver takes the arguments for wrong";
	case DEVICE_SWITCH_CLOSED:
		return "debugging is switched off: as root, echo 1 > /proc/debug_switch";
	case DEVICE_OCCUPIED:
		return "another process is debugging this device: end it first";
	case DEVICE_REFUSED:
		return "the device refused the command";
	case DEVICE_LOST:
		return "the connection to the device is lost";
	}
	return "unknown error";
}

void device_link_close(struct device_link *l)
{
	if (l)
		l->ops->close(l);
}

/* --- events --- */

static void keep_event(struct device_link *l, const struct device_reply *r)
{
	struct device_event ev;

	if (!device_decode_event(r->payload, &ev)) {
		target_logf(&l->log, TARGET_LOG_WARN,
			    "device id=%u: it sent an event that makes no sense", l->device);
		l->events_lost = true;
	} else if (l->event_count == DEVICE_EVENTS) {
		l->events_lost = true;
	} else {
		l->events[(l->event_first + l->event_count++) % DEVICE_EVENTS] = ev;
	}
}

/* One message of the ring; true: it is the reply to the command `number`. */
static bool take(struct device_link *l, const uint8_t *cqe, uint32_t command, uint32_t number,
		 struct device_reply *out)
{
	device_decode(cqe, out);
	if (out->command == DEVICE_EVENT) {
		keep_event(l, out);
		return false;
	}
	/* firmware that gives no number back has only the command to go by */
	if (out->command == command && (!out->msg_id || out->msg_id == number))
		return true;
	target_logf(&l->log, TARGET_LOG_DEBUG, "device id=%u: a late reply to %s is dropped",
		    l->device, device_command_name(out->command));
	l->owed -= l->owed > 0;
	return false;
}

static void drain(struct device_link *l)
{
	uint8_t cqe[DEVICE_MESSAGE];
	struct device_reply r;

	enum device_result result = DEVICE_OK;

	for (int i = 0; i < DRAIN_MAX && result == DEVICE_OK; i++) {
		result = l->ops->receive(l, cqe, 0);
		if (result == DEVICE_OK)
			take(l, cqe, UINT32_MAX, 0, &r);
	}
	l->lost |= result == DEVICE_LOST;
}

bool device_link_event(struct device_link *l, struct device_event *out)
{
	if (!l->event_count)
		drain(l);
	if (!l->event_count)
		return false;
	*out = l->events[l->event_first];
	l->event_first = (l->event_first + 1) % DEVICE_EVENTS;
	l->event_count--;
	return true;
}

void device_link_listen(struct device_link *l, bool on)
{
	l->ops->listen(l, on);
}

int device_link_fd(const struct device_link *l)
{
	return l->ops->event_fd(l);
}

static void count_request(struct device_link *l)
{
	if (l->requests)
		++*l->requests;
}

/* --- commands --- */

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/*
 * The driver holds a lock of the whole machine while it waits, so each wait is short. A signal ends
 * a wait like a time-out does.
 */
static enum device_result await(struct device_link *l, uint32_t command, int patience_ms,
				uint8_t *payload)
{
	int64_t end = now_ms() + patience_ms;
	uint8_t cqe[DEVICE_MESSAGE];
	struct device_reply r;

	do {
		enum device_result result = l->ops->receive(l, cqe, SLICE_MS);

		if (result != DEVICE_OK && result != DEVICE_TIMEOUT)
			return result;
		if (result != DEVICE_OK || !take(l, cqe, command, l->number, &r))
			continue;
		if (payload)
			memcpy(payload, r.payload, DEVICE_PAYLOAD);
		return r.result ? DEVICE_REFUSED : DEVICE_OK;
	} while (now_ms() < end);
	l->owed++;
	return DEVICE_TIMEOUT;
}

/* The queue has four places: what is in it is taken by the device soon. */
static enum device_result send(struct device_link *l, const uint8_t *sqe)
{
	const struct timespec pause = { .tv_nsec = 1000000 };
	int64_t end = now_ms() + PATIENCE_MS;
	enum device_result result;

	while ((result = l->ops->send(l, sqe)) == DEVICE_FULL && now_ms() < end) {
		drain(l);
		nanosleep(&pause, NULL);
	}
	return result;
}

static enum device_result ask_once(struct device_link *l, uint8_t *sqe, int patience_ms,
				   uint8_t *payload)
{
	if (l->owed)
		drain(l);
	if (!++l->number)
		l->number = 1;
	device_encode_number(sqe, l->number);
	count_request(l);
	enum device_result result = send(l, sqe);
	if (result == DEVICE_OK)
		result = await(l, device_command_of(sqe), patience_ms, payload);
	l->lost |= result == DEVICE_LOST;
	return result;
}

/* Twice is the same as once; a reply is lost when events have filled the ring. */
static bool is_repeatable(uint32_t command)
{
	switch (command) {
	case DEVICE_INVALIDATE:
	case DEVICE_DEVICES:
	case DEVICE_CORE:
	case DEVICE_REGISTER:
	case DEVICE_LOCAL:
		return true;
	default:
		return false;
	}
}

enum device_result device_link_ask(struct device_link *l, uint8_t *sqe, uint8_t *payload)
{
	bool twice = is_repeatable(device_command_of(sqe));
	enum device_result result =
		ask_once(l, sqe, twice ? PATIENCE_MS / 2 : PATIENCE_MS, payload);

	if (result == DEVICE_TIMEOUT && twice)
		result = ask_once(l, sqe, PATIENCE_MS / 2, payload);
	if (result != DEVICE_OK)
		target_logf(&l->log, TARGET_LOG_DEBUG, "device id=%u command=%s: %s", l->device,
			    device_command_name(device_command_of(sqe)),
			    device_result_words(result));
	return result;
}

/* --- copies --- */

/* The driver pins the one page the buffer is in, for writing, whatever the direction. */
enum device_result device_link_copy(struct device_link *l, const struct device_copy *c,
				    size_t *done)
{
	_Alignas(PAGE) uint8_t page[PAGE];

	*done = 0;
	while (*done < c->n) {
		uint64_t at = c->at + *done;
		size_t room = PAGE - (size_t)(at % PAGE);
		size_t n = c->n - *done < room ? c->n - *done : room;
		struct device_copy piece = { c->to_host, c->tgid, at, page, n };

		if (!c->to_host)
			memcpy(page, (const uint8_t *)c->buf + *done, n);
		count_request(l);
		enum device_result result = l->ops->copy(l, &piece);
		l->lost |= result == DEVICE_LOST;
		if (result != DEVICE_OK)
			return result;
		if (c->to_host)
			memcpy((uint8_t *)c->buf + *done, page, n);
		*done += n;
	}
	return DEVICE_OK;
}
