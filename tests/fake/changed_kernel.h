#ifndef TESTS_FAKE_CHANGED_KERNEL_H
#define TESTS_FAKE_CHANGED_KERNEL_H

#include "tests/fake/sample_kernel.h"

/** Test kernels with bytes changed, for fuzzers: a letter says which, words what is changed. */

/**
 * The kernel of a letter as it was compiled, borrowed: t, h, i, j, k, l tiny, c, e, z, s, n
 * add_custom (h, e: .eh_frame, z: compressed, s: stripped, n: without -g), o, 2, 3, 4, 6
 * matmul_mix, five times as slow (its DWARF version, 6: the 64-bit format; i to l: the same of
 * tiny). NULL: there is no such letter, or the kernel is not built.
 */
const struct sample *changed_kernel_base(char letter);

/**
 * A copy of base, in memory of just its size, with changes, each behind one of the characters in
 * `between`: "SECTION+OFFSET=HEX" or "OFFSET=HEX" puts bytes there, "|OFFSET" cuts the file. text
 * is taken apart. Give it to sample_free.
 */
struct sample changed_kernel(const struct sample *base, char *text, const char *between);

#endif
