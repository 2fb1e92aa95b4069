#ifndef STUB_CHIP_FILE_H
#define STUB_CHIP_FILE_H

#include "arch/chip_overlay.h"

enum { CHIP_FILE_WORDS = 768 };

/**
 * Reads an open file of that name, for --chip-file. *out owns the chip. NULL: why (CHIP_FILE_WORDS
 * bytes) names file and line and says what to do; *out is NULL.
 */
const struct chip *chip_file_read(int fd, const char *name, struct chip_overlay **out, char *why);

#endif
