/*
 * The link to the simulated NPU: the driver's calls as frames over a Unix socket
 * (target/sim/sim_wire.h). A peer that breaks the framing is lost, never believed.
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "target/device/link.h"
#include "target/sim/sim_wire.h"

enum { PATIENCE_MS = 1000 };

struct link_sim {
	struct device_link base;
	int fd;
	int ready; /* eventfd: the device said that something is in its queue */
	int events;
	uint32_t sequence;
	bool lost;
};

static struct link_sim *of(struct device_link *l)
{
	return (struct link_sim *)l;
}

static bool lose(struct link_sim *s)
{
	if (!s->lost)
		target_logf(&s->base.log, TARGET_LOG_WARN, "simulated-npu: it is gone");
	s->lost = true;
	return false;
}

/* --- bytes, each piece within a second --- */

static bool wait_for(struct link_sim *s, short events)
{
	struct pollfd p = { .fd = s->fd, .events = events };
	int n;

	do
		n = poll(&p, 1, PATIENCE_MS);
	while (n < 0 && errno == EINTR);
	return n > 0;
}

static bool put(struct link_sim *s, const void *data, size_t n)
{
	const uint8_t *p = data;

	while (n) {
		ssize_t k = send(s->fd, p, n, MSG_NOSIGNAL | MSG_DONTWAIT);

		if (k < 0 && errno == EAGAIN && wait_for(s, POLLOUT))
			continue;
		if (k <= 0)
			return lose(s);
		p += k;
		n -= (size_t)k;
	}
	return true;
}

static bool get(struct link_sim *s, void *data, size_t n)
{
	uint8_t *p = data;

	while (n) {
		ssize_t k = recv(s->fd, p, n, MSG_DONTWAIT);

		if (k < 0 && (errno == EINTR || (errno == EAGAIN && wait_for(s, POLLIN))))
			continue;
		if (k <= 0)
			return lose(s);
		p += k;
		n -= (size_t)k;
	}
	return true;
}

/* --- frames --- */

static bool put_frame(struct link_sim *s, enum sim_kind kind, const void *head, size_t head_n,
		      const struct device_copy *extra)
{
	size_t more = extra && !extra->to_host ? extra->n : 0;
	struct sim_frame f = {
		.magic = SIM_WIRE_MAGIC,
		.kind = (uint16_t)kind,
		.version = SIM_WIRE_VERSION,
		.size = (uint32_t)(head_n + more),
		.sequence = ++s->sequence,
	};

	return !s->lost && put(s, &f, sizeof(f)) && put(s, head, head_n) &&
	       (!more || put(s, extra->buf, more));
}

static bool take_ready(struct link_sim *s, const struct sim_frame *f)
{
	struct sim_ready r;
	uint64_t one = 1;

	if (f->size != sizeof(r) || !get(s, &r, sizeof(r)))
		return lose(s);
	(void)!write(s->ready, &one, sizeof(one));
	return true;
}

static bool get_head(struct link_sim *s, struct sim_frame *f)
{
	if (!get(s, f, sizeof(*f)))
		return false;
	return (f->magic == SIM_WIRE_MAGIC && f->version == SIM_WIRE_VERSION) || lose(s);
}

/* The reply to the last request, and the bytes behind it into extra; *more: how many. */
static bool get_reply(struct link_sim *s, void *head, size_t head_n,
		      const struct device_copy *extra, size_t *more)
{
	struct sim_frame f;

	do {
		if (!get_head(s, &f) || (f.kind == SIM_READY && !take_ready(s, &f)))
			return false;
	} while (f.kind == SIM_READY);
	size_t room = extra && extra->to_host ? extra->n : 0;
	if (f.kind != SIM_REPLY || f.sequence != s->sequence || f.size < head_n ||
	    f.size - head_n > room)
		return lose(s);
	*more = f.size - head_n;
	return get(s, head, head_n) && (!*more || get(s, extra->buf, *more));
}

static enum device_result result_of(int32_t result)
{
	switch (result) {
	case SIM_OK:
		return DEVICE_OK;
	case SIM_BAD_DEVICE:
		return DEVICE_NO_DEVICE;
	case SIM_QUEUE_FULL:
		return DEVICE_FULL;
	case SIM_TIMEOUT:
		return DEVICE_TIMEOUT;
	case SIM_UNKNOWN:
		return DEVICE_NO_CALL;
	case SIM_SWITCH_CLOSED:
		return DEVICE_SWITCH_CLOSED;
	case SIM_OCCUPIED:
		return DEVICE_OCCUPIED;
	default:
		return DEVICE_BAD_ARGUMENT;
	}
}

/* data: 64 bytes to send, replaced by those of the reply. */
static enum device_result call(struct link_sim *s, struct sim_ioctl *io,
			       const struct device_copy *extra)
{
	struct sim_result r;
	size_t more;

	io->argument.device = s->base.device;
	if (!put_frame(s, SIM_IOCTL, io, sizeof(*io), extra) ||
	    !get_reply(s, &r, sizeof(r), extra, &more))
		return DEVICE_LOST;
	memcpy(io->argument.data, r.data, sizeof(r.data));
	if (r.result == SIM_OK && extra && extra->to_host && more != extra->n)
		return DEVICE_NO_DEVICE;
	return result_of(r.result);
}

/* --- operations --- */

