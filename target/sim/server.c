/*
 * Sockets of the simulated NPU: connections, frames in and out, and the loop in which cores get
 * their turns between two looks at the sockets. Called by main.c; what frames mean is in debug.c
 * and app.c.
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "target/sim/app_wire.h"
#include "target/sim/client_priv.h"
#include "target/sim/core_priv.h"
#include "target/sim/server_priv.h"

enum {
	READ_BYTES = 65536,
	CLIENTS_MAX = 1024,
	BACKLOG = 64,
	TURNS = 4,     /* slices between two looks at the sockets */
	STALL_MS = 10, /* pause when all cores wait for each other */
	TICK_MS = 20,  /* pause when nothing runs and somebody waits */
	ORPHAN_MS = 2000,
};

int64_t sim_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

void sim_bytes_add(struct sim_bytes *b, const void *bytes, size_t n)
{
	if (b->room - b->n < n) {
		size_t room = b->room * 2 > b->n + n ? b->room * 2 : b->n + n;
		uint8_t *at = realloc(b->at, room);

		if (at == NULL)
			abort();
		b->at = at;
		b->room = room;
	}
	if (n > 0)
		memcpy(b->at + b->n, bytes, n);
	b->n += n;
}

static void bytes_drop(struct sim_bytes *b, size_t n)
{
	b->n -= n;
	if (n > 0 && b->n > 0)
		memmove(b->at, b->at + n, b->n);
}

void sim_client_send(struct sim_client *c, uint16_t kind, uint32_t sequence,
		     const struct sim_piece *pieces, size_t count)
{
	struct sim_frame f = { .magic = SIM_WIRE_MAGIC,
			       .kind = kind,
			       .version = SIM_WIRE_VERSION,
			       .sequence = sequence };

	for (size_t i = 0; i < count; i++)
		f.size += (uint32_t)pieces[i].n;
	sim_bytes_add(&c->out, &f, sizeof(f));
	for (size_t i = 0; i < count; i++)
		sim_bytes_add(&c->out, pieces[i].at, pieces[i].n);
}

/* --- frames */

static void open_client(struct sim_client *c, const struct sim_frame *f, const uint8_t *payload)
{
	struct sim_opened reply = { .devices = (uint32_t)c->sim->device_count };
	struct sim_open open;

	memcpy(&open, payload, sizeof(open));
	if (open.role != SIM_DEBUGGER && open.role != SIM_APP) {
		c->closing = true;
		return;
	}
	reply.result = c->own_user ? 0 : -1;
	c->role = c->own_user ? (enum sim_role)open.role : 0;
	c->sim->had_app |= c->role == SIM_APP;
	snprintf(reply.soc, sizeof(reply.soc), "%s", c->sim->chip->soc);
	sim_client_send(c, SIM_REPLY, f->sequence, &(struct sim_piece){ &reply, sizeof(reply) }, 1);
}

static bool is_app_kind(const struct sim_frame *f)
{
	return f->kind >= SIM_APP_FIRST && f->kind < SIM_APP_LAST;
}

static void take_frame(struct sim_client *c, const struct sim_frame *f, const uint8_t *payload)
{
	if (c->role == 0 && f->kind == SIM_OPEN && f->size == sizeof(struct sim_open))
		open_client(c, f, payload);
	else if (c->role != 0 && f->kind == SIM_STATUS && f->size == sizeof(struct sim_ask))
		sim_debug_status(c, f, payload);
	else if (c->role == SIM_DEBUGGER && f->kind == SIM_IOCTL &&
		 f->size >= sizeof(struct sim_ioctl) &&
		 f->size <= sizeof(struct sim_ioctl) + SIM_COPY_MAX)
		sim_debug_request(c, f, payload);
	else if (c->role == SIM_APP && is_app_kind(f) && f->size >= sizeof(struct sim_app_request))
		sim_app_request(c, f, payload);
	else
		c->closing = true;
}

