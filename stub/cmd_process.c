/*
 * Processes: start, attach, detach, kill, restart, and the settings of programs to come
 * (stub/launch.h). What a dump answers to the same packets is here too: it can be left and shown
 * again, nothing more.
 */
#include <inttypes.h>
#include <string.h>

#include "stub/commands.h"
#include "stub/launch.h"
#include "stub/reply.h"
#include "stub/say.h"
#include "target/set.h"

/*
 * After a process is gone from the client's view. A dump stays and may be attached again; without
 * extended mode the dialog is over when nothing is left.
 */
static void leave(struct session *s)
{
	s->attached = (s->have & TARGET_CAN_RUN) != 0;
	s->running = false;
	s->general = s->stopped = s->choice.tid = (struct target_tid){ 0 };
	s->closing = !s->extended && !session_threads(s);
}

static bool is_process(struct session *s, uint64_t pid)
{
	struct rsp_tid id = { .pid = (int64_t)(pid & UINT32_MAX), .tid = -1, .has_pid = true };
	struct target_tid tid;

	return pid && pid <= UINT32_MAX && session_resolve(s, &id, &tid);
}

/* A live target tells by itself: one of its processes may have ended without a client's knowing. */
static bool is_known(struct session *s, uint64_t pid)
{
	return pid <= UINT32_MAX && ((s->have & TARGET_HAS_EVENTS) || is_process(s, pid));
}

/* --- letting go --- */

/* Devices are processes of their own, and may be left when the last program is not. */
static bool has_programs(struct session *s)
{
	size_t n = session_threads(s);

	for (size_t i = 0; i < n; i++)
		if (s->threads[i].pid < TARGET_SET_DEVICES)
			return true;
	return false;
}

enum target_status cmd_detach(struct session *s, const struct rsp_args *a, struct rsp_buf *out)
{
	(void)out;
	uint64_t pid = a->nums ? a->num[0] : session_thread(s).pid;

	if (!is_known(s, pid))
		return TARGET_NO_THREAD;
	/* what was started here would run, what was there before only goes on */
	bool attached = target_attached(s->target, (uint32_t)pid);
	enum target_status status = attached ? TARGET_OK : session_may(s, MAY_RESUME);
	if (status != TARGET_OK)
		return status;
	if (s->launch)
		say_to_user("Detaching from process %u\n", (unsigned)pid);
	status = target_detach(s->target, (uint32_t)pid);
	if (status != TARGET_OK)
		return status;
	leave(s);
	if (!s->extended && !attached && !has_programs(s))
		s->orphan = (uint32_t)pid;
	return TARGET_OK;
}

/* A dump stays what it is. */
static enum target_status may_end(struct session *s)
{
	return s->have & TARGET_CAN_RUN ? session_may(s, MAY_END) : TARGET_OK;
}

enum target_status cmd_kill_process(struct session *s, const struct rsp_args *a,
				    struct rsp_buf *out)
{
	(void)out;
	if (!is_known(s, a->num[0]))
		return TARGET_NO_THREAD;
	enum target_status status = may_end(s);
	if (status == TARGET_OK)
		status = target_kill(s->target, (uint32_t)a->num[0]);
	if (status == TARGET_OK)
		leave(s);
	return status;
}

static enum target_status kill_all(struct session *s)
{
	enum target_status status = TARGET_OK;
	size_t n = session_threads(s);
	uint32_t last = 0;

	for (size_t i = 0; i < n; i++) {
		uint32_t pid = s->threads[i].pid;

		if (pid != last && target_kill(s->target, pid) != TARGET_OK)
			status = TARGET_SYSTEM;
		last = pid;
	}
	return status;
}

enum target_status cmd_kill(struct session *s, const struct rsp_args *a, struct rsp_buf *out)
{
	(void)a;
	enum target_status status = may_end(s);
	if (status != TARGET_OK)
		return status;
	if (s->launch && session_threads(s))
		say_to_user("Killing all inferiors\n");
	status = kill_all(s);
	leave(s);
	/* gdb wants no reply, lldb the end of the process */
	if (s->client.lldb)
		rsp_buf_text(out, "X09");
	return status;
}

/* --- something to debug --- */

/* One process at a time for clients that cannot tell two apart. */
static enum target_status check_room(struct session *s)
{
	if ((s->extended && s->client.multiprocess) || !session_threads(s))
		return TARGET_OK;
	return target_fail(s->target, TARGET_INVALID,
			   "already debugging a process: use `target extended-remote` for more");
}

/* The stop a new process begins with. */
static enum target_status reply_first(struct session *s, uint32_t pid, struct rsp_buf *out)
{
	struct target_stop stop;
	enum target_status status = target_stop(s->target, (struct target_tid){ pid, pid }, &stop);

	if (status != TARGET_OK)
		return status;
	s->stopped = stop.tid;
	s->general = (struct target_tid){ 0 };
	reply_stop(s, &stop, out);
	return TARGET_OK;
}

/* Back to the process of a dump that this client detached from or killed. */
static enum target_status attach_again(struct session *s, const struct rsp_args *a,
				       struct rsp_buf *out)
{
	bool was = s->attached;

	s->attached = true;
	if (is_process(s, a->num[0]))
		return cmd_status(s, a, out);
	s->attached = was;
	return target_fail(s->target, TARGET_INVALID, "there is no process %" PRIu64 " here",
			   a->num[0]);
}

/* Non-stop: what was attached runs until the client stops it. */
static enum target_status let_run(struct session *s, uint32_t pid, struct rsp_buf *out)
{
	struct target_action go = { .kind = TARGET_CONTINUE, .pid = pid, .tid = -1 };

