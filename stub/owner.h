#ifndef STUB_OWNER_H
#define STUB_OWNER_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/types.h>

/**
 * Whose socket the other end of a TCP connection is, when that end is on this machine and in this
 * network namespace. The kernel tells (sock_diag); where it may not be asked, /proc/net does.
 */

/** The two ends of a connection, both of one address family. */
struct owner_ends {
	struct sockaddr_storage peer, own;
};

enum owner_answer {
	OWNER_FOUND,
	OWNER_CLOSED,  /* the peer has closed its socket: it belongs to nobody any more */
	OWNER_UNKNOWN, /* the system does not say, or not in a way that is sure */
};

/** Fills both ends of a connected TCP socket. false: it is not connected any more. */
bool owner_ends(int fd, struct owner_ends *out);
/** *uid is set with OWNER_FOUND only. Asks the kernel, then /proc/net. Never blocks. */
enum owner_answer owner_find(const struct owner_ends *ends, uid_t *uid);

/**
 * The number means one user. In a user namespace all users of outside share the overflow number
 * (65534), which then says nothing.
 */
bool owner_is_sure(uid_t uid);

/* The two ways, for tests. */
enum owner_answer owner_by_diag(const struct owner_ends *ends, uid_t *uid);
/** Reads a table in the form of /proc/net/tcp or tcp6 (family) to its end. */
enum owner_answer owner_by_table(FILE *table, int family, const struct owner_ends *ends,
				 uid_t *uid);

/** An address of either family as IPv6: IPv4 becomes ::ffff:a.b.c.d. false: another family. */
bool owner_address(const struct sockaddr_storage *a, struct in6_addr *out);

#endif
