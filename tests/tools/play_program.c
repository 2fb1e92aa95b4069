/*
 * Runs a program to its end under the daemon, by a client that sets nothing and only says
 * continue. Called by tests that compare such a run with one without a debugger.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/tools/play.h"

enum { STOPS_MAX = 1000 };

static enum play_got next(struct play_wire *w, struct play_text *out)
{
	out->n = 0;
	return wire_packet(w, out);
}

static enum play_got ask(struct play_wire *w, const char *packet, struct play_text *out)
{
	struct play_text t = { 0 };

	play_text_add(&t, packet, strlen(packet));
	bool sent = wire_send(w, &t);
	play_text_deinit(&t);
	enum play_got got = sent ? next(w, out) : PLAY_CLOSED;
	while (got == PLAY_GOT && *out->p == 'O' && strcmp(out->p, "OK") != 0)
		got = next(w, out); /* text for the console */
	return got;
}

/* The status of the first process that ends, as a shell gives it; -1: none did. */
static int go_on(struct play_wire *w, struct play_program *p)
{
	struct play_text reply = { 0 };
	int status = -1;

	ask(w, "qSupported:multiprocess+;exec-events+;vContSupported+;swbreak+;hwbreak+", &reply);
	while (status < 0 && p->stops < STOPS_MAX && ask(w, "vCont;c", &reply) == PLAY_GOT) {
		bool by_signal = *reply.p == 'X';

		if (*reply.p == 'W' || by_signal)
			status = (int)strtol(reply.p + 1, NULL, 16) + (by_signal ? 128 : 0);
		else if (*reply.p != 'T')
			break;
		p->stops++;
		p->execs += strstr(reply.p, "exec:") != NULL;
	}
	if (status < 0)
		fprintf(stderr, "after %u stops: %s\n", p->stops, reply.p);
	play_text_deinit(&reply);
	return status;
}

int play_program(struct play_program *p, const char *const *argv)
{
	struct play_daemon d = { .comm = PLAY_TCP };
	struct play_wire w;
	struct play_text said = { 0 };
	int status = -1;

	p->stops = p->execs = 0;
	wire_init(&w);
	snprintf(d.variable, sizeof(d.variable), "%s", p->variable ? p->variable : "");
	if (daemon_start(&d, argv) && wire_connect_tcp(&w, "localhost", d.port))
		status = go_on(&w, p);
	wire_close(&w);
	if (status >= 0 && !daemon_wait(&d, PLAY_STEP_MS))
		status = -1;
	daemon_output(d.err_fd, &said);
	if (status != p->want)
		fprintf(stderr, "%s: status %d\n%s", argv[0], status, said.p);
	play_text_deinit(&said);
	daemon_stop(&d);
	return status;
}
