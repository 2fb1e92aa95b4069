#ifndef TESTS_APPS_HOST_H
#define TESTS_APPS_HOST_H

#include <stddef.h>
#include <stdint.h>

/** What the sample hosts share. */

/** Ends the program with words when a call of the runtime failed. */
void host_check(int error, const char *call, int line);
#define CHECK(call) host_check((call), #call, __LINE__)

/** Path of a kernel file beside the program; valid until the next call. */
const char *host_kernel(const char *name);

/**
 * Result bytes of the sample, in the order of its calls: appended to the file that $SAMPLE_RESULTS
 * names, so that two runs can be compared bit by bit. Without the variable nothing is kept.
 */
void host_keep(const void *data, size_t n);

/** Half precision of small whole numbers (-2048 .. 2048). */
uint16_t host_half(int value);
int host_from_half(uint16_t half);

#endif
