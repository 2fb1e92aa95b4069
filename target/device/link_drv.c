/*
 * The link over the driver's node, /dev/drv_debug: numbers, structures and results of its ioctls as
 * live facts 2.1 to 2.7 give them. One open node per device, since its release lets go of one
 * device only, and it must be closed by the thread that is the process: the server has no other.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "target/device/device.h"
#include "target/device/link.h"

static const char node[] = "/dev/drv_debug";

enum { POLL_NS = 5000000 }; /* how often a running device is asked for events */

/* The driver's argument of every call. */
struct argument {
	uint32_t device;
	int32_t timeout_ms;
	uint32_t length;
	int32_t tgid;
	uint8_t data[DEVICE_MESSAGE];
};
_Static_assert(sizeof(struct argument) == 80, "the driver's layout");

/* In its data, for a copy. */
struct copy {
	uint64_t host, at, size;
	uint32_t to_host;
};

/* The size in the numbers is that of a pointer, not of what it points at. */
#define CALL_SEND     _IOR('D', 0, void *)
#define CALL_RECEIVE  _IOWR('D', 1, void *)
#define CALL_COPY     _IOR('D', 2, void *)
#define CALL_REGISTER _IOR('D', 3, void *)

enum { OCCUPIED = 0x10000, BAD_ID = 0x10001 }; /* results of their own, no errno */

struct link_drv {
	struct device_link base;
	int fd, timer;
};

static struct link_drv *of(struct device_link *l)
{
	return (struct link_drv *)l;
}

/* The driver's -1 to -6 come through libc as errno 1 to 6, whatever those are called elsewhere. */
static enum device_result result_of(int value, int error)
{
	static const enum device_result results[] = {
		DEVICE_LOST,	DEVICE_NO_DEVICE,    DEVICE_FULL,	   DEVICE_TIMEOUT,
		DEVICE_NO_CALL, DEVICE_BAD_ARGUMENT, DEVICE_SWITCH_CLOSED,
	};

	if (value == OCCUPIED)
		return DEVICE_OCCUPIED;
	if (value == BAD_ID)
		return DEVICE_NO_DEVICE;
	if (value >= 0)
		return DEVICE_OK;
	return error > 0 && error <= 6 ? results[error] : DEVICE_LOST;
}

static enum device_result call(struct device_link *l, unsigned long number, struct argument *a)
{
	a->device = l->device;
	int value = ioctl(of(l)->fd, number, a);

	return result_of(value, errno);
}

static enum device_result drv_send(struct device_link *l, const uint8_t *sqe)
{
	struct argument a = { .timeout_ms = 0 };

	memcpy(a.data, sqe, DEVICE_MESSAGE);
	return call(l, CALL_SEND, &a);
}

static enum device_result drv_receive(struct device_link *l, uint8_t *cqe, int timeout_ms)
{
	struct argument a = { .timeout_ms = timeout_ms };
	uint64_t ticks;

	(void)!read(of(l)->timer, &ticks, sizeof(ticks));
	enum device_result result = call(l, CALL_RECEIVE, &a);
	memcpy(cqe, a.data, DEVICE_MESSAGE);
	return result;
}

static enum device_result drv_copy(struct device_link *l, const struct device_copy *c)
{
	struct argument a = { .tgid = (int32_t)c->tgid };
	struct copy p = { (uintptr_t)c->buf, c->at, c->n, c->to_host };

	memcpy(a.data, &p, sizeof(p));
	return call(l, CALL_COPY, &a);
}

static int drv_event_fd(const struct device_link *l)
{
	return ((const struct link_drv *)l)->timer;
}

/* The node cannot be polled, and waiting in it would block every other user of the driver. */
static void drv_listen(struct device_link *l, bool on)
{
	long ns = on ? POLL_NS : 0;
	struct itimerspec every = { .it_interval.tv_nsec = ns, .it_value.tv_nsec = ns };

	timerfd_settime(of(l)->timer, 0, &every, NULL);
}

static void drv_close(struct device_link *l)
{
	struct link_drv *d = of(l);

	if (d->fd >= 0)
		close(d->fd);
	if (d->timer >= 0)
		close(d->timer);
	free(d);
}

static const struct device_link_ops drv_ops = {
	.name = "drv",
	.closes_any = true,
	.close = drv_close,
	.send = drv_send,
	.receive = drv_receive,
	.copy = drv_copy,
	.event_fd = drv_event_fd,
	.listen = drv_listen,
};

static bool open_node(struct link_drv *d, char *why)
{
	struct argument a = { .timeout_ms = 0 };

	d->fd = open(node, O_RDWR | O_CLOEXEC);
	if (d->fd < 0) {
		snprintf(why, DEVICE_WORDS,
			 "cannot open %s: %s: install the driver package with its debug modules%s",
			 node, strerror(errno),
			 errno == ENOENT ? ", and give it to the container" : "");
		return false;
	}
	enum device_result result = call(&d->base, CALL_REGISTER, &a);
	char who[DEVICE_WORDS / 2] = "";
	if (result == DEVICE_OCCUPIED)
		device_holders(node, who, sizeof(who));
	if (result != DEVICE_OK)
		snprintf(why, DEVICE_WORDS, "device %u: %s%s%s", d->base.device,
			 device_result_words(result), *who ? ": " : "", who);
	return result == DEVICE_OK;
}

struct device_link *device_link_drv(const char *where, uint32_t device, struct target_log log,
				    char *why)
{
	struct link_drv *d = calloc(1, sizeof(*d));

	(void)where;
	if (!d) {
		snprintf(why, DEVICE_WORDS, "out of memory");
		return NULL;
	}
	d->base = (struct device_link){ .ops = &drv_ops, .log = log, .device = device };
	d->fd = -1;
	d->timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	if (d->timer < 0)
		snprintf(why, DEVICE_WORDS, "no timer: %s", strerror(errno));
	else if (open_node(d, why))
		return &d->base;
	drv_close(&d->base);
	return NULL;
}
