/*
 * Unit tests of stub/comm.c and target/unix_socket.c: the grammar of COMM, and real sockets on the
 * loopback interface and in a temporary folder.
 */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "stub/comm.h"
#include "tests/unit/unit.h"

static void test_parse_tcp(void)
{
	static const struct {
		const char *text, *host;
		int family;
		uint16_t port;
	} rows[] = {
		{ ":2345", "", AF_UNSPEC, 2345 },
		{ ":0", "", AF_UNSPEC, 0 },
		{ ":65535", "", AF_UNSPEC, 65535 },
		{ ":00080", "", AF_UNSPEC, 80 },
		{ "localhost:1", "localhost", AF_UNSPEC, 1 },
		{ "127.0.0.1:99", "127.0.0.1", AF_UNSPEC, 99 },
		{ "[::1]:5", "::1", AF_UNSPEC, 5 },
		{ "[fe80::1%lo]:5", "fe80::1%lo", AF_UNSPEC, 5 },
		{ "[name]:5", "name", AF_UNSPEC, 5 },
		{ "::1:5", "::1", AF_UNSPEC, 5 },
		{ "tcp6:::1:7", "::1", AF_INET6, 7 },
		{ "tcp:host:7", "host", AF_UNSPEC, 7 },
		{ "tcp4::7", "", AF_INET, 7 },
		{ "tcp6:[::1]:7", "::1", AF_INET6, 7 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct comm c;
		char why[COMM_WORDS];

		CU_ASSERT_TRUE(comm_parse(rows[i].text, &c, why));
		CU_ASSERT_EQUAL(c.kind, COMM_TCP);
		CU_ASSERT_STRING_EQUAL(c.host, rows[i].host);
		CU_ASSERT_EQUAL(c.family, rows[i].family);
		CU_ASSERT_EQUAL(c.port, rows[i].port);
	}
}

static void test_parse_others(void)
{
	struct comm c;
	char why[COMM_WORDS];

	CU_ASSERT_TRUE(comm_parse("-", &c, why));
	CU_ASSERT_EQUAL(c.kind, COMM_STDIO);
	CU_ASSERT_TRUE(comm_parse("stdio", &c, why));
	CU_ASSERT_EQUAL(c.kind, COMM_STDIO);
	CU_ASSERT_TRUE(comm_parse("unix:/tmp/a:1", &c, why));
	CU_ASSERT_EQUAL(c.kind, COMM_UNIX);
	CU_ASSERT_STRING_EQUAL(c.path, "/tmp/a:1");
	CU_ASSERT_FALSE(comm_is_wired(&c));
	CU_ASSERT_TRUE(comm_parse("/dev/serial/by-path/pci-0:1", &c, why));
	CU_ASSERT_EQUAL(c.kind, COMM_LINE);
	CU_ASSERT_STRING_EQUAL(c.path, "/dev/serial/by-path/pci-0:1");
	CU_ASSERT_TRUE(comm_is_wired(&c));
}

static bool open_at(const char *path, struct comm_wire *w, char *why)
{
	struct comm c;

	CU_ASSERT_TRUE_FATAL(comm_parse(path, &c, why));
	return comm_open(&c, w, why);
}

/* Bytes pass a terminal as they are, and nobody echoes them. */
static void test_line(void)
{
	static const char bytes[] = "\x03\x04\r\n\x11\x13\x7f\xff\0$";
	int other = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	char path[64], why[COMM_WORDS], got[sizeof(bytes)];
	struct comm_wire w;

	CU_ASSERT_TRUE_FATAL(other >= 0 && !grantpt(other) && !unlockpt(other) &&
			     !ptsname_r(other, path, sizeof(path)));
	CU_ASSERT_TRUE_FATAL(open_at(path, &w, why));
	CU_ASSERT_TRUE(w.line && w.in == w.out);
	CU_ASSERT_EQUAL(read(w.in, got, sizeof(got)), -1);
	CU_ASSERT_EQUAL(errno, EAGAIN);
	for (int i = 0; i < 2; i++) {
		struct pollfd p = { .fd = i ? other : w.in, .events = POLLIN };

		CU_ASSERT_EQUAL(write(i ? w.out : other, bytes, sizeof(bytes)), sizeof(bytes));
		CU_ASSERT_EQUAL(poll(&p, 1, 10000), 1);
		CU_ASSERT_EQUAL(read(p.fd, got, sizeof(got)), sizeof(got));
		CU_ASSERT_EQUAL(memcmp(got, bytes, sizeof(got)), 0);
	}
	close(other);
	errno = 0;
	CU_ASSERT_TRUE(read(w.in, got, sizeof(got)) <= 0 && errno != EAGAIN);
	close(w.in);
}

static void test_line_refused(void)
{
	char why[COMM_WORDS];
	struct comm_wire w;

	CU_ASSERT_FALSE(open_at("/dev/null", &w, why));
	CU_ASSERT_PTR_NOT_NULL(strstr(why, "\"/dev/null\" cannot be used: it is no terminal"));
	CU_ASSERT_FALSE(open_at("/dev/ascend-none", &w, why));
	CU_ASSERT_PTR_NOT_NULL(strstr(why, "there is no such file"));
	CU_ASSERT_FALSE(open_at("/dev", &w, why));
}

static void test_parse_refuses(void)
{
	static const struct {
		const char *text, *why;
	} rows[] = {
		{ "", "\"\" has no port: write HOST:PORT, :PORT, unix:PATH or -" },
		{ "2345", "\"2345\" has no port: write HOST:PORT, :PORT, unix:PATH or -" },
		{ "k.o", "\"k.o\" has no port: write HOST:PORT, :PORT, unix:PATH or -" },
		{ "[::1]", "\"[::1]\" has no port: write HOST:PORT, :PORT, unix:PATH or -" },
		{ "::1", "::1: cannot resolve name: it is no IPv6 address: write [ADDRESS]:PORT" },
		{ "tcp8:123:5",
		  "tcp8:123:5: cannot resolve name: it is no IPv6 address: write [ADDRESS]:PORT" },
		{ "[::1:5", "write an IPv6 address as [ADDRESS]:PORT" },
		{ "[]:5", "write an IPv6 address as [ADDRESS]:PORT" },
		{ "h:", "\"\" is not a port: write a number from 0 (any free port) to 65535 behind "
			"the colon" },
		{ "h:65536", "\"65536\" is not a port: write a number from 0 (any free port) to "
			     "65535 behind the colon" },
		{ "h:4294967297", "\"4294967297\" is not a port: write a number from 0 (any free "
				  "port) to 65535 behind the colon" },
		{ "h:-1", "\"-1\" is not a port: write a number from 0 (any free port) to 65535 "
			  "behind the colon" },
		{ "dev/ttyS0", "\"dev/ttyS0\" looks like a path: write unix:PATH for a Unix "
			       "socket, /dev/NAME for a serial line, or HOST:PORT" },
		{ "unix:", "the path is missing: write unix:PATH" },
	};
	struct comm c;
	char why[COMM_WORDS];

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		CU_ASSERT_FALSE(comm_parse(rows[i].text, &c, why));
		CU_ASSERT_STRING_EQUAL(why, rows[i].why);
	}
}