static enum device_result sim_send(struct device_link *l, const uint8_t *sqe)
{
	struct sim_ioctl io = { .number = SIM_SQ_SEND };

	memcpy(io.argument.data, sqe, DEVICE_MESSAGE);
	return call(of(l), &io, NULL);
}

static enum device_result sim_receive(struct device_link *l, uint8_t *cqe, int timeout_ms)
{
	struct sim_ioctl io = { .number = SIM_CQ_RECV, .argument.timeout_ms = timeout_ms };
	uint64_t count;

	if (!timeout_ms) /* the queue is being emptied: what is told from now on is news */
		(void)!read(of(l)->ready, &count, sizeof(count));
	enum device_result result = call(of(l), &io, NULL);
	memcpy(cqe, io.argument.data, DEVICE_MESSAGE);
	return result;
}

static enum device_result sim_copy(struct device_link *l, const struct device_copy *c)
{
	struct sim_ioctl io = { .number = SIM_GM_COPY, .argument.tgid = (int32_t)c->tgid };
	struct sim_copy p = { .address = c->at, .size = c->n, .to_host = c->to_host };

	memcpy(io.argument.data, &p, sizeof(p));
	return call(of(l), &io, c);
}

static int sim_event_fd(const struct device_link *l)
{
	return ((const struct link_sim *)l)->events;
}

/* What the device said by itself is read off, so that nothing is ready while nobody listens. */
static void read_notices(struct link_sim *s)
{
	struct pollfd p = { .fd = s->fd, .events = POLLIN };
	struct sim_frame f;

	while (!s->lost && poll(&p, 1, 0) > 0)
		if (!get_head(s, &f) || f.kind != SIM_READY || !take_ready(s, &f))
			lose(s);
}

static void sim_listen(struct device_link *l, bool on)
{
	struct link_sim *s = of(l);
	struct epoll_event ev = { .events = EPOLLIN };
	uint64_t one = 1;

	read_notices(s);
	if (!on)
		(void)!read(s->ready, &one, sizeof(one));
	else if (!s->lost) /* what came before is looked at once */
		(void)!write(s->ready, &one, sizeof(one));
	epoll_ctl(s->events, on && !s->lost ? EPOLL_CTL_ADD : EPOLL_CTL_DEL, s->fd, &ev);
}

static void close_fd(int fd)
{
	if (fd >= 0)
		close(fd);
}

static void sim_close(struct device_link *l)
{
	struct link_sim *s = of(l);

	close_fd(s->fd);
	close_fd(s->ready);
	close_fd(s->events);
	free(s);
}

static const struct device_link_ops sim_ops = {
	.name = "sim",
	.suspends = true,
	.closes_any = true,
	.close = sim_close,
	.send = sim_send,
	.receive = sim_receive,
	.copy = sim_copy,
	.event_fd = sim_event_fd,
	.listen = sim_listen,
};

/* --- opening --- */

static bool connect_to(struct link_sim *s, const char *path, char *why)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };

	if (strlen(path) >= sizeof(to.sun_path)) {
		snprintf(why, DEVICE_WORDS, "the path of the simulated NPU's socket is too long");
		return false;
	}
	memcpy(to.sun_path, path, strlen(path) + 1);
	if (connect(s->fd, (struct sockaddr *)&to, sizeof(to)) == 0)
		return true;
	snprintf(why, DEVICE_WORDS,
		 "cannot reach the simulated NPU at %.100s: %s: start ascend-npu-sim", path,
		 strerror(errno));
	return false;
}

static bool take_device(struct link_sim *s, char *why)
{
	struct sim_open open = { .role = SIM_DEBUGGER };
	struct sim_ioctl io = { .number = SIM_DEV_REGISTER };
	struct sim_opened opened;
	size_t more;

	if (!put_frame(s, SIM_OPEN, &open, sizeof(open), NULL) ||
	    !get_reply(s, &opened, sizeof(opened), NULL, &more) || opened.result) {
		snprintf(why, DEVICE_WORDS, "the simulated NPU does not let us in: is it ours?");
		return false;
	}
	enum device_result result = call(s, &io, NULL);
	if (result != DEVICE_OK)
		snprintf(why, DEVICE_WORDS, "device %u: %s", s->base.device,
			 device_result_words(result));
	return result == DEVICE_OK;
}

static bool watch(struct link_sim *s)
{
	struct epoll_event ev = { .events = EPOLLIN };

	return s->fd >= 0 && s->ready >= 0 && s->events >= 0 &&
	       epoll_ctl(s->events, EPOLL_CTL_ADD, s->ready, &ev) == 0;
}

struct device_link *device_link_sim(const char *where, uint32_t device, struct target_log log,
				    char *why)
{
	struct link_sim *s = calloc(1, sizeof(*s));

	if (!s) {
		snprintf(why, DEVICE_WORDS, "out of memory");
		return NULL;
	}
	s->base = (struct device_link){ .ops = &sim_ops, .log = log, .device = device };
	s->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	s->ready = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	s->events = epoll_create1(EPOLL_CLOEXEC);
	if (!watch(s))
		snprintf(why, DEVICE_WORDS, "no descriptors: %s", strerror(errno));
	else if (connect_to(s, where, why) && take_device(s, why))
		return &s->base;
	sim_close(&s->base);
	return NULL;
}
