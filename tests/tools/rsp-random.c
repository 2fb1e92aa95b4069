/*
 * rsp-random [--seed N] [--sequences N] [--chain N] [--table FILE]: plays sequences of packets by
 * chance against the real daemon with a real process. After each packet the daemon must live and
 * answer `?`; at the end of a sequence it must end, and leave no process stopped, traced or
 * patched. With --chain it serves so many sequences, each a client of its own, before it has to
 * end. What failed is printed with its packets and the words that play it again.
 */
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tests/tools/random.h"

enum { PACKETS_MAX = 40, RUN_MS = 2, STARTED_MAX = 64, TICK_US = 1000, PATIENCE = 3 };

struct play {
	struct probe probe;
	struct random_source random;
	struct play_text said;	    /* the packets of the sequence, for a report */
	pid_t started[STARTED_MAX]; /* processes that vRun made */
	size_t started_n;
	uint64_t first; /* seed of the first sequence that this daemon serves */
	unsigned long packets;
};

static void note_packet(struct play *y, const struct play_text *sent)
{
	play_text_add(&y->said, "  ", 2);
	play_escape(sent->p, sent->n, &y->said);
	play_text_add(&y->said, "\n", 1);
	y->packets++;
}

/* The process of a stop reply that is not the one we made: vRun's, or a fork's. */
static void note_process(struct play *y, const struct play_text *got)
{
	const char *at = got->p[0] == 'T' ? strstr(got->p, "thread:p") : NULL;
	pid_t pid = at ? (pid_t)strtol(at + strlen("thread:p"), NULL, 16) : 0;

	if (pid <= 1 || pid == y->probe.app.pid || y->started_n == STARTED_MAX)
		return;
	for (size_t i = 0; i < y->started_n; i++)
		if (y->started[i] == pid)
			return;
	y->started[y->started_n++] = pid;
}

static bool reply(struct play *y, struct play_text *got)
{
	bool ok = probe_reply(&y->probe, got) == PLAY_GOT;

	if (ok)
		note_process(y, got);
	return ok;
}

static bool interrupt(struct play *y)
{
	return wire_send_raw(&y->probe.wire, &(struct play_text){ .p = (char *)"\3", .n = 1 });
}

/* Signals and registers are the client's to give. */
static bool meddles(const struct play_text *t)
{
	char first = t->n ? t->p[0] : '\0';

	return strchr("CSGP", first) || (t->n > 6 && strpbrk(t->p + 6, "CS") && first == 'v');
}

static const char *play_packet(struct play *y, enum random_kind kind, const struct play_text *sent,
			       struct play_text *got)
{
	struct probe *p = &y->probe;

	p->meddled |= meddles(sent);
	if (kind == RANDOM_RAW)
		return wire_send_raw(&p->wire, sent) && probe_sync(p) ? NULL
								      : "no answer after garbage";
	if (!wire_send(&p->wire, sent))
		return "the daemon is gone";
	if (kind == RANDOM_RESUME && wire_silence(&p->wire, RUN_MS) == PLAY_TIMEOUT &&
	    !interrupt(y))
		return "the daemon is gone";
	if (kind == RANDOM_MUTE) {
		/* gdb's form has no reply, lldb's has one, a longer word is an unknown packet */
		p->wire.ack_due = false;
		return probe_sync(p) ? NULL : "no answer after a packet without reply";
	}
	return reply(y, got) ? NULL : "no reply";
}

static const char *check(struct play *y, struct play_text *got)
{
	static const char letters[] = "TSWXON";

	if (probe_ask(&y->probe, "?", 1, got) != PLAY_GOT)
		return "no answer to ?";
	note_process(y, got);
	return got->n && strchr(letters, got->p[0]) ? NULL : "a wrong answer to ?";
}

/* A daemon that stays has killed it or let it go when it has answered. */
static bool is_done(const struct play *y, const struct play_app *app)
{
	return app_is_gone(app) || (y->probe.stays && app_is_free(app));
}

/* A process that the daemon started must end with it. */
static const char *check_started(struct play *y)
{
	const char *why = NULL;

	for (size_t i = 0; i < y->started_n; i++) {
		struct play_app app = { .pid = y->started[i] };

		for (int us = 0; us < PLAY_STEP_MS * 1000 && !is_done(y, &app); us += TICK_US)
			usleep(TICK_US);
		if (app_is_gone(&app) || !app_is_free(&app))
			why = app_is_gone(&app) ? why : "a process it started was left stopped";
		if (!app_is_gone(&app))
			kill(app.pid, SIGKILL);
	}
	return why;
}

static const char *play_packets(struct play *y)
{
	struct play_text sent = { 0 }, got = { 0 };
	const char *why = NULL;

	for (uint64_t n = 1 + random_below(&y->random, PACKETS_MAX); n && !why; n--) {
		enum random_kind kind = random_packet(&y->random, &y->probe, &sent);

		note_packet(y, &sent);
		why = play_packet(y, kind, &sent, &got);
		if (!why)
			why = check(y, &got);
	}
	play_text_deinit(&sent);
	play_text_deinit(&got);
	return why;
}

