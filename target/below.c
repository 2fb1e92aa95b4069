/*
 * Opens files below a folder with openat2. Called by the Linux target for processes with mounts of
 * their own, and by the server for clients that are held in a folder.
 */
#include "target/below.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <linux/openat2.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "target/auto.h"

int below_flags(int flags)
{
	return flags | O_CLOEXEC | (flags & O_PATH ? 0 : O_NONBLOCK | O_NOCTTY);
}

/* Below the root or not at all; -1 with errno set. */
static int open_inside(int root, const char *path, int flags, mode_t mode, uint64_t resolve)
{
	enum { TRIES = 4 };
	const struct open_how how = {
		.flags = (unsigned)flags,
		.mode = flags & O_CREAT ? mode : 0,
		.resolve = RESOLVE_IN_ROOT | resolve,
	};
	long fd = -1;

	/* EAGAIN: something on the way was renamed at the same time */
	for (int i = 0; i < TRIES; i++) {
		fd = syscall(SYS_openat2, root, path, &how, sizeof(how));
		if (fd >= 0 || errno != EAGAIN)
			break;
	}
	return (int)fd;
}

bool below_possible(void)
{
	AUTO_CLOSE int fd =
		open_inside(AT_FDCWD, ".", O_PATH | O_CLOEXEC, 0, RESOLVE_NO_MAGICLINKS);

	return fd >= 0;
}

/* Through /proc every file and all memory of a process can be reached from any folder. */
static bool is_harmless(int fd, int flags)
{
	struct statfs where;
	struct stat st;

	if (fstatfs(fd, &where) || where.f_type == PROC_SUPER_MAGIC || fstat(fd, &st))
		return false;
	return flags & O_PATH || S_ISREG(st.st_mode) || S_ISDIR(st.st_mode);
}

static int open_strict(int root, const char *path, int flags, mode_t mode)
{
	int fd = open_inside(root, path, flags, mode, RESOLVE_NO_MAGICLINKS);

	if (fd < 0)
		return -errno;
	if (is_harmless(fd, flags))
		return fd;
	close(fd);
	return -EACCES;
}

int below_open(int root, const char *path, int flags, mode_t mode, enum below_mode how)
{
	flags = below_flags(flags);
	if (how == BELOW_STRICT)
		return open_strict(root, path, flags, mode);
	int fd = open_inside(root, path, flags, mode, 0);
	if (fd < 0 && errno == ENOSYS)
		fd = openat(root, path[strspn(path, "/")] ? path + strspn(path, "/") : ".", flags,
			    mode);
	return fd < 0 ? -errno : fd;
}

/* The last part of a path goes, not what it points to: so its folder is opened by itself. */
int below_unlink(int root, const char *path, enum below_mode how)
{
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
	size_t n = (size_t)(name - path);
	char folder[PATH_MAX];

	if (n >= sizeof(folder))
		return -ENAMETOOLONG;
	if (!*name)
		return -EISDIR;
	memcpy(folder, n ? path : ".", n ? n : 1);
	folder[n ? n : 1] = '\0';
	AUTO_CLOSE int fd = below_open(root, folder, O_PATH | O_DIRECTORY, 0, how);
	if (fd < 0)
		return fd;
	return unlinkat(fd, name, 0) ? -errno : 0;
}
