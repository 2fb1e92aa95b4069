/*
 * Unit tests of stub/access.c, stub/owner.c and stub/rate.c: the list of who may connect, and the
 * decision over real sockets of two users.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "stub/access.h"
#include "stub/owner.h"
#include "stub/rate.h"
#include "tests/unit/unit.h"

enum { OTHER = 54321 };

/* --- the list --- */

static void test_list(void)
{
	static const struct {
		const char *list, *banner;
	} rows[] = {
		{ "", "; --allow ADDR lets others in" },
		{ " , ,", "; --allow ADDR lets others in" },
		{ "10.1.2.3", ", 10.1.2.3" },
		{ "10.1.0.0/16, fd00::/8", ", 10.1.0.0/16, fd00::/8" },
		{ "0.0.0.0/0", ", 0.0.0.0/0" },
		{ "::/0", ", ::/0" },
		{ "::ffff:10.0.0.0/104", ", 10.0.0.0/8" },
		{ "::ffff:10.0.0.1", ", 10.0.0.1" },
		{ "samenet", ", the networks it is in" },
		{ "samenet 1.2.3.4\t::1", ", 1.2.3.4, ::1, the networks it is in" },
	};
	char line[ACCESS_LINE], want[ACCESS_LINE], why[ACCESS_WORDS];
	struct access a;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		access_init(&a, 1);
		CU_ASSERT_TRUE(access_allow(&a, rows[i].list, why));
		access_describe(&a, true, line);
		snprintf(want, sizeof(want), "Open to this user and root on this machine%s",
			 rows[i].banner);
		CU_ASSERT_STRING_EQUAL(line, want);
	}
	access_describe(&a, false, line); /* who comes over a Unix socket has no address */
	CU_ASSERT_STRING_EQUAL(line, "Open to this user and root on this machine; --allow any lets "
				     "everybody in who can open the socket");
	CU_ASSERT_TRUE(access_allow(&a, "any", why));
	access_describe(&a, true, line);
	CU_ASSERT_PTR_NOT_NULL(strstr(line, "EVERYBODY"));
}

static void test_list_refuses(void)
{
	static const char *const words[] = { "Any",
					     "localhost",
					     "1.2.3",
					     "1.2.3.4/",
					     "1.2.3.4/33",
					     "1.2.3.4/-1",
					     "1.2.3.4/8x",
					     "::1/129",
					     "/8",
					     "fe80::1%lo",
					     "1.2.3.4/99999999999999999999",
					     "*",
					     "10.0.0.0-10.0.0.9" };
	char why[ACCESS_WORDS], want[200], many[4096];
	struct access a;

	access_init(&a, 1);
	/* cut off anywhere between its zeros this would be a network of everybody */
	snprintf(many, sizeof(many), "1.2.3.4/%0300d", 8);
	CU_ASSERT_FALSE(access_allow(&a, many, why));
	snprintf(many, sizeof(many), "1.2.3.4/%0119d8",
		 0); /* its last character is the one too many */
	CU_ASSERT_FALSE(access_allow(&a, many, why));
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		CU_ASSERT_FALSE(access_allow(&a, words[i], why));
		snprintf(want, sizeof(want), "\"%s\" is nobody who could be allowed: ", words[i]);
		CU_ASSERT_EQUAL(strncmp(why, want, strlen(want)), 0);
	}
	memset(many, '1', sizeof(many) - 1);
	many[sizeof(many) - 1] = '\0';
	CU_ASSERT_FALSE(access_allow(&a, many, why));
	CU_ASSERT_EQUAL(a.count, 0);
	for (size_t i = 0; i < ACCESS_NETS; i++)
		CU_ASSERT_TRUE(access_allow(&a, "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", why));
	CU_ASSERT_FALSE(access_allow(&a, "1.2.3.4", why));
	CU_ASSERT_STRING_EQUAL(why, "more than 64 addresses are allowed: name networks as "
				    "ADDR/BITS");
	access_describe(&a, true, many); /* does not fit: cut, not overrun */
	CU_ASSERT_EQUAL(strlen(many), ACCESS_LINE - 1);
}

/* --- real sockets --- */

/* A connection over loopback: ends[0] is the server's, ends[1] the client's. */
struct pair {
	int fds[2];
	struct owner_ends ends;
};

