#ifndef TARGET_SYMBOLS_LINE_STARTS_PRIV_H
#define TARGET_SYMBOLS_LINE_STARTS_PRIV_H

#include "target/symbols/bytes_priv.h"
#include "target/symbols/kelf_priv.h"

/**
 * A sequence of lines begins in file 1 (DWARF 5, 6.2.2) and names a file when it comes to another
 * one. In a program of DWARF 5 libdwarf 20210528 has it begin in file 0, so that the two cannot be
 * told apart by what it says.
 */
struct line_starts {
	struct bytes program;		 /* what is left of it */
	uint64_t special;		 /* the first opcode that is no standard one */
	uint8_t operands[UINT8_MAX + 1]; /* of standard opcodes: how many LEB128 numbers */
};

/** The line program of DWARF 5 at an offset of .debug_line; what is broken is empty. */
void line_starts_open(struct line_starts *s, const struct kelf *k, uint64_t offset);
/** How many rows of the next sequence come before it names a file, at its end mark at most. */
size_t line_starts_next(struct line_starts *s);

#endif
