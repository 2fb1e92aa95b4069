/*
 * The first packets of a dialog: what both sides can do, and settings that hold for the session.
 */
#include <string.h>

#include "stub/commands.h"

static void note_feature(struct client_features *f, struct rsp_text word)
{
	static const struct {
		const char *word;
		size_t offset;
	} known[] = {
		{ "multiprocess+", offsetof(struct client_features, multiprocess) },
		{ "swbreak+", offsetof(struct client_features, swbreak) },
		{ "hwbreak+", offsetof(struct client_features, hwbreak) },
		{ "error-message+", offsetof(struct client_features, error_message) },
		{ "binary-upload+", offsetof(struct client_features, binary_upload) },
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (rsp_text_is(word, known[i].word))
			*(bool *)((char *)f + known[i].offset) = true;
}

/* "qSupported": only what is true, computed from the rows that are usable. */
enum target_status cmd_supported(struct session *s, const struct rsp_args *a, struct rsp_buf *out)
{
	struct rsp_text list = a->rest, word;

	while (rsp_text_split(&list, ';', &word))
		note_feature(&s->client, word);
	rsp_buf_format(out, "PacketSize=%x", SESSION_PACKET_SIZE);
	if (s->client.multiprocess)
		rsp_buf_text(out, ";multiprocess+");
	if (s->client.error_message)
		rsp_buf_text(out, ";error-message+");
	if (s->client.binary_upload)
		rsp_buf_text(out, ";binary-upload+");
	for (size_t i = 0; i < command_count; i++)
		if (commands[i].feature && !(commands[i].need & ~s->have))
			rsp_buf_format(out, ";%s", commands[i].feature);
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

/* "qAttached": the debuggee was there before us, so a client that quits detaches. */
enum target_status cmd_attached(struct session *s, const struct rsp_args *a, struct rsp_buf *out)
{
	(void)s;
	(void)a;
	rsp_buf_char(out, '1');
	return TARGET_OK;
}

/* "qSymbol": offers to look symbols up; nothing is wanted. */
enum target_status cmd_symbol(struct session *s, const struct rsp_args *a, struct rsp_buf *out)
{
	(void)s;
	(void)a;
	(void)out;
	return TARGET_OK;
}

enum target_status cmd_non_stop(struct session *s, const struct rsp_args *a, struct rsp_buf *out)
{
	(void)out;
	if (a->chr[0] == '0')
		return TARGET_OK;
	return target_fail(s->target, TARGET_INVALID, "non-stop mode is not available");
}

enum target_status cmd_accept(struct session *s, const struct rsp_args *a, struct rsp_buf *out)
{
	(void)s;
	(void)a;
	(void)out;
	return TARGET_OK;
}
