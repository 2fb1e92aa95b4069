#ifndef RSP_FRAME_H
#define RSP_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** What the bytes fed so far amount to. */
enum rsp_event {
	RSP_MORE,      /* nothing complete yet: feed again */
	RSP_PACKET,    /* f->data[0..len) is one packet, unescaped, with a NUL behind it */
	RSP_ACK,       /* '+' */
	RSP_NACK,      /* '-' */
	RSP_INTERRUPT, /* 0x03 between packets */
	RSP_BAD,       /* wrong checksum or malformed escape: the packet is gone */
	RSP_TOO_LONG,  /* longer than the storage: skipped to its end without being kept */
};

enum rsp_frame_state {
	RSP_IDLE,
	RSP_BODY,
	RSP_ESCAPE,
	RSP_SUM_1,
	RSP_SUM_2,
};

/**
 * The framer: a pure state machine from bytes to events (GDB manual, "Overview" of the remote
 * protocol). No I/O, no allocation: the storage is the caller's and bounds what a client can make
 * us keep. The daemon, the tests, the fuzzers and the replay tool all use this one.
 */
struct rsp_frame {
	char *data;
	size_t cap;
	size_t len;
	enum rsp_frame_state state;
	uint8_t sum;  /* of the bytes seen on the wire */
	uint8_t want; /* first checksum digit */
	bool broken;  /* the packet in work cannot become RSP_PACKET */
	bool too_long;
};

/** storage of cap bytes holds one packet of at most cap - 1 bytes and a NUL; cap >= 2. */
void rsp_frame_init(struct rsp_frame *f, char *storage, size_t cap);

/**
 * Takes up to n bytes, stops at the first event. *eaten says how many bytes were used; call again
 * with the rest. Data of RSP_PACKET stays valid until the next call.
 */
enum rsp_event rsp_frame_feed(struct rsp_frame *f, const void *bytes, size_t n, size_t *eaten);

/** True when the bytes so far are the beginning of a packet (a 0x03 now belongs to it). */
bool rsp_frame_in_packet(const struct rsp_frame *f);

/** Upper bound for rsp_frame_encode of n payload bytes. */
#define RSP_FRAME_ROOM(n) ((n) + 4)

/**
 * '$' payload '#' checksum into out (RSP_FRAME_ROOM(n) bytes), runs compressed where that is
 * shorter when rle is true. lead is '$' for replies and '%' for notifications.
 * The payload must already be escaped. Returns the bytes written.
 */
size_t rsp_frame_encode(char lead, const char *payload, size_t n, bool rle, char *out);

/**
 * Undoes run-length encoding in a received payload (test clients need it). Returns the length
 * written to out, or SIZE_MAX when the encoding is malformed or more than cap bytes come out.
 */
size_t rsp_frame_expand(const char *payload, size_t n, char *out, size_t cap);

#endif