/* mapped: the client uses a socket of IPv6 for an address of IPv4. false: no such family here. */
static bool pair_open(struct pair *p, int family, bool mapped, uid_t user)
{
	struct sockaddr_in6 at = { .sin6_family = AF_INET6, .sin6_addr = in6addr_loopback };
	struct sockaddr_in *v4 = (struct sockaddr_in *)(void *)&at;
	socklen_t size = sizeof(at);
	int listener = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (family == AF_INET)
		*v4 = (struct sockaddr_in){ .sin_family = AF_INET,
					    .sin_addr = { htonl(INADDR_LOOPBACK) } };
	if (bind(listener, (struct sockaddr *)&at, sizeof(at)) || listen(listener, 1) ||
	    getsockname(listener, (struct sockaddr *)&at, &size)) {
		close(listener);
		return false;
	}
	if (mapped) {
		struct sockaddr_in6 to = { .sin6_family = AF_INET6, .sin6_port = v4->sin_port };

		inet_pton(AF_INET6, "::ffff:127.0.0.1", &to.sin6_addr);
		at = to;
	}
	CU_ASSERT_EQUAL(seteuid(user), 0);
	p->fds[1] = socket(at.sin6_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	CU_ASSERT_EQUAL(seteuid(getuid()), 0);
	CU_ASSERT_EQUAL(connect(p->fds[1], (struct sockaddr *)&at, sizeof(at)), 0);
	p->fds[0] = accept(listener, NULL, NULL);
	close(listener);
	CU_ASSERT_TRUE(owner_ends(p->fds[0], &p->ends));
	return true;
}

static void pair_close(struct pair *p)
{
	close(p->fds[0]);
	close(p->fds[1]);
}

static bool may_change_user(void)
{
	if (geteuid() == 0)
		return true;
	puts("skipped: two users take root");
	return false;
}

static const struct {
	int family;
	bool mapped;
} kinds[] = { { AF_INET, false }, { AF_INET6, false }, { AF_INET, true } };

enum { KINDS = sizeof(kinds) / sizeof(kinds[0]) };

static enum owner_answer by_table(const struct pair *p, size_t kind, uid_t *uid)
{
	bool v6 = kinds[kind].mapped || kinds[kind].family == AF_INET6;
	FILE *f = fopen(v6 ? "/proc/net/tcp6" : "/proc/net/tcp", "re");

	CU_ASSERT_PTR_NOT_NULL_FATAL(f);
	enum owner_answer answer = owner_by_table(f, v6 ? AF_INET6 : AF_INET, &p->ends, uid);
	fclose(f);
	return answer;
}

static void test_owner(void)
{
	const uid_t users[] = { geteuid(), OTHER };

	for (size_t u = 0; u < (geteuid() ? 1 : 2); u++)
		for (size_t k = 0; k < KINDS; k++) {
			struct pair p;
			uid_t uid = 7;

			if (!pair_open(&p, kinds[k].family, kinds[k].mapped, users[u]))
				continue;
			CU_ASSERT_EQUAL(owner_find(&p.ends, &uid), OWNER_FOUND);
			CU_ASSERT_EQUAL(uid, users[u]);
			uid = 7;
			CU_ASSERT_EQUAL(by_table(&p, k, &uid), OWNER_FOUND);
			CU_ASSERT_EQUAL(uid, users[u]);
			uid = 7;
			/* where it may not be asked it does not guess */
			if (owner_by_diag(&p.ends, &uid) == OWNER_FOUND)
				CU_ASSERT_EQUAL(uid, users[u]);
			pair_close(&p);
		}
}

/* What the kernel says of a socket without a process is user 0, and must not be believed. */
static void test_owner_closed(void)
{
	for (size_t k = 0; k < KINDS; k++) {
		struct pair p;
		uid_t uid = 7;

		if (!pair_open(&p, kinds[k].family, kinds[k].mapped, geteuid()))
			continue;
		shutdown(p.fds[1], SHUT_WR); /* a client that says all at once and listens on */
		CU_ASSERT_EQUAL(owner_find(&p.ends, &uid), OWNER_FOUND);
		CU_ASSERT_EQUAL(uid, geteuid());
		uid = 7;
		close(p.fds[1]);
		CU_ASSERT_EQUAL(owner_find(&p.ends, &uid), OWNER_CLOSED);
		CU_ASSERT_EQUAL(by_table(&p, k, &uid), OWNER_CLOSED);
		CU_ASSERT_NOT_EQUAL(owner_by_diag(&p.ends, &uid), OWNER_FOUND);
		CU_ASSERT_EQUAL(uid, 7);
		close(p.fds[0]);
	}
}

/* Listens on the port that the client of a past connection had; -1: somebody else does. */
static int take_port(struct owner_ends *ends)
{
	const struct linger reset = { .l_onoff = 1 };
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct pair p;

	CU_ASSERT_TRUE_FATAL(pair_open(&p, AF_INET, false, geteuid()));
	*ends = p.ends;
	setsockopt(p.fds[1], SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
	close(p.fds[1]);
	close(p.fds[0]);
	at.sin_port = ((struct sockaddr_in *)(void *)&p.ends.peer)->sin_port;
	setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &(int){ 1 }, sizeof(int));
	if (!bind(listener, (struct sockaddr *)&at, sizeof(at)) && !listen(listener, 1))
		return listener;
	close(listener);
	return -1;
}

/* Once the connection is over, a listening socket on the peer's port is not its owner. */
static void test_owner_listener(void)
{
	enum { TRIES = 50 };
	struct owner_ends ends;
	uid_t uid = 7;
	int listener = -1;

	for (int i = 0; i < TRIES && listener < 0; i++)
		listener = take_port(&ends);
	CU_ASSERT_TRUE(listener >= 0);
	CU_ASSERT_EQUAL(owner_find(&ends, &uid), OWNER_CLOSED);
	CU_ASSERT_EQUAL(uid, 7);
	close(listener);
}

static void test_table(void)
{
	static const struct {
		const char *text;
		enum owner_answer answer;
	} rows[] = {
		{ "", OWNER_CLOSED },
		{ "\n\n  sl  local_address rem_address\n", OWNER_CLOSED },
		{ " 0: 0100007F:1234 0100007F:0050 01 0:0 0:0 0 5 0 99 1\n", OWNER_FOUND },
		{ "9: 0100007F:1234 0100007F:0050 01 0:0 0:0 0 5 0 99", OWNER_FOUND },
		{ " 0: 0100007F:1234 0100007F:0050 05 0:0 0:0 0 5 0 99\n", OWNER_FOUND },
		{ " 0: 0100007F:1234 0100007F:0050 01 0:0 0:0 0 5 0 0\n", OWNER_CLOSED },
		{ " 0: 0100007F:1234 0100007F:0050 06 0:0 0:0 0 5 0 99\n", OWNER_CLOSED },
		{ " 0: 0100007F:1234 0100007F:0050 0A 0:0 0:0 0 5 0 99\n", OWNER_CLOSED },
		{ " 0: 0100007F:1234 0100007F:0050\n", OWNER_CLOSED },
		{ " 0: 0100007F:0050 0100007F:1234 01 0:0 0:0 0 5 0 99\n", OWNER_CLOSED },
	};
	const uint32_t order = 1;
	struct owner_ends ends = { 0 };
	const struct sockaddr_in a = { .sin_family = AF_INET,
				       .sin_addr = { htonl(INADDR_LOOPBACK) },
				       .sin_port = htons(0x1234) };

	if (*(const char *)&order != 1) {
		puts("skipped: the tables are written for little-endian machines");
		return;
	}
	memcpy(&ends.peer, &a, sizeof(a));
	memcpy(&ends.own, &a, sizeof(a));
	((struct sockaddr_in *)(void *)&ends.own)->sin_port = htons(0x50);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		FILE *f = fmemopen((void *)(uintptr_t)rows[i].text, strlen(rows[i].text) + 1, "r");
		uid_t uid = 7;

		CU_ASSERT_EQUAL(owner_by_table(f, AF_INET, &ends, &uid), rows[i].answer);
		CU_ASSERT_EQUAL(uid, rows[i].answer == OWNER_FOUND ? 5u : 7u);
		fclose(f);
	}
}

