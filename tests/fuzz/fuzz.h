#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

/** What libFuzzer and replay_main.c call; each tests/fuzz/fuzz_*.c has one. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/** What has to be true of every input: where it is not, the input is kept as a finding. */
static inline void demand(bool truth)
{
	if (!truth)
		abort();
}

/** Does nothing, whatever it is given: see there. */
void fuzz_untraced(void);

/**
 * Of what is asked of every register, address or the like a fuzzer asks one in so many, others with
 * each input; the replay of a corpus asks all.
 */
#ifdef FUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION
enum { FUZZ_SHARE = 16 };
#else
enum { FUZZ_SHARE = 1 };
#endif

/** Where to begin with it, by chance of the input: 0 <= result < FUZZ_SHARE. */
static inline size_t fuzz_phase(const uint8_t *data, size_t size)
{
	size_t sum = size;

	for (size_t i = 0; i < size; i++)
		sum += data[i];
	return sum % FUZZ_SHARE;
}

#endif