	rsp_buf_text(out, "OK");
	return target_resume(s->target, &go, 1);
}

enum target_status cmd_attach(struct session *s, const struct rsp_args *a, struct rsp_buf *out)
{
	if (!(s->have & TARGET_CAN_START))
		return attach_again(s, a, out);
	if (a->num[0] > UINT32_MAX)
		return TARGET_INVALID;
	uint32_t pid = (uint32_t)a->num[0];
	enum target_status status = session_may(s, MAY_START);
	if (status == TARGET_OK)
		status = check_room(s);
	if (status == TARGET_OK)
		status = launch_attach(s->target, pid);
	if (status != TARGET_OK)
		return status;
	return s->non_stop ? let_run(s, pid, out) : reply_first(s, pid, out);
}

/* Decodes the words of vRun one behind the other into store; false: malformed or too many. */
static bool parse_words(struct rsp_text list, char *store, size_t cap, const char **words)
{
	struct rsp_text word;
	size_t n = 0;

	while (rsp_text_split(&list, ';', &word)) {
		if (n == LAUNCH_WORDS || !rsp_text_unhex(word, store, cap))
			return false;
		words[n++] = store;
		store += word.n / 2 + 1;
		cap -= word.n / 2 + 1;
	}
	words[n] = NULL;
	return true;
}

/* "vRun;PROGRAM[;ARG...]": an empty program is the one of the last run or the command line. */
enum target_status cmd_run_program(struct session *s, const struct rsp_args *a, struct rsp_buf *out)
{
	const char *words[LAUNCH_WORDS + 1] = { NULL };
	uint32_t pid;

	if (!s->launch)
		return target_fail(s->target, TARGET_UNSUPPORTED, "%s",
				   s->have & TARGET_CAN_RUN
					   ? "programs are not started here: connect to the other "
					     "place of the server"
					   : "a dump cannot be run: `attach 1` shows it again");
	enum target_status status = session_may(s, MAY_START);
	if (status == TARGET_OK)
		status = check_room(s);
	if (status != TARGET_OK)
		return status;
	if (!parse_words(a->rest, (char *)s->scratch, SESSION_PACKET_SIZE, words))
		return TARGET_INVALID;
	if (!launch_program(s->launch, words))
		return target_fail(s->target, TARGET_INVALID, "no program was named");
	status = launch_start(s->launch, s->target, &pid);
	return status == TARGET_OK ? reply_first(s, pid, out) : status;
}

/* "R": ends everything and starts the program again; the client asks with `?` how it went. */
enum target_status cmd_restart(struct session *s, const struct rsp_args *a, struct rsp_buf *out)
{
	uint32_t pid;

	(void)a;
	(void)out;
	if (!s->launch || !s->extended)
		return TARGET_OK;
	enum target_status status = session_may(s, MAY_START | MAY_END);
	if (status != TARGET_OK)
		return status;
	kill_all(s);
	leave(s);
	say_to_user("GDBserver restarting\n");
	status = launch_start(s->launch, s->target, &pid);
	if (status != TARGET_OK)
		say_to_user("%s\n", target_words(s->target, status));
	return status;
}

/* --- settings --- */

/* "QStartupWithShell:V" and "QDisableRandomization:V" */
enum target_status cmd_with_shell(struct session *s, const struct rsp_args *a, struct rsp_buf *out)
{
	(void)out;
	if (a->num[0] > 1)
		return TARGET_INVALID;
	s->launch->shell = a->num[0];
	return TARGET_OK;
}

enum target_status cmd_randomization(struct session *s, const struct rsp_args *a,
				     struct rsp_buf *out)
{
	(void)out;
	if (a->num[0] > 1)
		return TARGET_INVALID;
	s->launch->no_randomization = a->num[0];
	return TARGET_OK;
}

/* The text of a packet's hex digits, in the session's scratch; NULL: malformed. */
static const char *decode(struct session *s, const struct rsp_args *a)
{
	char *text = (char *)s->scratch;

	return rsp_text_unhex(a->rest, text, SESSION_PACKET_SIZE) ? text : NULL;
}

/* "QEnvironmentHexEncoded:HEX" of NAME=VALUE */
enum target_status cmd_env_set(struct session *s, const struct rsp_args *a, struct rsp_buf *out)
{
	const char *text = decode(s, a);

	(void)out;
	if (!text || !launch_env_set(s->launch, text))
		return target_fail(s->target, TARGET_INVALID, "a variable is NAME=VALUE");
	return TARGET_OK;
}

enum target_status cmd_env_unset(struct session *s, const struct rsp_args *a, struct rsp_buf *out)
{
	const char *name = decode(s, a);

	(void)out;
	if (!name)
		return TARGET_INVALID;
	launch_env_unset(s->launch, name);
	return TARGET_OK;
}

enum target_status cmd_env_reset(struct session *s, const struct rsp_args *a, struct rsp_buf *out)
{
	(void)a;
	(void)out;
	return launch_env_reset(s->launch) ? TARGET_OK : TARGET_SYSTEM;
}

/* "QSetWorkingDir:[HEX]": without a path the server's own folder */
enum target_status cmd_working_dir(struct session *s, const struct rsp_args *a, struct rsp_buf *out)
{
	const char *path = decode(s, a);

	(void)out;
	if (!path)
		return TARGET_INVALID;
	return launch_set_cwd(s->launch, path) ? TARGET_OK : TARGET_SYSTEM;
}
