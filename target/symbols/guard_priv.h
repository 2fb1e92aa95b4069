#ifndef TARGET_SYMBOLS_GUARD_PRIV_H
#define TARGET_SYMBOLS_GUARD_PRIV_H

#include "target/symbols/kelf_priv.h"

/**
 * What a file may cost before libdwarf is let near it. libdwarf checks bounds but not effort: it
 * reads the abbreviations once for each unit, looks for a CIE along all of them, and makes an
 * object of each line; a small file can so take hours or all memory. The limits are far above what
 * compilers write.
 */
enum {
	GUARD_UNITS = 1 << 16,
	GUARD_ABBREV_BYTES = 32 << 20, /* of the tables of all units together */
	GUARD_ATTRIBUTES = 128,	       /* of one abbreviation */
	GUARD_FRAME_PAIRS = 64 << 20,  /* CIEs times FDEs */
	GUARD_LINE_BYTES = 1 << 20,    /* line program of one unit */
	GUARD_LINE_TOTAL = 8 << 20,    /* of all units */
};

/**
 * Units of .debug_info and .debug_types with their abbreviations. *out: the content of
 * .debug_abbrev that libdwarf is to see, to be freed: without DW_AT_sibling, which libdwarf
 * follows for ever when it leads back.
 */
bool guard_units(const struct kelf *k, uint8_t **out);
/** A section of call frame information. */
bool guard_frames(const struct kelf *k, const char *section);
/** The line program at an offset of .debug_line; adds its size to *spent. */
bool guard_lines(const struct kelf *k, uint64_t offset, uint64_t *spent);

#endif
