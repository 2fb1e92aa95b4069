/*
 * Fuzz target: a first byte of FAKE_* flags, then a client's packets, one a line, to a session over
 * the fake target. A line of one control byte is something else: 0x03 an interrupt, 0x04 the
 * target reports what it has, 0x05 another client comes, 0x06 a packet too long, 0x07 the target is
 * lost. Each reply can be framed and read back; who is silent runs or was not owed a reply.
 */
#include <stdlib.h>
#include <string.h>

#include "rsp/frame.h"
#include "stub/commands.h"
#include "tests/fake/fake_client.h"
#include "tests/fuzz/fuzz.h"

enum { PACKETS_MAX = 64 };

/* Bytes that would end or garble a frame must not be in a reply. */
static void check_reply(const struct fake_client *c)
{
	char *wire = malloc(RSP_FRAME_ROOM(c->reply_n)), *back = malloc(c->reply_n + 1);

	if (wire && back) {
		size_t n = rsp_frame_encode('$', c->reply, c->reply_n, true, wire);

		demand(!memchr(wire + 1, '#', n - 4) && !memchr(wire + 1, '$', n - 4));
		demand(rsp_frame_expand(wire + 1, n - 4, back, c->reply_n) == c->reply_n);
		demand(!memcmp(back, c->reply, c->reply_n));
	}
	free(wire);
	free(back);
}

static void send_packet(struct fake_client *c, const char *data, size_t n)
{
	const struct command *row = command_find(data, n);
	bool was_running = c->session->running;
	bool silent = !strcmp(client_ask_bytes(c, data, n), CLIENT_SILENCE);
	bool resumed = !was_running && c->session->running;

	demand(!silent || resumed || (row && row->reply == REPLY_NONE));
	demand(!resumed || (silent && row && row->reply == REPLY_STOP));
	demand(c->session->reply.len <= SESSION_PACKET_SIZE);
	if (!silent)
		check_reply(c);
	if (row && row->must && !silent && strchr("cCsSGMX", *data))
		demand(c->reply_n > 0);
}

static void control(struct fake_client *c, char byte)
{
	switch (byte) {
	case 3:
		session_interrupt(c->session);
		break;
	case 4:
		if (strcmp(client_event(c), CLIENT_SILENCE) != 0)
			check_reply(c);
		break;
	case 5:
		client_reconnect(c);
		break;
	case 6:
		session_too_long(c->session);
		break;
	default:
		c->target->gone = true;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fake_client c;
	struct rsp_text all = { (const char *)data + 1, size ? size - 1 : 0 }, line;

	if (!size)
		return 0;
	client_open(&c, data[0] & 63);
	for (int i = 0; i < PACKETS_MAX && rsp_text_split(&all, '\n', &line); i++) {
		if (line.n == 1 && *line.p >= 3 && *line.p <= 7)
			control(&c, *line.p);
		else
			send_packet(&c, line.p, line.n);
		if (c.session->closing)
			client_reconnect(&c);
	}
	client_close(&c);
	return 0;
}
