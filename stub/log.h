#ifndef STUB_LOG_H
#define STUB_LOG_H

#include <stdbool.h>
#include <stddef.h>

#include "target/target.h"

/**
 * The daemon's log: one line per message, to stderr or a file. Messages may carry bytes of a dump
 * or a client, so a line is bounded and everything that is not printable ASCII is escaped. Below
 * debug level paths are replaced by "<path>": such lines get pasted into reports.
 *
 * Lines that other programs look for ("Listening on port N") are not messages of the log; the
 * server prints them itself.
 */

enum { LOG_LINE = 1024, LOG_WORDS = 256 };

struct log {
	int fd;
	bool own_fd;
	bool timestamps; /* seconds.microseconds before each line, as gdbserver has it */
	enum target_log_level level;
	unsigned debug; /* not 0: everything is shown, whatever the level */
};

/** stderr, warnings and worse, no timestamps. */
void log_init(struct log *l);
/** Closes the file, if there is one; the log writes to stderr again. */
void log_deinit(struct log *l);
/**
 * From now on into the file path, which is emptied or created readable for its owner only. A
 * symbolic link is refused. false: why (LOG_WORDS bytes) says what to do, the log is as it was.
 */
bool log_open(struct log *l, const char *path, char *why);

/** True when a message of that level would be written: asks before costly text is made. */
bool log_wants(const struct log *l, enum target_log_level level);
void log_text(struct log *l, enum target_log_level level, const char *text);
void log_format(struct log *l, enum target_log_level level, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/** The view of this log that a target gets at open; l must outlive the target. */
struct target_log log_for_target(struct log *l);

/**
 * Opens a file to write a log into, with the rules of log_open. -1: why says what to do. The
 * packet log uses it too.
 */
int log_open_file(const char *path, char *why);
/** Writes all n bytes, however often it takes; false when the file takes no more. */
bool log_write_all(int fd, const char *data, size_t n);

#endif
