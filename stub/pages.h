#ifndef STUB_PAGES_H
#define STUB_PAGES_H

#include <stddef.h>

/**
 * Gives the whole pages behind the first `keep` of n bytes at p back to the system; what stands in
 * them is lost, the memory stays usable.
 */
void pages_give_back(void *p, size_t keep, size_t n);

#endif
