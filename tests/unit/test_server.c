/*
 * Unit tests of stub/server.c and stub/lobby.c: the real server over a fake target, with a client
 * that is served and hostile ones beside it, in front of it and behind it.
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "stub/server.h"
#include "tests/fake/fake_target.h"
#include "tests/unit/unit.h"

enum { OTHER = 54321, PATIENCE_MS = 20000, CROWD = 40 };

/** A server in a process of its own. */
struct host {
	pid_t pid;
	uint16_t port;
	int said; /* its stderr */
};

static void serve(struct comm_listener *listener, int64_t idle_ms)
{
	const struct limits none = { .file_root = -1 };
	struct fake_target *target = fake_target_create(FAKE_ALL);
	struct access access;
	struct log log;
	struct packet_log packets;

	log_init(&log);
	packet_log_init(&packets);
	access_init(&access, geteuid());
	struct server_setup setup = { .target = &target->base,
				      .log = &log,
				      .packets = &packets,
				      .listener = listener,
				      .access = &access,
				      .idle_ms = idle_ms,
				      .stays = true,
				      .limits = &none };
	int status = server_run(&setup);
	comm_close(listener);
	target_close(&target->base);
	exit(status);
}

/* said: its stderr, owned by h */
static void host_open_with(struct host *h, int64_t idle_ms, int said)
{
	struct comm_listener listener;
	char why[COMM_WORDS];
	struct comm comm;

	CU_ASSERT_TRUE_FATAL(comm_parse("127.0.0.1:0", &comm, why));
	CU_ASSERT_TRUE_FATAL(comm_listen(&comm, &listener, why));
	h->port = listener.port;
	h->said = said;
	fflush(NULL);
	h->pid = fork();
	if (!h->pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		dup2(h->said, STDERR_FILENO);
		serve(&listener, idle_ms);
	}
	comm_close(&listener);
}

static void host_open(struct host *h, int64_t idle_ms)
{
	host_open_with(h, idle_ms, memfd_create("said", MFD_CLOEXEC));
}

static void host_close(struct host *h)
{
	int status = -1;

	kill(h->pid, SIGTERM);
	CU_ASSERT_EQUAL(waitpid(h->pid, &status, 0), h->pid);
	CU_ASSERT_TRUE(WIFEXITED(status) && !WEXITSTATUS(status));
	close(h->said);
}

/* How many lines of its stderr begin so. */
static unsigned said(const struct host *h, const char *words)
{
	static const size_t cap = 1 << 16;
	char *text = calloc(1, cap + 1);
	unsigned n = 0;

	CU_ASSERT_TRUE(pread(h->said, text, cap, 0) >= 0);
	for (char *at = text; *at; at += strcspn(at, "\n") + 1) {
		n += !strncmp(at, words, strlen(words));
		if (!at[strcspn(at, "\n")])
			break;
	}
	free(text);
	return n;
}

static int dial(const struct host *h)
{
	const struct sockaddr_in at = { .sin_family = AF_INET,
					.sin_port = htons(h->port),
					.sin_addr = { htonl(INADDR_LOOPBACK) } };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	CU_ASSERT_EQUAL(connect(fd, (const struct sockaddr *)&at, sizeof(at)), 0);
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &(int){ 1 }, sizeof(int));
	return fd;
}

static void say(int fd, const char *text)
{
	CU_ASSERT_EQUAL(send(fd, text, strlen(text), MSG_NOSIGNAL), (ssize_t)strlen(text));
}

/* The next bytes are these. */
static bool hears(int fd, const char *want)
{
	size_t n = 0, all = strlen(want);
	char got[256] = "";

	while (n < all) {
		struct pollfd p = { .fd = fd, .events = POLLIN };

		if (poll(&p, 1, PATIENCE_MS) != 1)
			break;
		ssize_t more = recv(fd, got + n, all - n, 0);
		if (more <= 0)
			break;
		n += (size_t)more;
	}
	if (!strcmp(got, want))
		return true;
	printf("  want %s\n  got  %s\n", want, got);
	return false;
}

