#ifndef TARGET_BELOW_H
#define TARGET_BELOW_H

#include <stdbool.h>
#include <sys/types.h>

/**
 * Files below a folder that is taken for the root: "..", absolute paths and links stay inside.
 */

enum below_mode {
	/**
	 * A limit: links of /proc that lead anywhere (/proc/PID/root, fd) are not followed, files
	 * of /proc and everything that is neither a regular file nor a folder are refused, and
	 * nothing is opened where the kernel cannot hold paths inside (ENOSYS before Linux 5.6).
	 */
	BELOW_STRICT,
	/** A view: where the kernel cannot hold paths inside, links may lead out. */
	BELOW_VIEW,
};

/** The kernel can hold paths inside. */
bool below_possible(void);

/**
 * open(2) of a path below the folder `root` (a descriptor). A descriptor that is close-on-exec and
 * never blocks, or a negative errno.
 */
int below_open(int root, const char *path, int flags, mode_t mode, enum below_mode how);
/** unlink(2): the last part of the path goes, not what it points to. 0 or a negative errno. */
int below_unlink(int root, const char *path, enum below_mode how);

/** What is added to the flags of every open(2) for a client: a FIFO must not hold the server. */
int below_flags(int flags);

#endif
