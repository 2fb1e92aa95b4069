/*
 * Listening on a Unix socket for comm.c: only the current user may connect, a socket that a dead
 * server left behind is replaced, and nothing but an own socket is ever unlinked.
 */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "stub/comm_priv.h"

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

/* Removes what a dead server left at path, and nothing else. */
static bool clear_path(const char *path, char *why)
{
	struct stat st;

	if (lstat(path, &st) < 0)
		return comm_fail(why, "the Unix socket: %s", strerror(errno));
	if (!S_ISSOCK(st.st_mode))
		return comm_fail(why, "the path of the Unix socket is taken by something that is "
				      "no socket: choose another one");
	if (st.st_uid != geteuid())
		return comm_fail(why, "the Unix socket belongs to another user: choose another "
				      "path");
	/* Anything but a refusal may be a server that is busy. */
	if (knock(path) != ECONNREFUSED)
		return comm_fail(why, "another server listens on that Unix socket: end it, or "
				      "choose another path");
	if (unlink(path) < 0)
		return comm_fail(why, "the Unix socket of a dead server stays: %s",
				 strerror(errno));
	return true;
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

static bool bind_and_listen(int fd, const char *path, char *why)
{
	int error = bind_private(fd, path);

	if (error == EADDRINUSE) {
		if (!clear_path(path, why))
			return false;
		error = bind_private(fd, path);
	}
	if (error || listen(fd, COMM_BACKLOG) < 0)
		return comm_fail(why,
				 "cannot listen on the Unix socket: %s: choose a path in a folder "
				 "you can write to",
				 strerror(error ? error : errno));
	return true;
}

bool comm_listen_unix(const struct comm *c, struct comm_listener *out, char *why)
{
	struct stat st;
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return comm_fail(why, "the Unix socket: %s", strerror(errno));
	if (!bind_and_listen(fd, c->path, why)) {
		close(fd);
		return false;
	}
	out->fds[0] = fd;
	out->count = 1;
	if (lstat(c->path, &st) == 0) {
		memcpy(out->path, c->path, sizeof(out->path));
		out->dev = st.st_dev;
		out->ino = st.st_ino;
		out->made = st.st_mtim;
	}
	return true;
}

void comm_remove_unix(const struct comm_listener *l)
{
	struct stat st;

	if (lstat(l->path, &st) == 0 && st.st_dev == l->dev && st.st_ino == l->ino &&
	    st.st_mtim.tv_sec == l->made.tv_sec && st.st_mtim.tv_nsec == l->made.tv_nsec)
		unlink(l->path);
}
