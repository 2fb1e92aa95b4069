#ifndef TARGET_SIM_DUMPRANGES_H
#define TARGET_SIM_DUMPRANGES_H

#include "target/sim/dumpwriter.h"

/** Registers start, start+1, ... of equal width, read by the writer in one request. */
struct dump_range {
	uint64_t start;
	uint16_t num;
	uint8_t width;
};

struct dump_ranges {
	const struct dump_range *range;
	size_t count;
};

/** Lists in the order in which they are written; returns how many of the two are used. */
size_t dump_ranges(const struct dump *d, uint8_t core_type, struct dump_ranges out[2]);
/** Addresses of the error registers in the order in which they are appended. */
const uint16_t *dump_error_addrs(const struct dump *d, size_t *count);

#endif
