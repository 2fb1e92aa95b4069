#ifndef STUB_SERVER_H
#define STUB_SERVER_H

#include <stdbool.h>

#include "stub/access.h"
#include "stub/comm.h"
#include "stub/crash.h"
#include "stub/log.h"
#include "stub/packet_log.h"
#include "stub/packet_ring.h"
#include "stub/session.h"
#include "target/target.h"

/** What a server needs; all borrowed. */
struct server_setup {
	struct target *target;
	struct log *log;
	struct packet_log *packets;
	struct packet_ring *recent;	/* the last packets, for a report of a crash */
	struct crash *crash;		/* takes signals when the loop does not; may be NULL */
	struct comm_listener *listener; /* NULL: there is the wire */
	const struct comm_wire *wire;	/* ... a connection; the server closes its descriptors */
	struct target *devices;		/* shown at a port of their own; NULL: they are not */
	struct comm_listener *device_listener; /* ... that port */
	const struct access *access;	       /* who may connect */
	bool once;		     /* end with the first connection that said something */
	int64_t idle_ms;	     /* a client that is silent for so long is left; 0: never */
	bool stays;		     /* go on when nothing is left to debug */
	struct launch *launch;	     /* NULL: nothing can be started */
	const struct live *live;     /* NULL: a dump is served */
	const struct limits *limits; /* what no client may do */
	unsigned disabled;	     /* DISABLE_* bits */
};

/**
 * Serves clients one after the other, at each port, until the end: `once`, `monitor exit`, a
 * signal, a lost target. Who connects counts as a client when its first packet is whole: until then
 * it can neither end the server nor hold up others who speak. Returns the exit status of the
 * program.
 */
int server_run(const struct server_setup *setup);

#endif
