#ifndef TESTS_APPS_SCALE_H
#define TESTS_APPS_SCALE_H

#include <acl/acl.h>
#include <stdint.h>

/** Work that several sample hosts give to a device: x = factor * x, by the kernel scale. */

enum { SCALE_ELEMENTS = 2048 };

struct scale {
	int32_t values[SCALE_ELEMENTS]; /* as they went to the device */
	int32_t factor;
	void *x; /* on the device */
};

/** The kernel's function; the thread has set a device. */
aclrtFuncHandle scale_load(void);
/** Takes memory of the device, filled with numbers that begin with seed. */
void scale_open(struct scale *s, int32_t seed, int32_t factor);
/** One launch on so many blocks; they may be repeated. */
void scale_launch(struct scale *s, aclrtFuncHandle f, uint32_t blocks, aclrtStream stream);
/**
 * Waits, copies the result to out (SCALE_ELEMENTS) and gives the memory back. Returns how many
 * elements are not what so many launches make of them.
 */
int scale_close(struct scale *s, unsigned launches, aclrtStream stream, int32_t *out);

#endif
