/*
 * COMM and the listening sockets. main parses and listens, the server's loop polls the descriptors
 * and accepts. Reading and writing packets is the connection's affair; what is connected from the
 * start: comm_wire.c.
 */
#include "stub/comm.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	PORT_TRIES = 32,
	/* Room for those who are not let in: a full queue would delay those who are. */
	BACKLOG = 256,
};

/* Keeps words and returns false. */
__attribute__((format(printf, 2, 3))) static bool comm_fail(char *why, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(why, COMM_WORDS, fmt, ap);
	va_end(ap);
	return false;
}

static bool skip_prefix(const char **text, const char *prefix)
{
	size_t n = strlen(prefix);

	if (strncmp(*text, prefix, n) != 0)
		return false;
	*text += n;
	return true;
}

static bool parse_port(const char *s, uint16_t *out, char *why)
{
	uint32_t port = 0;
	size_t n = strspn(s, "0123456789");

	for (size_t i = 0; i < n && port <= UINT16_MAX; i++)
		port = port * 10 + (uint32_t)(s[i] - '0');
	if (!n || s[n] || port > UINT16_MAX)
		return comm_fail(
			why,
			"\"%.100s\" is not a port: write a number from 0 (any free port) to "
			"65535 behind the colon",
			s);
	*out = (uint16_t)port;
	return true;
}

static bool is_ipv6(const char *host)
{
	struct in6_addr address;

	return inet_pton(AF_INET6, host, &address) == 1;
}

/* HOST, :PORT behind it: an IPv6 address may stand in brackets, which are cut off. */
static bool parse_host(const char *s, size_t n, struct comm *out, char *why)
{
	bool brackets = n && s[0] == '[';

	if (brackets) {
		if (n < 3 || s[n - 1] != ']')
			return comm_fail(why, "write an IPv6 address as [ADDRESS]:PORT");
		s++;
		n -= 2;
	}
	if (n >= COMM_HOST)
		return comm_fail(why, "the host name is longer than %d bytes", COMM_HOST - 1);
	memcpy(out->host, s, n);
	out->host[n] = 0;
	if (!brackets && strchr(out->host, ':') && !is_ipv6(out->host))
		return comm_fail(why,
				 "%.100s: cannot resolve name: it is no IPv6 address: write "
				 "[ADDRESS]:PORT",
				 s);
	return true;
}

static bool parse_tcp(const char *text, struct comm *out, char *why)
{
	const char *colon = strrchr(text, ':');

	out->kind = COMM_TCP;
	if (strchr(text, '/'))
		return comm_fail(why,
				 "\"%.100s\" looks like a path: write unix:PATH for a Unix socket, "
				 "/dev/NAME for a serial line, or HOST:PORT",
				 text);
	if (!colon || strchr(colon, ']'))
		return comm_fail(why,
				 "\"%.100s\" has no port: write HOST:PORT, :PORT, unix:PATH or -",
				 text);
	return parse_host(text, (size_t)(colon - text), out, why) &&
	       parse_port(colon + 1, &out->port, why);
}

static bool parse_path(const char *path, enum comm_kind kind, struct comm *out, char *why)
{
	out->kind = kind;
	if (!*path)
		return comm_fail(why, "the path is missing: write unix:PATH");
	if (strlen(path) >= COMM_PATH)
		return comm_fail(why, "the path of a %s has at most %d bytes: choose a shorter one",
				 kind == COMM_UNIX ? "Unix socket" : "serial line", COMM_PATH - 1);
	memcpy(out->path, path, strlen(path) + 1);
	return true;
}

bool comm_parse(const char *text, struct comm *out, char *why)
{
	*out = (struct comm){ .family = AF_UNSPEC };
	*why = 0;
	if (!strcmp(text, "-") || !strcmp(text, "stdio")) {
		out->kind = COMM_STDIO;
		return true;
	}
	if (skip_prefix(&text, "unix:"))
		return parse_path(text, COMM_UNIX, out, why);
	if (*text == '/')
		return parse_path(text, COMM_LINE, out, why);
	if (skip_prefix(&text, "tcp4:"))
		out->family = AF_INET;
	else if (skip_prefix(&text, "tcp6:"))
		out->family = AF_INET6;
	else
		(void)skip_prefix(&text, "tcp:");
	return parse_tcp(text, out, why);
}

static void set_port(struct sockaddr *a, uint16_t port)
{
	if (a->sa_family == AF_INET6)
		((struct sockaddr_in6 *)(void *)a)->sin6_port = htons(port);
	else
		((struct sockaddr_in *)(void *)a)->sin_port = htons(port);
}

static uint16_t get_port(const struct sockaddr_storage *a)
{
	if (a->ss_family == AF_INET6)
		return ntohs(((const struct sockaddr_in6 *)(const void *)a)->sin6_port);
	if (a->ss_family == AF_INET)
		return ntohs(((const struct sockaddr_in *)(const void *)a)->sin_port);
	return 0;
}

/* One listening socket; -1 with errno set. Sockets of IPv6 take IPv6 only: IPv4 has its own. */
static int listen_on(const struct addrinfo *at)
{
	const int on = 1;
	int fd = socket(at->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (at->ai_family == AF_INET6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on));
	if (bind(fd, at->ai_addr, at->ai_addrlen) == 0 && listen(fd, BACKLOG) == 0)
		return fd;
	int why = errno;
	close(fd);
	errno = why;
	return -1;
}

/* Name services repeat addresses, and a repeated one would find its own port taken. */
static bool seen_before(const struct addrinfo *list, const struct addrinfo *at)
{
	for (; list != at; list = list->ai_next)
		if (list->ai_addrlen == at->ai_addrlen &&
		    !memcmp(list->ai_addr, at->ai_addr, at->ai_addrlen))
			return true;
	return false;
}

