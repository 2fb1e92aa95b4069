#ifndef ARCH_CHIP_FAULT_H
#define ARCH_CHIP_FAULT_H

#include <stdint.h>

#include "arch/chip.h"

/** What can go wrong in a core, for those who simulate one: which bit of the chip says it. */
enum chip_fault {
	CHIP_FAULT_ILLEGAL,	    /* instruction */
	CHIP_FAULT_SCALAR_GM,	    /* load or store where global memory is not */
	CHIP_FAULT_SCALAR_LOCAL,    /* load or store beyond UB or L1 */
	CHIP_FAULT_MTE_GM,	    /* copy from or to where global memory is not */
	CHIP_FAULT_MTE_LOCAL_WRITE, /* copy that runs off the end of a local memory */
	CHIP_FAULT_MTE_LOCAL_READ,
	CHIP_FAULT_VEC_LOCAL, /* vector operand that runs off the end of UB */
	CHIP_FAULT_VEC_ALIGN,
	CHIP_FAULT_VEC_CONFIG, /* a vector instruction that is not one */
	CHIP_FAULT_CUBE_L0A,   /* operand that runs off the end of ... */
	CHIP_FAULT_CUBE_L0B,
	CHIP_FAULT_CUBE_L0C,
	CHIP_FAULT_CUBE_CONFIG,
	CHIP_FAULT_FIXP_L0C,
	CHIP_FAULT_FIXP_GM,
	CHIP_FAULTS,
};

/** Bit of an error register. */
struct chip_fault_bit {
	const char *reg;
	uint8_t bit;
};

/**
 * The group that a bit of an error register belongs to: its stop reason, and where the PC of the
 * fault goes. NULL: the chip has no such register, or the bit no reason.
 */
const struct chip_error_group *chip_fault_group(const struct chip *c,
						const struct chip_fault_bit *bit);

#endif
