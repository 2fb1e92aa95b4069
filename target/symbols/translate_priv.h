#ifndef TARGET_SYMBOLS_TRANSLATE_PRIV_H
#define TARGET_SYMBOLS_TRANSLATE_PRIV_H

#include "target/symbols/kdwarf_priv.h"

/**
 * A translation in progress. Everything is decided by the original bytes and written to the copy,
 * so it does no harm when two DIEs lead to one expression.
 */
struct translation {
	const struct kelf *elf; /* over the original */
	uint8_t *out;		/* the copy, elf->n bytes */
	uint64_t budget;	/* operations left to look at: bounds what a hostile file costs */
};

/** symbols_translate, but does what it can: *complete = false when that was not all. */
bool translate_kernel(uint8_t *bytes, size_t n, bool *complete, struct symbols_error *why);
/** Renumbers the register whose ULEB stands at `at` (a place in the original). */
void translate_register(struct translation *t, const uint8_t *at);
/** Renumbers the registers of a location expression, nested ones too. */
void translate_expression(struct translation *t, struct bytes b, const struct operand_sizes *z);
/** .debug_frame and .eh_frame. */
void translate_frames(struct translation *t);
/** Expressions and location lists of all DIEs; false: there are too many. */
bool translate_dies(struct translation *t, struct kdwarf *d);

#endif
