/*
 * The samples of tests/apps under the real daemon, with a client that sets no breakpoint: their
 * results are bit by bit those of a run without it. ROUNDS says how often each runs (2). Also when
 * the daemon is killed while their kernel stands at a breakpoint.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/fake/fake_sim.h"
#include "tests/tools/play.h"
#include "tests/unit/unit.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

enum { ROUNDS = 2, WORDS = 16, PATH = 1024 };

static const char sim_args[] = "--devices 2";

struct sample {
	const char *name;
	unsigned devices; /* that it opens */
	int status;	  /* it ends with */
	const char *words[3];
};

static const struct sample samples[] = {
	{ .name = "add_custom", .devices = 1 },
	{ .name = "add_custom", .devices = 1, .words = { "50" } },
	{ .name = "matmul", .devices = 1 },
	{ .name = "two_ops", .devices = 1 },
	{ .name = "threads", .devices = 1 },
	{ .name = "processes", .devices = 1 },
	{ .name = "devices", .devices = 2 },
	{ .name = "late", .devices = 1 },
	{ .name = "reset", .devices = 1 },
	{ .name = "acl_calls", .devices = 1 },
	{ .name = "python3", .devices = 1 },
};

struct results {
	char path[PATH];
	uint8_t *bytes;
	size_t n;
};

/* Everything the program kept; the file is gone afterwards. */
static void take_results(struct results *r)
{
	int fd = open(r->path, O_RDONLY | O_CLOEXEC);
	struct stat st;

	free(r->bytes);
	r->bytes = NULL;
	r->n = 0;
	if (fd < 0)
		return;
	if (fstat(fd, &st) == 0 && (r->bytes = malloc((size_t)st.st_size + 1)) != NULL &&
	    read(fd, r->bytes, (size_t)st.st_size) == st.st_size)
		r->n = (size_t)st.st_size;
	close(fd);
	unlink(r->path);
}

/* The words that start a sample behind n others; Python gets its script and what that needs. */
static void add_sample(const struct sample *s, const char **argv, size_t n, char (*store)[PATH])
{
	bool python = strcmp(s->name, "python3") == 0;
	char name[64];

	snprintf(name, sizeof(name), "tests/apps/%s", s->name);
	snprintf(store[0], PATH, "%s", python ? "/usr/bin/python3" : fake_sim_built(name));
	argv[n++] = store[0];
	if (python) {
		argv[n++] = "tests/apps/add_custom.py";
		snprintf(store[1], PATH, "%s", fake_sim_built("sim/lib64/libascendcl.so"));
		argv[n++] = store[1];
		snprintf(store[2], PATH, "%s", fake_sim_built("tests/apps/add_custom.o"));
		argv[n++] = store[2];
	}
	for (size_t i = 0; i < COUNT(s->words) && s->words[i]; i++)
		argv[n++] = s->words[i];
	argv[n] = NULL;
}

static void run_alone(struct fake_sim *sim, const struct sample *s, const struct results *r)
{
	const char *argv[WORDS], *const variables[] = { "SAMPLE_RESULTS", r->path, NULL };
	char store[3][PATH];

	add_sample(s, argv, 0, store);
	CU_ASSERT_EQUAL(fake_sim_run_words(sim, argv, variables), s->status);
}

static void run_under(const struct sample *s, const struct results *r)
{
	char store[3][PATH], server[PATH], variable[PATH + 32];
	const char *argv[WORDS] = { server,	  "--once", "--device",	  "sim",
				    "--sim-args", sim_args, "localhost:0" };
	struct play_program p = { .variable = variable, .want = s->status };

	snprintf(server, sizeof(server), "%s", fake_sim_built("ascend-gdbserver"));
	snprintf(variable, sizeof(variable), "SAMPLE_RESULTS=%s", r->path);
	add_sample(s, argv, 7, store);
	CU_ASSERT_EQUAL(play_program(&p, argv), s->status);
	CU_ASSERT(p.execs >= s->devices); /* again where it was closed in between */
}

static unsigned long rounds(void)
{
	const char *text = getenv("ROUNDS");

	return text && *text ? strtoul(text, NULL, 0) : ROUNDS;
}

static bool is_missing(const struct sample *s)
{
	if (strcmp(s->name, "python3") != 0 ||
	    system("python3 -c 'import ctypes' 2>/dev/null") == 0)
		return false;
	printf("skipped: no python3\n");
	return true;
}

