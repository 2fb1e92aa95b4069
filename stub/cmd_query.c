/*
 * The first packets of a dialog: what both sides can do, and settings that hold for the session.
 */
#include <string.h>

#include "stub/commands.h"
#include "stub/disable.h"

/* What both sides can do: said by us only when the client said it and the target can. */
static const struct {
	const char *word;
	size_t offset;
	unsigned need;
} features[] = {
	{ "multiprocess+", offsetof(struct client_features, multiprocess), 0 },
	{ "error-message+", offsetof(struct client_features, error_message), 0 },
	{ "binary-upload+", offsetof(struct client_features, binary_upload), 0 },
	{ "swbreak+", offsetof(struct client_features, swbreak), TARGET_CAN_BREAK },
	{ "hwbreak+", offsetof(struct client_features, hwbreak), TARGET_CAN_BREAK },
	{ "fork-events+", offsetof(struct client_features, fork_events), TARGET_HAS_EVENTS },
	{ "vfork-events+", offsetof(struct client_features, vfork_events), TARGET_HAS_EVENTS },
	{ "exec-events+", offsetof(struct client_features, exec_events), TARGET_HAS_EVENTS },
	{ "no-resumed+", offsetof(struct client_features, no_resumed), TARGET_HAS_EVENTS },
};

enum { FEATURES = sizeof(features) / sizeof(features[0]) };

static bool *feature_flag(struct client_features *f, size_t i)
{
	return (bool *)((char *)f + features[i].offset);
}

static void note_feature(struct client_features *f, struct rsp_text word)
{
	for (size_t i = 0; i < FEATURES; i++)
		if (rsp_text_is(word, features[i].word))
			*feature_flag(f, i) = true;
}

static void tell_wishes(struct session *s)
{
	target_wish(s->target, (s->client.fork_events ? TARGET_WISH_FORK : 0u) |
				       (s->client.vfork_events ? TARGET_WISH_VFORK : 0u) |
				       (s->client.exec_events ? TARGET_WISH_EXEC : 0u) |
				       (s->client.thread_events ? TARGET_WISH_THREADS : 0u));
}

/* "qSupported": only what is true, computed from the rows that are usable. */
enum target_status cmd_supported(struct session *s, const struct rsp_args *a, struct rsp_buf *out)
{
	struct rsp_text list = a->rest, word;

	vfile_forget(&s->files);
	while (rsp_text_split(&list, ';', &word))
		note_feature(&s->client, word);
	tell_wishes(s);
	rsp_buf_format(out, "PacketSize=%x", SESSION_PACKET_SIZE);
	for (size_t i = 0; i < FEATURES; i++)
		if (*feature_flag(&s->client, i) && !(features[i].need & ~s->have))
			rsp_buf_format(out, ";%s", features[i].word);
	for (size_t i = 0; i < command_count; i++)
		if (commands[i].feature && !(commands[i].need & ~s->have) &&
		    !disable_hides(s->disabled, commands[i].name))
			rsp_buf_format(out, ";%s", commands[i].feature);
	if (s->have & TARGET_CAN_EVALUATE)
		rsp_buf_text(out, ";ConditionalBreakpoints+;BreakpointCommands+");
	xfer_features(s, out);
	return TARGET_OK;
}

enum target_status cmd_no_ack(struct session *s, const struct rsp_args *a, struct rsp_buf *out)
{
	(void)a;
	(void)out;
	s->no_ack = true;
	return TARGET_OK;
}

enum target_status cmd_extended(struct session *s, const struct rsp_args *a, struct rsp_buf *out)
{
	(void)a;
	(void)out;
	s->extended = true;
	return TARGET_OK;
}

/* "qAttached": 1 when a client that quits shall detach instead of killing. */
enum target_status cmd_attached(struct session *s, const struct rsp_args *a, struct rsp_buf *out)
{
	uint64_t pid = a->nums ? a->num[0] : session_thread(s).pid;

	rsp_buf_char(out, target_attached(s->target, (uint32_t)pid) ? '1' : '0');
	return TARGET_OK;
}

/* "QNonStop:V" */
enum target_status cmd_non_stop(struct session *s, const struct rsp_args *a, struct rsp_buf *out)
{
	bool on = a->chr[0] == '1';

