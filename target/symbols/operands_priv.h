#ifndef TARGET_SYMBOLS_OPERANDS_PRIV_H
#define TARGET_SYMBOLS_OPERANDS_PRIV_H

#include "target/symbols/bytes_priv.h"

/**
 * The operands of DWARF's three byte codes: expression operations, call frame instructions and
 * location list entries. One table says for each code what follows it; the translation and the
 * evaluator read through the same decoder.
 */

/** Sizes that depend on the unit in which the bytes stand. */
struct operand_sizes {
	uint8_t address; /* 1, 2, 4 or 8 */
	uint8_t ref;	 /* of a reference into .debug_info: 4 or 8, in DWARF 2 as an address */
};

enum { OPERANDS_NUMBERS = 2, OPERANDS_REGISTERS = 2 };

struct operands {
	uint8_t code;
	uint64_t number[OPERANDS_NUMBERS]; /* plain operands in order, signed ones as int64_t */
	uint64_t reg[OPERANDS_REGISTERS];
	const uint8_t *reg_at[OPERANDS_REGISTERS]; /* where the register number stands */
	size_t reg_count;
	bool has_block; /* a nested expression */
	struct bytes block;
};

/** One operation each; false: unknown code, or it runs off the end. */
bool operands_expression(struct bytes *b, const struct operand_sizes *z, struct operands *out);
bool operands_frame(struct bytes *b, const struct operand_sizes *z, struct operands *out);
/** An entry of .debug_loclists (DWARF 5). */
bool operands_location(struct bytes *b, const struct operand_sizes *z, struct operands *out);

#endif