/** The driver has one mutex for all calls on all devices, and waits for an entry while it has it.
 */
static bool is_locked_out(const struct sim_client *c)
{
	const struct sim *s = c->sim;
	bool locked = false;

	for (size_t i = 0; c->role == SIM_DEBUGGER && i < s->client_count; i++)
		locked = locked || s->clients[i]->wait == SIM_WAIT_RECV;
	return locked;
}

static void take_frames(struct sim_client *c)
{
	size_t at = 0;

	while (!c->closing && c->wait == SIM_NO_WAIT && !is_locked_out(c) &&
	       c->in.n - at >= sizeof(struct sim_frame)) {
		struct sim_frame f;

		memcpy(&f, c->in.at + at, sizeof(f));
		if (f.magic != SIM_WIRE_MAGIC || f.version != SIM_WIRE_VERSION ||
		    f.size > SIM_WIRE_MAX) {
			c->closing = true;
			break;
		}
		if (c->in.n - at - sizeof(f) < f.size)
			break;
		take_frame(c, &f, c->in.at + at + sizeof(f));
		c->sim->again = true;
		at += sizeof(f) + f.size;
	}
	bytes_drop(&c->in, at);
}

/* --- bytes */

static void read_client(struct sim_client *c)
{
	uint8_t buf[READ_BYTES];
	ssize_t n = recv(c->fd, buf, sizeof(buf), MSG_DONTWAIT);

	if (n > 0)
		sim_bytes_add(&c->in, buf, (size_t)n);
	else if (n == 0 || (errno != EAGAIN && errno != EINTR))
		c->closing = true;
}

static void write_client(struct sim_client *c)
{
	union {
		struct cmsghdr header;
		uint8_t room[CMSG_SPACE(sizeof(int))];
	} control = { .room = { 0 } };
	struct iovec part = { c->out.at, c->out.n };
	struct msghdr m = { .msg_iov = &part, .msg_iovlen = 1 };
	ssize_t n;

	if (c->pass_fd >= 0) {
		m.msg_control = &control;
		m.msg_controllen = sizeof(control);
		control.header.cmsg_level = SOL_SOCKET;
		control.header.cmsg_type = SCM_RIGHTS;
		control.header.cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(&control.header), &c->pass_fd, sizeof(int));
	}
	n = sendmsg(c->fd, &m, MSG_DONTWAIT | MSG_NOSIGNAL);
	if (n < 0) {
		c->closing = errno != EAGAIN && errno != EINTR;
		return;
	}
	c->pass_fd = -1;
	bytes_drop(&c->out, (size_t)n);
}

/* --- connections */

static void accept_client(struct sim *s)
{
	struct ucred who = { .pid = 0 };
	socklen_t n = sizeof(who);
	int fd = accept4(s->listener, NULL, NULL, SOCK_CLOEXEC);
	struct sim_client *c;

	if (fd < 0)
		return;
	if (s->client_count >= CLIENTS_MAX ||
	    getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &n) != 0) {
		close(fd);
		return;
	}
	c = sim_alloc(sizeof(*c));
	c->sim = s;
	c->fd = fd;
	c->tgid = who.pid;
	c->own_user = who.uid == geteuid() || who.uid == 0;
	c->pass_fd = -1;
	s->clients = sim_grow(s->clients, s->client_count, sizeof(struct sim_client *));
	s->clients[s->client_count++] = c;
}

static void close_client(struct sim *s, size_t i)
{
	struct sim_client *c = s->clients[i];

	s->clients[i] = s->clients[--s->client_count];
	s->again = true;
	sim_debug_close(c);
	sim_app_close(c);
	close(c->fd);
	free(c->in.at);
	free(c->out.at);
	free(c);
}