static void test_parse_too_long(void)
{
	struct comm c;
	char why[COMM_WORDS], text[1000];

	memset(text, 'x', sizeof(text));
	memcpy(text + 990, ":1", 3);
	CU_ASSERT_FALSE(comm_parse(text, &c, why));
	CU_ASSERT_STRING_EQUAL(why, "the host name is longer than 255 bytes");
	memcpy(text, "unix:", 5);
	CU_ASSERT_FALSE(comm_parse(text, &c, why));
	CU_ASSERT_PTR_NOT_NULL(strstr(why, "at most 107 bytes"));
	memset(text, 'x', 990);
	text[990] = 0;
	CU_ASSERT_FALSE(comm_parse(text, &c, why));
	CU_ASSERT_PTR_NOT_NULL(strstr(why, ":PORT, unix:PATH or -"));
}

static bool listen_at(const char *text, struct comm_listener *l, char *why)
{
	struct comm c;

	CU_ASSERT_TRUE_FATAL(comm_parse(text, &c, why));
	return comm_listen(&c, l, why);
}

/* A client socket connected to a loopback port, -1 when refused. */
static int dial(int family, uint16_t port)
{
	struct sockaddr_in v4 = { .sin_family = AF_INET,
				  .sin_port = htons(port),
				  .sin_addr = { htonl(INADDR_LOOPBACK) } };
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6,
				   .sin6_port = htons(port),
				   .sin6_addr = IN6ADDR_LOOPBACK_INIT };
	int fd = socket(family, SOCK_STREAM, 0);
	const void *to = family == AF_INET ? (void *)&v4 : (void *)&v6;
	socklen_t size = family == AF_INET ? sizeof(v4) : sizeof(v6);

	if (fd >= 0 && connect(fd, to, size) < 0) {
		close(fd);
		return -1;
	}
	return fd;
}

