/*
 * Decides who is served: main fills the list, the server asks for each client that connects. Whose
 * a local TCP connection is, owner.c finds out; where that cannot be known the client is refused.
 */
#include "stub/access.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "stub/owner.h"

enum {
	V4_BITS = 96, /* in front of an IPv4 address in the form of IPv6 */
	ACCESS_WORD = 128,
};

static bool refuse(char *why, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static bool refuse(char *why, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(why, ACCESS_WORDS, fmt, ap);
	va_end(ap);
	return false;
}

void access_init(struct access *a, uid_t user)
{
	*a = (struct access){ .user = user };
}

/* --- the list --- */

/* "ADDR" or "ADDR/BITS"; bits behind the given ones do not matter. */
static bool parse_net(char *word, struct access_net *out)
{
	char *slash = strchr(word, '/'), *end = NULL;
	struct in_addr v4;
	unsigned long bits = 0;

	if (slash) {
		*slash = '\0';
		bits = strtoul(slash + 1, &end, 10);
		if (slash[1] < '0' || slash[1] > '9' || *end || bits > 128)
			return false;
	}
	if (inet_pton(AF_INET, word, &v4) == 1) {
		out->address = (struct in6_addr){ .s6_addr = { [10] = 0xff, [11] = 0xff } };
		memcpy(out->address.s6_addr + 12, &v4, sizeof(v4));
		out->bits = V4_BITS + (slash ? (unsigned)bits : 32);
		return out->bits <= 128;
	}
	out->bits = slash ? (unsigned)bits : 128;
	return inet_pton(AF_INET6, word, &out->address) == 1;
}

static bool allow_word(struct access *a, const char *word, char *why)
{
	struct access_net net;
	char copy[ACCESS_WORD];

	if (!strcmp(word, "any"))
		return a->any = true;
	if (!strcmp(word, "samenet"))
		return a->samenet = true;
	if (a->count == ACCESS_NETS)
		return refuse(why, "more than %d addresses are allowed: name networks as ADDR/BITS",
			      ACCESS_NETS);
	/* of a word that was cut off, the rest may have been bits */
	bool cut = strlen(word) == ACCESS_WORD - 1;
	snprintf(copy, sizeof(copy), "%s", word);
	if (cut || !parse_net(copy, &net))
		return refuse(why,
			      "\"%.80s\" is nobody who could be allowed: write an address as "
			      "10.1.2.3 or fd00::5, a network as 10.1.0.0/16, \"samenet\" or "
			      "\"any\"",
			      word);
	a->nets[a->count++] = net;
	return true;
}

bool access_allow(struct access *a, const char *list, char *why)
{
	static const char between[] = ", \t";
	char word[ACCESS_WORD];

	for (list += strspn(list, between); *list; list += strspn(list, between)) {
		size_t n = strcspn(list, between);

		snprintf(word, sizeof(word), "%.*s", (int)(n < sizeof(word) ? n : sizeof(word)),
			 list);
		if (!allow_word(a, word, why))
			return false;
		list += n;
	}
	return true;
}

static bool is_v4(const struct in6_addr *a)
{
	return IN6_IS_ADDR_V4MAPPED(a);
}

/* The first bits of both are the same. */
static bool same_bits(const struct in6_addr *a, const struct in6_addr *b, unsigned bits)
{
	unsigned whole = bits / 8, rest = bits % 8;
	uint8_t mask = (uint8_t)(0xff00 >> rest);

	return !memcmp(a->s6_addr, b->s6_addr, whole) &&
	       (!rest || !((a->s6_addr[whole] ^ b->s6_addr[whole]) & mask));
}

/* "::/0" is every address of IPv6: those of IPv4 have a list of their own. */
static bool net_holds(const struct access_net *net, const struct in6_addr *a)
{
	bool of_v4 = net->bits >= V4_BITS && is_v4(&net->address);

	return of_v4 == is_v4(a) && same_bits(&net->address, a, net->bits);
}

static unsigned mask_bits(const struct sockaddr *mask)
{
	struct sockaddr_storage copy = { .ss_family = AF_INET };
	struct in6_addr a;
	unsigned bits = 0;

	memcpy(&copy, mask,
	       mask->sa_family == AF_INET6 ? sizeof(struct sockaddr_in6)
					   : sizeof(struct sockaddr_in));
	owner_address(&copy, &a);
	if (mask->sa_family == AF_INET)
		memset(a.s6_addr, 0xff, V4_BITS / 8);
	while (bits < 128 && a.s6_addr[bits / 8] & 0x80 >> bits % 8)
		bits++;
	return bits;
}

/* The network of one address of this machine; false: there is none that counts. */
static bool network_of(const struct ifaddrs *i, struct access_net *out)
{
	struct sockaddr_storage copy = { 0 };

	if (!i->ifa_addr || !i->ifa_netmask || i->ifa_flags & IFF_LOOPBACK ||
	    (i->ifa_addr->sa_family != AF_INET && i->ifa_addr->sa_family != AF_INET6))
		return false;
	memcpy(&copy, i->ifa_addr,
	       i->ifa_addr->sa_family == AF_INET6 ? sizeof(struct sockaddr_in6)
						  : sizeof(struct sockaddr_in));
	out->bits = mask_bits(i->ifa_netmask);
	return owner_address(&copy, &out->address);
}

/* Looked up for each client: networks come and go. */
static bool in_same_net(const struct in6_addr *a)
{
	struct ifaddrs *list;
	struct access_net net;
	bool found = false;

	if (getifaddrs(&list))
		return false;
	for (const struct ifaddrs *i = list; i && !found; i = i->ifa_next)
		found = network_of(i, &net) && net_holds(&net, a);
	freeifaddrs(list);
	return found;
}

static bool listed(const struct access *a, const struct in6_addr *address)
{
	for (size_t i = 0; i < a->count; i++)
		if (net_holds(&a->nets[i], address))
			return true;
	return a->samenet && in_same_net(address);
}

/* --- the decision --- */

static bool is_friend(const struct access *a, uid_t uid)
{
	return uid == a->user || uid == 0;
}

static bool admits_unix(const struct access *a, int fd, char *why)
{
	struct ucred who;
	socklen_t size = sizeof(who);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &size))
		return refuse(why, "the system does not say who it is");
	if (!owner_is_sure(who.uid))
		return refuse(why, "its user has no number in this user namespace: --allow any "
				   "would let everybody in who can open the socket");
	if (is_friend(a, who.uid))
		return true;
	return refuse(why,
		      "it is of user %u (process %d), not of user %u or root: --allow any would "
		      "let everybody in who can open the socket",
		      who.uid, who.pid, a->user);
}

