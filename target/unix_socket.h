#ifndef TARGET_UNIX_SOCKET_H
#define TARGET_UNIX_SOCKET_H

#include <sys/stat.h>
#include <sys/un.h>

/**
 * Unix sockets that listen for the current user alone. One that a dead server left behind is
 * replaced, and nothing but an own socket is ever unlinked.
 */

enum { UNIX_SOCKET_PATH = sizeof(((struct sockaddr_un *)0)->sun_path) };

/** Where one was bound. The last three tell it from a later one: inodes are used again. */
struct unix_socket {
	char path[UNIX_SOCKET_PATH]; /* "": none */
	dev_t dev;
	ino_t ino;
	struct timespec made;
};

/**
 * Listens at path, shorter than UNIX_SOCKET_PATH. The descriptor, nonblocking and close-on-exec,
 * is the caller's; -1 and errno: EADDRINUSE somebody listens there, ENOTSOCK the path is taken by
 * something else, EPERM by another user's socket, ENAMETOOLONG, or what the system says.
 */
int unix_socket_listen(const char *path, int backlog, struct unix_socket *out);
/** Unlinks the path if it still is the socket that was bound. Signal handlers may call it. */
void unix_socket_remove(const struct unix_socket *s);

#endif
