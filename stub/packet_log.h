#ifndef STUB_PACKET_LOG_H
#define STUB_PACKET_LOG_H

#include <stdbool.h>
#include <stddef.h>

#include "stub/log_file.h"

/**
 * Everything that went over the wire, in the form of gdb's `set remotelogfile`: gdbreplay can
 * play it back to a gdb as if it were this server. Lines start with `w ` (client to server), `r `
 * (server to client) or `c ` (a remark), as gdb sees it. At PACKET_LOG_MAX bytes the file is
 * rotated (struct log_file); a disk that is full ends it.
 */

enum { PACKET_LOG_MAX = 32 << 20 };

enum packet_direction {
	PACKET_NONE,
	PACKET_FROM_CLIENT = 'w',
	PACKET_TO_CLIENT = 'r',
	PACKET_REMARK = 'c',
};

struct log;

struct packet_log {
	struct log_file file;	    /* fd -1: off */
	enum packet_direction last; /* the line in work; bytes the same way continue it */
	struct log *echo; /* --remote-debug: shows the bytes too, at debug level; or NULL */
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

#endif
