#ifndef TESTS_BENCH_RSP_CLIENT_H
#define TESTS_BENCH_RSP_CLIENT_H

#include <stdbool.h>
#include <stddef.h>

/** A plain client for measurements: no-ack, blocking, no interpretation of replies. */
struct rsp_client {
	int fd;
	char *in; /* bytes of the last reply's packet */
	size_t in_n, in_cap;
	size_t round_trips;
};

/** Connects to a loopback port and switches to no-ack mode. false: errno says why. */
bool rsp_client_open(struct rsp_client *c, const char *port);
void rsp_client_close(struct rsp_client *c);
/**
 * One request and its reply; *reply is the payload as on the wire (escapes and runs as they are),
 * borrowed until the next call. false: the server is gone.
 */
bool rsp_client_ask(struct rsp_client *c, const char *packet, const char **reply, size_t *n);

#endif