static bool is_absent(int error)
{
	return error == EAFNOSUPPORT || error == EADDRNOTAVAIL || error == EPROTONOSUPPORT;
}

/* Listens on all of list, on one port. 0 or an errno; the first socket's free port is kept. */
static int listen_all(const struct addrinfo *list, struct comm_listener *l)
{
	int absent = EADDRNOTAVAIL;

	for (const struct addrinfo *at = list; at && l->count < COMM_SOCKETS; at = at->ai_next) {
		set_port(at->ai_addr, l->port);
		if (seen_before(list, at))
			continue;
		int fd = listen_on(at);
		if (fd < 0 && is_absent(errno)) {
			absent = errno;
			continue;
		}
		if (fd < 0)
			return errno;
		l->fds[l->count++] = fd;
		if (!l->port) {
			struct sockaddr_storage name = { 0 };
			socklen_t size = sizeof(name);

			getsockname(fd, (struct sockaddr *)&name, &size);
			l->port = get_port(&name);
			set_port(at->ai_addr, l->port);
		}
	}
	return l->count ? 0 : absent;
}

static const char *advice(int error)
{
	switch (error) {
	case EADDRINUSE:
		/* the test suite of gdb looks for these words at the end of the line */
		return "choose another port, or 0 for a free one. Can't bind address: Address "
		       "already in use.";
	case EACCES:
		return "ports below 1024 are for root: choose a higher one";
	case EADDRNOTAVAIL:
		return "this machine does not have that address: name one of its own";
	default:
		return strerror(error);
	}
}

static bool listen_tcp(const struct comm *c, struct comm_listener *out, char *why)
{
	const struct addrinfo hints = { .ai_family = c->family,
					.ai_socktype = SOCK_STREAM,
					.ai_flags = AI_PASSIVE };
	struct addrinfo *list = NULL;
	int error = getaddrinfo(c->host[0] ? c->host : NULL, "0", &hints, &list);

	if (error)
		return comm_fail(why, "%.100s: cannot resolve name: %s", c->host,
				 gai_strerror(error));
	/* A port that is free for the first address may be taken for the next: then try another. */
	for (int i = 0; i < PORT_TRIES; i++) {
		*out = (struct comm_listener){ .port = c->port };
		error = listen_all(list, out);
		if (!error)
			break;
		comm_close(out);
		if (c->port || error != EADDRINUSE)
			break;
	}
	freeaddrinfo(list);
	if (error)
		return comm_fail(why, "cannot listen on %.100s:%u: %s", c->host, c->port,
				 advice(error));
	return true;
}

static const char *unix_words(int error)
{
	switch (error) {
	case ENOTSOCK:
		return "the path is taken by something that is no socket: choose another one";
	case EPERM:
		return "one of another user is there: choose another path";
	case EADDRINUSE:
		return "another server listens there: end it, or choose another path";
	default:
		return NULL;
	}
}

static bool listen_unix(const struct comm *c, struct comm_listener *out, char *why)
{
	out->fds[0] = unix_socket_listen(c->path, BACKLOG, &out->place);
	out->count = out->fds[0] >= 0;
	if (out->count)
		return true;
	const char *words = unix_words(errno);
	if (words)
		return comm_fail(why, "cannot listen on the Unix socket: %s", words);
	return comm_fail(why,
			 "cannot listen on the Unix socket: %s: choose a path in a folder you can "
			 "write to",
			 strerror(errno));
}

bool comm_listen(const struct comm *c, struct comm_listener *out, char *why)
{
	*out = (struct comm_listener){ .count = 0 };
	if (comm_is_wired(c))
		return comm_fail(why, "there is nobody to wait for: it is connected already");
	return c->kind == COMM_UNIX ? listen_unix(c, out, why) : listen_tcp(c, out, why);
}

void comm_close(struct comm_listener *l)
{
	unix_socket_remove(&l->place);
	for (size_t i = 0; i < l->count; i++)
		close(l->fds[i]);
	*l = (struct comm_listener){ .count = 0 };
}

/* A peer that is gone without a word (power, cable, NAT) is noticed within two minutes. */
static void keep_alive(int fd)
{
	static const struct {
		int level, name, value;
	} options[] = {
		{ SOL_SOCKET, SO_KEEPALIVE, 1 },
		{ IPPROTO_TCP, TCP_KEEPIDLE, 60 },
		{ IPPROTO_TCP, TCP_KEEPINTVL, 15 },
		{ IPPROTO_TCP, TCP_KEEPCNT, 4 },
		/* one that has left something unread is not asked, but sent that again */
		{ IPPROTO_TCP, TCP_USER_TIMEOUT, 120000 },
	};

	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++)
		setsockopt(fd, options[i].level, options[i].name, &options[i].value, sizeof(int));
}

int comm_accept(int fd, struct comm_peer *out)
{
	const int on = 1;
	struct sockaddr_storage from = { 0 };
	socklen_t size = sizeof(from);
	int client = accept4(fd, (struct sockaddr *)&from, &size, SOCK_NONBLOCK | SOCK_CLOEXEC);

	*out = (struct comm_peer){ .port = 0 };
	if (client < 0 || from.ss_family == AF_UNIX || from.ss_family == AF_UNSPEC)
		return client;
	setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	keep_alive(client);
	getnameinfo((struct sockaddr *)&from, size, out->host, sizeof(out->host), NULL, 0,
		    NI_NUMERICHOST);
	out->port = get_port(&from);
	return client;
}
