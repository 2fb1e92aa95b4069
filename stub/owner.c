/*
 * Finds the user behind a local TCP connection. A peer that closes its socket early must not pass
 * for root: the kernel reports uid 0 for sockets that no process has any more, so an answer counts
 * only with an inode and in a state that an open socket can have.
 */
#include "stub/owner.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "target/auto.h"

bool owner_ends(int fd, struct owner_ends *out)
{
	socklen_t peer = sizeof(out->peer), own = sizeof(out->own);

	memset(out, 0, sizeof(*out));
	return getpeername(fd, (struct sockaddr *)&out->peer, &peer) == 0 &&
	       getsockname(fd, (struct sockaddr *)&out->own, &own) == 0;
}

bool owner_address(const struct sockaddr_storage *a, struct in6_addr *out)
{
	if (a->ss_family == AF_INET6) {
		*out = ((const struct sockaddr_in6 *)(const void *)a)->sin6_addr;
		return true;
	}
	*out = (struct in6_addr){ .s6_addr = { [10] = 0xff, [11] = 0xff } };
	memcpy(out->s6_addr + 12, &((const struct sockaddr_in *)(const void *)a)->sin_addr, 4);
	return a->ss_family == AF_INET;
}

/* In the order of the net, as all ports here. */
static uint16_t port_of(const struct sockaddr_storage *a)
{
	return a->ss_family == AF_INET6 ? ((const struct sockaddr_in6 *)(const void *)a)->sin6_port
					: ((const struct sockaddr_in *)(const void *)a)->sin_port;
}

/* A half-closed socket still has its process; every later state may have lost it. */
static enum owner_answer judge(unsigned state, uint64_t inode, uint64_t owner, uid_t *uid)
{
	bool open = state == TCP_ESTABLISHED || state == TCP_FIN_WAIT1 || state == TCP_FIN_WAIT2;

	if (!open || !inode)
		return OWNER_CLOSED;
	*uid = (uid_t)owner;
	return OWNER_FOUND;
}

/* --- sock_diag --- */

static void fill_address(const struct sockaddr_storage *a, __be32 out[4])
{
	if (a->ss_family == AF_INET6)
		memcpy(out, &((const struct sockaddr_in6 *)(const void *)a)->sin6_addr, 16);
	else
		memcpy(out, &((const struct sockaddr_in *)(const void *)a)->sin_addr, 4);
}

/* The peer's socket is the one whose own address is our peer's. */
static struct inet_diag_sockid mirrored(const struct owner_ends *ends)
{
	struct inet_diag_sockid id = {
		.idiag_sport = port_of(&ends->peer),
		.idiag_dport = port_of(&ends->own),
		.idiag_cookie = { INET_DIAG_NOCOOKIE, INET_DIAG_NOCOOKIE },
	};

	fill_address(&ends->peer, id.idiag_src);
	fill_address(&ends->own, id.idiag_dst);
	if (ends->peer.ss_family == AF_INET6)
		id.idiag_if =
			((const struct sockaddr_in6 *)(const void *)&ends->peer)->sin6_scope_id;
	return id;
}

/* What the kernel answered. It has answered when the request is sent: there is no wait. */
static enum owner_answer receive(int fd, const struct inet_diag_sockid *want, uid_t *uid)
{
	union {
		struct nlmsghdr header;
		char bytes[8192];
	} reply;
	struct sockaddr_nl from = { 0 };
	socklen_t size = sizeof(from);
	ssize_t n =
		recvfrom(fd, &reply, sizeof(reply), MSG_DONTWAIT, (struct sockaddr *)&from, &size);
	const struct inet_diag_msg *m = NLMSG_DATA(&reply.header);

	if (n < 0 || from.nl_pid || !NLMSG_OK(&reply.header, (size_t)n))
		return OWNER_UNKNOWN;
	if (reply.header.nlmsg_type == NLMSG_ERROR) {
		const struct nlmsgerr *e = NLMSG_DATA(&reply.header);

		return e->error == -ENOENT ? OWNER_CLOSED : OWNER_UNKNOWN;
	}
	if (reply.header.nlmsg_type != SOCK_DIAG_BY_FAMILY ||
	    reply.header.nlmsg_len < NLMSG_LENGTH(sizeof(*m)))
		return OWNER_UNKNOWN;
	/* without a connection of these ends the kernel names a listening socket instead */
	if (m->id.idiag_sport != want->idiag_sport || m->id.idiag_dport != want->idiag_dport)
		return OWNER_CLOSED;
	return judge(m->idiag_state, m->idiag_inode, m->idiag_uid, uid);
}

