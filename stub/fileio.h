#ifndef STUB_FILEIO_H
#define STUB_FILEIO_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

/** Numbers and layouts of the File-I/O protocol, which are not the host's (GDB manual, "File-I/O").
 */

enum {
	FILEIO_ENOENT = 2,
	FILEIO_EBADF = 9,
	FILEIO_EACCES = 13,
	FILEIO_EINVAL = 22,
	FILEIO_EMFILE = 24,
	FILEIO_ENAMETOOLONG = 91,
	FILEIO_EUNKNOWN = 9999,
};
enum { FILEIO_STAT = 64 }; /* bytes of its struct stat */

/** The wire's number of an errno of the host. */
unsigned fileio_errno(int host);
/** Flags of open(2); false: bits that nobody knows. */
bool fileio_flags(uint64_t wire, int *host);
/** Permission bits of a new file; false: others are set (setuid is none of the protocol's). */
bool fileio_mode(uint64_t wire, mode_t *host);
/** struct stat, big-endian. */
void fileio_stat(const struct stat *st, uint8_t out[FILEIO_STAT]);

#endif
