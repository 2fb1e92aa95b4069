#ifndef ARCH_CHIP_PRIV_H
#define ARCH_CHIP_PRIV_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "arch/chip.h"

/** What the files of arch/ share: the chips themselves, byte order, and words for the tables. */

extern const struct chip chip_910b;
extern const struct chip chip_950;
extern const struct chip chip_950v5;

/** Meanings of AIC_ERROR_0..5 of the 910B, and the register table of the 950 family. */
extern const struct chip_error_bit chip_910b_bits[6][32];
enum { CHIP_950_REGS = 567, CHIP_950V5_REGS = 573 }; /* the V5 adds its rows at the end */
extern const struct chip_reg chip_950_regs[CHIP_950V5_REGS];

/** The costume has a register of that name, beside those of the chip: pc, x0, coreid. */
bool chip_desc_has_own(const char *name);

#define CHIP_COUNT(array) (sizeof(array) / sizeof((array)[0]))

/** Little-endian number of n bytes, n <= 8. */
static inline uint64_t chip_number(const void *bytes, size_t n)
{
	const uint8_t *p = bytes;
	uint64_t v = 0;

	while (n-- > 0)
		v = v << 8 | p[n];
	return v;
}

/** Asked for every row of a chip: most are told by a letter. */
static inline bool chip_is_text(const char *a, const char *b)
{
	return *a == *b && strcmp(a, b) == 0;
}

/** A register that is one entry and has no DWARF number: nearly all of them. */
#define CHIP_ROW(name, group, addr, size, cores)                                                   \
	{                                                                                          \
		name, group, addr, size, CHIP_REG_PLAIN, cores, -1, 0                              \
	}

/* Families: CHIP_10(ROW, 2) is ROW(20), ROW(21), ... ROW(29); without a tens digit 0..9. */
#define CHIP_5(ROW, t)	ROW(t##0), ROW(t##1), ROW(t##2), ROW(t##3), ROW(t##4)
#define CHIP_10(ROW, t) CHIP_5(ROW, t), ROW(t##5), ROW(t##6), ROW(t##7), ROW(t##8), ROW(t##9)
#define CHIP_4(ROW)	ROW(0), ROW(1), ROW(2), ROW(3)
#define CHIP_8(ROW)	CHIP_5(ROW, ), ROW(5), ROW(6), ROW(7)
#define CHIP_16(ROW)	CHIP_10(ROW, ), CHIP_5(ROW, 1), ROW(15)
#define CHIP_32(ROW)	CHIP_10(ROW, ), CHIP_10(ROW, 1), CHIP_10(ROW, 2), ROW(30), ROW(31)
#define CHIP_60(ROW)                                                                               \
	CHIP_10(ROW, ), CHIP_10(ROW, 1), CHIP_10(ROW, 2), CHIP_10(ROW, 3), CHIP_10(ROW, 4),        \
		CHIP_10(ROW, 5)
#define CHIP_64(ROW) CHIP_60(ROW), ROW(60), ROW(61), ROW(62), ROW(63)

#endif
