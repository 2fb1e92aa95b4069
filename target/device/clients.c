/*
 * The server's end of the runtime stubs' socket: lets apps in, collects their messages, answers.
 * What a message means is devices.c's.
 */
#include "target/device/clients.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { FIRST_ROOM = 8192, READS = 64 };

enum { ENDS = 16 };

/* Where stubs connect. */
struct end {
	int fd;
	struct unix_socket place;
};

struct device_clients {
	struct device_clients_handler handler;
	struct target_log log;
	int events;
	struct end ends[ENDS]; /* the first is the one programs are started with */
	size_t end_count;
	struct device_client *first;
	size_t count;
};

const struct unix_socket *device_clients_socket(const struct device_clients *s)
{
	return &s->ends[0].place;
}

int device_clients_fd(const struct device_clients *s)
{
	return s->events;
}

struct device_client *device_clients_first(struct device_clients *s)
{
	return s->first;
}

/* --- one connection --- */

static bool watch(struct device_clients *s, int fd, void *who)
{
	struct epoll_event ev = { .events = EPOLLIN, .data.ptr = who };

	return epoll_ctl(s->events, EPOLL_CTL_ADD, fd, &ev) == 0;
}

static void unlink_client(struct device_client *c)
{
	struct device_client **at = &c->owner->first;

	while (*at != c)
		at = &(*at)->next;
	*at = c->next;
	c->owner->count--;
}

static void free_client(struct device_client *c)
{
	close(c->fd);
	free(c->buf);
	device_parked_destroy(c->parked);
	free(c);
}

/* The other end was shut down and is still there: an app that ends closes it. */
static bool is_half_closed(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLRDHUP };

	return poll(&p, 1, 0) == 1 && !(p.revents & (POLLHUP | POLLERR));
}

static void drop(struct device_client *c)
{
	struct device_clients *s = c->owner;

	unlink_client(c);
	c->given_back = is_half_closed(c->fd);
	s->handler.gone(s->handler.ctx, c);
	free_client(c);
}

void device_client_answer(struct device_client *c, unsigned code)
{
	char text[32];
	int n = code ? snprintf(text, sizeof(text), "$fail:%x;", code)
		     : snprintf(text, sizeof(text), "$ok;");

	c->owed = c->held = false;
	/* an app that is gone is found out when its end is read */
	(void)!send(c->fd, text, (size_t)n, MSG_NOSIGNAL | MSG_DONTWAIT);
}

static void take_message(struct device_client *c, char *bytes, size_t n)
{
	struct device_clients *s = c->owner;
	struct stub_message m;

	const char *why = stub_message_parse(bytes, n, &m);
	c->owed = true;
	if (!why) {
		s->handler.message(s->handler.ctx, c, &m);
		return;
	}
	target_logf(&s->log, TARGET_LOG_WARN, "runtime pid=%u: a message of it: %s", c->pid, why);
	device_client_answer(c, 0x20206);
}

/* One message at a time: the next one waits for the answer to this one. */
static void take_messages(struct device_client *c)
{
	while (!c->owed) {
		char *end = c->n > c->seen ? memchr(c->buf + c->seen, '#', c->n - c->seen) : NULL;

		if (!end) {
			c->seen = c->n;
			return;
		}
		size_t n = (size_t)(end - c->buf);
		take_message(c, c->buf, n);
		c->n -= n + 1;
		memmove(c->buf, end + 1, c->n);
		c->seen = 0;
	}
}

static bool make_room(struct device_client *c)
{
	if (c->cap - c->n >= FIRST_ROOM / 2)
		return true;
	size_t cap = c->cap ? 2 * c->cap : FIRST_ROOM;
	char *buf = cap <= 2 * (size_t)STUB_MESSAGE_MAX ? realloc(c->buf, cap) : NULL;
	if (!buf) {
		target_logf(&c->owner->log, TARGET_LOG_WARN,
			    "runtime pid=%u: it sends more than is kept", c->pid);
		return false;
	}
	c->buf = buf;
	c->cap = cap;
	return true;
}

/* false: the connection is over. */
static bool fill(struct device_client *c)
{
	for (int i = 0; i < READS; i++) {
		if (!make_room(c))
			return false;
		ssize_t n = recv(c->fd, c->buf + c->n, c->cap - c->n, MSG_DONTWAIT);
		if (n < 0)
			return errno == EAGAIN || errno == EINTR;
		if (!n)
			return false;
		c->n += (size_t)n;
	}
	return true;
}