static bool have_ipv6(void)
{
	struct sockaddr_in6 a = { .sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT };
	int fd = socket(AF_INET6, SOCK_STREAM, 0);
	bool ok = fd >= 0 && bind(fd, (struct sockaddr *)&a, sizeof(a)) == 0;

	if (fd >= 0)
		close(fd);
	return ok;
}

static int accept_any(struct comm_listener *l, struct comm_peer *peer)
{
	struct pollfd polled[COMM_SOCKETS];

	for (size_t i = 0; i < l->count; i++)
		polled[i] = (struct pollfd){ .fd = l->fds[i], .events = POLLIN };
	CU_ASSERT_TRUE(poll(polled, l->count, 5000) > 0);
	for (size_t i = 0; i < l->count; i++)
		if (polled[i].revents)
			return comm_accept(l->fds[i], peer);
	return -1;
}

static int socket_option(int fd, int level, int name)
{
	int value = 0;
	socklen_t size = sizeof(value);

	getsockopt(fd, level, name, &value, &size);
	return value;
}

static void test_every_interface(void)
{
	struct comm_listener l;
	struct comm_peer peer;
	char why[COMM_WORDS];

	CU_ASSERT_TRUE_FATAL(listen_at(":0", &l, why));
	CU_ASSERT_NOT_EQUAL(l.port, 0);
	/* With IPv6 switched off the kernel still takes "::", without IPv6 it does not. */
	CU_ASSERT_TRUE(l.count == 2 || (l.count == 1 && !have_ipv6()));
	CU_ASSERT_EQUAL(comm_accept(l.fds[0], &peer), -1);
	CU_ASSERT_EQUAL(errno, EAGAIN);
	int client = dial(AF_INET, l.port);
	int served = accept_any(&l, &peer);
	CU_ASSERT_TRUE(served >= 0);
	CU_ASSERT_STRING_EQUAL(peer.host, "127.0.0.1");
	CU_ASSERT_NOT_EQUAL(peer.port, 0);
	CU_ASSERT_TRUE(fcntl(served, F_GETFL) & O_NONBLOCK);
	CU_ASSERT_TRUE(fcntl(served, F_GETFD) & FD_CLOEXEC);
	CU_ASSERT_TRUE(fcntl(l.fds[0], F_GETFD) & FD_CLOEXEC);
	CU_ASSERT_TRUE(socket_option(served, IPPROTO_TCP, TCP_NODELAY));
	CU_ASSERT_TRUE(socket_option(served, SOL_SOCKET, SO_KEEPALIVE));
	CU_ASSERT_EQUAL(socket_option(served, IPPROTO_TCP, TCP_USER_TIMEOUT), 120000);
	close(client);
	close(served);
	if (have_ipv6()) {
		client = dial(AF_INET6, l.port);
		served = accept_any(&l, &peer);
		CU_ASSERT_STRING_EQUAL(peer.host, "::1");
		close(client);
		close(served);
	}
	comm_close(&l);
	CU_ASSERT_EQUAL(l.count, 0);
}

static void test_host_is_honoured(void)
{
	struct comm_listener l;
	char why[COMM_WORDS];

	CU_ASSERT_TRUE_FATAL(listen_at("127.0.0.1:0", &l, why));
	CU_ASSERT_EQUAL(l.count, 1);
	CU_ASSERT_EQUAL(dial(AF_INET6, l.port), -1);
	int client = dial(AF_INET, l.port);
	CU_ASSERT_TRUE(client >= 0);
	close(client);
	comm_close(&l);
	/* Another address of the loopback network is another place. */
	CU_ASSERT_TRUE_FATAL(listen_at("127.0.0.2:0", &l, why));
	CU_ASSERT_EQUAL(dial(AF_INET, l.port), -1);
	comm_close(&l);
	CU_ASSERT_TRUE_FATAL(listen_at("localhost:0", &l, why));
	CU_ASSERT_TRUE(l.count >= 1);
	comm_close(&l);
	CU_ASSERT_TRUE_FATAL(listen_at("tcp4::0", &l, why));
	CU_ASSERT_EQUAL(l.count, 1);
	comm_close(&l);
}

