/*
 * Listening on Unix sockets, for clients (stub/comm.c) and for runtime stubs (target/device).
 */
#include "target/unix_socket.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static struct sockaddr_un address_of(const char *path)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };

	memcpy(a.sun_path, path, strnlen(path, sizeof(a.sun_path) - 1));
	return a;
}

/* 0: somebody listens at path; else the errno of the attempt to connect. */
static int knock(const char *path)
{
	struct sockaddr_un a = address_of(path);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0)
		return errno;
	int error = connect(fd, (struct sockaddr *)&a, sizeof(a)) ? errno : 0;
	close(fd);
	return error;
}

/* Removes what a dead server left at path, and nothing else. 0 or errno. */
static int clear_path(const char *path)
{
	struct stat st;

	if (lstat(path, &st) < 0)
		return errno;
	if (!S_ISSOCK(st.st_mode))
		return ENOTSOCK;
	if (st.st_uid != geteuid())
		return EPERM;
	/* anything but a refusal may be a server that is busy */
	if (knock(path) != ECONNREFUSED)
		return EADDRINUSE;
	return unlink(path) < 0 ? errno : 0;
}

/* 0 or errno. The socket's mode comes from the umask, so nobody else can connect in between. */
static int bind_private(int fd, const char *path)
{
	struct sockaddr_un a = address_of(path);
	mode_t before = umask(077);
	int error = bind(fd, (struct sockaddr *)&a, sizeof(a)) ? errno : 0;

	umask(before);
	return error;
}

static int bind_anew(int fd, const char *path)
{
	int error = bind_private(fd, path);

	if (error != EADDRINUSE)
		return error;
	error = clear_path(path);
	return error ? error : bind_private(fd, path);
}

/* 0 or errno. */
static int note(const char *path, struct unix_socket *out)
{
	struct stat st;

	*out = (struct unix_socket){ .path = "" };
	if (lstat(path, &st) < 0)
		return errno;
	memcpy(out->path, path, strlen(path) + 1);
	out->dev = st.st_dev;
	out->ino = st.st_ino;
	out->made = st.st_mtim;
	return 0;
}

/* 0 or errno. */
static int begin(int fd, const char *path, int backlog, struct unix_socket *out)
{
	int error = bind_anew(fd, path);

	if (!error)
		error = note(path, out);
	if (error)
		return error;
	if (listen(fd, backlog) == 0)
		return 0;
	error = errno;
	unix_socket_remove(out);
	return error;
}

int unix_socket_listen(const char *path, int backlog, struct unix_socket *out)
{
	if (strlen(path) >= UNIX_SOCKET_PATH) {
		errno = ENAMETOOLONG;
		return -1;
	}
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int error = fd < 0 ? errno : begin(fd, path, backlog, out);

	if (!error)
		return fd;
	if (fd >= 0)
		close(fd);
	errno = error;
	return -1;
}

void unix_socket_remove(const struct unix_socket *s)
{
	struct stat st;

	if (s->path[0] && lstat(s->path, &st) == 0 && st.st_dev == s->dev && st.st_ino == s->ino &&
	    st.st_mtim.tv_sec == s->made.tv_sec && st.st_mtim.tv_nsec == s->made.tv_nsec)
		unlink(s->path);
}