/* Loopback, or an own address of this machine as the other end: both never come from a network. */
static bool is_local(const struct in6_addr *peer, const struct in6_addr *own)
{
	return IN6_IS_ADDR_LOOPBACK(peer) || IN6_ARE_ADDR_EQUAL(peer, own) ||
	       (is_v4(peer) && peer->s6_addr[12] == 127);
}

static bool admits_local(const struct access *a, const struct owner_ends *ends, const char *name,
			 char *why)
{
	uid_t uid = 0;

	switch (owner_find(ends, &uid)) {
	case OWNER_CLOSED:
		return refuse(why, "it has closed its socket already");
	case OWNER_UNKNOWN:
		return refuse(why,
			      "the system does not say whose socket it is (a container, another "
			      "namespace?): unix:PATH may tell; --allow %s would let every user of "
			      "this machine in",
			      name);
	default:
		if (is_friend(a, uid))
			return true;
		return refuse(why,
			      "its socket is of user %u, not of user %u or root: --allow %s would "
			      "let every user of this machine in",
			      uid, a->user, name);
	}
}

bool access_admits(const struct access *a, int fd, char *why)
{
	struct owner_ends ends;
	struct in6_addr peer, own;
	char name[INET6_ADDRSTRLEN] = "";

	if (a->any)
		return true;
	if (!owner_ends(fd, &ends))
		return refuse(why, "it has left already");
	if (ends.own.ss_family == AF_UNIX)
		return admits_unix(a, fd, why);
	if (!owner_address(&ends.peer, &peer) || !owner_address(&ends.own, &own))
		return refuse(why, "its address is of a kind that is not known here");
	if (listed(a, &peer))
		return true;
	inet_ntop(is_v4(&peer) ? AF_INET : AF_INET6, peer.s6_addr + (is_v4(&peer) ? 12 : 0), name,
		  sizeof(name));
	if (is_local(&peer, &own))
		return admits_local(a, &ends, name, why);
	return refuse(why, "it is not on this machine: --allow %s would let it in", name);
}

/* --- the banner --- */

static void describe_net(const struct access_net *net, char *out, size_t room)
{
	char name[INET6_ADDRSTRLEN] = "";
	bool v4 = net->bits >= V4_BITS && is_v4(&net->address);
	unsigned bits = net->bits - (v4 ? V4_BITS : 0), full = v4 ? 32 : 128;

	inet_ntop(v4 ? AF_INET : AF_INET6, net->address.s6_addr + (v4 ? 12 : 0), name,
		  sizeof(name));
	if (bits == full)
		snprintf(out, room, ", %s", name);
	else
		snprintf(out, room, ", %s/%u", name, bits);
}

void access_describe(const struct access *a, bool addresses, char *out)
{
	size_t n, count = addresses ? a->count : 0;
	bool samenet = addresses && a->samenet;
	const char *others = addresses ? "; --allow ADDR lets others in"
				       : "; --allow any lets everybody in who can open the socket";

	if (a->any) {
		snprintf(out, ACCESS_LINE,
			 "Open to EVERYBODY who can reach it (--allow any): "
			 "whoever connects has all rights of this user");
		return;
	}
	snprintf(out, ACCESS_LINE, "Open to this user and root on this machine");
	for (size_t i = 0; i < count; i++) {
		n = strlen(out);
		describe_net(&a->nets[i], out + n, ACCESS_LINE - n);
	}
	n = strlen(out);
	snprintf(out + n, ACCESS_LINE - n, "%s%s", samenet ? ", the networks it is in" : "",
		 count || samenet ? "" : others);
}
