/*
 * Counters as a table. Who counts: conn.c bytes and packets, session.c refusals and stops, server.c
 * the rest.
 */
#include "stub/stats.h"

#include <inttypes.h>

#include "stub/clock.h"

void stats_init(struct stats *s)
{
	*s = (struct stats){ .since_ms = clock_ms() };
}

void stats_table(const struct stats *s, const uint64_t *links, struct target_table *out)
{
	static const char *const columns[] = { "Counter", "Value", NULL };
	const struct {
		const char *name;
		uint64_t value;
	} rows[] = {
		{ "seconds up", (uint64_t)(clock_ms() - s->since_ms) / 1000 },
		{ "clients", s->clients },
		{ "packets received", s->packets },
		{ "packets damaged", s->damaged },
		{ "round trips", s->replies },
		{ "stop replies and notifications", s->notices },
		{ "bytes received", s->bytes_in },
		{ "bytes sent", s->bytes_out },
		{ "refusals", s->refusals },
		{ "stops", s->stops },
		{ "device requests", links ? *links : 0 },
	};

	target_table_init(out, columns);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		target_table_text(out, rows[i].name);
		target_table_cell(out, "%" PRIu64, rows[i].value);
	}
}
