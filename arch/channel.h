#ifndef ARCH_CHANNEL_H
#define ARCH_CHANNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** The debug channel of a chip: what counts when it is debugged live (live facts 2 to 7). */

/** A local memory whose bytes lie in another order for the channel than for programs. */
struct chip_swizzle {
	uint8_t mem; /* enum chip_mem */
	/** Address for the channel of byte a; the next *run - 1 bytes follow in a row. */
	uint64_t (*at)(uint64_t a, size_t *run);
};

struct chip_channel {
	bool wide_masks;  /* two words of core bits a type (2.6) */
	bool hw_breaks;	  /* breakpoints that patch nothing (3) */
	bool locked_code; /* the program has to make code writable for breakpoints (1.6) */
	/** Names of parts of which memory is reached only where it was shared (2.9); NULL: none. */
	const char *const *sharing;
	const char *const *socs; /* how the runtime's names of it begin; ends with NULL */
	const struct chip_swizzle *swizzles;
	size_t swizzle_count;
};

struct chip;

/** By the name the runtime gives a device ("Ascend" and so on); NULL when unknown. */
const struct chip *chip_find_soc(const char *soc);
/** That chip is called so. */
bool chip_is_soc(const struct chip *c, const char *soc);
/** By the same name: memory is reached only where the program has shared it. */
bool chip_soc_shares(const char *soc);
/** Address for the debug channel of byte a of a local memory; *run bytes follow in a row. */
uint64_t chip_channel_address(const struct chip *c, uint8_t mem, uint64_t a, size_t *run);

#endif
