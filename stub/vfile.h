#ifndef STUB_VFILE_H
#define STUB_VFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* GDB keeps every library it took from the server open. */
#ifdef FUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION
enum { VFILE_MAX = 8 }; /* few: fuzzers reach the end of them */
#else
enum { VFILE_MAX = 1024 };
#endif

/** An open file of the vFile family. */
struct vfile {
	bool used;
	int fd;	    /* a real file; -1: bytes that the target keeps in memory */
	char *path; /* ... under this name, as long as it has them; owned */
};

struct vfile_table {
	struct vfile open[VFILE_MAX];
	uint32_t view; /* process whose files are meant (vFile:setfs), 0 the server's */
	bool served;   /* a file that only the server has was opened */
};

/** Closes all: a dialog ends or starts over. */
void vfile_forget(struct vfile_table *t);

#endif
