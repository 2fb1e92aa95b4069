/*
 * Where one client ends and the next one begins on a serial line. Called by server.c for each
 * packet; sockets and pipes tell by themselves.
 */
#include "stub/caller.h"

#include <string.h>

static bool begins(const struct conn *conn, const char *name)
{
	size_t n = strlen(name);

	return conn->frame.len >= n && memcmp(conn->frame.data, name, n) == 0;
}

/* gdb opens with qSupported, lldb with QStartNoAckMode and then qSupported. */
bool caller_changes(struct caller *c, const struct conn *conn)
{
	bool asks = begins(conn, "qSupported"), opens = begins(conn, "QStartNoAckMode");
	bool changes = conn->no_ack && (opens || (asks && c->asked));

	c->asked = asks || (c->asked && !changes);
	return changes;
}
