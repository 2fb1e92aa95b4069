/*
 * Values of x86 registers in and out of the register sets of Linux: 64-bit and 32-bit forms of the
 * general ones, x87 control words in the form gdb shows them, parts of the XSAVE area in their
 * initial state (Intel SDM volume 1, 10.5.1 and 13.4). Called by the Linux host; bytes come from
 * ptrace. Everything is little-endian, host included.
 */
#include <string.h>

#include "arch/x86.h"

enum {
	SLOT = 8, /* bytes of a slot in the 64-bit form of the general registers */
	SLOT_RAX = 10,
	SLOT_ORIG_RAX = 15,
	FCTRL_INIT = 0x37f,
	MXCSR_INIT = 0x1f80,
	MXCSR_MASK_OLD = 0xffbf, /* of CPUs that leave the mask 0 */
	FOP_MASK = 0x7ff,
	X87_HEADER = 24,
	X87_STACK = 128,
	XMM_BYTES = 256,
	EMPTY = 3, /* tag of an empty x87 register */
};

static uint64_t number(const void *at, size_t n)
{
	uint64_t v = 0;

	memcpy(&v, at, n);
	return v;
}

/* --- general registers --- */

/** Slot of the 64-bit form -> slot of the 32-bit form, -1: it has none. */
static const int8_t slot_32[X86_GENERAL_64 / SLOT] = {
	-1, -1, -1, -1,		/* r15 r14 r13 r12 */
	5,  0,			/* bp bx */
	-1, -1, -1, -1,		/* r11 r10 r9 r8 */
	6,  1,	2,  3,	4,  11, /* ax cx dx si di orig_ax */
	12, 13, 14, 15, 16,	/* ip cs flags sp ss */
	-1, -1,			/* fs_base gs_base */
	7,  8,	9,  10,		/* ds es fs gs */
};

/**
 * Place and bytes of a register in the form that the kernel gave: it is the one of the code that
 * the thread executes, which need not be that of its program. 0 bytes: not in there.
 */
static size_t general_place(const struct arch_reg *r, size_t n, size_t *at)
{
	size_t slot = r->at / SLOT;

	if (slot >= X86_GENERAL_64 / SLOT)
		return 0;
	*at = r->at;
	if (n == X86_GENERAL_64)
		return SLOT;
	if (n != X86_GENERAL_32 || slot_32[slot] < 0)
		return 0;
	*at = 4 * (size_t)slot_32[slot];
	return 4;
}

static bool general_get(const struct arch_reg *r, const uint8_t *set, size_t n, void *value)
{
	size_t at = 0, bytes = general_place(r, n, &at);
	uint64_t v;

	if (bytes == 0)
		return false;
	v = number(set + at, bytes);
	memcpy(value, &v, arch_reg_size(r));
	return true;
}

/**
 * A 32-bit eax and orig_eax are made wider with their sign: the kernel looks for -ERESTART... and
 * -1 in all 64 bits.
 */
static bool general_put(const struct arch_reg *r, uint8_t *set, size_t n, const void *value)
{
	size_t at = 0, bytes = general_place(r, n, &at);
	uint64_t v = number(value, arch_reg_size(r));
	size_t slot = r->at / SLOT;

	if (bytes == 0)
		return false;
	if (r->bits == 32 && (slot == SLOT_RAX || slot == SLOT_ORIG_RAX))
		v = (uint64_t)(int32_t)v;
	memcpy(set + at, &v, bytes);
	return true;
}

/* --- parts of the XSAVE area --- */

static uint64_t bit(unsigned part)
{
	return UINT64_C(1) << part;
}

/** Part that the byte `at` belongs to; X86_PARTS: none. */
static unsigned part_of(const struct x86_xsave *x, uint32_t at)
{
	if (at < X86_AT_XMM)
		return at >= X87_HEADER && at < X86_AT_ST ? X86_PART_SSE : X86_PART_X87;
	if (at < X86_AT_XMM + XMM_BYTES)
		return X86_PART_SSE;
	for (unsigned p = X86_PART_AVX; p < X86_PARTS; p++) {
		if ((x->parts & bit(p)) != 0 && at >= x->part[p].at &&
		    at - x->part[p].at < x->part[p].n)
			return p;
	}
	return X86_PARTS;
}

/** Parts that are in use; in an FXSAVE area both of its parts always are. */
static uint64_t parts_used(const struct arch_reg *r, const uint8_t *set)
{
	return r->set == X86_SET_XSAVE ? number(set + X86_AT_XSTATE_BV, 8) : ~UINT64_C(0);
}

/** MXCSR belongs to SSE and AVX: it is in use when one of them is. */
static bool is_used(const struct arch_reg *r, const uint8_t *set, unsigned part)
{
	uint64_t bits = bit(part);

	if (r->at == X86_AT_MXCSR)
		bits |= bit(X86_PART_AVX);
	return (parts_used(r, set) & bits) != 0;
}

static void store_word(uint8_t *at, uint64_t v, size_t n)
{
	memcpy(at, &v, n);
}

/** Gives a part its initial state, in bytes: what is there may be older. */
static void part_init(const struct x86_xsave *x, uint8_t *set, unsigned part)
{
	switch (part) {
	case X86_PART_X87:
		memset(set, 0, X87_HEADER);
		memset(set + X86_AT_ST, 0, X87_STACK);
		store_word(set + X86_AT_FCTRL, FCTRL_INIT, 2);
		break;
	case X86_PART_SSE:
		memset(set + X86_AT_XMM, 0, XMM_BYTES);
		break;
	default:
		memset(set + x->part[part].at, 0, x->part[part].n);
		break;
	}
}

