#ifndef STUB_PACKET_RING_H
#define STUB_PACKET_RING_H

#include <stddef.h>
#include <stdint.h>

/**
 * The last packets of both ways, each cut to its beginning: what a crash report shows. Kept always,
 * so adding one costs a short copy and no memory.
 */

enum { PACKET_RING = 64, PACKET_RING_BYTES = 120 };

struct packet_ring {
	struct packet_ring_entry {
		uint64_t size; /* of the whole payload */
		char way;      /* enum packet_direction */
		char data[PACKET_RING_BYTES];
	} all[PACKET_RING];
	uint64_t count; /* packets since the start */
};

/** n payload bytes, sent or received; way: enum packet_direction. r NULL is fine. */
void packet_ring_add(struct packet_ring *r, char way, const void *data, size_t n);
/**
 * Writes a line per packet, the oldest first, as far as fd takes them; a signal handler may call
 * it.
 */
void packet_ring_write(const struct packet_ring *r, int fd);

#endif
