/*
 * Counts messages per stretch of time. The server asks before it tells of refused clients, the
 * session before it tells of refused requests.
 */
#include "stub/rate.h"

bool rate_allows(struct rate *r, int64_t now, unsigned *hidden)
{
	if (!r->said || now - r->since >= RATE_MS) {
		r->since = now;
		r->said = 0;
	}
	*hidden = 0;
	if (r->said == RATE_LINES) {
		r->hidden++;
		return false;
	}
	r->said++;
	*hidden = r->hidden;
	r->hidden = 0;
	return true;
}
