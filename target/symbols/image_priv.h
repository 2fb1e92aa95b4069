#ifndef TARGET_SYMBOLS_IMAGE_PRIV_H
#define TARGET_SYMBOLS_IMAGE_PRIV_H

#include "target/symbols/image.h"
#include "target/text.h"

/** Contents of the debug sections of the device image. */
struct image_dwarf {
	struct target_text info, abbrev, aranges;
};

void image_dwarf_init(struct image_dwarf *d, const struct symbols_variable *vars, size_t count);
void image_dwarf_deinit(struct image_dwarf *d);

/** gdb 13 keeps the length of an array in 32 bits and the distance from a symbol in an int. */
#define IMAGE_MOST UINT64_C(0x7ffffff8)
/** The variable as it is declared: of a bigger one the first rows. */
struct symbols_variable image_shown(const struct symbols_variable *v);

/** Little-endian numbers appended to a text that is used for bytes. */
void image_put(struct target_text *t, uint64_t value, size_t size);

#endif
