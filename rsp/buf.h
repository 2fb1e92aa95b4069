#ifndef RSP_BUF_H
#define RSP_BUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * A bounded, append-only reply. Once something did not fit, `overflow` stays set, len stays
 * where it was, and the dispatcher answers with an error: no caller checks for room.
 */
struct rsp_buf {
	char *data; /* borrowed from the caller of rsp_buf_init */
	size_t len;
	size_t cap;
	bool overflow;
};

void rsp_buf_init(struct rsp_buf *b, char *storage, size_t cap);
void rsp_buf_reset(struct rsp_buf *b);
/** Bytes that still fit. */
size_t rsp_buf_room(const struct rsp_buf *b);

void rsp_buf_char(struct rsp_buf *b, char c);
void rsp_buf_text(struct rsp_buf *b, const char *s);
/** n bytes as they are. */
void rsp_buf_raw(struct rsp_buf *b, const void *data, size_t n);
void rsp_buf_format(struct rsp_buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/** Number in hex without leading zeros ("0" for zero). */
void rsp_buf_number(struct rsp_buf *b, uint64_t v);
/** n bytes as 2*n hex digits. */
void rsp_buf_hex(struct rsp_buf *b, const void *data, size_t n);
/** n bytes of a register nobody can read: 2*n times 'x'. */
void rsp_buf_unavailable(struct rsp_buf *b, size_t n);
/** A string as hex digits (console output, names in stop replies). */
void rsp_buf_hex_text(struct rsp_buf *b, const char *s);
/**
 * Binary data with the escapes of the GDB manual ("Overview": 0x7d, XOR 0x20).
 * Appends as many of the n bytes as fit and returns that count; never sets overflow.
 */
size_t rsp_buf_binary(struct rsp_buf *b, const void *data, size_t n);
/** Text with the five XML entities replaced; bytes that XML (UTF-8) cannot hold become '?'. */
void rsp_buf_xml(struct rsp_buf *b, const char *s);

#endif
