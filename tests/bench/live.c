/*
 * live [GROUP [WORDS]]: how fast servers debug a process: ascend-gdbserver, Debian's gdbserver and
 * lldb-server attached to the same program one after the other, asked by the same raw client.
 * GROUP: single, many or long; WORDS: only rows whose name has them.
 * Prints a table; each figure is the best of some rounds, in which the servers take turns of half a
 * second.
 */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rsp/frame.h"
#include "tests/bench/live_app.h"
#include "tests/bench/peer.h"

enum {
	ROUNDS = 5,
	ROUNDS_MANY = 3,
	MEMORY = 64 << 20,
	STEPS = 10000,
	HITS = 2000,
	MANY_STEPS = 10,
	LONG_STEPS = 1000000,
	TIDS = 8192
};

/* One figure; NAN: the server cannot do it. */
typedef double (*measure_fn)(struct peer *p);

struct row {
	const char *what, *unit;
	measure_fn measure;
	bool less;	 /* the smaller figure is the better one */
	const char *bar; /* what our figure shall be, as a multiple of the better peer's */
};

/* --- one request a turn --- */

static double read_memory(struct peer *p)
{
	/* the most that a reply carries: gdbserver says 0x47ff, lldb-server 0x20000, ours 1 MiB */
	static const struct {
		char packet;
		unsigned n;
	} how[PEERS] = {
		[PEER_OURS] = { 'x', 0x7ffff },
		[PEER_GDBSERVER] = { 'm', 0x2300 },
		[PEER_LLDB] = { 'x', 0x1ffff },
	};
	double start = peer_now();

	for (unsigned at = 0; at < MEMORY; at += how[p->kind].n) {
		unsigned left = MEMORY - at, n = how[p->kind].n;

		if (!peer_ask(p, "%c%" PRIx64 ",%x", how[p->kind].packet, p->memory + at,
			      left < n ? left : n))
			return NAN;
	}
	return MEMORY / (peer_now() - start) / (1 << 20);
}

static bool stopped(const struct peer *p)
{
	return *p->reply == 'T' || *p->reply == 'S';
}

static double rate_of_steps(struct peer *p, const char *others, unsigned n)
{
	double start = peer_now();

	for (unsigned i = 0; i < n; i++)
		if (!peer_ask(p, "vCont;s:%x%s", p->app, others) || !stopped(p))
			return NAN;
	return n / (peer_now() - start);
}

static double step(struct peer *p)
{
	return rate_of_steps(p, "", STEPS);
}

/* To a place, by a breakpoint that is gone behind it. */
static bool go_to(struct peer *p, uint64_t at)
{
	return peer_ask(p, "Z0,%" PRIx64 ",1", at) && peer_ask(p, "vCont;c") && stopped(p) &&
	       peer_ask(p, "z0,%" PRIx64 ",1", at);
}

static double range_step(struct peer *p)
{
	if (!peer_ask(p, "vCont?") || !memmem(p->reply, p->reply_n, "r", 1) || !go_to(p, p->range))
		return NAN;
	double start = peer_now();
	if (!peer_ask(p, "vCont;r%" PRIx64 ",%" PRIx64 ":%x", p->range, p->range_end, p->app) ||
	    !stopped(p))
		return NAN;
	return LIVE_RANGE / (peer_now() - start);
}

/* As stock gdb does it: away, over it, there again, on. */
static double stop_and_go(struct peer *p)
{
	bool ok = go_to(p, p->hit);
	double start = peer_now();

	for (unsigned i = 0; ok && i < HITS; i++)
		ok = peer_ask(p, "vCont;s:%x", p->app) && stopped(p) &&
		     peer_ask(p, "Z0,%" PRIx64 ",1", p->hit) && peer_ask(p, "vCont;c") &&
		     stopped(p) && peer_ask(p, "z0,%" PRIx64 ",1", p->hit);
	return ok ? HITS / (peer_now() - start) : NAN;
}

/*
 * "hit if n == LIVE_PERIOD - 1" as stock gdb sends it: register 5 is the first argument (reg 5,
 * const32, equal, end). From one hit that counts to the next there are LIVE_PERIOD - 1 others.
 */
static bool set_condition(struct peer *p)
{
	return peer_ask(p, "Z0,%" PRIx64 ",1;Xa,26000524%08x1327", p->hit, LIVE_PERIOD - 1);
}

