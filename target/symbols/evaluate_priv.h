#ifndef TARGET_SYMBOLS_EVALUATE_PRIV_H
#define TARGET_SYMBOLS_EVALUATE_PRIV_H

#include "target/symbols/bytes_priv.h"
#include "target/symbols/symbols.h"

/** What an expression of a call frame rule may look at. */
struct evaluation {
	const struct symbols_frame *frame;
	symbols_read_fn read;
	void *ctx;
	uint64_t base; /* load address: added to addresses in the file */
	bool has_cfa;
	uint64_t cfa; /* pushed first, and the value of DW_OP_call_frame_cfa */
};

/** Value of a DWARF expression: the top of its stack. false: unsupported, endless or broken. */
bool evaluate_expression(const struct evaluation *e, struct bytes expression, uint64_t *out);

#endif
