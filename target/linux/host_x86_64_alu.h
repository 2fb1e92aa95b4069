#ifndef TARGET_LINUX_HOST_X86_64_ALU_H
#define TARGET_LINUX_HOST_X86_64_ALU_H

#include <stdbool.h>
#include <stdint.h>

/**
 * Arithmetic of x86-64 programs. The CPU itself computes results and flags, so that those which
 * the manuals leave undefined are as they would have been in the program.
 */

enum alu_op {
	ALU_ADD,
	ALU_OR,
	ALU_ADC,
	ALU_SBB,
	ALU_AND,
	ALU_SUB,
	ALU_XOR,
	ALU_CMP,
	ALU_TEST,
	ALU_IMUL, /* not of bytes */
	ALU_SHL,
	ALU_SHR,
	ALU_SAR,
	ALU_ROL,
	ALU_ROR,
	ALU_INC, /* of a alone, like the next ones */
	ALU_DEC,
	ALU_NEG,
	ALU_NOT,
	ALU_OPS,
};

/** The flags that arithmetic reads and changes: CF PF AF ZF SF OF (Intel SDM volume 1, 3.4.3.1). */
enum { ALU_FLAGS = 0x8d5 };

/**
 * *a = *a op b, on values of 1, 2, 4 or 8 bytes; bits of *a above them are without meaning. *flags:
 * before and after, others than ALU_FLAGS stay. false: there is no such operation of that size.
 */
bool alu_run(enum alu_op op, unsigned size, uint64_t *a, uint64_t b, uint64_t *flags);

/** Condition cc, 0..15 as in the low bits of Jcc's opcode, holds (SDM volume 1, appendix B). */
bool alu_holds(unsigned cc, uint64_t flags);

#endif
