/*
 * One function per operation and size: the instruction itself between two loads of the flags.
 * Called by host_x86_64_emulate.c.
 */
#include "target/linux/host_x86_64_alu.h"

#include <stddef.h>

typedef uint64_t (*alu_fn)(uint64_t a, uint64_t b, uint64_t *flags);

/* The compiler may keep values below the stack pointer: the flags go behind them. */
#define ALU_BODY(insn)                                                                             \
	{                                                                                          \
		__asm__("lea -128(%%rsp), %%rsp\n\t"                                               \
			"push %1\n\t"                                                              \
			"popfq\n\t" insn "\n\t"                                                    \
			"pushfq\n\t"                                                               \
			"pop %1\n\t"                                                               \
			"lea 128(%%rsp), %%rsp"                                                    \
			: "+&r"(a), "+&r"(*flags)                                                  \
			: "c"(b)                                                                   \
			: "cc", "memory");                                                         \
		return a;                                                                          \
	}

#define ALU_WIDE(name, insn, w, l, q)                                                              \
	static uint64_t name##_2(uint64_t a, uint64_t b, uint64_t *flags)                          \
		ALU_BODY(insn "w " w "%w0") static uint64_t name##_4(uint64_t a, uint64_t b,       \
								     uint64_t *flags)              \
			ALU_BODY(insn "l " l "%k0") static uint64_t name##_8(                      \
				uint64_t a, uint64_t b, uint64_t *flags)                           \
				ALU_BODY(insn "q " q "%0")
#define ALU_ALL(name, insn, b_, w, l, q)                                                           \
	static uint64_t name##_1(uint64_t a, uint64_t b, uint64_t *flags)                          \
		ALU_BODY(insn "b " b_ "%b0") ALU_WIDE(name, insn, w, l, q)

#define ALU_TWO(name)	ALU_ALL(name, #name, "%%cl, ", "%%cx, ", "%%ecx, ", "%%rcx, ")
#define ALU_SHIFT(name) ALU_ALL(name, #name, "%%cl, ", "%%cl, ", "%%cl, ", "%%cl, ")
#define ALU_ONE(name)	ALU_ALL(name, #name, "", "", "", "")

ALU_TWO(add)
ALU_TWO(or)
ALU_TWO(adc)
ALU_TWO(sbb)
ALU_TWO(and)
ALU_TWO(sub)
ALU_TWO(xor)
ALU_TWO(cmp)
ALU_TWO(test)
ALU_WIDE(imul, "imul", "%%cx, ", "%%ecx, ", "%%rcx, ")
ALU_SHIFT(shl)
ALU_SHIFT(shr)
ALU_SHIFT(sar)
ALU_SHIFT(rol)
ALU_SHIFT(ror)
ALU_ONE(inc)
ALU_ONE(dec)
ALU_ONE(neg)
ALU_ONE(not )

#define ALU_ROW(name)                                                                              \
	{                                                                                          \
		name##_1, name##_2, name##_4, name##_8                                             \
	}

static const alu_fn functions[ALU_OPS][4] = {
	[ALU_ADD] = ALU_ROW(add),   [ALU_OR] = ALU_ROW(or),
	[ALU_ADC] = ALU_ROW(adc),   [ALU_SBB] = ALU_ROW(sbb),
	[ALU_AND] = ALU_ROW(and),   [ALU_SUB] = ALU_ROW(sub),
	[ALU_XOR] = ALU_ROW(xor),   [ALU_CMP] = ALU_ROW(cmp),
	[ALU_TEST] = ALU_ROW(test), [ALU_IMUL] = { NULL, imul_2, imul_4, imul_8 },
	[ALU_SHL] = ALU_ROW(shl),   [ALU_SHR] = ALU_ROW(shr),
	[ALU_SAR] = ALU_ROW(sar),   [ALU_ROL] = ALU_ROW(rol),
	[ALU_ROR] = ALU_ROW(ror),   [ALU_INC] = ALU_ROW(inc),
	[ALU_DEC] = ALU_ROW(dec),   [ALU_NEG] = ALU_ROW(neg),
	[ALU_NOT] = ALU_ROW(not ),
};

bool alu_run(enum alu_op op, unsigned size, uint64_t *a, uint64_t b, uint64_t *flags)
{
	alu_fn fn = functions[op][__builtin_ctz(size)];
	uint64_t now = *flags & ALU_FLAGS;

	if (!fn)
		return false;
	*a = fn(*a, b, &now);
	*flags = (*flags & ~(uint64_t)ALU_FLAGS) | (now & ALU_FLAGS);
	return true;
}

bool alu_holds(unsigned cc, uint64_t flags)
{
	bool cf = flags & 1, pf = flags >> 2 & 1, zf = flags >> 6 & 1, sf = flags >> 7 & 1;
	bool of = flags >> 11 & 1;
	const bool holds[] = { of, cf, zf, cf || zf, sf, pf, sf != of, zf || sf != of };

	return holds[cc >> 1 & 7] ^ (cc & 1);
}
