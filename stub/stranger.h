#ifndef STUB_STRANGER_H
#define STUB_STRANGER_H

#include "stub/comm.h"
#include "stub/log.h"
#include "stub/rate.h"

/**
 * Says whose connection was refused, and why: on stderr, for the person at the server's terminal,
 * and in the log. Not a thousand times: r counts; how many are not shown is said with the next one.
 */
void stranger_tell(struct rate *r, struct log *log, const struct comm_peer *peer, const char *why);

/** The same for a connection that was let in and does not begin as a client does. */
void stranger_is_foreign(struct rate *r, struct log *log, const struct comm_peer *peer);

/** Says who is a client from now on. */
void stranger_is_served(struct log *log, const struct comm_peer *peer);

/** Logs a packet of so many bytes whose checksum is wrong: who is no client yet can send such. */
void stranger_damages(struct rate *r, struct log *log, size_t bytes);

#endif
