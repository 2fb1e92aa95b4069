/*
 * Short waits. Called by target/linux for threads and by stub for its client.
 */
#include "target/moment.h"

#include <sched.h>
#include <time.h>

enum {
	SOON = 100000,	     /* ns: who waits may have been asleep by then */
	LONG_YIELD = 200000, /* ns: others were not just woken, they compute */
	CROWDED = 100000000, /* ns until it is tried again */
};

int64_t moment_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * INT64_C(1000000000) + t.tv_nsec;
}

void moment_begin(struct moment *m)
{
	m->since = moment_now();
}

void moment_end(struct moment *m, int64_t at)
{
	if (m->since)
		m->quick = at - m->since < SOON;
	m->since = 0;
}

bool moment_pays(const struct moment *m)
{
	return m->quick && moment_now() >= m->crowded;
}

/* Whoever yields to one that computes gets the CPU back milliseconds later, unlike a sleeper. */
bool moment_goes_on(struct moment *m, int64_t patience)
{
	int64_t before = moment_now();

	if (before - m->since > patience)
		return false;
	sched_yield();
	int64_t after = moment_now();
	if (after - before > LONG_YIELD)
		m->crowded = after + CROWDED;
	return true;
}
