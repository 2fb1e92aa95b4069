#ifndef STUB_CALLER_H
#define STUB_CALLER_H

#include <stdbool.h>

#include "stub/conn.h"

/** What the client of a serial line has said so far; all zero: nobody has. */
struct caller {
	bool asked; /* for features */
};

/**
 * Nobody hangs up on a serial line. The packet at hand opens a conversation in one that is open
 * already, without acknowledgements: it is the next client's. What remains is noted of it.
 */
bool caller_changes(struct caller *c, const struct conn *conn);

#endif