static void test_ipv6_only(void)
{
	struct comm_listener l;
	char why[COMM_WORDS];

	if (!have_ipv6()) {
		CU_ASSERT_FALSE(listen_at("[::1]:0", &l, why));
		return;
	}
	CU_ASSERT_TRUE_FATAL(listen_at("[::1]:0", &l, why));
	CU_ASSERT_EQUAL(l.count, 1);
	CU_ASSERT_EQUAL(dial(AF_INET, l.port), -1);
	int client = dial(AF_INET6, l.port);
	CU_ASSERT_TRUE(client >= 0);
	close(client);
	comm_close(&l);
}

static void test_port_is_taken(void)
{
	struct comm_listener first, second;
	char why[COMM_WORDS], text[32];

	CU_ASSERT_TRUE_FATAL(listen_at("127.0.0.1:0", &first, why));
	snprintf(text, sizeof(text), "127.0.0.1:%u", first.port);
	CU_ASSERT_FALSE(listen_at(text, &second, why));
	CU_ASSERT_PTR_NOT_NULL(strstr(why, "choose another port, or 0 for a free one"));
	CU_ASSERT_EQUAL(second.count, 0);
	/* ":PORT" wants the port on every interface: half of them is a failure. */
	snprintf(text, sizeof(text), ":%u", first.port);
	CU_ASSERT_FALSE(listen_at(text, &second, why));
	CU_ASSERT_EQUAL(second.count, 0);
	comm_close(&first);
}

static void test_port_again_at_once(void)
{
	struct comm_listener l;
	struct comm_peer peer;
	char why[COMM_WORDS], text[32];

	CU_ASSERT_TRUE_FATAL(listen_at("127.0.0.1:0", &l, why));
	snprintf(text, sizeof(text), "127.0.0.1:%u", l.port);
	int client = dial(AF_INET, l.port);
	int served = accept_any(&l, &peer);
	/* The server closes first: its side lingers in TIME_WAIT. */
	close(served);
	close(client);
	comm_close(&l);
	CU_ASSERT_TRUE(listen_at(text, &l, why));
	comm_close(&l);
}

static void test_tcp_refuses(void)
{
	struct comm_listener l;
	char why[COMM_WORDS];

	CU_ASSERT_FALSE(listen_at("192.0.2.1:0", &l, why));
	CU_ASSERT_PTR_NOT_NULL(strstr(why, "this machine does not have that address"));
	CU_ASSERT_FALSE(listen_at("tcp6:127.0.0.1:0", &l, why));
	CU_ASSERT_PTR_NOT_NULL(strstr(why, "127.0.0.1: cannot resolve name: "));
	CU_ASSERT_FALSE(listen_at("-", &l, why));
	CU_ASSERT_STRING_EQUAL(why, "there is nobody to wait for: it is connected already");
	comm_close(&l);
}

/* A folder of its own for sockets, and COMM of one in it. */
struct place {
	char folder[32], path[64], text[80];
};

static void place_make(struct place *p)
{
	memcpy(p->folder, "/tmp/test_comm.XXXXXX", 22);
	CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(p->folder));
	snprintf(p->path, sizeof(p->path), "%s/s", p->folder);
	snprintf(p->text, sizeof(p->text), "unix:%s", p->path);
}

static void place_remove(struct place *p)
{
	unlink(p->path);
	rmdir(p->folder);
}

static int dial_unix(const char *path)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	snprintf(a.sun_path, sizeof(a.sun_path), "%s", path);
	if (connect(fd, (struct sockaddr *)&a, sizeof(a)) < 0) {
		close(fd);
		return -1;
	}
	return fd;
}

