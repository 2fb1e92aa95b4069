/*
 * Numbers and layouts of the File-I/O protocol (GDB manual, "Protocol-specific Representation of
 * Datatypes", "Constants"), between the wire and the host. Called by vfile.c.
 */
#include "stub/fileio.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

unsigned fileio_errno(int host)
{
	static const struct {
		int host;
		unsigned wire;
	} numbers[] = {
		{ EPERM, 1 },
		{ ENOENT, FILEIO_ENOENT },
		{ EINTR, 4 },
		{ EIO, 5 },
		{ EBADF, FILEIO_EBADF },
		{ EACCES, FILEIO_EACCES },
		{ EFAULT, 14 },
		{ EBUSY, 16 },
		{ EEXIST, 17 },
		{ ENODEV, 19 },
		{ ENOTDIR, 20 },
		{ EISDIR, 21 },
		{ EINVAL, FILEIO_EINVAL },
		{ ENFILE, 23 },
		{ EMFILE, FILEIO_EMFILE },
		{ EFBIG, 27 },
		{ ENOSPC, 28 },
		{ ESPIPE, 29 },
		{ EROFS, 30 },
		{ ENOSYS, 88 },
		{ ENAMETOOLONG, FILEIO_ENAMETOOLONG },
		/* the process whose files were meant has ended: so have they */
		{ ESRCH, FILEIO_ENOENT },
	};

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		if (numbers[i].host == host)
			return numbers[i].wire;
	return FILEIO_EUNKNOWN;
}

bool fileio_flags(uint64_t wire, int *host)
{
	static const struct {
		uint64_t wire;
		int host;
	} bits[] = {
		{ 0x8, O_APPEND },
		{ 0x200, O_CREAT },
		{ 0x400, O_TRUNC },
		{ 0x800, O_EXCL },
	};
	static const int access[] = { O_RDONLY, O_WRONLY, O_RDWR };
	enum { ACCESS = 3 };

	if ((wire & ACCESS) == ACCESS)
		return false;
	*host = access[wire & ACCESS];
	wire &= ~(uint64_t)ACCESS;
	for (size_t i = 0; i < sizeof(bits) / sizeof(bits[0]); i++)
		if (wire & bits[i].wire) {
			*host |= bits[i].host;
			wire &= ~bits[i].wire;
		}
	return !wire;
}

bool fileio_mode(uint64_t wire, mode_t *host)
{
	enum { PERMISSIONS = 0777, REGULAR = 0100000 };

	*host = (mode_t)(wire & PERMISSIONS);
	return !(wire & ~(uint64_t)(PERMISSIONS | REGULAR));
}

static void put(uint8_t *to, uint64_t v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		to[i] = (uint8_t)(v >> 8 * (n - 1 - i));
}

/* Pipes, sockets and block devices have no number in the protocol, nor has setuid. */
static uint64_t mode(const struct stat *st)
{
	mode_t kind = st->st_mode & S_IFMT;
	bool told = kind == S_IFREG || kind == S_IFDIR || kind == S_IFCHR || kind == S_IFLNK;

	return (st->st_mode & 0777) | (told ? kind : 0);
}

void fileio_stat(const struct stat *st, uint8_t out[FILEIO_STAT])
{
	const struct {
		uint8_t at, n;
		uint64_t value;
	} fields[] = {
		{ 0, 4, st->st_dev },
		{ 4, 4, st->st_ino },
		{ 8, 4, mode(st) },
		{ 12, 4, st->st_nlink },
		{ 16, 4, st->st_uid },
		{ 20, 4, st->st_gid },
		{ 24, 4, st->st_rdev },
		{ 28, 8, (uint64_t)st->st_size },
		{ 36, 8, (uint64_t)st->st_blksize },
		{ 44, 8, (uint64_t)st->st_blocks },
		{ 52, 4, (uint64_t)st->st_atime },
		{ 56, 4, (uint64_t)st->st_mtime },
		{ 60, 4, (uint64_t)st->st_ctime },
	};

	memset(out, 0, FILEIO_STAT);
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		put(out + fields[i].at, fields[i].value, fields[i].n);
}
