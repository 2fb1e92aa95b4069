#ifndef STUB_LOG_FILE_H
#define STUB_LOG_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * A file that is written at its end and never gets larger than its limit: it is then renamed to
 * PATH.1, in place of the one before, and begun anew. Both logs write through it. Readable for its
 * owner only; a symbolic link is refused. What is no regular file (a pipe, a terminal, /dev/null)
 * is written to as it is, without a limit; a pipe must have a reader.
 */
struct log_file {
	int fd;		/* -1: closed */
	char *path;	/* owned */
	uint64_t size;	/* bytes written */
	uint64_t limit; /* bytes */
};

enum { LOG_FILE_WORDS = 256 };

/**
 * Opens path, which is emptied if it is there. false: *f is closed, why (LOG_FILE_WORDS bytes) says
 * what to do. *f need not have been initialised.
 */
bool log_file_open(struct log_file *f, const char *path, uint64_t limit, char *why);
void log_file_close(struct log_file *f);
/** True when n more bytes would go over the limit. */
bool log_file_is_full(const struct log_file *f, size_t n);
/** Begins anew. false: the file cannot be opened and is closed. */
bool log_file_rotate(struct log_file *f);
/** Appends all n bytes. false: the disk took not all of them, or the file is closed. */
bool log_file_write(struct log_file *f, const void *data, size_t n);

/**
 * True when fd takes PIPE_BUF bytes without a wait, or does so within a tenth of a second: a pipe
 * may be full because nobody reads it. Safe in signal handlers.
 */
bool log_takes(int fd);
/**
 * Writes all n bytes, however often it takes; false when the descriptor takes no more, the rest is
 * given up then. Safe in signal handlers.
 */
bool log_write_all(int fd, const void *data, size_t n);

#endif