/* --- the decision --- */

static bool admits(const struct pair *p, uid_t user, const char *list, char *why)
{
	struct access a;

	*why = '\0';
	access_init(&a, user);
	CU_ASSERT_TRUE(access_allow(&a, list, why));
	return access_admits(&a, p->fds[0], why);
}

static void test_same_user(void)
{
	char why[ACCESS_WORDS];

	for (size_t k = 0; k < KINDS; k++) {
		struct pair p;

		if (!pair_open(&p, kinds[k].family, kinds[k].mapped, geteuid()))
			continue;
		CU_ASSERT_TRUE(admits(&p, geteuid(), "", why));
		/* root is let in by everybody, another user by nobody */
		CU_ASSERT_EQUAL(admits(&p, geteuid() + 1, "", why), geteuid() == 0);
		pair_close(&p);
	}
}

static void test_other_user(void)
{
	static const struct {
		const char *list;
		bool v4, v6;
	} rows[] = {
		{ "", false, false },
		{ "samenet", false, false },
		{ "127.0.0.1", true, false },
		{ "127.0.0.2", false, false },
		{ "127.0.0.0/8", true, false },
		{ "126.0.0.0/7", true, false },
		{ "125.0.0.0/8", false, false },
		{ "::1", false, true },
		{ "::/0", false, true },
		{ "0.0.0.0/0", true, false },
		{ "::ffff:127.0.0.0/112", true, false },
		{ "::ffff:0:0/95", false, false },
		{ "10.0.0.0/8 ::2 ::1/128", false, true },
		{ "any", true, true },
	};
	char why[ACCESS_WORDS], want[ACCESS_WORDS];

	for (size_t k = 0; may_change_user() && k < KINDS; k++) {
		bool v6 = kinds[k].family == AF_INET6;
		struct pair p;

		if (!pair_open(&p, kinds[k].family, kinds[k].mapped, OTHER))
			continue;
		for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
			CU_ASSERT_EQUAL(admits(&p, 0, rows[i].list, why),
					v6 ? rows[i].v6 : rows[i].v4);
		CU_ASSERT_TRUE(admits(&p, OTHER, "", why));
		CU_ASSERT_FALSE(admits(&p, 0, "", why));
		snprintf(want, sizeof(want),
			 "its socket is of user 54321, not of user 0 or root: --allow %s would let "
			 "every user of this machine in",
			 v6 ? "::1" : "127.0.0.1");
		CU_ASSERT_STRING_EQUAL(why, want);
		pair_close(&p);
	}
}

