/*
 * Memory that was needed once. Called by conn.c and session.c for their buffers.
 */
#include "stub/pages.h"

#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

void pages_give_back(void *p, size_t keep, size_t n)
{
	uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
	uintptr_t start = ((uintptr_t)p + keep + page - 1) & -page;
	uintptr_t end = ((uintptr_t)p + n) & -page;

	if (start < end)
		madvise((void *)start, end - start, MADV_DONTNEED);
}
