/*
 * Files of logs, bounded by rotation. Used by log.c and packet_log.c.
 */
#include "stub/log_file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATIENCE_MS = 100 };

/* Without O_NONBLOCK one would wait for the reader of a pipe. */
static int open_empty(const char *path)
{
	const int how = O_WRONLY | O_CREAT | O_TRUNC | O_APPEND;

	return open(path, how | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK, 0600);
}

/* Others are not ours to rename. */
static bool is_regular(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
}

bool log_file_open(struct log_file *f, const char *path, uint64_t limit, char *why)
{
	*f = (struct log_file){ .fd = -1 };
	f->path = strdup(path);
	f->fd = f->path ? open_empty(path) : -1;
	if (f->fd >= 0) {
		f->limit = is_regular(f->fd) ? limit : UINT64_MAX;
		return true;
	}
	if (errno == ELOOP)
		snprintf(why, LOG_FILE_WORDS,
			 "the log file is a symbolic link: name the file itself");
	else if (errno == ENXIO)
		snprintf(why, LOG_FILE_WORDS,
			 "the log file is a pipe that nobody reads: start its reader first");
	else
		snprintf(why, LOG_FILE_WORDS,
			 "the log file: %s: name a file in a folder you can write to",
			 strerror(errno));
	log_file_close(f);
	return false;
}

void log_file_close(struct log_file *f)
{
	if (f->fd >= 0)
		close(f->fd);
	free(f->path);
	*f = (struct log_file){ .fd = -1 };
}

bool log_file_is_full(const struct log_file *f, size_t n)
{
	return f->size + n > f->limit;
}

bool log_file_rotate(struct log_file *f)
{
	char old[4096];

	if (f->fd < 0)
		return false;
	int n = snprintf(old, sizeof(old), "%s.1", f->path);
	/* where it cannot be renamed its text is given up: the bound counts more */
	if (n >= 0 && (size_t)n < sizeof(old))
		(void)rename(f->path, old);
	close(f->fd);
	f->fd = open_empty(f->path);
	f->size = 0;
	return f->fd >= 0;
}

bool log_file_write(struct log_file *f, const void *data, size_t n)
{
	if (f->fd < 0 || !log_write_all(f->fd, data, n))
		return false;
	f->size += n;
	return true;
}

bool log_takes(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLOUT };
	int n;

	do
		n = poll(&p, 1, PATIENCE_MS);
	while (n < 0 && errno == EINTR);
	if (n == 0)
		errno = EAGAIN;
	return n > 0;
}

bool log_write_all(int fd, const void *data, size_t n)
{
	const char *at = data;

	while (n) {
		if (!log_takes(fd))
			return false;
		ssize_t put = write(fd, at, n < PIPE_BUF ? n : PIPE_BUF);

		if (put < 0 && errno == EINTR)
			continue;
		if (put <= 0)
			return false;
		at += put;
		n -= (size_t)put;
	}
	return true;
}
