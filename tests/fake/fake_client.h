#ifndef TESTS_FAKE_FAKE_CLIENT_H
#define TESTS_FAKE_FAKE_CLIENT_H

#include "stub/session.h"
#include "tests/fake/fake_target.h"

/** A client without sockets: packets go straight into a session over a fake target. */
struct fake_client {
	struct fake_target *target; /* owned, outlives a reconnect */
	struct session *session;
	struct launch launch; /* of FAKE_START, outlives a reconnect */
	char *reply; /* the last one, with a NUL behind it */
	size_t reply_n;
	bool failed; /* an expectation did not hold; it has been printed */
};

/** What client_ask returns when nothing was sent. */
#define CLIENT_SILENCE "(nothing)"

/** flags: FAKE_*. */
void client_open(struct fake_client *c, unsigned flags);
void client_close(struct fake_client *c);
/** The connection ends and another client comes. */
void client_reconnect(struct fake_client *c);

/** The reply to a packet of n unescaped bytes; valid until the next call. */
const char *client_ask_bytes(struct fake_client *c, const void *packet, size_t n);
const char *client_ask(struct fake_client *c, const char *packet);
/** The stop reply that is due, or CLIENT_SILENCE. */
const char *client_event(struct fake_client *c);

/**
 * Asks and compares: want is the whole reply, or a glob when it begins with '~'. Prints what
 * differs, remembers the failure, and says whether it held.
 */
bool client_expect(struct fake_client *c, const char *packet, const char *want);

#endif
