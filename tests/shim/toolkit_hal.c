/* libascend_hal.so of the made-up toolkit. */
#include <stdio.h>

#include "tests/shim/toolkit.h"

int halMemAdvise(uint64_t at, size_t n, unsigned advice, uint32_t device)
{
	printf("advise %#lx %zu %u %u\n", (unsigned long)at, n, advice, device);
	return 0;
}
