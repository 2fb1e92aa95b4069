/*
 * What needs symbols of the program, which only the client has: the look-ups it offers, and
 * thread-local storage. Which symbols are wanted is the target's affair.
 */
#include <inttypes.h>

#include "stub/commands.h"

enum { NAME_MAX_BYTES = 256 };

/* "VALUE:NAME", both in hex; an empty VALUE: there is no such symbol. */
static bool take_answer(struct session *s, struct rsp_text value, struct rsp_text name)
{
	char text[NAME_MAX_BYTES];
	uint64_t number = 0;
	bool known = value.n > 0;

	if ((known && (!rsp_text_number(&value, &number) || value.n)) ||
	    !rsp_text_unhex(name, text, sizeof(text)))
		return false;
	target_symbol_found(s->target, s->symbols_pid, text, known ? &number : NULL);
	return true;
}

/*
 * "qSymbol::" offers look-ups, "qSymbol:VALUE:NAME" answers one. The reply asks for the next, so
 * that all other packets may come in between (GDB 13 sends m).
 */
enum target_status cmd_symbol(struct session *s, const struct rsp_args *a, struct rsp_buf *out)
{
	bool offer = !a->text[0].n && !a->rest.n;

	if (offer)
		s->symbols_pid = session_thread(s).pid;
	else if (!take_answer(s, a->text[0], a->rest))
		return TARGET_INVALID;
	const char *name = target_symbol_wanted(s->target, s->symbols_pid, offer);
	if (name) {
		rsp_buf_text(out, "qSymbol:");
		rsp_buf_hex_text(out, name);
	}
	return TARGET_OK;
}

/* "qGetTLSAddr:THREAD,OFFSET,LINK-MAP" */
enum target_status cmd_tls_address(struct session *s, const struct rsp_args *a,
				   struct rsp_buf *out)
{
	struct target_tid tid;
	uint64_t at;

	if (!session_resolve(s, &a->tid[0], &tid))
		return TARGET_NO_THREAD;
	enum target_status status =
		target_tls_address(s->target, tid, a->num[1], a->num[0], &at);
	if (status == TARGET_OK)
		rsp_buf_number(out, at);
	return status;
}
