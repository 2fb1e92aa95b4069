#ifndef ARCH_X86_H
#define ARCH_X86_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arch/arch.h"

/**
 * Registers of x86 programs: the layouts that gdb knows (its features/i386/<name>.xml), and how a
 * value stands in the register sets of Linux.
 */

/** The program, not the CPU: a 64-bit CPU runs all three. */
enum x86_mode { X86_MODE_64, X86_MODE_X32, X86_MODE_32, X86_MODES };

/** arch_reg.set; arch_reg.at is an offset in the bytes of the set. */
enum x86_set {
	X86_SET_GENERAL,   /* struct user_regs_struct, its 64-bit form */
	X86_SET_XSAVE,	   /* the XSAVE area, standard form */
	X86_SET_FXSAVE,	   /* only the FXSAVE area: no XSAVE on this machine */
	X86_SET_FXSAVE_32, /* the same of a 32-bit program, where it has another name */
	X86_SETS,
};

/** Bytes of X86_SET_GENERAL: of a thread in 64-bit and in 32-bit code, whatever its program. */
enum { X86_GENERAL_64 = 27 * 8, X86_GENERAL_32 = 17 * 4, X86_FXSAVE = 512 };

/** Places in the FXSAVE area (Intel SDM volume 1, table 10-2). */
enum x86_at {
	X86_AT_FCTRL = 0,
	X86_AT_FSTAT = 2,
	X86_AT_FTAG = 4, /* one bit per register there, two bits in the value */
	X86_AT_FOP = 6,
	X86_AT_FIOFF = 8,
	X86_AT_FISEG = 12,
	X86_AT_FOOFF = 16,
	X86_AT_FOSEG = 20,
	X86_AT_MXCSR = 24,
	X86_AT_MXCSR_MASK = 28,
	X86_AT_ST = 32,
	X86_AT_XMM = 160,
	X86_AT_XCR0 = 464, /* Linux keeps it in bytes the CPU leaves free */
	X86_AT_XSTATE_BV = 512,
	X86_AT_EXTENDED = 576, /* the other parts stand behind this */
};

/** Parts of the XSAVE area by their bit in XCR0 (Intel SDM volume 1, 13.1). */
enum x86_part {
	X86_PART_X87 = 0,
	X86_PART_SSE = 1,
	X86_PART_AVX = 2,
	X86_PART_K = 5,
	X86_PART_ZMM_LOW = 6,  /* upper halves of zmm0..15 */
	X86_PART_ZMM_HIGH = 7, /* all of zmm16..31 */
	X86_PART_PKRU = 9,
	X86_PARTS,
};

/** Where the parts stand: makers of CPUs differ in that (CPUID leaf 0xD). */
struct x86_xsave {
	uint64_t parts; /* bits of those there are; 0: no XSAVE, FXSAVE is all there is */
	struct {
		uint32_t at, n; /* x87 and SSE: unused, their places never change */
	} part[X86_PARTS];
};

/** Caller frees with x86_desc_destroy. NULL: out of memory. */
struct arch_desc *x86_desc_create(enum x86_mode mode, const struct x86_xsave *x);
void x86_desc_destroy(struct arch_desc *d);

/**
 * Takes a register out of the n bytes of its set, or puts it in; false: it is not in them. A part
 * in its initial state (its bit in XSTATE_BV is clear) reads as that; writing to it sets the bit.
 */
bool x86_reg_get(const struct x86_xsave *x, const struct arch_reg *r, const void *set, size_t n,
		 void *value);
bool x86_reg_put(const struct x86_xsave *x, const struct arch_reg *r, void *set, size_t n,
		 const void *value);

#endif
