#ifndef TARGET_SIM_DUMPDATA_H
#define TARGET_SIM_DUMPDATA_H

#include <stddef.h>
#include <stdint.h>

/**
 * Bytes of a section: `size` of them, zero wherever nothing was put. Only what was put takes
 * memory, so a 4 GiB block of device memory costs nothing until something is written into it.
 */
struct dump_chunk {
	uint64_t at;
	size_t n;
	uint8_t *bytes;
};

struct dump_data {
	uint64_t size;
	struct dump_chunk *chunks; /* later ones win */
	size_t count;
};

/** Memory or the end of the program: the tools have no use for a failed allocation. */
void *dump_alloc(size_t n);
/** Room for one more item of n bytes in an array of count items. */
void *dump_grow(void *array, size_t count, size_t n);

/** Writes n bytes at offset `at`; what lies beyond size is cut off. */
void dump_data_put(struct dump_data *d, uint64_t at, const void *bytes, size_t n);
/** Little-endian number of n bytes (1..8). */
void dump_data_put_number(struct dump_data *d, uint64_t at, uint64_t value, size_t n);
/** Appends: the size grows by n. */
void dump_data_append(struct dump_data *d, const void *bytes, size_t n);
/** Reads n bytes from offset `at`; zeros where nothing was put. */
void dump_data_get(const struct dump_data *d, uint64_t at, void *buf, size_t n);
/** Makes *to equal to *from. */
void dump_data_copy(struct dump_data *to, const struct dump_data *from);
void dump_data_clear(struct dump_data *d);

#endif
