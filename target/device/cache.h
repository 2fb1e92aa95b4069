#ifndef TARGET_DEVICE_CACHE_H
#define TARGET_DEVICE_CACHE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * What was read from a device since it last ran: each line would be another round trip. All of it
 * is forgotten when anything runs or is written, but pages of code: those only with their kernel.
 */

enum { DEVICE_CACHE_LINE = 32, DEVICE_CACHE_PAGE = 4096 };

/** What a line belongs to: a register, or a memory class of one core (enum chip_mem). */
enum { DEVICE_SPACE_REGISTER = 0xff };

struct device_cache;

/** NULL: out of memory. */
struct device_cache *device_cache_create(void);
void device_cache_destroy(struct device_cache *c); /* NULL is fine */
void device_cache_forget(struct device_cache *c);
/** Code too, which running does not change. */
void device_cache_forget_code(struct device_cache *c);

/** The line of a core at an address, or NULL. Borrowed until the next put. */
const uint8_t *device_cache_line(const struct device_cache *c, uint8_t space, uint16_t core,
				 uint64_t at);
void device_cache_put_line(struct device_cache *c, uint8_t space, uint16_t core, uint64_t at,
			   const uint8_t *bytes);
/** A page of global memory, or NULL; at is a multiple of its size. */
const uint8_t *device_cache_page(const struct device_cache *c, uint64_t at);
void device_cache_put_page(struct device_cache *c, uint64_t at, const uint8_t *bytes);
/** A page that was read for the code in it, whenever that was; other bytes of it may be old. */
const uint8_t *device_cache_code(const struct device_cache *c, uint64_t at);
void device_cache_put_code(struct device_cache *c, uint64_t at, const uint8_t *bytes);
/** n bytes of code were written at at: what is kept of them follows. */
void device_cache_patch(struct device_cache *c, uint64_t at, const void *data, size_t n);

#endif
