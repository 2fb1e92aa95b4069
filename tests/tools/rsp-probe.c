/*
 * rsp-probe TABLE: one packet after the other, each to a fresh server with a process or a dump; it
 * must answer as the table says, live, still debug, and leave nothing behind.
 * rsp-probe --compare TABLE: the same for gdbserver too, as two columns.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/tools/probe.h"

enum outcome { ANSWER, EMPTY, ERROR, RUNS, GONE, QUIET, ANY, HUNG, DIED, BROKEN, LEFT, OUTCOMES };

static const char *const words[] = { "answer", "empty", "error", "runs",   "gone", "quiet",
				     "any",    "hung",	"died",	 "broken", "left" };

struct row {
	unsigned line;
	enum outcome want;
	char *packet; /* with escapes and names of places */
};

struct result {
	enum outcome outcome;
	const char *why; /* of BROKEN and LEFT */
};

/* How long a packet that lets the process run is given before it is interrupted. */
enum { RUN_MS = 30 };

static enum outcome sort(const struct play_text *got)
{
	bool error = got->p[0] == 'E' || !strncmp(got->p, "F-1", 3);

	return !got->n ? EMPTY : error ? ERROR : ANSWER;
}

static enum outcome closed(struct probe *p, enum play_got got)
{
	if (got == PLAY_TIMEOUT)
		return HUNG;
	if (got == PLAY_CLOSED || daemon_wait(&p->daemon, 0))
		return DIED;
	return BROKEN;
}

/* A packet that may resume: what does not answer at once is stopped. */
static enum outcome stop_it(struct probe *p, struct play_text *got)
{
	const struct play_text stop = { .p = (char *)"\3", .n = 1 };
	enum play_got how = wire_silence(&p->wire, RUN_MS);
	bool runs = how == PLAY_TIMEOUT;

	if (how == PLAY_CLOSED || (runs && !wire_send_raw(&p->wire, &stop)))
		return DIED;
	how = probe_reply(p, got);
	if (how != PLAY_GOT)
		return closed(p, how);
	return sort(got) == ANSWER ? RUNS : sort(got);
}

static enum outcome send_row(struct probe *p, const struct row *r, struct play_text *sent)
{
	struct play_text got = { 0 };
	enum outcome out;

	play_text_add(&got, "", 0);
	if (r->want == QUIET) {
		out = wire_send_raw(&p->wire, sent) && probe_sync(p) ? QUIET : DIED;
	} else if (!wire_send(&p->wire, sent)) {
		out = DIED;
	} else if (r->want == RUNS) {
		out = stop_it(p, &got);
	} else if (r->want == GONE && strchr("kR", sent->p[0])) {
		out = GONE;
	} else {
		enum play_got how = probe_reply(p, &got);

		out = how == PLAY_GOT ? sort(&got) : closed(p, how);
		out = out == ANSWER && r->want == GONE ? GONE : out;
	}
	play_text_deinit(&got);
	return out;
}

static struct result probe_row(struct probe *p, const struct row *r)
{
	struct play_text filled = { 0 }, sent = { 0 };
	struct result res = { BROKEN, probe_start(p) };

	if (!res.why) {
		probe_fill(p, r->packet, &filled);
		bool ok = play_unescape(filled.p, &sent);
		res.why = ok ? NULL : "the line of the table is malformed";
	}
	if (!res.why) {
		res.outcome = send_row(p, r, &sent);
		if (res.outcome <= ANY) {
			res.why = probe_check(p, res.outcome == GONE);
			res.outcome = !res.why			     ? res.outcome
				      : daemon_wait(&p->daemon, 100) ? DIED
								     : BROKEN;
		}
	}
	if (res.outcome <= ANY) {
		const char *left = probe_end(p);

		res = left ? (struct result){ LEFT, left } : res;
	}
	probe_drop(p);
	play_text_deinit(&filled);
	play_text_deinit(&sent);
	return res;
}

/* --- the table --- */

