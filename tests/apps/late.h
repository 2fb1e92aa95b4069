#ifndef TESTS_APPS_LATE_H
#define TESTS_APPS_LATE_H

#include <stdint.h>

/** What liblate.so has: an operator together with its kernel file, found by name. */

/** Runs the operator on device 0 and keeps the result; how many elements are wrong. */
typedef int (*late_run_fn)(int32_t seed);
int late_run(int32_t seed);

#endif
