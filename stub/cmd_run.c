/*
 * Resuming, interrupting, letting go, ending, breakpoints. A target without run operations never
 * gets here for most rows: the table's `need` answers for it.
 */
#include <inttypes.h>
#include <string.h>

#include "stub/commands.h"
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
	size_t n = 0;

	(void)out;
	while (rsp_text_split(&list, ';', &piece)) {
		if (n == ACTIONS_MAX)
			return target_fail(s->target, TARGET_INVALID, "more than %d actions",
					   ACTIONS_MAX);
		if (!parse_action(piece, &actions[n++]))
			return TARGET_INVALID;
	}
	return n ? target_resume(s->target, actions, n) : TARGET_INVALID;
}

/* The legacy packets act on all threads (c) or on the selected one (s); no address is accepted. */
static enum target_status resume_old(struct session *s, enum target_action_kind kind,
				     uint64_t signal, bool has_address)
{
	struct target_tid tid = session_thread(s);
	struct target_action a[2] = {
		{ .kind = kind, .pid = tid.pid, .tid = tid.tid, .signal = (int)(signal & 0xff) },
		{ .kind = TARGET_CONTINUE, .pid = -1, .tid = -1 },
	};

	if (has_address)
		return target_fail(s->target, TARGET_INVALID,
				   "resume at an address: set pc instead");
	return target_resume(s->target, a, kind == TARGET_CONTINUE ? 2 : 1);
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

enum target_status cmd_interrupt(struct session *s, const struct rsp_args *a, struct rsp_buf *out)
{
	(void)a;
	(void)out;
	return target_interrupt(s->target);
}

/* The process a client let go of: in extended mode it may attach again, else the dialog is over. */
static void leave(struct session *s)
{
	s->attached = s->running = false;
	s->general = s->stopped = s->choice.tid = (struct target_tid){ 0 };
	s->closing = !s->extended;
}

static bool is_process(struct session *s, uint64_t pid)
{
	struct rsp_tid id = { .pid = (int64_t)(pid & UINT32_MAX), .tid = -1, .has_pid = true };
	struct target_tid tid;

	return pid && pid <= UINT32_MAX && session_resolve(s, &id, &tid);
}

enum target_status cmd_detach(struct session *s, const struct rsp_args *a, struct rsp_buf *out)
{
	(void)out;
	uint64_t pid = a->nums ? a->num[0] : session_thread(s).pid;

	if (!is_process(s, pid))
		return TARGET_NO_THREAD;
	enum target_status status = target_detach(s->target, (uint32_t)pid);
	if (status == TARGET_OK)
		leave(s);
	return status;
}

enum target_status cmd_kill_process(struct session *s, const struct rsp_args *a,
				    struct rsp_buf *out)
{
	(void)out;
	if (!is_process(s, a->num[0]))
		return TARGET_NO_THREAD;
	enum target_status status = target_kill(s->target, (uint32_t)a->num[0]);
	if (status == TARGET_OK)
		leave(s);
	return status;
}

enum target_status cmd_kill(struct session *s, const struct rsp_args *a, struct rsp_buf *out)
{
	(void)a;
	uint32_t pid = session_thread(s).pid;
	enum target_status status = pid ? target_kill(s->target, pid) : TARGET_OK;

	leave(s);
	/* gdb wants no reply, lldb the end of the process */
	if (s->client.lldb)
		rsp_buf_text(out, "X09");
	return status;
}

/* "vAttach": back to a process of the target that this client detached from or killed. */
enum target_status cmd_attach(struct session *s, const struct rsp_args *a, struct rsp_buf *out)
{
	bool was = s->attached;

	s->attached = true;
	if (is_process(s, a->num[0]))
		return cmd_status(s, a, out);
	s->attached = was;
	return target_fail(s->target, TARGET_INVALID, "there is no process %" PRIu64 " here",
			   a->num[0]);
}

enum target_status cmd_run_program(struct session *s, const struct rsp_args *a,
				   struct rsp_buf *out)
{
	(void)a;
	(void)out;
	return target_fail(s->target, TARGET_UNSUPPORTED,
			   "a dump cannot be run: `attach 1` shows it again");
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

enum target_status cmd_point_set(struct session *s, const struct rsp_args *a, struct rsp_buf *out)
{
	struct target_point p;

	(void)out;
	/* conditions and commands were not announced, so a client that sends them is wrong */
	if (a->rest.n || !parse_point(a, &p))
		return TARGET_INVALID;
	return target_point_set(s->target, session_thread(s).pid, &p);
}

enum target_status cmd_point_clear(struct session *s, const struct rsp_args *a,
				   struct rsp_buf *out)
{
	struct target_point p;

	(void)out;
	if (!parse_point(a, &p))
		return TARGET_INVALID;
	return target_point_clear(s->target, session_thread(s).pid, &p);
}
