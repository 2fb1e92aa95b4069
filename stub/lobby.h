#ifndef STUB_LOBBY_H
#define STUB_LOBBY_H

#include <poll.h>
#include <stdbool.h>
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
/** Takes a connected socket over; when all seats are taken, the longest waiting is turned away. */
void lobby_add(struct lobby *l, int fd, const struct comm_peer *peer);
/** The one who waits longest, to be served now; -1: nobody. */
int lobby_take(struct lobby *l, struct comm_peer *out);
/** One who has said something, to be served instead of a client that has not; -1: nobody. */
int lobby_take_speaker(struct lobby *l, const struct pollfd *polled, struct comm_peer *out);
/** Descriptors to wait for, LOBBY_MAX of them. busy: a client is served. */
void lobby_poll(const struct lobby *l, bool busy, struct pollfd *out);
/** With a client served: milliseconds to the next deadline, -1 when nobody waits. */
int lobby_timeout(const struct lobby *l);
/** With a client served: tells and closes those that spoke or have waited long enough. */
void lobby_serve(struct lobby *l, const struct pollfd *polled);

#endif
