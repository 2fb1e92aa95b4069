#ifndef ARCH_CHIP_OVERLAY_H
#define ARCH_CHIP_OVERLAY_H

#include "arch/chip.h"

/**
 * A chip made of one of the tables and what a file says differs: names, core counts, sizes of
 * memories, registers. Error bits and the debug channel's peculiarities stay those of its base.
 */
struct chip_overlay;

enum { CHIP_OVERLAY_WORDS = 160 };

/** NULL: out of memory. */
struct chip_overlay *chip_overlay_create(void);
void chip_overlay_destroy(struct chip_overlay *o); /* NULL is fine */
/** There is such a section: "chip", "memory", "registers". */
bool chip_overlay_section(const char *name);
/** Takes one setting; false: why (CHIP_OVERLAY_WORDS bytes) says what is wrong with it. */
bool chip_overlay_set(struct chip_overlay *o, const char *section, const char *key,
		      const char *value, char *why);
/** The chip, borrowed; NULL: what was set makes none, why says what is missing or too much. */
const struct chip *chip_overlay_chip(struct chip_overlay *o, char *why);

#endif
