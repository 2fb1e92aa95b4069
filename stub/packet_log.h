#ifndef STUB_PACKET_LOG_H
#define STUB_PACKET_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "stub/log_file.h"

/**
 * Everything that went over the wire, in the form of gdb's `set remotelogfile`: gdbreplay can
 * play it back to a gdb as if it were this server. Lines start with `w ` (client to server), `r `
 * (server to client) or `c ` (a remark), as gdb sees it. At PACKET_LOG_MAX bytes the file is
 * rotated (struct log_file); a disk that is full ends it.
 *
 * The last packets are also kept in memory, file or not, for the report of a crash.
 */

enum { PACKET_LOG_MAX = 32 << 20, PACKET_LOG_KEPT = 64, PACKET_LOG_HEAD = 120 };

enum packet_direction {
	PACKET_NONE,
	PACKET_FROM_CLIENT = 'w',
	PACKET_TO_CLIENT = 'r',
	PACKET_REMARK = 'c',
};

struct log;

/** The beginning of what went over the wire at once. */
struct packet_head {
	enum packet_direction way; /* PACKET_NONE: free */
	uint32_t n;		   /* bytes there were */
	unsigned char data[PACKET_LOG_HEAD];
};

struct packet_log {
	struct log_file file;	    /* fd -1: off */
	enum packet_direction last; /* the line in work; bytes the same way continue it */
	struct log *echo; /* --remote-debug: shows the bytes too, at debug level; or NULL */
	struct packet_head kept[PACKET_LOG_KEPT];
	size_t next; /* place of the next one in kept */
};

void packet_log_init(struct packet_log *p); /* off */
/** false: why (LOG_WORDS bytes) says what to do. The file rules are those of log_open. */
bool packet_log_open(struct packet_log *p, const char *path, char *why);
/** Ends the last line and closes the file; the echo ends too. */
void packet_log_deinit(struct packet_log *p);
/** From now on every piece of bytes is a line of l too, whether or not there is a file. */
void packet_log_echo(struct packet_log *p, struct log *l);
/** Bytes as they went over the wire, acks included. No file, or a full one, is fine. */
void packet_log_bytes(struct packet_log *p, enum packet_direction way, const void *data, size_t n);
/** A line for the reader, e.g. where a new client begins; gdbreplay skips it. */
void packet_log_remark(struct packet_log *p, const char *text);

/**
 * Writes the last PACKET_LOG_KEPT pieces, oldest first, as lines of the log's form, cut ones with
 * their length. Async-signal-safe.
 */
void packet_log_recent(const struct packet_log *p, int fd);

#endif