static bool parse(char *line, struct row *r)
{
	size_t n = strcspn(line, " ");

	line[strcspn(line, "\n")] = '\0';
	if (!line[n])
		return false;
	line[n] = '\0';
	for (r->want = 0; r->want <= ANY; r->want++)
		if (!strcmp(line, words[r->want])) {
			r->packet = strdup(line + n + 1 + strspn(line + n + 1, " "));
			return r->packet != NULL;
		}
	return false;
}

static bool wanted(const struct result *res, enum outcome want)
{
	return res->outcome == want || (want == ANY && res->outcome < ANY);
}

static bool judge(const char *path, const struct row *r, const struct result *res,
		  const char *against)
{
	if (wanted(res, r->want))
		return true;
	printf("%s:%u: %.100s (%s): wanted %s, got %s%s%s\n", path, r->line, r->packet, against,
	       words[r->want], words[res->outcome], res->why ? ": " : "", res->why ? res->why : "");
	return false;
}

struct run {
	const char *path;
	bool compare;
	struct probe process, dump, other;
	unsigned passed, failed, ours[OUTCOMES], theirs[OUTCOMES];
};

static void run_row(struct run *run, const struct row *r)
{
	struct row any = *r;
	struct result res = probe_row(&run->process, r);
	bool ok = judge(run->path, r, &res, "process");

	run->ours[res.outcome]++;
	if (run->compare) {
		struct result their = probe_row(&run->other, r);

		run->theirs[their.outcome]++;
		printf("%-60.60s %-8s %s\n", r->packet, words[res.outcome], words[their.outcome]);
	} else {
		if (any.want != QUIET)
			any.want = r->want == RUNS ? ERROR : ANY;
		if (r->packet[0] == 'k' || r->packet[0] == 'R')
			any.want = GONE;
		res = probe_row(&run->dump, &any);
		ok &= judge(run->path, &any, &res, "dump");
	}
	*(ok ? &run->passed : &run->failed) += 1;
	fflush(stdout);
}

static bool run_table(struct run *run)
{
	FILE *f = fopen(run->path, "re");
	char *line = NULL;
	size_t cap = 0;
	struct row r = { 0 };

	while (f && getline(&line, &cap, f) > 0) {
		r.line++;
		if (strchr("#\n", line[0]))
			continue;
		if (!parse(line, &r)) {
			printf("%s:%u: not a row\n", run->path, r.line);
			run->failed++;
			continue;
		}
		run_row(run, &r);
		free(r.packet);
	}
	free(line);
	if (f)
		fclose(f);
	return f != NULL;
}

static void totals(const char *who, const unsigned *of)
{
	printf("%-18s", who);
	for (size_t i = 0; i < OUTCOMES; i++)
		if (of[i])
			printf(" %s %u", words[i], of[i]);
	printf("\n");
}

int main(int argc, char **argv)
{
	char server[PLAY_PATH], core[PLAY_PATH];
	const char *o = getenv("O") ? getenv("O") : "build";
	struct run run = { .compare = argc == 3 && !strcmp(argv[1], "--compare") };

	if (argc != 2 + run.compare) {
		fprintf(stderr, "rsp-probe [--compare] TABLE\n");
		return 2;
	}
	signal(SIGPIPE, SIG_IGN);
	run.path = argv[argc - 1];
	snprintf(server, sizeof(server), "%s/ascend-gdbserver", o);
	snprintf(core, sizeof(core), "%s/tests/dumps/packets.core", o);
	run.process = (struct probe){ .server = server, .folder = o };
	run.dump =
		(struct probe){ .server = server, .folder = o, .kind = PROBE_DUMP, .core = core };
	run.other = (struct probe){ .server = "/usr/bin/gdbserver", .folder = o, .polite = true };
	if (run.compare)
		printf("%-60s %-8s %s\n", "packet", "ours", "gdbserver");
	if (!run_table(&run)) {
		printf("%s: cannot be read\n", run.path);
		run.failed++;
	}
	if (run.compare) {
		totals("ascend-gdbserver:", run.ours);
		totals("gdbserver:", run.theirs);
	}
	printf("packets: %u passed, %u failed\n", run.passed, run.failed);
	return run.failed ? 1 : 0;
}