enum owner_answer owner_by_diag(const struct owner_ends *ends, uid_t *uid)
{
	struct {
		struct nlmsghdr header;
		struct inet_diag_req_v2 request;
	} message = {
		.header = { .nlmsg_len = sizeof(message),
			    .nlmsg_type = SOCK_DIAG_BY_FAMILY,
			    .nlmsg_flags = NLM_F_REQUEST },
		.request = { .sdiag_family = (uint8_t)ends->peer.ss_family,
			     .sdiag_protocol = IPPROTO_TCP,
			     .idiag_states = ~0u,
			     .id = mirrored(ends) },
	};
	const struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
	AUTO_CLOSE int fd = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);

	if (fd < 0 || sendto(fd, &message, sizeof(message), 0, (const struct sockaddr *)&kernel,
			     sizeof(kernel)) != sizeof(message))
		return OWNER_UNKNOWN;
	return receive(fd, &message.request.id, uid);
}

/* --- /proc/net/tcp and tcp6 --- */

enum { END = 48 }; /* bytes of "ADDRESS:PORT" in hex and a NUL */

/* An end as the table has it: words of the address as numbers of this machine. */
static void format_end(const struct sockaddr_storage *a, int family, char out[END])
{
	struct in6_addr address;
	uint32_t words[4];
	size_t first = family == AF_INET ? 3 : 0, n = 0;

	owner_address(a, &address);
	memcpy(words, &address, sizeof(words));
	for (size_t i = first; i < 4; i++)
		n += (size_t)snprintf(out + n, END - n, "%08X", words[i]);
	snprintf(out + n, END - n, ":%04X", ntohs(port_of(a)));
}

/* The next word of a line, blanks of any number between. "" at the end. */
static char *next_word(char **line)
{
	*line += strspn(*line, " \t");
	char *word = *line;
	*line += strcspn(*line, " \t\n");
	if (**line)
		*(*line)++ = '\0';
	return word;
}

enum owner_answer owner_by_table(FILE *table, int family, const struct owner_ends *ends, uid_t *uid)
{
	/* places in a line: number, local, remote, state, queues, timer, retransmits, uid,
	 * timeout, inode */
	enum { LOCAL = 1, REMOTE, STATE, UID = 7, INODE = 9, WORDS };
	char peer[END], own[END];
	AUTO_FREE char *line = NULL;
	size_t cap = 0;

	format_end(&ends->peer, family, peer);
	format_end(&ends->own, family, own);
	while (getline(&line, &cap, table) > 0) {
		char *rest = line, *word[WORDS];

		for (size_t i = 0; i < WORDS; i++)
			word[i] = next_word(&rest);
		if (!strcmp(word[LOCAL], peer) && !strcmp(word[REMOTE], own))
			return judge((unsigned)strtoul(word[STATE], NULL, 16),
				     strtoull(word[INODE], NULL, 10), strtoull(word[UID], NULL, 10),
				     uid);
	}
	return OWNER_CLOSED;
}

static enum owner_answer by_proc(int family, const struct owner_ends *ends, uid_t *uid)
{
	FILE *table = fopen(family == AF_INET ? "/proc/net/tcp" : "/proc/net/tcp6", "re");

	if (!table)
		return OWNER_UNKNOWN;
	enum owner_answer answer = owner_by_table(table, family, ends, uid);
	fclose(table);
	return answer;
}

static enum owner_answer by_tables(const struct owner_ends *ends, uid_t *uid)
{
	enum owner_answer answer = OWNER_CLOSED;

	if (ends->peer.ss_family == AF_INET)
		answer = by_proc(AF_INET, ends, uid);
	/* a socket of IPv6 that reaches an IPv4 address is in the other table */
	return answer == OWNER_CLOSED ? by_proc(AF_INET6, ends, uid) : answer;
}

/* --- user namespaces --- */

/* The first number of a small file; preset without it. */
static unsigned long file_number(const char *path, unsigned long preset)
{
	char text[32];
	FILE *f = fopen(path, "re");

	if (!f)
		return preset;
	if (fgets(text, sizeof(text), f))
		preset = strtoul(text, NULL, 10);
	fclose(f);
	return preset;
}

/* This user namespace has a number of its own for every user there is. */
static bool knows_all_users(void)
{
	char text[64];
	bool all = false;
	FILE *f = fopen("/proc/self/uid_map", "re");

	if (!f)
		return false;
	if (fgets(text, sizeof(text), f)) {
		char *rest = text;

		all = !strcmp(next_word(&rest), "0") && !strcmp(next_word(&rest), "0") &&
		      !strcmp(next_word(&rest), "4294967295");
	}
	fclose(f);
	return all;
}

/* In a user namespace every user of outside has the one overflow number: that says nothing. */
bool owner_is_sure(uid_t uid)
{
	return uid != file_number("/proc/sys/kernel/overflowuid", 65534) || knows_all_users();
}

enum owner_answer owner_find(const struct owner_ends *ends, uid_t *uid)
{
	enum owner_answer answer = owner_by_diag(ends, uid);

	/* the tables are long, and a stranger can have them read as often as he likes: only where
	 * the kernel cannot be asked */
	if (answer == OWNER_UNKNOWN)
		answer = by_tables(ends, uid);
	return answer == OWNER_FOUND && !owner_is_sure(*uid) ? OWNER_UNKNOWN : answer;
}
