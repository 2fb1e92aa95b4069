/*
 * Real files for the vFile family: of the server, or as a process that is debugged sees them when
 * its mounts are not the server's. Reading and writing the descriptors is the caller's.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "target/below.h"
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

static int open_own(const char *path, int flags, mode_t mode)
{
	int fd = open(path, below_flags(flags), mode);

	return fd < 0 ? -errno : fd;
}

static int file_open(struct target *t, uint32_t pid, const char *path, int flags, mode_t mode)
{
	int root = root_of(t, pid);

	if (root < 0 && root != AT_FDCWD)
		return root;
	if (root == AT_FDCWD)
		return open_own(path, flags, mode);
	int fd = below_open(root, path, flags, mode, BELOW_VIEW);
	close(root);
	return fd;
}

static int file_unlink(struct target *t, uint32_t pid, const char *path)
{
	int root = root_of(t, pid);

	if (root == AT_FDCWD)
		return unlink(path) ? -errno : 0;
	if (root < 0)
		return root;
	int error = below_unlink(root, path, BELOW_VIEW);
	close(root);
	return error;
}

const struct target_file_ops linux_file_ops = { .open = file_open, .unlink = file_unlink };