/* last: of those that this daemon serves. */
static const char *play_sequence(struct play *y, uint64_t seed, bool last)
{
	struct probe *p = &y->probe;

	if (!p->daemon.pid)
		y->first = seed;
	const char *why = probe_start(p), *left;

	y->random.state = seed;
	y->said.n = y->started_n = 0;
	play_text_add(&y->said, "", 0);
	p->wire.skips_notices = true;
	p->wire.patience = PATIENCE;
	if (!why)
		why = play_packets(y);
	if (why && daemon_wait(&p->daemon, 100))
		why = "the daemon died";
	if (!why && p->stays)
		why = probe_leave(p, y->started, y->started_n);
	if (!why && (last || !p->stays))
		why = probe_end(p);
	left = check_started(y);
	why = why ? why : left;
	if (why)
		probe_drop(p);
	return why;
}

/* --- packets of the table --- */

static void read_table(struct random_source *r, const char *path)
{
	FILE *f = path ? fopen(path, "re") : NULL;
	char *line = NULL;
	size_t cap = 0;

	while (f && getline(&line, &cap, f) > 0) {
		char *packet = strchr(line, ' ');

		line[strcspn(line, "\n")] = '\0';
		/* what takes a million bytes is played once, by rsp-probe */
		if (line[0] == '#' || !packet || !strncmp(line, "quiet", 5) ||
		    strstr(packet, "00000*"))
			continue;
		r->rows = realloc(r->rows, (r->row_count + 1) * sizeof(*r->rows));
		if (!r->rows)
			abort();
		r->rows[r->row_count++] = strdup(packet + strspn(packet, " "));
	}
	free(line);
	if (f)
		fclose(f);
}

static void drop_table(struct random_source *r)
{
	for (size_t i = 0; i < r->row_count; i++)
		free(r->rows[i]);
	free(r->rows);
}

struct wish {
	uint64_t seed, sequences, chain;
	const char *table;
};

static bool read_words(int argc, char **argv, struct wish *w)
{
	for (int i = 1; i + 1 < argc; i += 2) {
		if (!strcmp(argv[i], "--seed"))
			w->seed = strtoull(argv[i + 1], NULL, 0);
		else if (!strcmp(argv[i], "--sequences"))
			w->sequences = strtoull(argv[i + 1], NULL, 0);
		else if (!strcmp(argv[i], "--chain"))
			w->chain = strtoull(argv[i + 1], NULL, 0);
		else if (!strcmp(argv[i], "--table"))
			w->table = argv[i + 1];
		else
			return false;
	}
	return argc % 2 == 1 && w->chain;
}

static void report(const struct play *y, const struct wish *w, uint64_t seed, const char *why)
{
	printf("seed %" PRIu64 ": %s, after\n%s", seed, why, y->said.p);
	printf("again: --seed %" PRIu64 " --sequences %" PRIu64 " --chain %" PRIu64 "\n", y->first,
	       seed - y->first + 1, w->chain);
	fflush(stdout);
}

int main(int argc, char **argv)
{
	const char *o = getenv("O") ? getenv("O") : "build";
	char server[PLAY_PATH], program[PLAY_PATH];
	struct wish w = { .seed = (uint64_t)time(NULL) << 20, .sequences = 100, .chain = 1 };
	struct play y = { .random.program = program };
	unsigned long failed = 0;

	if (!read_words(argc, argv, &w)) {
		fprintf(stderr, "rsp-random [--seed N] [--sequences N] [--chain N] "
				"[--table FILE]\n");
		return 2;
	}
	signal(SIGPIPE, SIG_IGN);
	snprintf(server, sizeof(server), "%s/ascend-gdbserver", o);
	snprintf(program, sizeof(program), "%s/tests/apps/stay", o);
	y.probe = (struct probe){
		.server = server, .folder = o, .stays = w.chain > 1, .eager = true
	};
	read_table(&y.random, w.table);
	printf("rsp-random: seeds %llu to %llu\n", (unsigned long long)w.seed,
	       (unsigned long long)(w.seed + w.sequences - 1));
	for (uint64_t i = 0; i < w.sequences; i++) {
		bool last = i % w.chain == w.chain - 1 || i == w.sequences - 1;
		const char *why = play_sequence(&y, w.seed + i, last);

		if (!why)
			continue;
		failed++;
		report(&y, &w, w.seed + i, why);
	}
	drop_table(&y.random);
	play_text_deinit(&y.said);
	printf("%lu packets\nrandom: %llu passed, %lu failed\n", y.packets,
	       (unsigned long long)(w.sequences - failed), failed);
	return failed ? 1 : 0;
}
