#ifndef STUB_CONN_H
#define STUB_CONN_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>

#include "rsp/frame.h"
#include "stub/packet_log.h"
#include "stub/packet_ring.h"
#include "stub/stats.h"
#include "target/moment.h"

enum { CONN_POLL_MAX = 64 };

/**
 * One connection: descriptors, framing both ways, acknowledgements. It knows nothing of packets'
 * meaning; the server reads from it and hands packets to the session.
 */
struct conn {
	int in, out; /* the same for sockets; -1: not connected */
	bool no_ack;
	bool lost;    /* the peer is gone or stopped reading */
	bool begun;   /* it has said more than acknowledgements and interrupts */
	bool whole;   /* ... and its first packet has come */
	bool foreign; /* it is lost since it began as no client does */
	bool ack_due; /* '+' is owed and goes out together with the reply */
	struct rsp_frame frame;
	char *storage; /* of the frame */
	char *sent;    /* last packet as it went out, for a retransmission */
	size_t sent_n;
	char *input; /* bytes read and not yet framed */
	size_t input_at, input_n;
	struct packet_log *log;	    /* borrowed, never NULL */
	struct stats *stats;	    /* likewise */
	struct packet_ring *recent; /* borrowed, may be NULL */
	struct moment moment;	    /* from a stop to what the client says next */
	unsigned moments;	    /* such waits that pay, until the next stop */
	int stop; /* readable: no client is worth waiting for any more; -1: none such */
};

/** Buffers for packets of at most `packet` bytes. false: out of memory. */
bool conn_init(struct conn *c, size_t packet, struct packet_log *log, struct stats *stats);
void conn_deinit(struct conn *c);

/**
 * Takes over connected descriptors; everything of the connection before is forgotten. guarded: what
 * does not begin as a client does, such as a browser, is given up (foreign).
 */
void conn_open(struct conn *c, int in, int out, bool guarded);
void conn_close(struct conn *c);
static inline bool conn_is_open(const struct conn *c)
{
	return c->in >= 0;
}

/**
 * Next event among the bytes already read; RSP_MORE when there are none left, then call conn_fill.
 * RSP_PACKET and RSP_TOO_LONG have been acknowledged or will be with the reply, RSP_BAD has been
 * answered, RSP_NACK has caused a retransmission.
 */
enum rsp_event conn_next(struct conn *c);
/** Reads what has arrived; call it when poll says so. Sets lost at the end of the stream. */
void conn_fill(struct conn *c);

/** Sends one packet of n payload bytes (already escaped) with one write. */
void conn_send(struct conn *c, const char *payload, size_t n);
/** The same for a stop reply: clients that were quick behind the last one are waited for. */
void conn_tell(struct conn *c, const char *payload, size_t n);
/**
 * poll(2), which does not go to sleep at once where a quick client is to speak next. At most
 * CONN_POLL_MAX places; those with fd -1 cost nothing and keep the revents that they have.
 */
int conn_poll(struct conn *c, struct pollfd *fds, nfds_t n, int timeout_ms);
/** Sends a notification: no acknowledgement, never repeated. */
void conn_notify(struct conn *c, const char *text, size_t n);
/**
 * Behind a packet that has been served: gives memory of its buffers behind `keep` bytes back, which
 * neither that packet nor the last one sent may have reached.
 */
void conn_trim(struct conn *c, size_t keep);
/** Sends the acknowledgement that is owed when the packet has no reply now. */
void conn_flush_ack(struct conn *c);

#endif
