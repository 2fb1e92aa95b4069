#ifndef STUB_RATE_H
#define STUB_RATE_H

#include <stdbool.h>
#include <stdint.h>

/**
 * Keeps messages that others can cause at will from filling a log or a terminal: so many in a
 * stretch of time, the rest is only counted.
 */

enum { RATE_LINES = 10, RATE_MS = 10000 };

/** All zero: nothing was said yet. */
struct rate {
	int64_t since; /* the stretch began here, milliseconds of the monotonic clock */
	unsigned said, hidden;
};

/**
 * May one more message be written at `now` (milliseconds of the monotonic clock)? *hidden is how
 * many were kept back since the last one that was written: to be told with it.
 */
bool rate_allows(struct rate *r, int64_t now, unsigned *hidden);

#endif
