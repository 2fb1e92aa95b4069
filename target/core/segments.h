#ifndef TARGET_CORE_SEGMENTS_H
#define TARGET_CORE_SEGMENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "target/target.h"

/**
 * An address space made of stretches of a file: sorted, without overlaps. A read continues from
 * one segment into the next as long as no address is missing between them.
 */
struct segment {
	uint64_t start;
	uint64_t end;	 /* first address behind it, > start */
	uint64_t offset; /* of the byte at start, in the file */
	bool absent;	 /* the address exists, its bytes were not saved */
};

/** Copies up to n bytes from offset of the file; returns how many there were. */
typedef size_t (*segments_copy_fn)(void *ctx, uint64_t offset, void *buf, size_t n);

struct segments {
	struct segment *items;
	size_t count;
	segments_copy_fn copy;
	void *ctx;
};

/**
 * Fills s->items from ranges that may overlap: where they do, the earlier one counts. false: out
 * of memory. Empty ranges (end <= start) are left out. deinit leaves an empty space.
 */
bool segments_init(struct segments *s, const struct segment *ranges, size_t count);
void segments_deinit(struct segments *s);
/** The segment that holds `at`, or NULL. */
const struct segment *segments_find(const struct segments *s, uint64_t at);
/** FAULT or UNAVAILABLE only when not even the first byte can be had. */
enum target_status segments_read(const struct segments *s, uint64_t at, void *buf, size_t n,
				 size_t *done) TARGET_CHECKED;

#endif
