/*
 * rsp-faults [--every N] [--same N] [SCENARIO [CALL]]: plays short sessions with a server of which
 * one call of the system or the allocator fails, the first, the second, and so on to the last.
 * Whatever fails, the server answers or ends in order within its time, and leaves no process
 * stopped, patched or running that should not be. --every N tries one call of N only, --same N the
 * first N (64, 0: all) calls of the same place in the code, SCENARIO CALL just that one.
 * Descriptors are counted at the server's exit; memory is the business of a build with sanitizers,
 * whose report is a failure.
 */
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/faults/fault.h"
#include "tests/tools/probe.h"

enum {
	STEPS = 24,
	RUN_MS = 10,
	LAUNCH_MS = 5000,
	INTERRUPTS = 3,
	INTERRUPT_MS = 1500,
	END_MS = 1000
};

struct scenario {
	const char *name;
	enum probe_kind kind;
	const char *packets[STEPS]; /* "{...}" as in probe_fill; NULL behind the last */
};

/* To a core at a breakpoint in a kernel, what is there, a step, and on. */
#define LAUNCH                                                                                     \
	{                                                                                          \
		"vCont;c", "vCont;c", "qXfer:libraries:read::0,fff", "Z0,12c000001000,4",          \
			"vCont;c", "g", "m12c000001000,40", "qXfer:threads:read::0,fff",           \
			"qXfer:osdata:read:ascend-cores:0,fff", "vCont;s:p400001.1a",              \
			"M12c000001040,4:00000000", "z0,12c000001000,4", "vCont;c"                 \
	}

static const struct scenario scenarios[] = {
	{ "attach and leave", PROBE_PROCESS, { "?" } },
	{ "attach and detach", PROBE_PROCESS, { "?", "D;{pid}", "?" } },
	{ "break, step, read",
	  PROBE_PROCESS,
	  { "Z0,{pc},1", "vCont;c", "g", "m{pc},20", "vCont;s:p{pid}.{pid}", "p10",
	    "M{ram},4:01020304", "Z0,{pc},1;X3,220027", "vCont;c", "vCont;r{pc},{pc}:p{pid}.{pid}",
	    "z0,{pc},1", "vCont;s:p{pid}.{pid}" } },
	{ "breakpoint left", PROBE_PROCESS, { "Z0,{pc},1", "Z0,{text},1", "vCont;c", "vCont;c" } },
	{ "watch",
	  PROBE_PROCESS,
	  { "Z1,{pc},1", "vCont;c", "Z2,{ram},8", "vCont;c", "z1,{pc},1" } },
	{ "non-stop",
	  PROBE_PROCESS,
	  { "QNonStop:1", "vCont;t:p{pid}.-1", "?", "QNonStop:0", "?" } },
	{ "documents",
	  PROBE_PROCESS,
	  { "qXfer:threads:read::0,fff", "qXfer:features:read:target.xml:0,fff",
	    "qXfer:auxv:read::0,fff", "qXfer:libraries-svr4:read::0,fff",
	    "qXfer:exec-file:read:{pid}:0,fff", "qXfer:osdata:read:processes:0,fff",
	    "qXfer:siginfo:read::0,fff", "qfThreadInfo", "qThreadExtraInfo,p{pid}.{pid}" } },
	{ "files",
	  PROBE_PROCESS,
	  { "vFile:setfs:{pid}", "vFile:open:2f70726f632f73656c662f6d617073,0,0", "vFile:fstat:0",
	    "vFile:pread:0,100,0", "vFile:close:0",
	    "vFile:readlink:2f70726f632f73656c662f657865" } },
	{ "monitor",
	  PROBE_PROCESS,
	  { "qRcmd,68656c70", "qRcmd,7374617473", "qRcmd,6c6f67206c6576656c2033", "qRcmd,78",
	    "qSymbol::", "qSearch:memory:{text};1000;abc", "qCRC:{text},100" } },
	{ "kill", PROBE_PROCESS, { "Z0,{pc},1", "vCont;c", "vKill;{pid}", "?" } },
	{ "run", PROBE_PROCESS, { "D;{pid}", "vRun;{program}", "vCont;c", "g", "k" } },
	{ "fork",
	  PROBE_PROCESS,
	  { "D;{pid}", "qSupported:multiprocess+;fork-events+;vfork-events+;exec-events+",
	    "vRun;{program};666f726b", "vCont;c", "vCont;c", "vCont;c" } },
	{ "exec", PROBE_PROCESS, { "D;{pid}", "vRun;{program};65786563", "vCont;c", "vCont;c" } },
	{ "dump",
	  PROBE_DUMP,
	  { "?", "g", "m12c0d0000000,100", "qXfer:threads:read::0,fff",
	    "qXfer:features:read:target.xml:0,fff", "qXfer:osdata:read:ascend-cores:0,fff",
	    "qXfer:libraries:read::0,fff", "vFile:open:2f617363656e642f646576302f646576696365,0,0",
	    "vFile:pread:0,1000,0", "qRcmd,617363656e6420696e666f20636f726573" } },
	{ "socket",
	  PROBE_SOCKET,
	  { "?", "g", "m12c0d0000000,100", "qXfer:features:read:target.xml:0,fff",
	    "qRcmd,7374617473", "vFile:open:2f617363656e642f646576302f646576696365,0,0",
	    "vFile:pread:0,1000,0" } },
	{ "device", PROBE_DEVICE, LAUNCH },
	{ "driver", PROBE_DRIVER, LAUNCH },
};

