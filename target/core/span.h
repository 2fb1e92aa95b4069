#ifndef TARGET_CORE_SPAN_H
#define TARGET_CORE_SPAN_H

#include <endian.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/**
 * Bytes of a file that nobody has checked yet. Every access is bounded: a part is whole or not
 * there at all, a number that is not there is 0. All numbers are little-endian (coredump facts 0).
 */
struct span {
	const uint8_t *data;
	uint64_t size;
};

/** Bytes at..at+n of s; false, and an empty part, when they are not all there. */
static inline bool span_part(struct span s, uint64_t at, uint64_t n, struct span *out)
{
	bool whole = at <= s.size && n <= s.size - at;

	*out = (struct span){ whole ? s.data + at : NULL, whole ? n : 0 };
	return whole;
}

/** How many of n bytes from `at` are there. */
static inline uint64_t span_room(struct span s, uint64_t at, uint64_t n)
{
	uint64_t room = at < s.size ? s.size - at : 0;

	return n < room ? n : room;
}

static inline uint64_t span_number(struct span s, uint64_t at, unsigned bytes)
{
	struct span part;
	uint64_t v = 0;

	if (span_part(s, at, bytes, &part))
		memcpy(&v, part.data, bytes);
	return le64toh(v);
}

static inline uint8_t span_u8(struct span s, uint64_t at)
{
	return (uint8_t)span_number(s, at, 1);
}

static inline uint16_t span_u16(struct span s, uint64_t at)
{
	return (uint16_t)span_number(s, at, 2);
}

static inline uint32_t span_u32(struct span s, uint64_t at)
{
	return (uint32_t)span_number(s, at, 4);
}

static inline uint64_t span_u64(struct span s, uint64_t at)
{
	return span_number(s, at, 8);
}

#endif
