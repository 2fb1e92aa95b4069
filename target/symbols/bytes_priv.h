#ifndef TARGET_SYMBOLS_BYTES_PRIV_H
#define TARGET_SYMBOLS_BYTES_PRIV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * A cursor over untrusted little-endian bytes. A read beyond the end gives 0, sets `bad` and moves
 * to the end, so that loops over bytes_left() always finish and `bad` is looked at once.
 */
struct bytes {
	const uint8_t *at;
	const uint8_t *end;
	bool bad;
};

struct bytes bytes_of(const void *data, size_t n);
size_t bytes_left(const struct bytes *b);
void bytes_skip(struct bytes *b, uint64_t n);
/** The next n bytes as a cursor of their own; empty and bad when there are fewer. */
struct bytes bytes_take(struct bytes *b, uint64_t n);
/** What stands behind a length field of DWARF, of 4 or 12 bytes; *wide: 64-bit DWARF. */
struct bytes bytes_unit(struct bytes *b, bool *wide);
/** A number of 1, 2, 4 or 8 bytes. */
uint64_t bytes_fixed(struct bytes *b, size_t size);
uint64_t bytes_uleb(struct bytes *b);
int64_t bytes_sleb(struct bytes *b);

#endif