struct play {
	struct probe probe;
	struct fault_orders *orders;
	char program[2 * PLAY_PATH]; /* digits for vRun */
	pid_t started;		     /* by vRun, 0 none */
	uint32_t same;
	int files; /* left open by a server of which no call fails */
};

static void note_started(struct play *y, const struct play_text *got)
{
	const char *at = got->p[0] == 'T' ? strstr(got->p, "thread:p") : NULL;
	pid_t pid = at ? (pid_t)strtol(at + strlen("thread:p"), NULL, 16) : 0;

	if (pid > 1 && pid != y->probe.app.pid)
		y->started = pid;
}

static bool may_run(const struct play_text *t)
{
	return !strncmp(t->p, "vCont;", 6) && !strstr(t->p, "vCont;t");
}

/* A user presses the interrupt key again when nothing happens. */
static enum play_got stop_it(struct probe *p)
{
	int ms = probe_has_device(p) ? LAUNCH_MS : RUN_MS;
	enum play_got got = wire_silence(&p->wire, ms);

	for (int i = 0; got == PLAY_TIMEOUT && i < INTERRUPTS; i++) {
		wire_send_raw(&p->wire, &(struct play_text){ .p = (char *)"\3", .n = 1 });
		got = wire_silence(&p->wire, INTERRUPT_MS);
	}
	return got;
}

/* PLAY_GOT, or how it ended; a server that left in order is PLAY_CLOSED. */
static enum play_got play_packet(struct play *y, const char *packet)
{
	struct play_text named = { 0 }, sent = { 0 }, got = { 0 };
	struct probe *p = &y->probe;
	enum play_got how = PLAY_GOT;

	probe_fill(p, packet, &named);
	const char *at = strstr(named.p, "{program}");
	play_text_add(&sent, named.p, at ? (size_t)(at - named.p) : named.n);
	if (at) {
		play_text_add(&sent, y->program, strlen(y->program));
		play_text_add(&sent, at + strlen("{program}"), strlen(at + strlen("{program}")));
	}
	play_text_add(&got, "", 0);
	if (!wire_send(&p->wire, &sent))
		how = PLAY_CLOSED;
	else if (may_run(&sent))
		how = stop_it(p);
	if (how == PLAY_GOT && strcmp(sent.p, "k") != 0)
		how = probe_reply(p, &got);
	/* what came first was text for the console */
	if (how == PLAY_TIMEOUT && may_run(&sent) && stop_it(p) == PLAY_GOT)
		how = probe_reply(p, &got);
	if (how == PLAY_GOT)
		note_started(y, &got);
	play_text_deinit(&named);
	play_text_deinit(&sent);
	play_text_deinit(&got);
	return how;
}

/* NULL, or what a server may not do even if a call of it fails. */
static const char *play_all(struct play *y, const struct scenario *s)
{
	const char *why = probe_start(&y->probe);
	enum play_got how = PLAY_GOT;

	y->probe.wire.skips_notices = true;
	if (!why && probe_has_device(&y->probe))
		y->started = (pid_t)y->probe.pid;
	for (size_t i = 0; !why && how == PLAY_GOT && s->packets[i]; i++) {
		how = play_packet(y, s->packets[i]);
		if (how == PLAY_TIMEOUT)
			why = "no reply";
	}
	/* a start that was refused in order is one */
	if (why == probe_refused || (why && daemon_wait(&y->probe.daemon, END_MS)))
		why = NULL;
	if (!why)
		why = probe_end(&y->probe);
	return why;
}

static const char *check_started(struct play *y)
{
	struct play_app app = { .pid = y->started };

	for (int ms = 0; y->started && ms < PLAY_STEP_MS; ms += PLAY_PAUSE_MS) {
		if (app_is_gone(&app))
			return NULL;
		usleep(PLAY_PAUSE_MS * 1000);
	}
	if (!y->started)
		return NULL;
	kill(y->started, SIGKILL);
	return "a program that the server started goes on";
}

