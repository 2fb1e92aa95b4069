#ifndef STUB_ACCESS_H
#define STUB_ACCESS_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/**
 * Who may connect. A client acts with all rights of the user who runs the server, so only that user
 * and root may, from this machine; whatever else is to be let in has to be named.
 */

enum { ACCESS_NETS = 64, ACCESS_WORDS = 256, ACCESS_LINE = 1024 };

/** Addresses that share their first bits; IPv4 as ::ffff:a.b.c.d. */
struct access_net {
	struct in6_addr address;
	unsigned bits; /* 0 to 128; of IPv4 96 to 128 */
};

struct access {
	uid_t user;   /* whose clients are let in from this machine, root's beside */
	bool any;     /* everybody */
	bool samenet; /* every network this machine has an address in, the loopback one aside */
	size_t count;
	struct access_net nets[ACCESS_NETS];
};

/** This user and root, nobody else. */
void access_init(struct access *a, uid_t user);

/**
 * Lets more in: a list of ADDR, ADDR/BITS, "samenet" and "any", with commas or blanks between, ""
 * is nothing more. false: why (ACCESS_WORDS bytes) says which word is wrong and what to write.
 */
bool access_allow(struct access *a, const char *list, char *why);

/**
 * One line for the user, without its end: who may connect. addresses: clients have some; with Unix
 * sockets alone they have not, and the list lets nobody in. out has ACCESS_LINE bytes.
 */
void access_describe(const struct access *a, bool addresses, char *out);

/**
 * May the client at the other end of a connected socket (TCP or Unix) be served? false: why
 * (ACCESS_WORDS bytes) says why not, and which option would let it in.
 */
bool access_admits(const struct access *a, int fd, char *why);

#endif
