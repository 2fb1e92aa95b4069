/*
 * The daemon's log. main makes one, the server and the targets (through struct target_log) write
 * to it. A message becomes one bounded line and one write(), so lines of several processes that
 * share a stderr do not mix. Packets have a log of their own (packet_log.c).
 */
#include "stub/log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* The line in work. Room for the newline is kept at all times. */
struct line {
	char data[LOG_LINE];
	size_t len;
};

static const char *const level_names[] = {
	[TARGET_LOG_ERROR] = "error",
	[TARGET_LOG_WARN] = "warning",
	[TARGET_LOG_INFO] = "info",
	[TARGET_LOG_DEBUG] = "debug",
};

void log_init(struct log *l)
{
	*l = (struct log){ .fd = STDERR_FILENO, .level = TARGET_LOG_WARN };
}

void log_deinit(struct log *l)
{
	if (l->own_fd)
		close(l->fd);
	l->fd = STDERR_FILENO;
	l->own_fd = false;
}

int log_open_file(const char *path, char *why)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0600);

	if (fd >= 0)
		return fd;
	if (errno == ELOOP)
		snprintf(why, LOG_WORDS, "the log file is a symbolic link: name the file itself");
	else
		snprintf(why, LOG_WORDS,
			 "the log file: %s: name a file in a folder you can write to",
			 strerror(errno));
	return -1;
}

bool log_open(struct log *l, const char *path, char *why)
{
	int fd = log_open_file(path, why);

	if (fd < 0)
		return false;
	log_deinit(l);
	l->fd = fd;
	l->own_fd = true;
	return true;
}

bool log_write_all(int fd, const char *data, size_t n)
{
	while (n) {
		ssize_t put = write(fd, data, n);

		if (put < 0 && errno == EINTR)
			continue;
		if (put <= 0)
			return false;
		data += put;
		n -= (size_t)put;
	}
	return true;
}

bool log_wants(const struct log *l, enum target_log_level level)
{
	return level <= l->level || l->debug;
}

static void line_add(struct line *to, const char *s, size_t n)
{
	if (n >= LOG_LINE - to->len)
		n = LOG_LINE - to->len - 1;
	memcpy(to->data + to->len, s, n);
	to->len += n;
}

static void line_byte(struct line *to, unsigned char c)
{
	char hex[5];

	if (c >= 0x20 && c < 0x7f) {
		line_add(to, &(char){ (char)c }, 1);
		return;
	}
	snprintf(hex, sizeof(hex), "\\x%02x", c);
	line_add(to, hex, 4);
}

/* A word that starts with "/", "./", "../" or "~/" and goes on is taken for a path. */
static bool is_path(const char *s)
{
	size_t lead = strspn(s, ".~");

	return lead <= 2 && s[lead] == '/' && s[lead + 1] && !strchr(" \t/", s[lead + 1]);
}

/* Length of the path at s; open is the byte before it: a quoted path may contain blanks. */
static size_t path_length(const char *s, char open)
{
	const char *close;

	if ((open == '"' || open == '\'') && (close = strchr(s, open)))
		return (size_t)(close - s);
	return strcspn(s, " \t\n\"'(),;:");
}

static void line_message(struct line *to, const char *s, bool hide_paths)
{
	char before = ' ';

	while (*s) {
		if (hide_paths && strchr(" \t\"'(=:,", before) && is_path(s)) {
			line_add(to, "<path>", 6);
			s += path_length(s, before);
			before = '>';
			continue;
		}
		before = *s;
		line_byte(to, (unsigned char)*s++);
	}
}

static void line_time(struct line *to)
{
	struct timespec now;
	char text[40];

	clock_gettime(CLOCK_REALTIME, &now);
	int n = snprintf(text, sizeof(text), "%lld.%06ld ", (long long)now.tv_sec,
			 now.tv_nsec / 1000);
	line_add(to, text, (size_t)n);
}

void log_text(struct log *l, enum target_log_level level, const char *text)
{
	struct line line = { .len = 0 };

	if (!log_wants(l, level))
		return;
	if (l->timestamps)
		line_time(&line);
	line_add(&line, level_names[level], strlen(level_names[level]));
	line_add(&line, ": ", 2);
	line_message(&line, text, level < TARGET_LOG_DEBUG);
	line.data[line.len++] = '\n';
	/* There is nobody to tell when the log itself cannot be written. */
	(void)log_write_all(l->fd, line.data, line.len);
}

void log_format(struct log *l, enum target_log_level level, const char *fmt, ...)
{
	char text[LOG_LINE];
	va_list ap;

	if (!log_wants(l, level))
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	log_text(l, level, text);
}

static void target_write(void *ctx, enum target_log_level level, const char *text)
{
	log_text(ctx, level, text);
}

struct target_log log_for_target(struct log *l)
{
	return (struct target_log){ .write = target_write, .ctx = l };
}