	(void)out;
	if (!on && a->chr[0] != '0')
		return TARGET_INVALID;
	if (!target_non_stop(s->target, on))
		return target_fail(s->target, TARGET_INVALID, "non-stop mode is not available");
	s->non_stop = on;
	notice_clear(&s->notices);
	return TARGET_OK;
}

enum { SIGNAL_BYTES = 32 };

/* "SIGNAL[;SIGNAL...]" as bits. */
static bool parse_signals(struct rsp_text list, uint8_t bits[SIGNAL_BYTES])
{
	struct rsp_text word;
	uint64_t n;

	memset(bits, 0, SIGNAL_BYTES);
	while (rsp_text_split(&list, ';', &word)) {
		if (!rsp_text_number(&word, &n) || word.n || n >= 8 * SIGNAL_BYTES)
			return false;
		bits[n / 8] |= (uint8_t)(1u << n % 8);
	}
	return true;
}

/* "QPassSignals:SIGNAL[;SIGNAL...]": not told of */
enum target_status cmd_pass_signals(struct session *s, const struct rsp_args *a,
				    struct rsp_buf *out)
{
	uint8_t bits[SIGNAL_BYTES];

	(void)out;
	if (!parse_signals(a->rest, bits))
		return TARGET_INVALID;
	target_pass(s->target, bits, sizeof(bits));
	return TARGET_OK;
}

/* "QProgramSignals:SIGNAL[;SIGNAL...]": what a detached program may have */
enum target_status cmd_program_signals(struct session *s, const struct rsp_args *a,
				       struct rsp_buf *out)
{
	uint8_t bits[SIGNAL_BYTES];

	(void)out;
	if (!parse_signals(a->rest, bits))
		return TARGET_INVALID;
	target_program(s->target, bits, sizeof(bits));
	return TARGET_OK;
}

/* "QThreadEvents:0" or 1 */
enum target_status cmd_thread_events(struct session *s, const struct rsp_args *a,
				     struct rsp_buf *out)
{
	(void)out;
	if (a->num[0] > 1)
		return TARGET_INVALID;
	s->client.thread_events = a->num[0] != 0;
	tell_wishes(s);
	return TARGET_OK;
}

/* "QCatchSyscalls:0" or "QCatchSyscalls:1[;NUMBER...]" */
enum target_status cmd_catch_calls(struct session *s, const struct rsp_args *a, struct rsp_buf *out)
{
	enum { CALLS_MAX = 1024 };
	struct rsp_text list = a->rest, word;
	int64_t calls[CALLS_MAX];
	uint64_t call;
	size_t n = 0;

	(void)out;
	if ((a->chr[0] != '0' && a->chr[0] != '1') || (list.n && !rsp_text_skip(&list, ';')))
		return TARGET_INVALID;
	while (rsp_text_split(&list, ';', &word)) {
		if (n == CALLS_MAX || !rsp_text_number(&word, &call) || word.n)
			return TARGET_INVALID;
		calls[n++] = (int64_t)call;
	}
	return target_catch_calls(s->target, session_thread(s).pid, a->chr[0] == '1', calls, n);
}

/*
 * "QAllow:OPERATION:VALUE[;...]": 0 says that the client will not ask for the operation, and is
 * held to it until it says otherwise; 1 gives nothing back that the server's user has ruled out.
 */
enum target_status cmd_allow(struct session *s, const struct rsp_args *a, struct rsp_buf *out)
{
	struct rsp_text list = a->rest, word, name;
	unsigned given_up = MAY_GIVE_UP & ~s->have, may = 0;

	(void)out;
	while (rsp_text_split(&list, ';', &word)) {
		if (!rsp_text_split(&word, ':', &name) || word.n != 1 ||
		    (*word.p != '0' && *word.p != '1'))
			return target_fail(s->target, TARGET_INVALID, "an operation, and 0 or 1");
		if (!limits_operation(name.p, name.n, &may))
			return target_fail(s->target, TARGET_INVALID, "unknown operation");
		given_up = *word.p == '1' ? given_up & ~may : given_up | may;
	}
	if (s->limits)
		given_up |= s->limits->denied & MAY_GIVE_UP;
	s->have = (s->have | MAY_GIVE_UP) & ~given_up;
	return TARGET_OK;
}
