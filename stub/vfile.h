#ifndef STUB_VFILE_H
#define STUB_VFILE_H

#include <stdbool.h>
#include <stddef.h>

enum { VFILE_MAX = 32 };

/** An open file of the vFile family: bytes that the target keeps in memory. */
struct vfile {
	const void *data; /* borrowed from the target; NULL: slot is free */
	size_t size;
};

struct vfile_table {
	struct vfile open[VFILE_MAX];
};

#endif
