#ifndef STUB_NOTICE_H
#define STUB_NOTICE_H

#include <stdbool.h>
#include <stddef.h>

#include "rsp/buf.h"
#include "target/types.h"

/**
 * Non-stop's stops on their way to the client (GDB manual, "Notification Packets", "Remote
 * Non-Stop"): one %Stop notification at a time, then vStopped after vStopped until the queue is
 * empty. A stop is kept as the text of its reply.
 */
struct notice {
	struct target_tid tid; /* who stopped */
	char *text;
	size_t n;
	struct notice *next;
};

struct notice_queue {
	struct notice *first;
	struct notice **end; /* NULL: empty and never used */
	bool told;	     /* the first one was sent and not acknowledged yet */
};

/** false: out of memory; the stop is lost to this client. */
bool notice_add(struct notice_queue *q, struct target_tid tid, const char *text, size_t n);
void notice_clear(struct notice_queue *q);

/** A notification is due: appends it to out and waits for vStopped from now on. */
bool notice_due(struct notice_queue *q, struct rsp_buf *out);
/** Starts the sequence as an answer to "?": the first stop, or OK without one. */
void notice_status(struct notice_queue *q, struct rsp_buf *out);
/** "vStopped": the client has taken the stop of that thread; {0,0}: it had none to take. */
struct target_tid notice_taken(struct notice_queue *q);
/** ... and its answer: the next stop, or OK when there is none left. */
void notice_next(struct notice_queue *q, struct rsp_buf *out);

#endif
