/*
 * One client's dialog: finds the row of a packet, checks what it needs, decodes its arguments, runs
 * it and completes the reply. The only place that decides what a packet is answered with; sending
 * is the server's.
 */
#include "stub/session.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "stub/clock.h"
#include "stub/commands.h"
#include "stub/disable.h"
#include "stub/reply.h"
#include "stub/pages.h"
#include "stub/stats.h"
#include "target/set.h"

struct session *session_create(struct target *target, struct target_log log)
{
	struct session *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	s->target = target;
	s->log = log;
	s->attached = true;
	s->have = target_caps(target) | MAY_ALL;
	s->storage = malloc(SESSION_PACKET_SIZE);
	s->scratch = malloc(SESSION_PACKET_SIZE);
	s->threads = malloc(SESSION_THREADS * sizeof(s->threads[0]));
	if (!s->storage || !s->scratch || !s->threads) {
		session_destroy(s);
		return NULL;
	}
	rsp_buf_init(&s->reply, s->storage, SESSION_PACKET_SIZE);
	return s;
}

void session_trim(struct session *s, size_t keep)
{
	pages_give_back(s->storage, keep, SESSION_PACKET_SIZE);
	pages_give_back(s->scratch, keep, SESSION_PACKET_SIZE);
}

void session_destroy(struct session *s)
{
	if (!s)
		return;
	notice_clear(&s->notices);
	target_text_deinit(&s->document.text);
	target_text_deinit(&s->console);
	target_text_deinit(&s->told);
	vfile_forget(&s->files);
	free(s->storage);
	free(s->scratch);
	free(s->threads);
	free(s);
}

void session_set_launch(struct session *s, struct launch *launch)
{
	if (!(s->have & TARGET_CAN_START))
		return;
	s->launch = launch;
	s->have |= SESSION_CAN_LAUNCH;
}

void session_set_limits(struct session *s, const struct limits *limits)
{
	s->limits = limits;
	s->have &= ~limits->denied;
}

enum target_status session_may(struct session *s, unsigned may)
{
	unsigned missing = may & ~s->have;
	bool by_server = s->limits && s->limits->denied & missing;

	if (!missing)
		return TARGET_OK;
	if (!by_server)
		return target_fail(s->target, TARGET_DENIED,
				   "%s: the client gave that up (QAllow): connect again to have it",
				   limits_what(missing));
	missing &= s->limits->denied;
	return target_fail(s->target, TARGET_DENIED, "%s: the server was started with %s",
			   limits_what(missing), limits_option(missing, s->limits->denied));
}

void session_log_refusal(struct session *s, const char *what)
{
	unsigned hidden;

	if (!rate_allows(&s->refusals, clock_ms(), &hidden))
		return;
	if (hidden)
		target_logf(&s->log, TARGET_LOG_WARN, "refused more=%u: they are not shown",
			    hidden);
	target_logf(&s->log, TARGET_LOG_WARN, "refused packet=%.*s: %s", (int)strcspn(what, ":;,"),
		    what, target_words(s->target, TARGET_DENIED));
}

size_t session_threads(struct session *s)
{
	size_t count = 0;

	if (!s->attached ||
	    target_threads(s->target, s->threads, SESSION_THREADS, &count) != TARGET_OK)
		return 0;
	return count < SESSION_THREADS ? count : SESSION_THREADS;
}

/* GDB believes that after a stop the server's general thread is the stop's thread. */
static struct target_tid stopped_thread(struct session *s)
{
	struct target_stop stop;

	if (!s->attached || s->stopped.pid)
		return s->stopped;
	enum target_status status = target_stop(s->target, (struct target_tid){ 0 }, &stop);
	if (status == TARGET_OK)
		s->stopped = stop.tid;
	s->closing |= status == TARGET_GONE;
	return s->stopped;
}

struct target_tid session_thread(struct session *s)
{
	if (s->suffix.pid)
		return s->suffix;
	return s->general.pid ? s->general : stopped_thread(s);
}

struct target_tid session_chosen(struct session *s)
{
	if (s->client.lldb || !s->choice.lists)
		return session_thread(s);
	return s->choice.tid.pid ? s->choice.tid : stopped_thread(s);
}

void session_choose(struct session *s, struct target_tid tid)
{
	struct session_choice *c = &s->choice;

	if (c->listed) {
		c->before = c->tid;
		c->walking = true;
		c->walked = 0;
	}
	c->tid = tid;
	if (c->walking && ++c->walked == session_threads(s)) {
		c->tid = c->before;
		c->walking = false;
	}
}

static void note_list(struct session *s, const char *data)
{
	s->choice.listed = !strncmp(data, "qXfer:threads:", strlen("qXfer:threads:"));
	s->choice.lists |= s->choice.listed;
}

