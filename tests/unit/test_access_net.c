/*
 * Unit tests of stub/access.c over namespaces: a client in another network namespace, which is
 * another machine as far as sockets tell, and users that a user namespace has no number for.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "stub/access.h"
#include "tests/unit/unit.h"

enum { OTHER = 54321, SKIP = 77, PATIENCE_MS = 20000 };

static bool run(const char *command)
{
	char line[400];

	snprintf(line, sizeof(line), "{ %s; } >/dev/null 2>&1", command);
	return system(line) == 0;
}

/* Runs body in a child, which it may leave anyhow: its exit status, SKIP when it cannot be. */
static int in_child(int (*body)(void))
{
	int status;
	pid_t pid = fork();

	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		_exit(body());
	}
	CU_ASSERT_EQUAL_FATAL(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static bool passed(int status)
{
	if (status == SKIP)
		puts("skipped: namespaces and veth take root and iproute2");
	else if (status)
		printf("  row %d of the child failed\n", status);
	return !status || status == SKIP;
}

static bool fill(struct sockaddr_in6 *at, const char *address, uint16_t port)
{
	struct sockaddr_in *v4 = (struct sockaddr_in *)(void *)at;
	bool is_v6 = strchr(address, ':') != NULL;

	memset(at, 0, sizeof(*at));
	at->sin6_family = is_v6 ? AF_INET6 : AF_INET;
	at->sin6_port = htons(port);
	return inet_pton(at->sin6_family, address,
			 is_v6 ? (void *)&at->sin6_addr : (void *)&v4->sin_addr) == 1;
}

static const char *const servers[] = { "10.99.1.1", "fd99::1" };

/* --- another network namespace --- */

/* The other machine: an address of each kind, then a connection to each server. */
static int be_client(int ready, int go)
{
	char byte;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (unshare(CLONE_NEWNET) || write(ready, "", 1) != 1 || read(go, &byte, 1) != 1)
		return 1;
	if (!run("ip addr add 10.99.1.2/24 dev v1 && ip addr add fd99::2/64 dev v1 nodad && "
		 "ip link set v1 up"))
		return 1;
	for (size_t i = 0; i < 2; i++) {
		struct sockaddr_in6 at;
		int fd;

		fill(&at, servers[i], 2345);
		fd = socket(at.sin6_family, SOCK_STREAM, 0);
		if (connect(fd, (struct sockaddr *)&at, sizeof(at)))
			return 1;
	}
	pause();
	return 0;
}

static int listen_at(const char *address)
{
	struct sockaddr_in6 at;
	int fd;

	fill(&at, address, 2345);
	fd = socket(at.sin6_family, SOCK_STREAM, 0);
	return bind(fd, (struct sockaddr *)&at, sizeof(at)) || listen(fd, 1) ? -1 : fd;
}

static int check_remote(int fd, bool v6)
{
	static const struct {
		const char *list;
		bool v4, v6;
	} rows[] = {
		{ "", false, false },
		{ "127.0.0.0/8 ::1", false, false },
		{ "samenet", true, true },
		{ "10.99.1.2", true, false },
		{ "10.99.1.1", false, false },
		{ "10.99.0.0/23", true, false },
		{ "10.99.0.0/24", false, false },
		{ "fd99::/64", false, true },
		{ "fd99::2/127", false, true },
		{ "fd99::1", false, false },
		{ "any", true, true },
	};
	char why[ACCESS_WORDS];
	struct access a;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		access_init(&a, geteuid());
		access_allow(&a, rows[i].list, why);
		if (access_admits(&a, fd, why) != (v6 ? rows[i].v6 : rows[i].v4))
			return (int)i + 1;
	}
	access_init(&a, geteuid());
	access_admits(&a, fd, why);
	return strcmp(why, v6 ? "it is not on this machine: --allow fd99::2 would let it in"
			      : "it is not on this machine: --allow 10.99.1.2 would let it in")
		       ? 70
		       : 0;
}

static int accept_and_check(const int *listeners)
{
	int status = 0;

	for (size_t i = 0; i < 2 && !status; i++) {
		struct pollfd p = { .fd = listeners[i], .events = POLLIN };

		if (poll(&p, 1, PATIENCE_MS) != 1)
			return 71;
		status = check_remote(accept(listeners[i], NULL, NULL), i == 1);
	}
	return status;
}

/* A cable from here to the network namespace of that process. */
static bool join(pid_t client)
{
	char command[300];

	snprintf(command, sizeof(command),
		 "ip link set lo up && ip link add v0 type veth peer name v1 && "
		 "ip link set v1 netns %d && ip addr add 10.99.1.1/24 dev v0 && "
		 "ip addr add fd99::1/64 dev v0 nodad && ip link set v0 up",
		 client);
	return run(command);
}

