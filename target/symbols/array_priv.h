#ifndef TARGET_SYMBOLS_ARRAY_PRIV_H
#define TARGET_SYMBOLS_ARRAY_PRIV_H

#include <stdint.h>
#include <stdlib.h>

/**
 * Room for one more element behind `count` in an array of *cap elements. Returns the array, or
 * NULL when there is no memory: the old one is still there then.
 */
static inline void *array_grow(void *array, size_t count, size_t *cap, size_t element)
{
	size_t more = *cap ? *cap * 2 : 64;
	void *grown;

	if (count < *cap)
		return array;
	grown = reallocarray(array, more, element);
	if (grown)
		*cap = more;
	return grown;
}

#endif
