#ifndef STUB_REPLY_H
#define STUB_REPLY_H

#include "stub/commands.h"
#include "stub/session.h"

/** Parts of replies that several packets share. */

/** An id in the form this client reads: pPID.TID, or TID without multiprocess. */
void reply_tid(const struct session *s, struct rsp_buf *out, struct target_tid tid);
/** The stop reply of an event, with expedited pc, sp and fp. */
void reply_stop(struct session *s, const struct target_stop *stop, struct rsp_buf *out);
/** Replaces what is in out by the error: E.text where this client takes it, else Exx. */
void reply_error(const struct session *s, enum command_reply kind, enum target_status status,
		 const char *words, struct rsp_buf *out);
/** One register as the client wants it: hex, or x digits when it is unavailable. */
enum target_status reply_register(struct session *s, struct target_tid tid, size_t reg,
				  struct rsp_buf *out);

#endif
