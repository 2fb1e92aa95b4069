#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>

/** What libFuzzer and replay_main.c call; each tests/fuzz/fuzz_*.c has one. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
