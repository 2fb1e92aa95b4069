#ifndef TESTS_UNIT_UNIT_H
#define TESTS_UNIT_UNIT_H

#include <CUnit/CUnit.h>
#include <stddef.h>

/** One test of a unit program; rows are given to unit_run. */
struct unit_test {
	const char *name;
	void (*run)(void);
};

/** Runs all tests, prints failures and "N passed, N failed" (tests, not assertions); exit code. */
int unit_run(const char *suite, const struct unit_test *tests, size_t count);

#endif
