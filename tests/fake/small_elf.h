#ifndef TESTS_FAKE_SMALL_ELF_H
#define TESTS_FAKE_SMALL_ELF_H

/**
 * A 32-bit x86 program, made without a compiler for one: a file in memory, close-on-exec. It loads
 * 0x91223344 into eax, 0x55667788 into ebx, 1.0 into st0, and stops at two breakpoint instructions.
 */
int small_elf(void);

#endif