static int be_server(void)
{
	int ready[2], go[2], listeners[2];
	char byte;

	if (unshare(CLONE_NEWNET) || pipe(ready) || pipe(go))
		return SKIP;
	pid_t client = fork();
	if (!client)
		_exit(be_client(ready[1], go[0]));
	int status = SKIP;
	if (read(ready[0], &byte, 1) == 1 && join(client)) {
		listeners[0] = listen_at(servers[0]);
		listeners[1] = listen_at(servers[1]);
		status = write(go[1], "", 1) == 1 ? accept_and_check(listeners) : 72;
	}
	kill(client, SIGKILL);
	waitpid(client, NULL, 0);
	return status;
}

static void test_other_network(void)
{
	CU_ASSERT_TRUE(passed(in_child(be_server)));
}

/* --- an address of this machine that is not loopback --- */

static int connect_to_own(void)
{
	char why[ACCESS_WORDS];
	struct sockaddr_in6 at, from;
	struct access a;

	if (unshare(CLONE_NEWNET) || !run("ip link set lo up && ip addr add 10.99.1.1/24 dev lo"))
		return SKIP;
	fill(&at, "10.99.1.1", 2345);
	int listener = listen_at("10.99.1.1");
	for (int i = 0; i < 2; i++) {
		int client = socket(AF_INET, SOCK_STREAM, 0);

		/* the second says it comes from another address than it goes to */
		fill(&from, "127.0.0.1", 0);
		if (i && bind(client, (struct sockaddr *)&from, sizeof(from)))
			return 1;
		if (connect(client, (struct sockaddr *)&at, sizeof(at)))
			return 2;
		int fd = accept(listener, NULL, NULL);
		access_init(&a, geteuid());
		if (!access_admits(&a, fd, why))
			return 3;
		access_init(&a, geteuid() + 1);
		if (geteuid() && access_admits(&a, fd, why))
			return 4;
	}
	return 0;
}

static void test_own_address(void)
{
	CU_ASSERT_TRUE(passed(in_child(connect_to_own)));
}

/* --- users without a number --- */

/* In a new user namespace where only this user has a number. */
static bool leave_users(void)
{
	char map[32];

	snprintf(map, sizeof(map), "0 %u 1", geteuid());
	if (unshare(CLONE_NEWUSER))
		return false;
	FILE *f = fopen("/proc/self/uid_map", "we");
	bool ok = f && fputs(map, f) >= 0;
	return f && !fclose(f) && ok;
}

static bool refused_unknown(int fd, uid_t user)
{
	char why[ACCESS_WORDS] = "";
	struct access a;

	access_init(&a, user);
	return !access_admits(&a, fd, why) &&
	       (strstr(why, "the system does not say whose socket it is") ||
		strstr(why, "its user has no number in this user namespace"));
}

static int be_unknown(void)
{
	struct sockaddr_in6 at;
	socklen_t size = sizeof(at);
	struct access a;
	char why[ACCESS_WORDS];
	int tcp[3], local[2];

	fill(&at, "127.0.0.1", 0);
	int listener = socket(AF_INET, SOCK_STREAM, 0);
	if (geteuid() || bind(listener, (struct sockaddr *)&at, sizeof(at)) ||
	    listen(listener, 2) || getsockname(listener, (struct sockaddr *)&at, &size))
		return SKIP;
	for (int i = 0; i < 2; i++) {
		if (seteuid(i ? OTHER : 0) || (tcp[2] = socket(AF_INET, SOCK_STREAM, 0)) < 0 ||
		    (i && socketpair(AF_UNIX, SOCK_STREAM, 0, local)) || seteuid(0) ||
		    connect(tcp[2], (struct sockaddr *)&at, sizeof(at)))
			return 1;
		tcp[i] = accept(listener, NULL, NULL);
	}
	if (!leave_users())
		return SKIP;
	access_init(&a, geteuid());
	if (!access_admits(&a, tcp[0], why))
		return 2;
	/* the other user looks like the one that the server may itself be here */
	return refused_unknown(tcp[1], 65534) && refused_unknown(local[0], 65534) ? 0 : 3;
}

static void test_unknown_user(void)
{
	CU_ASSERT_TRUE(passed(in_child(be_unknown)));
}

int main(void)
{
	static const struct unit_test tests[] = {
		{ "other network", test_other_network },
		{ "own address", test_own_address },
		{ "unknown user", test_unknown_user },
	};

	return unit_run("access_net", tests, sizeof(tests) / sizeof(tests[0]));
}
