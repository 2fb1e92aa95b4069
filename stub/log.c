/*
 * The daemon's log. main makes one, the server and the targets (through struct target_log) write
 * to it. A message becomes one bounded line and one write(), so lines of several processes that
 * share a stderr do not mix. Packets have a log of their own (packet_log.c).
 */
#include "stub/log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

/* The line in work. Room for the newline and a NUL is kept at all times. */
struct line {
	char data[LOG_LINE + 1];
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
	*l = (struct log){ .file.fd = -1, .journal = -1, .level = TARGET_LOG_WARN };
}

void log_deinit(struct log *l)
{
	if (l->sink == LOG_TO_SYSLOG)
		closelog();
	if (l->journal >= 0)
		close(l->journal);
	l->journal = -1;
	log_file_close(&l->file);
	l->sink = LOG_TO_STDERR;
}

static int open_journal(char *why)
{
	const struct sockaddr_un a = { .sun_family = AF_UNIX,
				       .sun_path = "/run/systemd/journal/socket" };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd >= 0 && connect(fd, (const struct sockaddr *)&a, sizeof(a)) == 0)
		return fd;
	snprintf(why, LOG_WORDS, "the journal: %s: log to syslog, stderr or a file",
		 strerror(errno));
	if (fd >= 0)
		close(fd);
	return -1;
}

bool log_open(struct log *l, const char *where, char *why)
{
	struct log_file file = { .fd = -1 };
	enum log_sink sink = LOG_TO_STDERR;
	int journal = -1;

	if (!strcmp(where, "syslog")) {
		sink = LOG_TO_SYSLOG;
	} else if (!strcmp(where, "journal")) {
		sink = LOG_TO_JOURNAL;
		journal = open_journal(why);
	} else if (strcmp(where, "stderr") != 0) {
		sink = LOG_TO_FILE;
		if (!log_file_open(&file, where, LOG_FILE_MAX, why))
			return false;
	}
	if (sink == LOG_TO_JOURNAL && journal < 0)
		return false;
	log_deinit(l);
	l->sink = sink;
	l->file = file;
	l->journal = journal;
	if (sink == LOG_TO_SYSLOG)
		openlog("ascend-gdbserver", LOG_PID | LOG_NDELAY, LOG_DAEMON);
	return true;
}

int log_fd(const struct log *l)
{
	return l->sink == LOG_TO_FILE && l->file.fd >= 0 ? l->file.fd : STDERR_FILENO;
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

/* The journal's native form: a datagram of fields, each on a line of its own. */
static void send_to_journal(struct log *l, int priority, const char *text)
{
	char fields[LOG_LINE + 128];
	int n = snprintf(fields, sizeof(fields),
			 "PRIORITY=%d\nSYSLOG_IDENTIFIER=ascend-gdbserver\nSYSLOG_PID=%d\n"
			 "MESSAGE=%s\n",
			 priority, (int)getpid(), text);

	(void)!send(l->journal, fields, (size_t)n, MSG_NOSIGNAL);
}

/* The line ends with a newline and a NUL. There is nobody to tell when it cannot be written. */
static void emit(struct log *l, enum target_log_level level, struct line *line)
{
	static const int priorities[] = { [TARGET_LOG_ERROR] = LOG_ERR,
					  [TARGET_LOG_WARN] = LOG_WARNING,
					  [TARGET_LOG_INFO] = LOG_INFO,
					  [TARGET_LOG_DEBUG] = LOG_DEBUG };

	switch (l->sink) {
	case LOG_TO_SYSLOG:
		syslog(priorities[level], "%s", line->data);
		break;
	case LOG_TO_JOURNAL:
		line->data[line->len - 1] = '\0';
		send_to_journal(l, priorities[level], line->data);
		break;
	case LOG_TO_FILE:
		if (log_file_is_full(&l->file, line->len))
			log_file_rotate(&l->file);
		(void)log_file_write(&l->file, line->data, line->len);
		break;
	default:
		(void)log_write_all(STDERR_FILENO, line->data, line->len);
	}
}

void log_text(struct log *l, enum target_log_level level, const char *text)
{
	struct line line = { .len = 0 };
	/* syslog and the journal note the time themselves */
	bool plain = l->sink == LOG_TO_STDERR || l->sink == LOG_TO_FILE;

	if (!log_wants(l, level))
		return;
	if (l->timestamps && plain)
		line_time(&line);
	line_add(&line, level_names[level], strlen(level_names[level]));
	line_add(&line, ": ", 2);
	line_message(&line, text, level < TARGET_LOG_DEBUG);
	line.data[line.len++] = '\n';
	line.data[line.len] = '\0';
	emit(l, level, &line);
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

static void tell_user(void *ctx, const char *text)
{
	struct log *l = ctx;

	if (l->user)
		l->user(l->user_ctx, text);
}

struct target_log log_for_target(struct log *l)
{
	return (struct target_log){ .write = target_write, .ctx = l, .tell = tell_user };
}