static double condition(struct peer *p)
{
	double start = NAN;

	if (p->kind == PEER_LLDB || !set_condition(p))
		return NAN;
	bool ok = peer_ask(p, "vCont;c") && stopped(p) && peer_ask(p, "z0,%" PRIx64 ",1", p->hit) &&
		  peer_ask(p, "vCont;s:%x", p->app) && stopped(p) && set_condition(p);
	start = peer_now();
	ok = ok && peer_ask(p, "vCont;c") && stopped(p);
	double seconds = peer_now() - start;
	return peer_ask(p, "z0,%" PRIx64 ",1", p->hit) && ok ? LIVE_PERIOD / seconds : NAN;
}

static double memory_in_use(struct peer *p)
{
	return peer_rss(p) / 1024.0;
}

/* --- many threads --- */

static double attach(struct peer *p)
{
	return p->attach * 1000;
}

struct many {
	unsigned tids[TIDS];
	size_t n;
};

/* Numbers behind each `before`, or behind each place of a list. */
static void add_tids(struct many *m, const char *text, const char *before)
{
	while ((text = strstr(text, before)) && m->n < TIDS) {
		text += strlen(before);
		m->tids[m->n++] = (unsigned)strtoul(text, NULL, 16);
	}
}

/* lldb-server has the older list only. */
static bool list_old(struct peer *p, struct many *m)
{
	bool ok = peer_ask(p, "qfThreadInfo");

	while (ok && *p->reply == 'm') {
		char *text = strndup(p->reply, p->reply_n);

		*text = ',';
		add_tids(m, text, ",");
		free(text);
		ok = peer_ask(p, "qsThreadInfo");
	}
	return ok;
}

static bool list_threads(struct peer *p, struct many *m)
{
	enum { DOCUMENT = 1 << 20 };
	char *text = malloc(DOCUMENT);
	size_t n = 0;
	bool more = true;

	while (more && text) {
		more = peer_ask(p, "qXfer:threads:read::%zx,1000", n);
		char kind = more ? *p->reply : '\0';
		size_t got = rsp_frame_expand(p->reply, p->reply_n, text + n, DOCUMENT - 1 - n);
		if (!more || got == SIZE_MAX)
			break;
		memmove(text + n, text + n + 1, got - 1);
		n += got - 1;
		more = kind == 'm';
	}
	if (text && !more) {
		text[n] = '\0';
		add_tids(m, text, "id=\"");
	}
	free(text);
	return m->n > 0;
}

/* The list and every thread's registers, as for `info threads`. */
static double info_threads(struct peer *p)
{
	struct many m = { .n = 0 };
	double start = peer_now();
	bool ok = p->kind == PEER_LLDB ? list_old(p, &m) : list_threads(p, &m);

	for (size_t i = 0; ok && i < m.n; i++)
		ok = peer_ask(p, "Hg%x", m.tids[i]) && peer_ask(p, "g");
	return ok && m.n > 1 ? (peer_now() - start) * 1000 : NAN;
}

/* What of that is the server's own work: the rest are the client and the way between them. */
static double info_threads_cpu(struct peer *p)
{
	double before = peer_cpu(p);

	return isnan(info_threads(p)) ? NAN : (peer_cpu(p) - before) * 1000;
}

/* All may run while one steps: `stepi` with the scheduler unlocked. */
static double step_with_all(struct peer *p)
{
	return 1000 / rate_of_steps(p, ";c", MANY_STEPS);
}

/* One steps, the others stand: over a breakpoint, or with the scheduler locked. */
static double step_alone(struct peer *p)
{
	return rate_of_steps(p, "", STEPS / 10);
}

/* --- the table --- */

static const char *const names[PEERS] = { "ascend-gdbserver", "gdbserver", "lldb-server" };

static const struct row single[] = {
	{ "memory read", "MiB/s", read_memory, false, "4" },
	{ "step (vCont;s)", "steps/s", step, false, "1.5" },
	{ "range step (vCont;r)", "insns/s", range_step, false, "3" },
	{ "breakpoint, condition false", "hits/s", condition, false, "3" },
	{ "breakpoint, stop and go on", "stops/s", stop_and_go, false, "1.3" },
	{ "memory in use (RSS)", "MiB", memory_in_use, true, "1" },
};

