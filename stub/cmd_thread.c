/*
 * Threads: which there are, which one packets mean, why each is stopped.
 */
#include <string.h>

#include "stub/commands.h"
#include "stub/reply.h"

static void add_stop(struct session *s, const struct target_stop *stop, struct rsp_buf *out)
{
	rsp_buf_reset(out);
	reply_stop(s, stop, out);
	notice_add(&s->notices, stop->tid, out->data, out->len);
}

/*
 * Non-stop: the threads that have said why they stand, one by one, and at least one. The others are
 * asked by the client (vCont;t): on two plain stops after an attach gdb 13.1 asserts.
 */
static void list_stops(struct session *s, struct rsp_buf *out)
{
	struct target_stop stop;
	size_t n = session_threads(s);

	notice_clear(&s->notices);
	for (size_t i = 0; i < n; i++)
		if (target_stop(s->target, s->threads[i], &stop) == TARGET_OK &&
		    (stop.kind != TARGET_STOP_SIGNAL || stop.signal != TARGET_SIGNAL_NONE))
			add_stop(s, &stop, out);
	if (!s->notices.first &&
	    target_stop(s->target, (struct target_tid){ 0 }, &stop) == TARGET_OK)
		add_stop(s, &stop, out);
	rsp_buf_reset(out);
	notice_status(&s->notices, out);
}

/* "?": the thread a client should see first; without a process "W00", as gdbserver --multi. */
enum target_status cmd_status(struct session *s, const struct rsp_args *a, struct rsp_buf *out)
{
	struct target_stop stop;

	(void)a;
	if (!s->attached) {
		rsp_buf_text(out, "W00");
		return TARGET_OK;
	}
	if (s->non_stop) {
		list_stops(s, out);
		return TARGET_OK;
	}
	enum target_status status = target_stop(s->target, (struct target_tid){ 0 }, &stop);
	if (status == TARGET_NO_THREAD && s->have & TARGET_CAN_RUN) {
		rsp_buf_text(out, "W00");
		return TARGET_OK;
	}
	if (status != TARGET_OK)
		return status;
	s->stopped = stop.tid;
	s->general = (struct target_tid){ 0 };
	reply_stop(s, &stop, out);
	return TARGET_OK;
}

/* "H": g for register and memory packets; c is for the legacy resume packets. */
enum target_status cmd_select(struct session *s, const struct rsp_args *a, struct rsp_buf *out)
{
	struct target_tid tid;

	(void)out;
	if (a->chr[0] == 'c') {
		/* a thread that is gone: as if all were meant (GDB 13 sends Hc-1 at connect) */
		s->legacy = (struct target_tid){ 0 };
		if (a->tid[0].tid > 0 && session_resolve(s, &a->tid[0], &tid))
			s->legacy = tid;
		return TARGET_OK;
	}
	if (a->chr[0] != 'g')
		return TARGET_INVALID;
	if (a->tid[0].tid <= 0) {
		/* any or all: the thread of the last stop (GDB 13 relies on it after a stop) */
		s->general = (struct target_tid){ 0 };
		return TARGET_OK;
	}
	if (!session_resolve(s, &a->tid[0], &tid))
		return TARGET_NO_THREAD;
	s->general = tid;
	return TARGET_OK;
}

enum target_status cmd_alive(struct session *s, const struct rsp_args *a, struct rsp_buf *out)
{
	struct target_tid tid;

	(void)out;
	if (!session_resolve(s, &a->tid[0], &tid))
		return TARGET_NO_THREAD;
	session_choose(s, tid);
	return TARGET_OK;
}

enum target_status cmd_current(struct session *s, const struct rsp_args *a, struct rsp_buf *out)
{
	struct target_tid tid = session_thread(s);

	(void)a;
	rsp_buf_text(out, "QC");
	if (tid.pid)
		reply_tid(s, out, tid);
	else
		rsp_buf_char(out, '0');
	return TARGET_OK;
}

/* As many ids as fit: one id a packet costs a round trip a thread. */
static void list(struct session *s, struct rsp_buf *out)
{
	enum { LONGEST = 20 };
	size_t n = session_threads(s);

	if (s->list_at >= n) {
		rsp_buf_char(out, 'l');
		return;
	}
	char sep = 'm';
	for (; s->list_at < n && rsp_buf_room(out) > LONGEST; s->list_at++, sep = ',') {
		rsp_buf_char(out, sep);
		reply_tid(s, out, s->threads[s->list_at]);
	}
}

enum target_status cmd_list_first(struct session *s, const struct rsp_args *a, struct rsp_buf *out)
{
	(void)a;
	s->list_at = 0;
	list(s, out);
	return TARGET_OK;
}

enum target_status cmd_list_next(struct session *s, const struct rsp_args *a, struct rsp_buf *out)
{
	(void)a;
	list(s, out);
	return TARGET_OK;
}

enum target_status cmd_extra_info(struct session *s, const struct rsp_args *a, struct rsp_buf *out)
{
	struct target_text text = { 0 };
	struct target_tid tid;

	if (!session_resolve(s, &a->tid[0], &tid))
		return TARGET_NO_THREAD;
	enum target_status status = target_thread_text(s->target, tid, &text);
	if (status == TARGET_OK && text.data)
		rsp_buf_hex_text(out, text.data);
	target_text_deinit(&text);
	return status;
}
