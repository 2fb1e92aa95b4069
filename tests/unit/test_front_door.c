/*
 * The real daemon and more clients than a transcript has: who says nothing is in nobody's way, and
 * what clients may not do they may not do at the devices' place either.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/fake/fake_sim.h"
#include "tests/tools/play.h"
#include "tests/unit/unit.h"

enum {
	SILENT = 6, /* one after the other they would take 30 seconds, and a reply may take 15 */
};

struct scene {
	struct play_daemon d;
	char socket[PLAY_PATH], devices[PLAY_PATH];
};

/* words: options and, behind "COMM", what is debugged. */
static void scene_open(struct scene *s, const char *const *words)
{
	char comm[PLAY_PATH + 8], second[PLAY_PATH + 8];
	const char *argv[PLAY_ARGS] = { fake_sim_built("ascend-gdbserver") };

	CU_ASSERT_TRUE_FATAL(daemon_prepare(&s->d));
	s->d.comm = PLAY_UNIX;
	snprintf(s->socket, sizeof(s->socket), "%s/s", s->d.dir);
	snprintf(s->devices, sizeof(s->devices), "%s/d", s->d.dir);
	snprintf(comm, sizeof(comm), "unix:%s", s->socket);
	snprintf(second, sizeof(second), "unix:%s", s->devices);
	for (size_t n = 1; *words; words++)
		argv[n++] = !strcmp(*words, "COMM") ? comm : !strcmp(*words, "2") ? second : *words;
	CU_ASSERT_TRUE_FATAL(daemon_start(&s->d, argv));
}

static void scene_close(struct scene *s)
{
	daemon_stop(&s->d);
	daemon_forget(&s->d);
}

/* The next packet begins with these bytes. */
static void hear(struct play_wire *w, const char *start)
{
	struct play_text in = { 0 };

	CU_ASSERT_EQUAL(wire_packet(w, &in), PLAY_GOT);
	CU_ASSERT_NSTRING_EQUAL(in.n ? in.p : "", start, strlen(start));
	play_text_deinit(&in);
}

static void expect(struct play_wire *w, const char *packet, const char *start)
{
	struct play_text out = { 0 };

	play_text_add(&out, packet, strlen(packet));
	CU_ASSERT_TRUE(wire_send(w, &out));
	hear(w, start);
	play_text_deinit(&out);
}

static void test_give_way(void)
{
	struct play_wire silent[SILENT], w;
	struct scene s = { .d.pid = 0 };
	char dump[PLAY_PATH];

	snprintf(dump, sizeof(dump), "%s", fake_sim_built("tests/dumps/packets.core"));
	scene_open(&s, (const char *const[]){ "--core", dump, "COMM", NULL });
	for (size_t i = 0; i < SILENT; i++) {
		wire_init(&silent[i]);
		CU_ASSERT_TRUE(wire_connect_unix(&silent[i], s.socket));
	}
	wire_init(&w);
	CU_ASSERT_TRUE_FATAL(wire_connect_unix(&w, s.socket));
	expect(&w, "qC", "QC1b");
	for (size_t i = 0; i < SILENT; i++)
		wire_close(&silent[i]);
	expect(&w, "qC", "QC1b");
	wire_close(&w);
	scene_close(&s);
}

static void test_limits_of_devices(void)
{
	static const struct {
		const char *packet, *words;
	} rows[] = {
		{ "M0,1:00",
		  "E.memory cannot be changed: the server was started with --read-only" },
		{ "P0=00", "E.registers cannot be changed: " },
		{ "Z0,1000,4", "E.breakpoints cannot be set: " },
		{ "vCont;c", "E.nothing can be resumed: " },
		{ "vKill;1", "E.nothing can be ended: " },
		{ "vRun;", "E.programs are not started here: " },
	};
	char app[PLAY_PATH];
	struct scene s = { .d.pid = 0 };
	struct play_wire w;

	snprintf(app, sizeof(app), "%s", fake_sim_built("tests/apps/add_custom"));
	if (access(app, X_OK)) {
		puts("skipped: programs of the simulated NPU are not built here");
		return;
	}
	scene_open(&s, (const char *const[]){ "--read-only", "--device", "sim", "--device-port",
					      "2", "COMM", app, NULL });
	wire_init(&w);
	CU_ASSERT_TRUE_FATAL(wire_connect_unix(&w, s.devices));
	expect(&w, "qSupported:multiprocess+;error-message+", "PacketSize=");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		expect(&w, rows[i].packet, rows[i].words);
	wire_close(&w);
	scene_close(&s);
}

static size_t count(struct scene *s, const char *words)
{
	struct play_text all = { 0 };
	size_t n = 0;

	daemon_output(s->d.err_fd, &all);
	for (const char *at = all.p; (at = strstr(at, words)); at++)
		n++;
	play_text_deinit(&all);
	return n;
}

static void ask_in_vain(struct scene *s, size_t clients, size_t requests)
{
	struct play_wire w;

	for (size_t i = 0; i < clients; i++) {
		wire_init(&w);
		CU_ASSERT_TRUE_FATAL(wire_connect_unix(&w, s->socket));
		for (size_t k = 0; k < requests; k++) {
			expect(&w, "qRcmd,68656c70", "O");
			hear(&w, "E");
		}
		wire_close(&w);
	}
}

/* Without a whole packet: who does that is no client yet. */
static void send_damaged(struct scene *s)
{
	struct play_text bad = { 0 };
	struct play_wire w;

	CU_ASSERT_TRUE(play_unescape("\\{400*$x#00}", &bad));
	wire_init(&w);
	CU_ASSERT_TRUE_FATAL(wire_connect_unix(&w, s->socket));
	CU_ASSERT_TRUE(wire_send_raw(&w, &bad));
	/* they are read before anything else is */
	bad.n = 0;
	CU_ASSERT_EQUAL(wire_raw(&w, 400, &bad), PLAY_GOT);
	wire_close(&w);
	play_text_deinit(&bad);
}

/* Ten lines in ten seconds are far fewer, however often a client comes back. */
static void test_log_is_not_filled(void)
{
	enum { CLIENTS = 40, REQUESTS = 10, LINES = 200 };
	struct scene s = { .d.pid = 0 };
	char dump[PLAY_PATH];

	snprintf(dump, sizeof(dump), "%s", fake_sim_built("tests/dumps/packets.core"));
	scene_open(&s, (const char *const[]){ "--no-monitor", "--core", dump, "COMM", NULL });
	ask_in_vain(&s, CLIENTS, REQUESTS);
	send_damaged(&s);
	CU_ASSERT_TRUE(count(&s, "refused packet=qRcmd") > 0);
	CU_ASSERT_TRUE(count(&s, "refused packet=qRcmd") < LINES);
	CU_ASSERT_TRUE(count(&s, "damaged-packet bytes=1") > 0);
	CU_ASSERT_TRUE(count(&s, "damaged-packet bytes=1") < LINES);
	scene_close(&s);
}

int main(void)
{
	static const struct unit_test tests[] = {
		{ "silent clients give way", test_give_way },
		{ "limits of devices", test_limits_of_devices },
		{ "the log is not filled", test_log_is_not_filled },
	};

	signal(SIGPIPE, SIG_IGN);
	return unit_run("front_door", tests, sizeof(tests) / sizeof(tests[0]));
}