static const struct row many[] = {
	{ "attach", "ms", attach, true, "2" },
	{ "info threads", "ms", info_threads, true, "2" },
	{ "info threads, CPU of the server", "ms", info_threads_cpu, true, "2" },
	{ "step, the others run", "ms", step_with_all, true, "2" },
	{ "step, the others stand", "steps/s", step_alone, false, "2" },
};

static void keep_best(const struct row *row, double *best, double now)
{
	if (!isnan(now) && (isnan(*best) || (row->less ? now < *best : now > *best)))
		*best = now;
}

static void print_figure(double v)
{
	if (isnan(v))
		printf(" %16s", "-");
	else
		printf(" %16.*f", v < 100 ? 2 : 0, v);
}

static void print_row(const struct row *row, const char *group, const double best[PEERS])
{
	double peer = NAN;
	char what[64];

	snprintf(what, sizeof(what), "%s%s, %s", group, row->what, row->unit);
	printf("%-46s", what);
	for (size_t k = 0; k < PEERS; k++) {
		print_figure(best[k]);
		if (k != PEER_OURS)
			keep_best(row, &peer, best[k]);
	}
	double ratio = row->less ? peer / best[PEER_OURS] : best[PEER_OURS] / peer;
	if (isnan(ratio))
		printf("%8s\n", "-");
	else
		printf("%7.2fx   >= %sx\n", ratio, row->bar);
	fflush(stdout);
}

/*
 * Whether a program and its server are on one CPU is worth a factor of two, and lasts for a while:
 * each server has the same time to show what it can do, not the same number of steps.
 */
static void best_of_turn(const struct row *row, struct peer *p, double *best)
{
	const double turn = 0.5; /* s */
	double start = peer_now(), now;

	do {
		now = row->measure(p);
		keep_best(row, best, now);
	} while (!row->less && !isnan(now) && peer_now() - start < turn);
}

static void best_of_row(const struct row *row, int rounds, struct peer peers[PEERS],
			double best[PEERS])
{
	for (int round = 0; round < rounds; round++)
		for (size_t k = 0; k < PEERS; k++)
			if (peers[k].client.fd >= 0)
				best_of_turn(row, &peers[k], &best[k]);
}

/* All peers are there at the same time, those whose turn it is not stand still. */
static void run_rows(const struct row *rows, size_t n, const char *group, unsigned threads,
		     const char *words)
{
	struct peer peers[PEERS];

	for (size_t k = 0; k < PEERS; k++)
		if (!peer_begin(&peers[k], (enum peer_kind)k, threads, threads ? 8 : MEMORY))
			fprintf(stderr, "live: %s does not serve\n", names[k]);
	for (size_t i = 0; i < n; i++) {
		double best[PEERS] = { NAN, NAN, NAN };

		if (!strstr(rows[i].what, words))
			continue;
		best_of_row(&rows[i], threads ? ROUNDS_MANY : ROUNDS, peers, best);
		print_row(&rows[i], group, best);
	}
	for (size_t k = 0; k < PEERS; k++)
		peer_end(&peers[k]);
}

/* What a long session leaves behind. */
static void run_long(void)
{
	struct peer p;

	if (peer_begin(&p, PEER_OURS, 0, 8) && !isnan(rate_of_steps(&p, "", STEPS))) {
		double before = peer_rss(&p);
		double rate = rate_of_steps(&p, "", LONG_STEPS);

		printf("%d steps at %.0f a second: RSS %.0f kB before, %.0f kB after\n", LONG_STEPS,
		       rate, before, peer_rss(&p));
	}
	peer_end(&p);
}

int main(int argc, char **argv)
{
	const char *only = argc > 1 ? argv[1] : "", *words = argc > 2 ? argv[2] : "";
	static const unsigned counts[] = { 1000, 4000 };

	printf("%-46s", "");
	for (size_t k = 0; k < PEERS; k++)
		printf(" %16s", names[k]);
	printf("%8s   bar\n", "ratio");
	if (strstr("single", only))
		run_rows(single, sizeof(single) / sizeof(*single), "", 0, words);
	for (size_t i = 0; i < 2 && strstr("many", only); i++) {
		char group[32];

		snprintf(group, sizeof(group), "%u threads: ", counts[i]);
		run_rows(many, sizeof(many) / sizeof(*many), group, counts[i], words);
	}
	if (strstr("long", only))
		run_long();
	return 0;
}
