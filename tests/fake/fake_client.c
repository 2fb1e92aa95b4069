/*
 * The client side of session tests: feeds packets in buffers of their exact size, so that a
 * sanitizer sees every byte read too many, and keeps the reply as a string.
 */
#include "tests/fake/fake_client.h"

#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void start(struct fake_client *c)
{
	c->session = session_create(&c->target->base, (struct target_log){ 0 });
	if (!c->session)
		abort();
	session_set_launch(c->session, &c->launch);
}

void client_open(struct fake_client *c, unsigned flags)
{
	*c = (struct fake_client){ .target = fake_target_create(flags) };
	c->reply = malloc(SESSION_PACKET_SIZE + 1);
	if (!c->reply || !launch_init(&c->launch))
		abort();
	start(c);
}

void client_close(struct fake_client *c)
{
	session_destroy(c->session);
	target_close(&c->target->base);
	launch_deinit(&c->launch);
	free(c->reply);
}

void client_reconnect(struct fake_client *c)
{
	session_destroy(c->session);
	start(c);
}

static const char *keep(struct fake_client *c, bool replied)
{
	const struct rsp_buf *r = &c->session->reply;

	if (!replied) {
		c->reply_n = 0;
		return CLIENT_SILENCE;
	}
	memcpy(c->reply, r->data, r->len);
	c->reply[r->len] = '\0';
	c->reply_n = r->len;
	return c->reply;
}

const char *client_ask_bytes(struct fake_client *c, const void *packet, size_t n)
{
	char *copy = malloc(n + 1);

	if (!copy)
		abort();
	memcpy(copy, packet, n);
	copy[n] = '\0';
	const char *reply = keep(c, session_packet(c->session, copy, n));
	free(copy);
	return reply;
}

const char *client_ask(struct fake_client *c, const char *packet)
{
	return client_ask_bytes(c, packet, strlen(packet));
}

const char *client_event(struct fake_client *c)
{
	return keep(c, session_event(c->session));
}

bool client_expect(struct fake_client *c, const char *packet, const char *want)
{
	const char *got = client_ask(c, packet);
	bool same = *want == '~' ? !fnmatch(want + 1, got, 0) : !strcmp(want, got);

	if (!same) {
		printf("  > %.300s\n  < %.300s\n  got %.300s\n", packet, want, got);
		c->failed = true;
	}
	return same;
}
