/*
 * The n-th call of the system or of the allocator fails. Linked into a second server with --wrap,
 * so that calls of the server itself come here and those of libraries do not. Which call is ordered
 * by rsp-faults. A failure is one that can happen: interrupted waits, no memory, no descriptors, a
 * connection that is reset, a thread that was killed.
 */
#include "tests/faults/fault.h"

#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

enum { FILES_MAX = 1024, SITES = 8192 };

static struct fault_orders *orders;
static pid_t owner;  /* the process that is counted; what it starts is left alone */
static bool guarded; /* the first fork has parted the guardian and the server */
static int files;    /* open at the start, but for the standard ones */
static struct {
	void *at;
	unsigned calls;
} sites[SITES]; /* by address, more than there are calls in the server */

int __real_fcntl(int fd, int what, long arg);

/* Standard input is closed in time, or not: a server that cannot start does not open it. */
static int count_files(void)
{
	int n = 0;

	for (int fd = STDERR_FILENO + 1, end = getdtablesize(); fd < end && fd < FILES_MAX; fd++)
		n += __real_fcntl(fd, F_GETFD, 0) >= 0;
	return n;
}

__attribute__((constructor)) static void start(void)
{
	const char *path = getenv("FAULT_FILE");
	int fd = path ? open(path, O_RDWR | O_CLOEXEC) : -1;

	if (fd < 0)
		return;
	void *map = mmap(NULL, sizeof(*orders), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	close(fd);
	owner = getpid();
	files = count_files();
	orders = map == MAP_FAILED ? NULL : map;
	unsetenv("FAULT_FILE");
}

__attribute__((destructor)) static void stop(void)
{
	if (!orders || getpid() != owner)
		return;
	orders->files = count_files() - files;
	orders->left = 1;
}

/* Who looks for something again and again does the same each time: that is tried often enough. */
static bool is_old(void *site)
{
	size_t i = ((uintptr_t)site >> 2) % SITES;

	while (sites[i].at && sites[i].at != site)
		i = (i + 1) % SITES;
	sites[i].at = site;
	return ++sites[i].calls > orders->same && orders->same;
}

/* site: where the call comes from */
static bool fails(const char *name, void *site)
{
	if (!orders || getpid() != owner || is_old(site) || ++orders->count != orders->at)
		return false;
	snprintf(orders->name, sizeof(orders->name), "%s", name);
	return true;
}

/* RESULT NAME(PARAMETERS), called as NAME(ARGUMENTS); failing it is FAILED with errno ERROR. */
#define WRAP(result, name, parameters, arguments, failed, error)                                   \
	result __real_##name parameters;                                                           \
	result __wrap_##name parameters;                                                           \
	result __wrap_##name parameters                                                            \
	{                                                                                          \
		if (!fails(#name, __builtin_return_address(0)))                                    \
			return __real_##name arguments;                                            \
		errno = error;                                                                     \
		return failed;                                                                     \
	}

WRAP(void *, malloc, (size_t n), (n), NULL, ENOMEM)
WRAP(void *, calloc, (size_t n, size_t size), (n, size), NULL, ENOMEM)
WRAP(void *, realloc, (void *p, size_t n), (p, n), NULL, ENOMEM)
WRAP(void *, reallocarray, (void *p, size_t n, size_t size), (p, n, size), NULL, ENOMEM)
WRAP(char *, strndup, (const char *s, size_t n), (s, n), NULL, ENOMEM)
WRAP(char *, strdup, (const char *s), (s), NULL, ENOMEM)
WRAP(void *, mmap, (void *at, size_t n, int prot, int flags, int fd, off_t offset),
     (at, n, prot, flags, fd, offset), MAP_FAILED, ENOMEM)
WRAP(int, poll, (struct pollfd * fds, nfds_t n, int ms), (fds, n, ms), -1, EINTR)
WRAP(ssize_t, read, (int fd, void *buf, size_t n), (fd, buf, n), -1, EIO)
WRAP(ssize_t, write, (int fd, const void *buf, size_t n), (fd, buf, n), -1, ENOSPC)
WRAP(ssize_t, pread, (int fd, void *buf, size_t n, off_t at), (fd, buf, n, at), -1, EIO)
WRAP(ssize_t, pwrite, (int fd, const void *buf, size_t n, off_t at), (fd, buf, n, at), -1, EIO)
WRAP(ssize_t, send, (int fd, const void *buf, size_t n, int flags), (fd, buf, n, flags), -1,
     ECONNRESET)
WRAP(ssize_t, recv, (int fd, void *buf, size_t n, int flags), (fd, buf, n, flags), -1, ECONNRESET)
WRAP(int, pipe2, (int *fds, int flags), (fds, flags), -1, EMFILE)
WRAP(int, socket, (int domain, int type, int protocol), (domain, type, protocol), -1, EMFILE)
WRAP(int, accept4, (int fd, struct sockaddr *a, socklen_t *n, int flags), (fd, a, n, flags), -1,
     EMFILE)
WRAP(int, listen, (int fd, int n), (fd, n), -1, EADDRINUSE)
WRAP(int, connect, (int fd, const struct sockaddr *a, socklen_t n), (fd, a, n), -1, ECONNREFUSED)
WRAP(ssize_t, sendto,
     (int fd, const void *buf, size_t n, int flags, const struct sockaddr *a, socklen_t size),
     (fd, buf, n, flags, a, size), -1, ECONNREFUSED)
WRAP(ssize_t, recvfrom,
     (int fd, void *buf, size_t n, int flags, struct sockaddr *a, socklen_t *size),
     (fd, buf, n, flags, a, size), -1, ECONNRESET)
WRAP(int, epoll_create1, (int flags), (flags), -1, EMFILE)
WRAP(int, epoll_ctl, (int epoll, int how, int fd, struct epoll_event *ev), (epoll, how, fd, ev), -1,
     ENOSPC)
WRAP(int, signalfd, (int fd, const sigset_t *set, int flags), (fd, set, flags), -1, EMFILE)
WRAP(int, eventfd, (unsigned value, int flags), (value, flags), -1, EMFILE)
WRAP(int, epoll_wait, (int epoll, struct epoll_event *ev, int n, int ms), (epoll, ev, n, ms), -1,
     EINTR)
WRAP(int, timerfd_create, (int clock, int flags), (clock, flags), -1, EMFILE)
WRAP(int, pidfd_open, (pid_t pid, unsigned flags), (pid, flags), -1, EMFILE)
WRAP(int, inotify_init1, (int flags), (flags), -1, EMFILE)
WRAP(ssize_t, process_vm_readv,
     (pid_t pid, const struct iovec *to, unsigned long n, const struct iovec *from,
      unsigned long count, unsigned long flags),
     (pid, to, n, from, count, flags), -1, EPERM)
WRAP(ssize_t, process_vm_writev,
     (pid_t pid, const struct iovec *from, unsigned long n, const struct iovec *to,
      unsigned long count, unsigned long flags),
     (pid, from, n, to, count, flags), -1, EPERM)
WRAP(int, bind, (int fd, const struct sockaddr *a, socklen_t n), (fd, a, n), -1, EACCES)
WRAP(int, inotify_add_watch, (int fd, const char *path, uint32_t mask), (fd, path, mask), -1,
     ENOSPC)
WRAP(char *, mkdtemp, (char *path), (path), NULL, ENOSPC)
WRAP(void *, dlopen, (const char *path, int how), (path, how), NULL, ENOMEM)
WRAP(struct dirent *, readdir, (DIR * dir), (dir), NULL, EBADF)
WRAP(FILE *, fopen, (const char *path, const char *how), (path, how), NULL, EMFILE)
WRAP(DIR *, opendir, (const char *path), (path), NULL, EMFILE)
WRAP(ssize_t, readlink, (const char *path, char *buf, size_t n), (path, buf, n), -1, EACCES)
WRAP(ssize_t, readlinkat, (int fd, const char *path, char *buf, size_t n), (fd, path, buf, n), -1,
     EACCES)
WRAP(int, lstat, (const char *path, struct stat *st), (path, st), -1, EACCES)
WRAP(int, fstat, (int fd, struct stat *st), (fd, st), -1, EIO)
WRAP(int, stat, (const char *path, struct stat *st), (path, st), -1, EACCES)

/* The first child is the server, if there is one; its parent becomes the guardian. */
pid_t __real_fork(void);
pid_t __wrap_fork(void);
pid_t __wrap_fork(void)
{
	bool first = !guarded;

	guarded = true;
	if (fails("fork", __builtin_return_address(0))) {
		errno = EAGAIN;
		return -1;
	}
	pid_t pid = __real_fork();
	if (first && pid >= 0)
		owner = pid ? 0 : getpid();
	return pid;
}

/* Nor is the argument always there. */
int __wrap_fcntl(int fd, int what, long arg);
int __wrap_fcntl(int fd, int what, long arg)
{
	if (!fails("fcntl", __builtin_return_address(0)))
		return __real_fcntl(fd, what, arg);
	errno = EMFILE;
	return -1;
}

/* The mode is there only where a file may be made; passing it on does no harm. */
int __real_open(const char *path, int flags, mode_t mode);
int __wrap_open(const char *path, int flags, mode_t mode);
int __wrap_open(const char *path, int flags, mode_t mode)
{
	if (!fails("open", __builtin_return_address(0)))
		return __real_open(path, flags, mode);
	errno = EMFILE;
	return -1;
}

/* Without a wait there is nothing to interrupt; how often somebody looks differs from run to run.
 */
pid_t __real_waitpid(pid_t pid, int *status, int options);
pid_t __wrap_waitpid(pid_t pid, int *status, int options);
pid_t __wrap_waitpid(pid_t pid, int *status, int options)
{
	if (options & WNOHANG || !fails("waitpid", __builtin_return_address(0)))
		return __real_waitpid(pid, status, options);
	errno = EINTR;
	return -1;
}

int __real_openat(int folder, const char *path, int flags, mode_t mode);
int __wrap_openat(int folder, const char *path, int flags, mode_t mode);
int __wrap_openat(int folder, const char *path, int flags, mode_t mode)
{
	if (!fails("openat", __builtin_return_address(0)))
		return __real_openat(folder, path, flags, mode);
	errno = EMFILE;
	return -1;
}

int __real_ioctl(int fd, unsigned long request, void *arg);
int __wrap_ioctl(int fd, unsigned long request, void *arg);
int __wrap_ioctl(int fd, unsigned long request, void *arg)
{
	if (!fails("ioctl", __builtin_return_address(0)))
		return __real_ioctl(fd, request, arg);
	errno = EIO;
	return -1;
}

static bool has_ended(pid_t tid)
{
	char path[64], text[512] = "";

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)tid);
	int fd = open(path, O_RDONLY | O_CLOEXEC, 0);
	if (fd < 0)
		return true;
	(void)!read(fd, text, sizeof(text) - 1);
	close(fd);
	const char *state = strrchr(text, ')');
	return !state || strchr("ZX", state[2]);
}

/* ptrace knows it no more when its state says so; its end stays to be waited for. */
static void kill_thread(pid_t tid)
{
	enum { TRIES = 2000, PAUSE_US = 500 };

	kill(tid, SIGKILL);
	for (int i = 0; i < TRIES && !has_ended(tid); i++)
		usleep(PAUSE_US);
}

/* A thread that cannot be traced, or that somebody killed just now. */
long __real_ptrace(int request, pid_t tid, void *addr, void *data);
long __wrap_ptrace(int request, pid_t tid, void *addr, void *data);
long __wrap_ptrace(int request, pid_t tid, void *addr, void *data)
{
	if (!fails("ptrace", __builtin_return_address(0)))
		return __real_ptrace(request, tid, addr, data);
	errno = EPERM;
	if (request == PTRACE_SEIZE)
		return -1;
	kill_thread(tid);
	errno = ESRCH;
	return -1;
}
