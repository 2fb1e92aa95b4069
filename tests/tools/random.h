#ifndef TESTS_TOOLS_RANDOM_H
#define TESTS_TOOLS_RANDOM_H

#include "tests/tools/probe.h"

/** Packets by chance, from a seed: the same seed gives the same packets for the same process. */

struct random_source {
	uint64_t state;
	char **rows; /* packets of a table, with escapes and names of places; borrowed */
	size_t row_count;
	const char *program; /* path of one that vRun may start */
};

/** 0 <= result < n; n > 0. */
uint64_t random_below(struct random_source *r, uint64_t n);

enum random_kind {
	RANDOM_PACKET, /* wants a reply */
	RANDOM_RESUME, /* a reply, or the process runs */
	RANDOM_MUTE,   /* no reply */
	RANDOM_RAW,    /* no packet at all */
};

/** The next one; out is emptied first. It never reaches for other processes or writes files. */
enum random_kind random_packet(struct random_source *r, const struct probe *p,
			       struct play_text *out);

#endif