/* It closes the connection, whatever comes before. */
static bool hangs_up(int fd)
{
	char drain[4096];
	struct pollfd p = { .fd = fd, .events = POLLIN };

	while (poll(&p, 1, PATIENCE_MS) == 1)
		if (recv(fd, drain, sizeof(drain), 0) <= 0)
			return true;
	return false;
}

#define ASKS "$qC#b4"
#define TOLD "+$QC2#c6"

static bool is_served(int fd)
{
	say(fd, ASKS);
	bool ok = hears(fd, TOLD);
	say(fd, "+");
	return ok;
}

static void flood(int fd)
{
	char junk[1 << 16];

	memset(junk, 'A', sizeof(junk));
	for (int i = 0; i < 8; i++)
		(void)!send(fd, junk, sizeof(junk), MSG_DONTWAIT | MSG_NOSIGNAL);
}

static void be_silent(int fd)
{
	(void)fd;
}

static void trickle(int fd)
{
	say(fd, "$q");
}

static void leave_half(int fd)
{
	say(fd, ASKS);
	shutdown(fd, SHUT_WR);
}

static void reset(int fd)
{
	const struct linger now = { .l_onoff = 1 };

	setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
	say(fd, ASKS);
}

static void speak_http(int fd)
{
	say(fd, "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
}

static void (*const hostile[])(int fd) = {
	be_silent, trickle, leave_half, reset, speak_http, flood
};

enum { KINDS = sizeof(hostile) / sizeof(hostile[0]) };

/* More of them than there are seats, and all kinds; the one that is served notices nothing. */
static void test_beside(void)
{
	int crowd[CROWD];
	struct host h;

	host_open(&h, 0);
	int client = dial(&h);
	CU_ASSERT_TRUE(is_served(client));
	for (int i = 0; i < CROWD; i++) {
		crowd[i] = dial(&h);
		hostile[i % KINDS](crowd[i]);
		CU_ASSERT_TRUE(is_served(client));
		if (hostile[i % KINDS] == reset) {
			close(crowd[i]);
			crowd[i] = -1;
		}
	}
	for (int i = 0; i < CROWD; i++) {
		CU_ASSERT_TRUE(is_served(client));
		CU_ASSERT_TRUE(crowd[i] < 0 || hangs_up(crowd[i]));
		if (crowd[i] >= 0)
			close(crowd[i]);
	}
	CU_ASSERT_TRUE(is_served(client));
	CU_ASSERT_EQUAL(said(&h, "Remote debugging from host 127.0.0.1, port "), 1);
	close(client);
	host_close(&h);
}

/* Those who hold the door without a whole packet give way to one who has something to say. */
static void test_before(void)
{
	static void (*const before[])(int fd) = { be_silent, trickle };
	int crowd[CROWD];
	struct host h;

	host_open(&h, 0);
	for (int i = 0; i < CROWD; i++) {
		crowd[i] = dial(&h);
		before[i % 2](crowd[i]);
	}
	int client = dial(&h);
	CU_ASSERT_TRUE(is_served(client));
	for (int i = 0; i < CROWD; i++) {
		CU_ASSERT_TRUE(hangs_up(crowd[i]));
		close(crowd[i]);
	}
	CU_ASSERT_TRUE(is_served(client));
	close(client);
	/* and the next one is served as well */
	client = dial(&h);
	CU_ASSERT_TRUE(is_served(client));
	CU_ASSERT_EQUAL(said(&h, "Remote debugging from host 127.0.0.1, port "), 2);
	close(client);
	host_close(&h);
}

/* Left without a word: no client, as far as anybody is told. */
static void test_probes(void)
{
	struct host h;

	host_open(&h, 0);
	for (int i = 0; i < CROWD; i++)
		close(dial(&h));
	int client = dial(&h);
	CU_ASSERT_TRUE(is_served(client));
	CU_ASSERT_EQUAL(said(&h, "Remote debugging"), 1);
	CU_ASSERT_EQUAL(said(&h, "Remote side has terminated"), 0);
	close(client);
	host_close(&h);
}

static bool may_change_user(void)
{
	if (geteuid() == 0)
		return true;
	puts("skipped: two users take root");
	return false;
}

/* A thousand strangers: not a byte for them, a few lines for the terminal, nothing for the client.
 */
static void test_strangers(void)
{
	enum { STRANGERS = 1000 };
	char byte;
	struct host h;

	if (!may_change_user())
		return;
	host_open(&h, 0);
	int client = dial(&h);
	CU_ASSERT_TRUE(is_served(client));
	for (int i = 0; i < STRANGERS; i++) {
		CU_ASSERT_EQUAL(seteuid(OTHER), 0);
		int fd = dial(&h);
		CU_ASSERT_EQUAL(seteuid(0), 0);
		if (i % 100 == 0) {
			(void)!send(fd, ASKS, strlen(ASKS), MSG_NOSIGNAL);
			CU_ASSERT_TRUE(recv(fd, &byte, 1, 0) <= 0);
			CU_ASSERT_TRUE(is_served(client));
		}
		close(fd);
	}
	CU_ASSERT_TRUE(is_served(client));
	unsigned lines = said(&h, "Refused a connection from host 127.0.0.1, port ");
	/* ten in ten seconds, however long this machine takes for it */
	CU_ASSERT_TRUE(lines >= 10 && lines < STRANGERS / 4);
	close(client);
	host_close(&h);
}

/* A packet now and then is enough; silence ends it, and the next one finds the server. */
static void test_idle(void)
{
	const struct timespec pause = { .tv_nsec = 300000000 };
	struct host h;

	host_open(&h, 2000);
	int client = dial(&h);
	for (int i = 0; i < 10; i++) {
		CU_ASSERT_TRUE(is_served(client));
		nanosleep(&pause, NULL);
	}
	CU_ASSERT_TRUE(hangs_up(client));
	close(client);
	CU_ASSERT_EQUAL(said(&h, "The client said nothing for 2 seconds (--idle-timeout)"), 1);
	client = dial(&h);
	CU_ASSERT_TRUE(is_served(client));
	/* what runs may take its time */
	say(client, "$vCont;c#a8");
	CU_ASSERT_TRUE(hears(client, "+"));
	struct pollfd p = { .fd = client, .events = POLLIN };
	CU_ASSERT_EQUAL(poll(&p, 1, 3000), 0);
	close(client);
	host_close(&h);
}

/* The descriptor that a process gets next. */
static rlim_t next_descriptor(pid_t pid)
{
	char path[64];
	rlim_t fd = 0;

	do
		snprintf(path, sizeof(path), "/proc/%d/fd/%u", pid, (unsigned)fd);
	while (faccessat(AT_FDCWD, path, F_OK, AT_SYMLINK_NOFOLLOW) == 0 && ++fd);
	return fd;
}

/* Without a descriptor left who comes is hung up on, and the one who is served is not disturbed. */
static void test_no_descriptors(void)
{
	struct rlimit old;
	struct host h;

	host_open(&h, 0);
	int client = dial(&h);
	CU_ASSERT_TRUE(is_served(client));
	CU_ASSERT_EQUAL(prlimit(h.pid, RLIMIT_NOFILE, NULL, &old), 0);
	struct rlimit none = { next_descriptor(h.pid), old.rlim_max };
	CU_ASSERT_EQUAL(prlimit(h.pid, RLIMIT_NOFILE, &none, NULL), 0);
	for (int i = 0; i < 3; i++) {
		int fd = dial(&h);

		CU_ASSERT_TRUE(hangs_up(fd));
		CU_ASSERT_TRUE(is_served(client));
		close(fd);
	}
	CU_ASSERT_EQUAL(said(&h, "Refused a connection from host 127.0.0.1"), 3);
	CU_ASSERT_EQUAL(prlimit(h.pid, RLIMIT_NOFILE, &old, NULL), 0);
	close(client);
	client = dial(&h);
	CU_ASSERT_TRUE(is_served(client));
	close(client);
	host_close(&h);
}

/* A launcher that stopped reading what the server says disturbs nobody. */
static void test_unheard(void)
{
	struct host h;
	int said[2];

	CU_ASSERT_EQUAL_FATAL(pipe2(said, O_CLOEXEC | O_NONBLOCK), 0);
	while (write(said[1], "", 1) == 1)
		;
	CU_ASSERT_EQUAL(fcntl(said[1], F_SETFL, 0), 0);
	host_open_with(&h, 0, said[1]);
	for (int i = 0; i < 3; i++) {
		int client = dial(&h);

		CU_ASSERT_TRUE(is_served(client));
		close(client);
	}
	host_close(&h);
	close(said[0]);
}

/* Kilobytes of memory the server has used at most. */
static long used_most(const struct host *h)
{
	char path[64], line[256];
	long kb = -1;

	snprintf(path, sizeof(path), "/proc/%d/status", h->pid);
	FILE *f = fopen(path, "re");
	while (f && kb < 0 && fgets(line, sizeof(line), f))
		if (!strncmp(line, "VmHWM:", 6))
			kb = strtol(line + 6, NULL, 10);
	if (f)
		fclose(f);
	return kb;
}

/* Asks and asks and reads nothing, until nothing can be sent any more either. */
static int dial_deaf(const struct host *h)
{
	static const char ask[] = "$qSupported#37";
	int fd = dial(h);
	struct pollfd p = { .fd = fd, .events = POLLOUT };

	while (poll(&p, 1, 1000) == 1 && !(p.revents & (POLLHUP | POLLERR)))
		(void)!send(fd, ask, strlen(ask), MSG_NOSIGNAL | MSG_DONTWAIT);
	return fd;
}

/* A client that stops reading costs no memory, and in the end its place. */
static void test_deaf(void)
{
	struct host h;

	host_open(&h, 0);
	int client = dial(&h);
	CU_ASSERT_TRUE(is_served(client));
	close(client);
	long before = used_most(&h);
	int deaf = dial_deaf(&h);
	client = dial(&h);
	CU_ASSERT_TRUE(is_served(client));
	CU_ASSERT_TRUE(before > 0 && used_most(&h) < before + 4096);
	close(client);
	close(deaf);
	/* nor does it keep the server from ending */
	deaf = dial_deaf(&h);
	host_close(&h);
	close(deaf);
}

/* Who sends without end beside one that is served is hung up on like all others. */
static void test_flood(void)
{
	static char zeros[1 << 16];
	struct host h;

	host_open(&h, 0);
	int client = dial(&h);
	CU_ASSERT_TRUE(is_served(client));
	pid_t pid = fork();
	if (!pid) {
		int fd = dial(&h);

		prctl(PR_SET_PDEATHSIG, SIGKILL);
		while (send(fd, zeros, sizeof(zeros), MSG_NOSIGNAL) > 0)
			;
		_exit(0);
	}
	CU_ASSERT_EQUAL(waitpid(pid, NULL, 0), pid);
	CU_ASSERT_TRUE(is_served(client));
	close(client);
	host_close(&h);
}

int main(void)
{
	static const struct unit_test tests[] = {
		{ "beside", test_beside },   { "before", test_before },
		{ "probes", test_probes },   { "strangers", test_strangers },
		{ "idle", test_idle },	     { "no descriptors", test_no_descriptors },
		{ "deaf", test_deaf },	     { "flood", test_flood },
		{ "unheard", test_unheard },
	};

	return unit_run("server", tests, sizeof(tests) / sizeof(tests[0]));
}