static void compare(struct fake_sim *sim, const struct sample *s)
{
	struct results alone = { .bytes = NULL }, under = { .bytes = NULL };
	unsigned long different = 0;

	snprintf(alone.path, sizeof(alone.path), "%s/alone", sim->folder);
	snprintf(under.path, sizeof(under.path), "%s/under", sim->folder);
	run_alone(sim, s, &alone);
	take_results(&alone);
	CU_ASSERT(alone.n > 0 || strcmp(s->name, "acl_calls") == 0);
	for (unsigned long i = 0; i < rounds(); i++) {
		run_under(s, &under);
		take_results(&under);
		different += under.n != alone.n ||
			     (alone.n > 0 && memcmp(under.bytes, alone.bytes, alone.n) != 0);
	}
	CU_ASSERT_EQUAL(different, 0);
	if (rounds() > ROUNDS)
		printf("%s %s: %lu rounds of %zu bytes, %lu different\n", s->name,
		       s->words[0] ? s->words[0] : "", rounds(), alone.n, different);
	free(alone.bytes);
	free(under.bytes);
}

static void test_same_results(void)
{
	const char *const options[] = { "--devices", "2", NULL };
	struct fake_sim sim;

	CU_ASSERT_FATAL(fake_sim_start(&sim, options));
	unsetenv(SIM_WIRE_ENV);
	for (size_t i = 0; i < COUNT(samples); i++)
		if (!is_missing(&samples[i]))
			compare(&sim, &samples[i]);
	CU_ASSERT(fake_sim_stop(&sim));
}

/* --- the server is killed --- */

static bool ask(struct play_wire *w, const char *packet, struct play_text *out)
{
	struct play_text t = { 0 };

	play_text_add(&t, packet, strlen(packet));
	bool sent = wire_send(w, &t);
	play_text_deinit(&t);
	do
		out->n = 0;
	while (sent && (sent = wire_packet(w, out) == PLAY_GOT) && *out->p == 'O' &&
	       strcmp(out->p, "OK") != 0);
	return sent;
}

/* A client that has stopped the kernel at its first instruction. */
static bool reach_kernel(struct play_wire *w)
{
	struct play_text out = { 0 };
	char point[64];

	bool ok = ask(w, "qSupported:multiprocess+;exec-events+;vContSupported+;swbreak+", &out) &&
		  ask(w, "vCont;c", &out) && strstr(out.p, "exec:") != NULL &&
		  ask(w, "vCont;c", &out) && strstr(out.p, "library:") != NULL &&
		  ask(w, "Hgp400001.0", &out) && ask(w, "qXfer:libraries:read::0,1000", &out);
	const char *at = ok ? strstr(out.p, "section address=\"0x") : NULL;
	snprintf(point, sizeof(point), "Z0,%llx,4",
		 at ? strtoull(at + strlen("section address=\"0x"), NULL, 16) : 0);
	ok = at && ask(w, point, &out) && strcmp(out.p, "OK") == 0 && ask(w, "vCont;c", &out) &&
	     strstr(out.p, "swbreak") != NULL;
	if (!ok)
		fprintf(stderr, "no breakpoint: %s\n", out.p ? out.p : "");
	play_text_deinit(&out);
	return ok;
}

/*
 * Its kernel is at a breakpoint then. A program that the server started ends with it; the device is
 * let go, and the next program finds nothing of all this.
 */
static void test_server_killed(void)
{
	struct results alone = { .bytes = NULL }, under = { .bytes = NULL };
	char server[PATH], program[PATH];
	const char *argv[] = { server, "--once", "--device", "sim", "localhost:0", program, NULL };
	struct play_daemon d = { .comm = PLAY_TCP };
	struct fake_sim sim;
	struct play_wire w;

	CU_ASSERT_FATAL(fake_sim_start(&sim, NULL));
	snprintf(alone.path, sizeof(alone.path), "%s/alone", sim.folder);
	snprintf(under.path, sizeof(under.path), "%s/under", sim.folder);
	run_alone(&sim, &samples[0], &alone);
	take_results(&alone);
	snprintf(server, sizeof(server), "%s", fake_sim_built("ascend-gdbserver"));
	snprintf(program, sizeof(program), "%s", fake_sim_built("tests/apps/add_custom"));
	setenv(SIM_WIRE_ENV, sim.socket, 1);
	wire_init(&w);
	CU_ASSERT_FATAL(daemon_start(&d, argv) && wire_connect_tcp(&w, "localhost", d.port));
	CU_ASSERT(reach_kernel(&w));
	kill(d.pid, SIGKILL);
	run_alone(&sim, &samples[0], &under);
	take_results(&under);
	CU_ASSERT(alone.n > 0 && under.n == alone.n &&
		  memcmp(under.bytes, alone.bytes, alone.n) == 0);
	wire_close(&w);
	daemon_stop(&d);
	unsetenv(SIM_WIRE_ENV);
	CU_ASSERT(fake_sim_stop(&sim));
	free(alone.bytes);
	free(under.bytes);
}

static const struct unit_test tests[] = {
	{ "the server is killed", test_server_killed },
	{ "the same results", test_same_results },
};

int main(void)
{
	return unit_run("live_samples", tests, COUNT(tests));
}
