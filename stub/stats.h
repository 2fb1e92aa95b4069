#ifndef STUB_STATS_H
#define STUB_STATS_H

#include <stdint.h>

#include "target/target.h"

/**
 * What the server has counted since it began, over all clients: `monitor stats` and the table
 * `info os stats`.
 */
struct stats {
	int64_t since_ms; /* of the monotonic clock */
	uint64_t clients;
	uint64_t packets; /* received whole */
	uint64_t damaged; /* received with a wrong sum, or too long */
	uint64_t replies; /* sent in answer to a packet: round trips */
	uint64_t notices; /* stop replies sent later, and notifications */
	uint64_t bytes_in, bytes_out;
	uint64_t refusals; /* packets answered with an error, files refused */
	uint64_t stops;	   /* of the target */
};

void stats_init(struct stats *s);
/** Two columns, a counter a row; links: requests to devices so far, or NULL. Deinit the table. */
void stats_table(const struct stats *s, const uint64_t *links, struct target_table *out);

#endif