/* Some may be kept to the end, then they are without a fault too. */
static const char *check_files(const struct play *y)
{
	if (!y->orders->left || y->orders->files <= y->files)
		return NULL;
	return "the server left more descriptors open than without a fault";
}

static const char *play(struct play *y, const struct scenario *s, uint64_t at)
{
	*y->orders = (struct fault_orders){ .at = at, .same = y->same };
	y->started = 0;
	y->probe.kind = s->kind;
	y->probe.meddled = false;
	const char *why = play_all(y, s);
	const char *left = check_started(y), *files = check_files(y);
	probe_drop(&y->probe);
	if (!why)
		why = left;
	return why ? why : files;
}

struct counts {
	unsigned long passed, failed;
};

/* Which calls are to fail: from the first one on, every so many. */
struct choice {
	const char *scenario; /* NULL: all */
	uint64_t first, every;
	uint32_t same; /* calls of one place in the code, 0: all */
};

static void play_scenario(struct play *y, const struct scenario *s, const struct choice *choice,
			  struct counts *c)
{
	y->files = INT_MAX;
	y->same = choice->same;
	const char *why = play(y, s, 0);
	uint64_t calls = y->orders->count;
	y->files = y->orders->files;

	if (why || !calls) {
		printf("%s: without a fault: %s\n", s->name, why ? why : "no call was counted");
		c->failed++;
		return;
	}
	for (uint64_t at = choice->first; at <= calls; at += choice->every) {
		why = play(y, s, at);
		*(why ? &c->failed : &c->passed) += 1;
		if (why)
			printf("%s: call %llu of %llu, %s: %s\n", s->name, (unsigned long long)at,
			       (unsigned long long)calls, y->orders->name, why);
	}
	printf("%s: %llu calls\n", s->name, (unsigned long long)calls);
	fflush(stdout);
}

static void hex_of(const char *text, char *out, size_t cap)
{
	for (size_t n = 0; *text && n + 2 < cap; n += 2)
		snprintf(out + n, cap - n, "%02x", (unsigned char)*text++);
}

static struct fault_orders *share_orders(char *path)
{
	int fd = mkstemp(path);
	void *map = MAP_FAILED;

	if (fd >= 0 && ftruncate(fd, sizeof(struct fault_orders)) == 0)
		map = mmap(NULL, sizeof(struct fault_orders), PROT_READ | PROT_WRITE, MAP_SHARED,
			   fd, 0);
	if (fd >= 0)
		close(fd);
	return map == MAP_FAILED ? NULL : map;
}

static bool parse(int argc, char **argv, struct choice *c)
{
	int i = 1;

	*c = (struct choice){ .first = 1, .every = 1, .same = 64 };
	for (; i + 1 < argc && !strncmp(argv[i], "--", 2); i += 2) {
		uint64_t n = strtoull(argv[i + 1], NULL, 0);

		if (!strcmp(argv[i], "--every"))
			c->every = n;
		else if (!strcmp(argv[i], "--same"))
			c->same = (uint32_t)n;
		else
			return false;
	}
	if (i < argc)
		c->scenario = argv[i++];
	if (i < argc) {
		c->first = strtoull(argv[i++], NULL, 0);
		c->every = UINT32_MAX;
	}
	return i == argc && c->first && c->every;
}

int main(int argc, char **argv)
{
	const char *o = getenv("O") ? getenv("O") : "build";
	char server[PLAY_PATH], core[PLAY_PATH], program[PLAY_PATH];
	char path[] = "/tmp/rsp-faults-XXXXXX";
	struct play y = { .orders = share_orders(path) };
	struct counts c = { 0 };
	struct choice choice;

	if (!y.orders || !parse(argc, argv, &choice)) {
		fprintf(stderr, "rsp-faults [--every N] [--same N] [SCENARIO [CALL]]\n");
		return 2;
	}
	signal(SIGPIPE, SIG_IGN);
	snprintf(server, sizeof(server), "%s/tests/faults/ascend-gdbserver", o);
	snprintf(core, sizeof(core), "%s/tests/dumps/packets.core", o);
	snprintf(program, sizeof(program), "%s/tests/apps/stay", o);
	hex_of(program, y.program, sizeof(y.program));
	setenv("FAULT_FILE", path, 1);
	y.probe = (struct probe){ .server = server, .folder = o, .core = core };
	for (size_t i = 0; i < sizeof(scenarios) / sizeof(scenarios[0]); i++)
		if (!choice.scenario || !strcmp(choice.scenario, scenarios[i].name))
			play_scenario(&y, &scenarios[i], &choice, &c);
	unlink(path);
	printf("faults: %lu passed, %lu failed\n", c.passed, c.failed);
	return c.failed || !c.passed ? 1 : 0;
}
