#ifndef TARGET_SYMBOLS_OBJECT_PRIV_H
#define TARGET_SYMBOLS_OBJECT_PRIV_H

#include "target/symbols/functions_priv.h"
#include "target/symbols/lines_priv.h"

/** Call frame information: libdwarf's entries of one section, sorted by address. */
struct unwind_table {
	Dwarf_Cie *cies;
	Dwarf_Fde *fdes;
	Dwarf_Signed cie_count, fde_count;
};

struct symbols_object {
	uint64_t base;
	char digest[SYMBOLS_SHA256_TEXT];
	uint8_t *file; /* translated, n bytes and some zeros behind them */
	size_t n;
	uint8_t *image; /* what is on the device: untranslated */
	size_t image_n;
	uint64_t *sections; /* device addresses */
	size_t section_count;
	struct symbols_error note;
	struct kelf elf; /* over file */
	struct kdwarf dwarf;
	struct functions functions;
	struct lines lines;
	struct unwind_table frames[2]; /* .debug_frame, .eh_frame */
};

/** Loads the call frame information of an open object. */
void unwind_init(struct symbols_object *o);
void unwind_deinit(struct symbols_object *o);

/**
 * Replaces *file (n bytes) by a copy whose compressed debug sections are decompressed behind the
 * old end; leaves it alone when there are none, or it cannot be done: *note then says so.
 * false: out of memory.
 */
bool inflate_file(uint8_t **file, size_t *n, struct symbols_error *note);

/** Zeros that are kept behind a file in memory. */
enum { OBJECT_PADDING = 64 };

#endif
