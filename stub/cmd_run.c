/*
 * Resuming, interrupting, breakpoints. A target without run operations never
 * gets here for most rows: the table's `need` answers for it.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "stub/commands.h"
#include "stub/point_options.h"
#include "stub/reply.h"

enum { ACTIONS_MAX = 1024 };

enum target_status cmd_resume_kinds(struct session *s, const struct rsp_args *a,
				    struct rsp_buf *out)
{
	(void)s;
	(void)a;
	rsp_buf_text(out, "vCont;c;C;s;S;t;r");
	return TARGET_OK;
}

/* The kind letter of one vCont action and what belongs to it. */
static bool parse_kind(struct rsp_text *t, struct target_action *out)
{
	static const char letters[] = "cCsStr";
	static const enum target_action_kind kinds[] = { TARGET_CONTINUE, TARGET_CONTINUE,
							 TARGET_STEP,     TARGET_STEP,
							 TARGET_HALT,     TARGET_RANGE_STEP };
	const char *letter = t->n ? memchr(letters, *t->p, sizeof(letters) - 1) : NULL;
	uint64_t signal = 0;

	if (!letter || !rsp_text_skip(t, *letter))
		return false;
	*out = (struct target_action){ .kind = kinds[letter - letters], .pid = -1, .tid = -1 };
	if (*letter == 'C' || *letter == 'S') {
		if (!rsp_text_number(t, &signal) || signal > 0xff)
			return false;
		out->signal = (int)signal;
	}
	return *letter != 'r' || (rsp_text_number(t, &out->start) && rsp_text_skip(t, ',') &&
				  rsp_text_number(t, &out->end));
}

static bool parse_action(struct rsp_text t, struct target_action *out)
{
	struct rsp_tid id;

	if (!parse_kind(&t, out))
		return false;
	if (!t.n)
		return true;
	if (!rsp_text_skip(&t, ':') || !rsp_text_tid(&t, &id) || t.n)
		return false;
	out->pid = id.has_pid ? id.pid : -1;
	out->tid = id.tid;
	return true;
}

enum target_status cmd_resume_actions(struct session *s, const struct rsp_args *a,
				      struct rsp_buf *out)
{
	struct target_action actions[ACTIONS_MAX];
	struct rsp_text list = a->rest, piece;
	unsigned may = 0;
	size_t n = 0;

	(void)out;
	while (rsp_text_split(&list, ';', &piece)) {
		if (n == ACTIONS_MAX)
			return target_fail(s->target, TARGET_INVALID, "more than %d actions",
					   ACTIONS_MAX);
		if (!parse_action(piece, &actions[n]))
			return TARGET_INVALID;
		may |= actions[n++].kind == TARGET_HALT ? MAY_STOP : MAY_RESUME;
	}
	enum target_status status = n ? session_may(s, may) : TARGET_INVALID;
	return status == TARGET_OK ? target_resume(s->target, actions, n) : status;
}

/*
 * The legacy packets act on the thread of Hc alone, or on all threads: then only the selected one
 * steps or gets the signal. No address is accepted.
 */
static enum target_status resume_old(struct session *s, enum target_action_kind kind,
				     uint64_t signal, bool has_address)
{
	bool one = s->legacy.pid != 0;
	struct target_tid tid = one ? s->legacy : session_thread(s);
	struct target_action a[2] = {
		{ .kind = kind, .pid = tid.pid, .tid = tid.tid, .signal = (int)(signal & 0xff) },
		{ .kind = TARGET_CONTINUE, .pid = -1, .tid = -1 },
	};

	if (has_address)
		return target_fail(s->target, TARGET_INVALID,
				   "resume at an address: set pc instead");
	return target_resume(s->target, a, one ? 1 : 2);
}

enum target_status cmd_resume(struct session *s, const struct rsp_args *a, struct rsp_buf *out)
{
	(void)out;
	return resume_old(s, TARGET_CONTINUE, 0, a->nums > 0);
}

enum target_status cmd_resume_signal(struct session *s, const struct rsp_args *a,
				     struct rsp_buf *out)
{
	(void)out;
	return resume_old(s, TARGET_CONTINUE, a->num[0], a->nums > 1);
}

enum target_status cmd_step(struct session *s, const struct rsp_args *a, struct rsp_buf *out)
{
	(void)out;
	return resume_old(s, TARGET_STEP, 0, a->nums > 0);
}

enum target_status cmd_step_signal(struct session *s, const struct rsp_args *a,
				   struct rsp_buf *out)
{
	(void)out;
	return resume_old(s, TARGET_STEP, a->num[0], a->nums > 1);
}

enum target_status cmd_stopped(struct session *s, const struct rsp_args *a, struct rsp_buf *out)
{
	struct target_tid tid = notice_taken(&s->notices);

	(void)a;
	if (tid.pid)
		target_heard(s->target, tid);
	notice_next(&s->notices, out);
	return TARGET_OK;
}

enum target_status cmd_interrupt(struct session *s, const struct rsp_args *a, struct rsp_buf *out)
{
	(void)a;
	(void)out;
	return target_interrupt(s->target);
}

static bool parse_point(const struct rsp_args *a, struct target_point *out)
{
	if (a->chr[0] < '0' || a->chr[0] > '4')
		return false;
	*out = (struct target_point){ .kind = (enum target_point_kind)(a->chr[0] - '0'),
				      .at = a->num[0],
				      .size = a->num[1] };
	return true;
}

/* A kind of point that the target has not: the empty reply, so that clients find other means. */
static enum target_status point_reply(enum target_status status, struct rsp_buf *out)
{
	if (status == TARGET_OK)
		rsp_buf_text(out, "OK");
	return status == TARGET_UNSUPPORTED ? TARGET_OK : status;
}

enum target_status cmd_point_set(struct session *s, const struct rsp_args *a, struct rsp_buf *out)
{
	struct point_options options;
	struct target_point p;

	if (!parse_point(a, &p))
		return TARGET_INVALID;
	const char *why = point_options_parse(a->rest, s->scratch, SESSION_PACKET_SIZE, &options);
	if (why)
		return target_fail(s->target, TARGET_INVALID, "%s", why);
	p.code = a->rest.n ? &options.code : NULL;
	return point_reply(target_point_set(s->target, session_thread(s).pid, &p), out);
}

enum target_status cmd_point_clear(struct session *s, const struct rsp_args *a,
				   struct rsp_buf *out)
{
	struct target_point p;

	if (!parse_point(a, &p))
		return TARGET_INVALID;
	return point_reply(target_point_clear(s->target, session_thread(s).pid, &p), out);
}
