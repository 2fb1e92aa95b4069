#ifndef TESTS_BENCH_PEER_H
#define TESTS_BENCH_PEER_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

#include "tests/bench/rsp_client.h"

/** The servers that are measured side by side, each with a program of its own. */
enum peer_kind { PEER_OURS, PEER_GDBSERVER, PEER_LLDB, PEERS };

/** A server that is attached to a live_app, and a client that talks to it. */
struct peer {
	enum peer_kind kind;
	pid_t app, server;
	FILE *said; /* what the server prints; open as long as it may print more */
	uint64_t hit, range, range_end, memory; /* addresses in the app */
	double attach; /* seconds from the start of the server until it listens */
	struct rsp_client client;
	const char *reply; /* of the last request, borrowed; reply_n bytes */
	size_t reply_n;
};

double peer_now(void);
/**
 * Starts the app with that many idle threads and bytes of memory, attaches the server and connects.
 * $O is the folder of our build. false: not all could be started; peer_end() is due all the same.
 */
bool peer_begin(struct peer *p, enum peer_kind kind, unsigned threads, size_t bytes);
/** Ends app and server. */
void peer_end(struct peer *p);
/** One request; the reply is in p. false: the server is gone, or refuses. */
bool peer_ask(struct peer *p, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/** kB of resident memory of the server and its child processes now, 0: unknown. */
double peer_rss(const struct peer *p);
/** Seconds that the server and its child processes have been on a CPU. */
double peer_cpu(const struct peer *p);

#endif