static void test_unix(void)
{
	char why[ACCESS_WORDS];
	struct pair p;

	if (!may_change_user())
		return;
	CU_ASSERT_EQUAL(seteuid(OTHER), 0);
	CU_ASSERT_EQUAL(socketpair(AF_UNIX, SOCK_STREAM, 0, p.fds), 0);
	CU_ASSERT_EQUAL(seteuid(0), 0);
	CU_ASSERT_TRUE(admits(&p, OTHER, "", why));
	CU_ASSERT_TRUE(admits(&p, 0, "any", why));
	CU_ASSERT_FALSE(admits(&p, 0, "samenet 0.0.0.0/0 ::/0", why));
	CU_ASSERT_PTR_NOT_NULL(strstr(why, "it is of user 54321 (process "));
	pair_close(&p);
	CU_ASSERT_EQUAL(socketpair(AF_UNIX, SOCK_STREAM, 0, p.fds), 0);
	CU_ASSERT_TRUE(admits(&p, OTHER, "", why));
	pair_close(&p);
	CU_ASSERT_FALSE(admits(&p, OTHER, "", why));
}

/* --- the rate of messages --- */

static void test_rate(void)
{
	struct rate r = { 0 };
	unsigned hidden = 9, shown = 0;

	for (int i = 0; i < 1000; i++)
		shown += rate_allows(&r, 5000 + i, &hidden);
	CU_ASSERT_EQUAL(shown, RATE_LINES);
	CU_ASSERT_TRUE(rate_allows(&r, 5000 + RATE_MS, &hidden));
	CU_ASSERT_EQUAL(hidden, 1000 - RATE_LINES);
	CU_ASSERT_TRUE(rate_allows(&r, 5001 + RATE_MS, &hidden));
	CU_ASSERT_EQUAL(hidden, 0);
}

int main(void)
{
	static const struct unit_test tests[] = {
		{ "list", test_list },
		{ "list refuses", test_list_refuses },
		{ "owner", test_owner },
		{ "owner closed", test_owner_closed },
		{ "owner listener", test_owner_listener },
		{ "table", test_table },
		{ "same user", test_same_user },
		{ "other user", test_other_user },
		{ "unix", test_unix },
		{ "rate", test_rate },
	};

	return unit_run("access", tests, sizeof(tests) / sizeof(tests[0]));
}