static void test_unix(void)
{
	struct comm_listener l;
	struct comm_peer peer;
	struct place p;
	struct stat st;
	char why[COMM_WORDS];

	place_make(&p);
	mode_t before = umask(0);
	CU_ASSERT_TRUE_FATAL(listen_at(p.text, &l, why));
	CU_ASSERT_EQUAL(umask(before), 0);
	CU_ASSERT_EQUAL(stat(p.path, &st), 0);
	CU_ASSERT_EQUAL(st.st_mode & 077, 0);
	int client = dial_unix(p.path);
	int served = accept_any(&l, &peer);
	CU_ASSERT_TRUE(client >= 0 && served >= 0);
	CU_ASSERT_STRING_EQUAL(peer.host, "");
	close(client);
	close(served);
	comm_close(&l);
	CU_ASSERT_EQUAL(stat(p.path, &st), -1);
	place_remove(&p);
}

static void test_unix_stale(void)
{
	struct comm_listener dead, l;
	struct place p;
	char why[COMM_WORDS];

	place_make(&p);
	CU_ASSERT_TRUE_FATAL(listen_at(p.text, &dead, why));
	close(dead.fds[0]);
	usleep(20000); /* a clock tick: the new socket's time must differ */
	CU_ASSERT_EQUAL(dial_unix(p.path), -1);
	CU_ASSERT_TRUE_FATAL(listen_at(p.text, &l, why));
	int client = dial_unix(p.path);
	CU_ASSERT_TRUE(client >= 0);
	close(client);
	/* The dead server's object must not take the new socket away. */
	dead.count = 0;
	comm_close(&dead);
	CU_ASSERT_EQUAL(access(p.path, F_OK), 0);
	comm_close(&l);
	place_remove(&p);
}

static void test_unix_refuses(void)
{
	struct comm_listener first, second;
	struct place p;
	char why[COMM_WORDS];

	place_make(&p);
	CU_ASSERT_TRUE_FATAL(listen_at(p.text, &first, why));
	CU_ASSERT_FALSE(listen_at(p.text, &second, why));
	CU_ASSERT_PTR_NOT_NULL(strstr(why, "another server listens there"));
	CU_ASSERT_EQUAL(access(p.path, F_OK), 0);
	comm_close(&first);
	close(open(p.path, O_CREAT | O_WRONLY, 0600));
	CU_ASSERT_FALSE(listen_at(p.text, &second, why));
	CU_ASSERT_PTR_NOT_NULL(strstr(why, "something that is no socket"));
	CU_ASSERT_EQUAL(access(p.path, F_OK), 0);
	CU_ASSERT_FALSE(listen_at("unix:/no-such-folder/s", &second, why));
	CU_ASSERT_PTR_NOT_NULL(strstr(why, "choose a path in a folder you can write to"));
	CU_ASSERT_EQUAL(second.count, 0);
	place_remove(&p);
}

static void test_unix_of_another_user(void)
{
	struct comm_listener l;
	struct place p;
	char why[COMM_WORDS];

	place_make(&p);
	CU_ASSERT_TRUE_FATAL(listen_at(p.text, &l, why));
	close(l.fds[0]);
	l.fds[0] = -1;
	/* Only root can give files away; without it there is nothing to see. */
	if (chown(p.path, 12345, 12345) == 0) {
		struct comm_listener second;

		CU_ASSERT_FALSE(listen_at(p.text, &second, why));
		CU_ASSERT_PTR_NOT_NULL(strstr(why, "one of another user is there"));
	}
	place_remove(&p);
}

int main(void)
{
	static const struct unit_test tests[] = {
		{ "TCP forms", test_parse_tcp },
		{ "other forms", test_parse_others },
		{ "refusals and their words", test_parse_refuses },
		{ "a serial line", test_line },
		{ "no serial line", test_line_refused },
		{ "too long", test_parse_too_long },
		{ "every interface, free port", test_every_interface },
		{ "HOST is honoured", test_host_is_honoured },
		{ "IPv6 only", test_ipv6_only },
		{ "the port is taken", test_port_is_taken },
		{ "the same port again at once", test_port_again_at_once },
		{ "addresses that cannot be", test_tcp_refuses },
		{ "Unix socket", test_unix },
		{ "Unix socket of a dead server", test_unix_stale },
		{ "Unix socket refusals", test_unix_refuses },
		{ "Unix socket of another user", test_unix_of_another_user },
	};

	return unit_run("comm", tests, sizeof(tests) / sizeof(tests[0]));
}