static void serve_client(struct sim_client *c, short events)
{
	if ((events & (POLLIN | POLLHUP | POLLERR)) != 0)
		read_client(c);
	if (c->wait == SIM_WAIT_RECV)
		sim_debug_poll(c);
	else if (c->wait == SIM_WAIT_SYNC)
		sim_app_poll(c);
	take_frames(c);
	if (c->out.n > 0)
		write_client(c);
}

static int pause_for(const struct sim *s, bool busy)
{
	if (s->again)
		return 0;
	if (busy)
		return STALL_MS;
	for (size_t i = 0; i < s->client_count; i++) {
		if (s->clients[i]->wait != SIM_NO_WAIT && s->clients[i]->deadline >= 0)
			return TICK_MS;
	}
	return s->orphan_since && !s->had_app ? ORPHAN_MS : -1;
}

static bool is_busy(const struct sim *s)
{
	for (size_t i = 0; i < s->device_count; i++) {
		for (size_t k = 0; k < s->devices[i].core_count; k++) {
			if (s->devices[i].cores[k].status == SIM_RUNNING)
				return true;
		}
	}
	return false;
}

static void lose_parent(struct sim *s)
{
	close(s->parent_fd);
	s->parent_fd = -1;
	s->orphan_since = sim_now();
}

static bool wait_for_clients(struct sim *s, int ms)
{
	enum { FIXED = 3 };
	struct pollfd fds[FIXED + CLIENTS_MAX];
	size_t count = s->client_count;

	fds[0] = (struct pollfd){ .fd = s->listener, .events = POLLIN };
	fds[1] = (struct pollfd){ .fd = s->stop_fd, .events = POLLIN };
	fds[2] = (struct pollfd){ .fd = s->parent_fd, .events = POLLIN };
	for (size_t i = 0; i < count; i++) {
		const struct sim_client *c = s->clients[i];
		short events = (short)(POLLIN | (c->out.n > 0 ? POLLOUT : 0));

		fds[FIXED + i] = (struct pollfd){ .fd = c->fd, .events = events };
	}
	if (poll(fds, FIXED + count, ms) < 0 && errno != EINTR)
		return false;
	for (size_t i = 0; i < count; i++)
		serve_client(s->clients[i], fds[FIXED + i].revents);
	for (size_t i = s->client_count; i-- > 0;) {
		if (s->clients[i]->closing)
			close_client(s, i);
	}
	if ((fds[0].revents & POLLIN) != 0)
		accept_client(s);
	if ((fds[2].revents & POLLIN) != 0)
		lose_parent(s);
	return (fds[1].revents & POLLIN) == 0;
}

bool sim_server_listen(struct sim *s)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };

	if (strlen(s->options.socket) >= sizeof(at.sun_path)) {
		errno = ENAMETOOLONG;
		return false;
	}
	memcpy(at.sun_path, s->options.socket, strlen(s->options.socket));
	s->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (s->listener < 0)
		return false;
	return bind(s->listener, (struct sockaddr *)&at, sizeof(at)) == 0 &&
	       listen(s->listener, BACKLOG) == 0;
}

static bool has_app(const struct sim *s)
{
	bool found = false;

	for (size_t i = 0; i < s->client_count; i++)
		found |= s->clients[i]->role == SIM_APP;
	return found;
}

/** Nobody is there any more for whom it runs. */
static bool is_over(const struct sim *s)
{
	if (s->options.once && s->had_client && s->client_count == 0)
		return true;
	return s->orphan_since && !has_app(s) &&
	       (s->had_app || sim_now() - s->orphan_since >= ORPHAN_MS);
}

void sim_server_run(struct sim *s)
{
	bool go_on = true;

	while (go_on && !is_over(s)) {
		int ms = pause_for(s, is_busy(s));

		s->again = false;
		go_on = wait_for_clients(s, ms);
		s->had_client |= s->client_count > 0;
		for (size_t i = 0; i < s->device_count; i++)
			s->again |= sim_device_run(&s->devices[i], TURNS * s->options.slice);
	}
	while (s->client_count > 0)
		close_client(s, s->client_count - 1);
}
