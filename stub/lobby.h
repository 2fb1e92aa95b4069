#ifndef STUB_LOBBY_H
#define STUB_LOBBY_H

#include <poll.h>
#include <stdint.h>

#include "stub/comm.h"

/**
 * Where clients wait who come while another one is served: each is told so when it says its first
 * word, or after a second, and closed. None of them can delay the client being served. For a
 * moment nobody is told: a client that leaves and comes back is faster than the end of its old
 * connection, and is then served after all.
 */
enum { LOBBY_MAX = 8 };

struct lobby {
	struct {
		int fd;        /* -1: free */
		int64_t since; /* milliseconds of the monotonic clock */
		struct comm_peer peer;
	} seats[LOBBY_MAX];
};

void lobby_init(struct lobby *l);
void lobby_close(struct lobby *l);
/** Takes a connected socket over; with all seats taken it is closed at once. */
void lobby_add(struct lobby *l, int fd, const struct comm_peer *peer);
/** The one who waits longest, to be served now; -1: nobody. */
int lobby_take(struct lobby *l, struct comm_peer *out);
/** Descriptors to wait for, LOBBY_MAX of them. */
void lobby_poll(const struct lobby *l, struct pollfd *out);
/** For poll: milliseconds to the next deadline, -1 when nobody waits. */
int lobby_timeout(const struct lobby *l);
/** Tells and closes those that spoke or have waited long enough. */
void lobby_serve(struct lobby *l, const struct pollfd *polled);

#endif
