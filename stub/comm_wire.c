/*
 * COMM without a listener: stdin and stdout, and serial lines. main opens them before a program is
 * started, the server talks through them; sockets are in comm.c.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "stub/comm.h"

/* The client's end of a pipe, to itself: what breakpoints print must not come between packets. */
static int private_stdout(void)
{
	int out = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);

	if (out >= 0 && dup2(STDERR_FILENO, STDOUT_FILENO) >= 0)
		return out;
	if (out >= 0)
		close(out);
	return STDOUT_FILENO;
}

/* All 8 bits, none of them with a meaning of its own, whether or not a modem reports a carrier. */
static bool make_raw(int fd)
{
	struct termios t;

	if (tcgetattr(fd, &t))
		return false;
	cfmakeraw(&t);
	t.c_cflag &= ~(tcflag_t)(CSTOPB | HUPCL);
	t.c_cflag |= CLOCAL | CREAD;
	t.c_cc[VMIN] = 1;
	t.c_cc[VTIME] = 0;
	return tcsetattr(fd, TCSANOW, &t) == 0;
}

static const char *advice(int error)
{
	switch (error) {
	case ENOENT:
		return "there is no such file";
	case EACCES:
		return "you may not read and write it: the group that owns it (often dialout) may";
	case ENOTTY:
		return "it is no terminal or serial line: for a Unix socket write unix:PATH";
	default:
		return strerror(error);
	}
}

/* The descriptor; -1: errno. Waits for no carrier, and never becomes the controlling terminal. */
static int open_line(const char *path)
{
	int fd = open(path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);

	if (fd < 0 && errno == ENXIO) /* a socket */
		errno = ENOTTY;
	if (fd < 0 || make_raw(fd))
		return fd;
	int why = errno;
	close(fd);
	errno = why;
	return -1;
}

void comm_hang_up(const struct comm_wire *w)
{
	close(w->in);
	if (w->out != w->in)
		close(w->out);
}

bool comm_open(const struct comm *c, struct comm_wire *out, char *why)
{
	if (c->kind == COMM_STDIO) {
		*out = (struct comm_wire){ .in = STDIN_FILENO, .out = private_stdout() };
		return true;
	}
	int fd = open_line(c->path);
	*out = (struct comm_wire){ .in = fd, .out = fd, .line = true };
	if (fd < 0)
		snprintf(why, COMM_WORDS, "\"%s\" cannot be used: %s", c->path, advice(errno));
	return fd >= 0;
}