/** Marks a part as in use, so that the kernel takes what is written into it. */
static void part_wake(const struct x86_xsave *x, uint8_t *set, unsigned part)
{
	uint64_t used = number(set + X86_AT_XSTATE_BV, 8);

	if ((used & bit(part)) != 0)
		return;
	part_init(x, set, part);
	if ((part == X86_PART_SSE || part == X86_PART_AVX) &&
	    (used & (bit(X86_PART_SSE) | bit(X86_PART_AVX))) == 0)
		store_word(set + X86_AT_MXCSR, MXCSR_INIT, 4);
	store_word(set + X86_AT_XSTATE_BV, used | bit(part), 8);
}

/* --- x87 control words --- */

/** Tag of the register at the stack place st: 0 valid, 1 zero, 2 special. */
static unsigned x87_tag(const uint8_t *st)
{
	uint64_t mantissa = number(st, 8);
	unsigned exponent = (unsigned)number(st + 8, 2) & 0x7fff;

	if (exponent == 0 && mantissa == 0)
		return 1;
	return exponent == 0 || exponent == 0x7fff || mantissa >> 63 == 0 ? 2 : 0;
}

/** FXSAVE has a bit per register, in use or not; gdb wants the two bits that FSAVE has. */
static uint64_t ftag_get(const uint8_t *set)
{
	unsigned top = (unsigned)number(set + X86_AT_FSTAT, 2) >> 11 & 7;
	uint64_t tags = 0;

	for (unsigned i = 0; i < 8; i++) {
		const uint8_t *st = set + X86_AT_ST + 16 * ((i - top) & 7);
		uint64_t tag = (set[X86_AT_FTAG] >> i & 1) != 0 ? x87_tag(st) : EMPTY;

		tags |= tag << 2 * i;
	}
	return tags;
}

static uint64_t ftag_short(uint64_t tags)
{
	uint64_t used = 0;

	for (unsigned i = 0; i < 8; i++)
		used |= (uint64_t)((tags >> 2 * i & EMPTY) != EMPTY) << i;
	return used;
}

/** Bytes of a register in the area: the control words are shown wider than they are. */
static size_t bytes_there(const struct arch_reg *r)
{
	if (r->at >= X87_HEADER || r->at == X86_AT_FIOFF || r->at == X86_AT_FOOFF)
		return arch_reg_size(r);
	return 2;
}

static uint64_t mxcsr_mask(const uint8_t *set)
{
	uint64_t mask = number(set + X86_AT_MXCSR_MASK, 4);

	return mask != 0 ? mask : MXCSR_MASK_OLD;
}

/* --- the area --- */

/** Value in the initial state: 0 but for the control words. */
static void initial_get(const struct arch_reg *r, void *value)
{
	uint64_t v = 0;

	memset(value, 0, arch_reg_size(r));
	if (r->at == X86_AT_FCTRL)
		v = FCTRL_INIT;
	else if (r->at == X86_AT_FTAG)
		v = 0xffff;
	else if (r->at == X86_AT_MXCSR)
		v = MXCSR_INIT;
	if (v != 0)
		memcpy(value, &v, arch_reg_size(r));
}

static void area_get(const struct x86_xsave *x, const struct arch_reg *r, const uint8_t *set,
		     void *value)
{
	unsigned part = part_of(x, r->at);
	uint64_t v;

	if (!is_used(r, set, part)) {
		initial_get(r, value);
		return;
	}
	if (r->at >= X87_HEADER) {
		memcpy(value, set + r->at, arch_reg_size(r));
		return;
	}
	v = number(set + r->at, bytes_there(r));
	if (r->at == X86_AT_FTAG)
		v = ftag_get(set);
	else if (r->at == X86_AT_FOP)
		v &= FOP_MASK;
	memcpy(value, &v, arch_reg_size(r));
}

/** The word as the area keeps it; reserved bits of MXCSR would make the kernel refuse it all. */
static uint64_t word_put(const struct arch_reg *r, const uint8_t *set, uint64_t v)
{
	switch (r->at) {
	case X86_AT_FTAG:
		return ftag_short(v);
	case X86_AT_FOP:
		return v & FOP_MASK;
	case X86_AT_MXCSR:
		return v & mxcsr_mask(set);
	default:
		return v;
	}
}

static void area_put(const struct x86_xsave *x, const struct arch_reg *r, uint8_t *set,
		     const void *value)
{
	if (r->set == X86_SET_XSAVE)
		part_wake(x, set, part_of(x, r->at));
	if (r->at >= X86_AT_ST)
		memcpy(set + r->at, value, arch_reg_size(r));
	else
		store_word(set + r->at, word_put(r, set, number(value, 4)), bytes_there(r));
}

/** Are the register's part, and what says how to read it, in n bytes? */
static bool area_has(const struct x86_xsave *x, const struct arch_reg *r, size_t n)
{
	unsigned part = part_of(x, r->at);
	size_t least = r->set == X86_SET_XSAVE ? X86_AT_EXTENDED : X86_FXSAVE;

	if (part == X86_PARTS || n < least)
		return false;
	return part < X86_PART_AVX || (size_t)x->part[part].at + x->part[part].n <= n;
}

bool x86_reg_get(const struct x86_xsave *x, const struct arch_reg *r, const void *set, size_t n,
		 void *value)
{
	if (r->set == X86_SET_GENERAL)
		return general_get(r, set, n, value);
	if (!area_has(x, r, n))
		return false;
	area_get(x, r, set, value);
	return true;
}

bool x86_reg_put(const struct x86_xsave *x, const struct arch_reg *r, void *set, size_t n,
		 const void *value)
{
	if (r->set == X86_SET_GENERAL)
		return general_put(r, set, n, value);
	if (!area_has(x, r, n))
		return false;
	area_put(x, r, set, value);
	return true;
}