static bool matches(const struct rsp_tid *id, struct target_tid tid)
{
	bool pid = !id->has_pid || id->pid <= 0 || id->pid == tid.pid;

	return pid && (id->tid <= 0 || id->tid == tid.tid);
}

/* The one thread that is meant, without a look at all; pid: the process of an id without one. */
static bool is_named(struct session *s, const struct rsp_tid *id, uint32_t pid,
		     struct target_tid *out)
{
	struct target_tid tid = { id->pid > 0 ? (uint32_t)id->pid : pid, (uint32_t)id->tid };

	*out = tid;
	return id->tid > 0 && matches(id, tid) && target_has_thread(s->target, tid);
}

bool session_resolve(struct session *s, const struct rsp_tid *id, struct target_tid *out)
{
	struct target_tid stopped = stopped_thread(s);

	if (stopped.pid && matches(id, stopped)) {
		*out = stopped;
		return s->attached;
	}
	if (s->attached && is_named(s, id, stopped.pid, out))
		return true;
	size_t n = session_threads(s);
	for (size_t i = 0; i < n; i++)
		if (matches(id, s->threads[i])) {
			*out = s->threads[i];
			return true;
		}
	return false;
}

/* Cuts lldb's ";thread:ID;" off the end of a packet (QThreadSuffixSupported). */
static bool cut_suffix(struct session *s, const char *data, size_t *n)
{
	static const char word[] = ";thread:";
	const size_t word_n = sizeof(word) - 1;
	struct rsp_tid id;

	s->suffix = (struct target_tid){ 0 };
	if (!s->client.thread_suffix || !strchr("gGpP", *data))
		return true;
	for (size_t at = 0; at + word_n <= *n; at++) {
		if (memcmp(data + at, word, word_n))
			continue;
		struct rsp_text t = { data + at + word_n, *n - at - word_n };
		*n = at;
		return rsp_text_tid(&t, &id) && session_resolve(s, &id, &s->suffix);
	}
	return true;
}

/* Why a target cannot serve a packet, in words a user of a stock client sees. */
static const char *lacking(unsigned missing)
{
	if (missing & TARGET_CAN_RUN)
		return "this is a dump: nothing can run, step or be called";
	if (missing & TARGET_CAN_WRITE)
		return "this is a dump: memory and registers cannot be changed";
	if (missing & TARGET_CAN_BREAK)
		/* of E.word.text GDB 13 shows the text when a hardware breakpoint is refused */
		return "dump.this is a dump: breakpoints would never be hit";
	return "the target has no such information";
}

/* lldb takes a refused resume for the loss of the process: it gets a stop that says why instead. */
static enum target_status stop_again(struct session *s, const char *words)
{
	struct target_tid tid = session_thread(s);
	struct target_stop stop;

	if (!tid.pid)
		return TARGET_NO_THREAD;
	enum target_status status = target_stop(s->target, tid, &stop);
	if (status != TARGET_OK)
		return status;
	stop.text = words;
	reply_stop(s, &stop, &s->reply);
	return TARGET_OK;
}

static enum target_status refuse(struct session *s, const struct command *c,
				 enum target_status status, const char *words)
{
	char copy[TARGET_MESSAGE];

	if (c->reply != REPLY_STOP || !s->client.lldb)
		return status;
	snprintf(copy, sizeof(copy), "%s", words); /* asking for the stop takes them away */
	return stop_again(s, copy);
}

/* The same for what has been ruled out. */
static enum target_status deny(struct session *s, const struct command *c, const char **words)
{
	session_log_refusal(s, c->name);
	*words = target_words(s->target, TARGET_DENIED);
	return refuse(s, c, TARGET_DENIED, *words);
}

static enum target_status run(struct session *s, const struct command *c, const char *args,
			      size_t n, const char **words)
{
	struct rsp_args a;
	unsigned missing = c->need & ~s->have;

	s->target->message[0] = '\0';
	if (missing & ~MAY_ALL) {
		*words = lacking(missing);
		return refuse(s, c, TARGET_UNSUPPORTED, *words);
	}
	if (session_may(s, missing) != TARGET_OK)
		return deny(s, c, words);
	if (s->running && c->reply != REPLY_NONE) {
		*words = "the target is running";
		return TARGET_RUNNING;
	}
	if (!rsp_args_parse(c->grammar, args, n, &a)) {
		*words = "malformed packet";
		return TARGET_INVALID;
	}
	enum target_status status = c->run(s, &a, &s->reply);
	if (status == TARGET_DENIED)
		return deny(s, c, words);
	*words = target_words(s->target, status);
	if (status == TARGET_OK && s->reply.overflow) {
		*words = "the reply does not fit into a packet";
		status = TARGET_INVALID;
	}
	return status;
}

static void refused(struct session *s, const struct command *c, enum target_status status,
		    const char *words)
{
	if (s->debug.stats)
		s->debug.stats->refusals++;
	reply_error(s, c->reply, status, words, &s->reply);
}

