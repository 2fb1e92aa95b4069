/*
 * A link without anything between: for tests of what is above the links.
 */
#include "tests/fake/fake_link.h"

#include <assert.h>
#include <stdlib.h>
#include <sys/timerfd.h>
#include <unistd.h>

struct fake_link {
	struct device_link base;
	struct fake_npu *npu;
	int timer;
};

static struct fake_link *of(struct device_link *l)
{
	return (struct fake_link *)l;
}

static enum device_result fake_send(struct device_link *l, const uint8_t *sqe)
{
	if (of(l)->npu->gone)
		return DEVICE_LOST;
	npu_command(of(l)->npu, sqe);
	return DEVICE_OK;
}

static enum device_result fake_receive(struct device_link *l, uint8_t *cqe, int timeout_ms)
{
	uint64_t ticks;

	if (of(l)->npu->gone)
		return DEVICE_LOST;
	(void)!read(of(l)->timer, &ticks, sizeof(ticks));
	if (npu_receive(of(l)->npu, cqe))
		return DEVICE_OK;
	if (!of(l)->npu->hasty)
		usleep((useconds_t)timeout_ms * 1000);
	return DEVICE_TIMEOUT;
}

static enum device_result fake_copy(struct device_link *l, const struct device_copy *c)
{
	assert(c->n && c->at / 4096 == (c->at + c->n - 1) / 4096);
	of(l)->npu->tgid = c->tgid;
	return npu_copy(of(l)->npu, c->to_host, c->at, c->buf, c->n) ? DEVICE_OK : DEVICE_NO_DEVICE;
}

static int fake_event_fd(const struct device_link *l)
{
	return ((const struct fake_link *)l)->timer;
}

static void fake_listen(struct device_link *l, bool on)
{
	long ns = on ? 1000000 : 0;
	struct itimerspec every = { .it_interval.tv_nsec = ns, .it_value.tv_nsec = ns };

	timerfd_settime(of(l)->timer, 0, &every, NULL);
}

static void fake_close(struct device_link *l)
{
	close(of(l)->timer);
	free(l);
}

static const struct device_link_ops ops = {
	.name = "fake",
	.suspends = true,
	.close = fake_close,
	.send = fake_send,
	.receive = fake_receive,
	.copy = fake_copy,
	.event_fd = fake_event_fd,
	.listen = fake_listen,
};

/* As with the driver, of whose SUSPEND nobody knows what it does. */
static const struct device_link_ops driver_ops = {
	.name = "fake driver",
	.close = fake_close,
	.send = fake_send,
	.receive = fake_receive,
	.copy = fake_copy,
	.event_fd = fake_event_fd,
	.listen = fake_listen,
};

struct device_link *fake_link_create(struct fake_npu *npu)
{
	struct fake_link *f = calloc(1, sizeof(*f));

	assert(f);
	f->base.ops = npu->refuses_suspend ? &driver_ops : &ops;
	f->npu = npu;
	f->timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	return &f->base;
}