/* --- all of them --- */

static bool is_ours(struct device_clients *s, int fd, uint32_t *pid)
{
	struct ucred who;
	socklen_t n = sizeof(who);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &n) < 0)
		return false;
	*pid = (uint32_t)who.pid;
	if (who.uid == geteuid())
		return true;
	target_logf(&s->log, TARGET_LOG_WARN,
		    "runtime pid=%u uid=%u: it may not connect, only user %u may",
		    (unsigned)who.pid, (unsigned)who.uid, (unsigned)geteuid());
	return false;
}

static void admit(struct device_clients *s, const struct end *end)
{
	uint32_t pid;
	int fd = accept4(end->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	if (fd < 0)
		return;
	struct device_client *c = calloc(1, sizeof(*c));
	if (!c || s->count == DEVICE_CLIENTS || !is_ours(s, fd, &pid) || !watch(s, fd, c)) {
		close(fd);
		free(c);
		return;
	}
	*c = (struct device_client){
		.owner = s, .fd = fd, .pid = pid, .device = -1, .next = s->first
	};
	s->first = c;
	s->count++;
}

/* NULL: it is a client. */
static const struct end *end_of(const struct device_clients *s, const void *who)
{
	for (size_t i = 0; i < s->end_count; i++)
		if (who == &s->ends[i])
			return &s->ends[i];
	return NULL;
}

void device_clients_serve(struct device_clients *s)
{
	enum { BATCH = 16 };
	struct epoll_event ev[BATCH];
	struct device_client *next;

	int n = epoll_wait(s->events, ev, BATCH, 0);
	for (int i = 0; i < n; i++) {
		struct device_client *c = ev[i].data.ptr;
		const struct end *end = end_of(s, ev[i].data.ptr);

		if (end) {
			admit(s, end);
			continue;
		}
		bool more = fill(c);
		take_messages(c);
		if (!more)
			drop(c);
	}
	/* what was kept behind a message that has been answered since */
	for (struct device_client *c = s->first; c; c = next) {
		next = c->next;
		take_messages(c);
	}
}

/* --- making it --- */

static bool open_end(struct device_clients *s, const char *path)
{
	struct end *e = &s->ends[s->end_count];

	if (s->end_count == ENDS) {
		errno = ENOSPC;
		return false;
	}
	e->fd = unix_socket_listen(path, DEVICE_CLIENTS, &e->place);
	if (e->fd < 0)
		return false;
	if (watch(s, e->fd, e)) {
		s->end_count++;
		return true;
	}
	int error = errno;
	unix_socket_remove(&e->place);
	close(e->fd);
	errno = error;
	return false;
}

bool device_clients_listen(struct device_clients *s, const char *path)
{
	for (size_t i = 0; i < s->end_count; i++)
		if (!strcmp(s->ends[i].place.path, path))
			return true;
	return open_end(s, path);
}

static bool open_own(struct device_clients *s)
{
	const char *folder = getenv("TMPDIR");
	char path[UNIX_SOCKET_PATH];
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	int n = snprintf(path, sizeof(path), "%s/msop_connect.%d.%lld.sock",
			 folder && *folder ? folder : "/tmp", (int)getpid(),
			 (long long)now.tv_sec * 1000 + now.tv_nsec / 1000000);
	if (n < 0 || (size_t)n >= sizeof(path)) {
		errno = ENAMETOOLONG;
		return false;
	}
	return open_end(s, path);
}

struct device_clients *device_clients_create(const struct device_clients_handler *handler,
					     struct target_log log)
{
	struct device_clients *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	s->handler = *handler;
	s->log = log;
	s->events = epoll_create1(EPOLL_CLOEXEC);
	if (s->events >= 0 && open_own(s))
		return s;
	int error = errno;
	device_clients_destroy(s);
	errno = error;
	return NULL;
}

void device_clients_destroy(struct device_clients *s)
{
	if (!s)
		return;
	while (s->first) {
		struct device_client *c = s->first;

		s->first = c->next;
		free_client(c);
	}
	for (size_t i = 0; i < s->end_count; i++) {
		unix_socket_remove(&s->ends[i].place);
		close(s->ends[i].fd);
	}
	if (s->events >= 0)
		close(s->events);
	free(s);
}