/*
 * What is no refusal: a packet that is unknown here, a monitor command that has told its user, an
 * address at which nothing is: clients read such by the dozen, and say just that.
 */
static void note_refusal(struct session *s, const struct command *c, enum target_status status,
			 struct rsp_text packet, const char *words)
{
	target_logf(&s->log, TARGET_LOG_DEBUG, "packet name=%s: %s", c->name, words);
	bool normal = (status == TARGET_UNSUPPORTED && !c->must) || c->run == cmd_monitor ||
		      (status == TARGET_FAULT && c->run == cmd_mem_read);

	if (!normal)
		why_note(&s->why, c->name, packet.p, packet.n, words);
}

static bool finish(struct session *s, const struct command *c, enum target_status status,
		   const char *words)
{
	if (status == TARGET_GONE)
		s->closing = true;
	/* lldb waits for the end of a process that it kills */
	if (c->reply == REPLY_NONE && (status != TARGET_DENIED || !s->client.lldb))
		return s->reply.len > 0;
	if (status == TARGET_UNSUPPORTED && !c->must)
		rsp_buf_reset(&s->reply);
	else if (status != TARGET_OK)
		refused(s, c, status, words);
	else if (c->reply == REPLY_OK && !s->reply.len)
		rsp_buf_text(&s->reply, "OK");
	bool resumed = c->reply == REPLY_STOP && status == TARGET_OK && !s->reply.len;
	if (resumed && s->non_stop) {
		rsp_buf_text(&s->reply, "OK"); /* stops come as notifications */
		return true;
	}
	if (!resumed)
		return true;
	s->running = true;
	target_text_bytes(&s->console, s->told.data, s->told.len);
	target_text_deinit(&s->told);
	if (s->interrupted)
		session_interrupt(s);
	return false;
}

bool session_packet(struct session *s, const char *data, size_t n)
{
	const struct command *c = command_find(data, n);
	const char *words = "no such thread";
	enum target_status status = TARGET_NO_THREAD;

	rsp_buf_reset(&s->reply);
	if (!c || disable_hides(s->disabled, c->name))
		return true;
	if (cut_suffix(s, data, &n)) {
		size_t skip = strlen(c->name);

		status = run(s, c, data + skip, n - skip, &words);
	}
	note_list(s, data);
	if (status != TARGET_OK)
		note_refusal(s, c, status, (struct rsp_text){ data, n }, words);
	return finish(s, c, status, words);
}

void session_too_long(struct session *s)
{
	reply_error(s, REPLY_BARE, TARGET_INVALID, "packet longer than PacketSize", &s->reply);
}

void session_interrupt(struct session *s)
{
	if (session_may(s, MAY_STOP) != TARGET_OK) {
		session_log_refusal(s, "interrupt");
		return;
	}
	/* a stop was on its way to the client: it wants one more, as from gdbserver */
	s->interrupted = !s->running;
	if (s->running && target_interrupt(s->target) != TARGET_OK)
		target_logf(&s->log, TARGET_LOG_WARN, "interrupt: it is not possible: %s",
			    target_words(s->target, TARGET_SYSTEM));
}

/* Names of kernels are bytes of a program: they must not command the user's terminal. */
void session_tell(struct session *s, const char *text)
{
	enum { WAITING_MAX = 1 << 14 };
	struct target_text *to = s->running ? &s->console : &s->told;

	if (s->non_stop || to->len > WAITING_MAX)
		return;
	for (; *text; text++)
		target_text_bytes(to, *text >= ' ' && *text < 0x7f ? text : "?", 1);
	target_text_add(to, "\n");
}

bool session_notice(struct session *s)
{
	rsp_buf_reset(&s->reply);
	return s->non_stop && notice_due(&s->notices, &s->reply);
}

bool session_event(struct session *s)
{
	struct target_stop stop;
	bool got = false;

	enum target_status status = target_next_event(s->target, &stop, &got);
	if (status == TARGET_GONE)
		s->closing = true;
	if (status != TARGET_OK || !got || (!s->running && !s->non_stop))
		return false;
	if (s->debug.stats)
		s->debug.stats->stops++;
	if (s->launch && stop.tid.pid < TARGET_SET_DEVICES)
		launch_say_end(s->launch, &stop);
	if (s->non_stop) {
		rsp_buf_reset(&s->reply);
		reply_stop(s, &stop, &s->reply);
		notice_add(&s->notices, stop.tid, s->reply.data, s->reply.len);
		return false;
	}
	bool ended = !target_has_thread(s->target, stop.tid);
	s->running = false;
	s->stopped = ended ? (struct target_tid){ 0 } : stop.tid;
	s->general = s->choice.tid = (struct target_tid){ 0 };
	rsp_buf_reset(&s->reply);
	reply_stop(s, &stop, &s->reply);
	return true;
}
