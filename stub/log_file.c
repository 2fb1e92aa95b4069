/*
 * Files of logs, bounded by rotation. Used by log.c and packet_log.c.
 */
#include "stub/log_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int open_empty(const char *path)
{
	return open(path, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0600);
}

bool log_file_open(struct log_file *f, const char *path, uint64_t limit, char *why)
{
	*f = (struct log_file){ .fd = -1, .limit = limit };
	f->path = strdup(path);
	f->fd = f->path ? open_empty(path) : -1;
	if (f->fd >= 0)
		return true;
	if (errno == ELOOP)
		snprintf(why, LOG_FILE_WORDS,
			 "the log file is a symbolic link: name the file itself");
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

bool log_write_all(int fd, const void *data, size_t n)
{
	const char *at = data;

	while (n) {
		ssize_t put = write(fd, at, n);

		if (put < 0 && errno == EINTR)
			continue;
		if (put <= 0)
			return false;
		at += put;
		n -= (size_t)put;
	}
	return true;
}
