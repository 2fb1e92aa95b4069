#ifndef STUB_LOG_H
#define STUB_LOG_H

#include <stdbool.h>
#include <stddef.h>

#include "stub/log_file.h"
#include "target/target.h"

/**
 * The daemon's log: one line per message, to stderr, a file, syslog or the journal:
 *
 *     LEVEL: EVENT[ KEY=VALUE]...: words
 *
 * LEVEL is error, warning, info or debug. EVENT (words with '-') says what kind of thing happened;
 * it and the keys are in the text of the call (tests/lint/events.sh), values are numbers or names
 * without blanks, everything else is in the words for people: grep finds all of a kind.
 *
 * Messages may carry bytes of a dump or a client, so a line is bounded and everything that is not
 * printable ASCII is escaped. Below debug level paths are replaced by "<path>": such lines get
 * pasted into reports. Nothing depends on whether a line could be written.
 *
 * Lines that other programs look for ("Listening on port N") are not messages of the log; the
 * server prints them itself.
 */

enum { LOG_LINE = 1024, LOG_WORDS = LOG_FILE_WORDS };

/* A file is rotated at that size, so both together have twice as much at most. */
#define LOG_FILE_MAX (UINT64_C(16) << 20)

enum log_sink { LOG_TO_STDERR, LOG_TO_FILE, LOG_TO_SYSLOG, LOG_TO_JOURNAL };

struct log {
	enum log_sink sink;
	struct log_file file; /* LOG_TO_FILE */
	int journal;	      /* LOG_TO_JOURNAL: a socket */
	bool timestamps;      /* seconds.microseconds before each line, as gdbserver has it */
	enum target_log_level level;
	unsigned debug; /* not 0: everything is shown, whatever the level */
	void (*user)(void *ctx, const char *text); /* what targets tell who debugs; may be NULL */
	void *user_ctx;
};

/** stderr, warnings and worse, no timestamps. */
void log_init(struct log *l);
/** Leaves the sink; the log writes to stderr again. */
void log_deinit(struct log *l);
/**
 * From now on to `where`: "stderr", "syslog", "journal", or the path of a file (struct log_file has
 * its rules). false: why (LOG_WORDS bytes) says what to do, the log is as it was.
 */
bool log_open(struct log *l, const char *where, char *why);

/** Where a report goes that is no message: the file, or stderr. */
int log_fd(const struct log *l);
/** True when a message of that level would be written: asks before costly text is made. */
bool log_wants(const struct log *l, enum target_log_level level);
void log_text(struct log *l, enum target_log_level level, const char *text);
void log_format(struct log *l, enum target_log_level level, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/** The view of this log that a target gets at open; l must outlive the target. */
struct target_log log_for_target(struct log *l);

#endif
