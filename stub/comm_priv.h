#ifndef STUB_COMM_PRIV_H
#define STUB_COMM_PRIV_H

#include "stub/comm.h"

/* Shared by comm.c and comm_unix.c. */

/* Room for those who are not let in: a full queue would delay those who are. */
enum { COMM_BACKLOG = 256 };

/** Keeps words and returns false: return comm_fail(why, ...). */
bool comm_fail(char *why, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

bool comm_listen_unix(const struct comm *c, struct comm_listener *out, char *why);
/** Unlinks the socket's path if it still is the socket that was bound. */
void comm_remove_unix(const struct comm_listener *l);

#endif
