/*
 * What those can cause who are no clients yet: refused connections, damaged packets. Called by
 * server.c, which hangs up without a byte; who may connect is decided in access.c.
 */
#include "stub/stranger.h"

#include "stub/clock.h"
#include "stub/say.h"

void stranger_tell(struct rate *r, struct log *log, const struct comm_peer *peer, const char *why)
{
	unsigned hidden;

	if (!rate_allows(r, clock_ms(), &hidden))
		return;
	if (hidden)
		say_to_user("%u more refused connections are not shown\n", hidden);
	if (peer->host[0])
		say_to_user("Refused a connection from host %s, port %u: %s\n", peer->host,
			    peer->port, why);
	else
		say_to_user("Refused a connection over the Unix socket: %s\n", why);
	if (log->sink != LOG_TO_STDERR)
		log_format(log, TARGET_LOG_WARN, "stranger host=%s port=%u: %s",
			   peer->host[0] ? peer->host : "unix", peer->port, why);
}

/*
 * A page of the web can have the browser of this user send any bytes here, but not as the first
 * ones: those are a request's.
 */
void stranger_is_foreign(struct rate *r, struct log *log, const struct comm_peer *peer)
{
	stranger_tell(r, log, peer, "it is no debugger that speaks there (a browser, a probe?)");
}

void stranger_is_served(struct log *log, const struct comm_peer *peer)
{
	if (peer->host[0])
		say_to_user("Remote debugging from host %s, port %u\n", peer->host, peer->port);
	else
		say_to_user("Remote debugging over a Unix socket\n");
	log_format(log, TARGET_LOG_INFO, "client host=%s port=%u: it is served",
		   peer->host[0] ? peer->host : "unix", peer->port);
}

void stranger_damages(struct rate *r, struct log *log, size_t bytes)
{
	unsigned hidden;

	if (!rate_allows(r, clock_ms(), &hidden))
		return;
	if (hidden)
		log_format(log, TARGET_LOG_WARN, "damaged-packet more=%u: they are not shown",
			   hidden);
	log_format(log, TARGET_LOG_WARN, "damaged-packet bytes=%zu: it was dropped", bytes);
}
