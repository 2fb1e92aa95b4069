/*
 * Real files for the vFile family: of the server, or as a process that is debugged sees them when
 * its mounts are not the server's. Reading and writing the descriptors is the caller's.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "target/auto.h"
#include "target/linux/proc.h"
#include "target/linux/view_priv.h"

static bool same_mounts(uint32_t pid)
{
	struct stat own, its;

	return !stat("/proc/self/ns/mnt", &own) &&
	       !stat(proc_path("/proc/%u/ns/mnt", pid).s, &its) && own.st_ino == its.st_ino &&
	       own.st_dev == its.st_dev;
}

/*
 * A descriptor of the root that paths of process pid start at. AT_FDCWD: the server's own. The
 * process's files are reached through its root folder, which needs no more rights than to trace it,
 * where entering its mount namespace would need CAP_SYS_ADMIN.
 */
static int root_of(struct target *t, uint32_t pid)
{
	if (!pid)
		return AT_FDCWD;
	if (!linux_process_find((struct linux_target *)t, pid))
		return -ESRCH;
	if (same_mounts(pid))
		return AT_FDCWD;
	int fd = open(proc_path("/proc/%u/root", pid).s, O_PATH | O_DIRECTORY | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

/* Links and ".." stay below the root; in kernels before 5.6 only those that are relative do. */
static int open_below(int root, const char *path, int flags, mode_t mode)
{
	enum { TRIES = 4 };
	const struct open_how how = {
		.flags = (unsigned)flags,
		.mode = flags & O_CREAT ? mode : 0,
		.resolve = RESOLVE_IN_ROOT,
	};
	long fd = -1;

	/* EAGAIN: something on the way was renamed at the same time */
	for (int i = 0; i < TRIES; i++) {
		fd = syscall(SYS_openat2, root, path, &how, sizeof(how));
		if (fd >= 0 || errno != EAGAIN)
			break;
	}
	if (fd < 0 && errno == ENOSYS)
		fd = openat(root, path[strspn(path, "/")] ? path + strspn(path, "/") : ".", flags,
			    mode);
	return (int)fd;
}

static int open_at(int root, const char *path, int flags, mode_t mode)
{
	flags |= O_CLOEXEC;
	if (!(flags & O_PATH))
		flags |= O_NONBLOCK | O_NOCTTY; /* a FIFO or terminal must not hold the server */
	int fd = root == AT_FDCWD ? open(path, flags, mode) : open_below(root, path, flags, mode);
	return fd < 0 ? -errno : fd;
}

static void close_root(int root)
{
	if (root >= 0)
		close(root);
}

static int file_open(struct target *t, uint32_t pid, const char *path, int flags, mode_t mode)
{
	int root = root_of(t, pid);

	if (root < 0 && root != AT_FDCWD)
		return root;
	int fd = open_at(root, path, flags, mode);
	close_root(root);
	return fd;
}

/* The last part of a path goes, not what it points to: so its folder is opened by itself. */
static int unlink_below(int root, const char *path)
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
	AUTO_CLOSE int fd = open_below(root, folder, O_PATH | O_DIRECTORY | O_CLOEXEC, 0);
	return fd < 0 || unlinkat(fd, name, 0) ? -errno : 0;
}

static int file_unlink(struct target *t, uint32_t pid, const char *path)
{
	int root = root_of(t, pid);

	if (root == AT_FDCWD)
		return unlink(path) ? -errno : 0;
	if (root < 0)
		return root;
	int error = unlink_below(root, path);
	close(root);
	return error;
}

const struct target_file_ops linux_file_ops = { .open = file_open, .unlink = file_unlink };
