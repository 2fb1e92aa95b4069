/*
 * What the Linux target shows of a process beside registers and memory, held against /proc and the
 * system's own calls: program, auxiliary vector, names, lists of libraries (right, damaged, of
 * 4-byte programs), signals.
 */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "tests/apps/lists.h"
#include "tests/fake/fake_client.h"
#include "tests/fake/live.h"
#include "tests/unit/unit.h"

static struct target_tid first_thread(const struct live *l)
{
	return (struct target_tid){ l->pid, l->pid };
}

static char *slurp(const char *path, size_t *n)
{
	FILE *f = fopen(path, "re");
	char *text = calloc(1, 1 << 20);

	if (!text)
		abort();
	*n = f ? fread(text, 1, (1 << 20) - 1, f) : 0;
	if (f)
		fclose(f);
	return text;
}

/* --- the process --- */

static void wait_for_ready(int fd)
{
	char c;

	while (read(fd, &c, 1) == 1 && c != '\n')
		;
}

/** A program of tests/apps that runs until it is killed. */
static pid_t run_app(const char *path)
{
	int fds[2];

	if (pipe(fds))
		abort();
	pid_t pid = fork();
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		dup2(fds[1], 1);
		execl(path, path, NULL);
		_exit(127);
	}
	close(fds[1]);
	wait_for_ready(fds[0]);
	close(fds[0]);
	return pid;
}

static bool open_spaces(struct live *l)
{
	char path[PATH_MAX];

	if (!live_app("spaces", path, sizeof(path)))
		return false;
	live_open(l);
	CU_ASSERT_TRUE(live_attach(l, run_app(path)));
	return l->pid != 0;
}

static void test_program(void)
{
	struct target_text text = { 0 };
	char want[PATH_MAX], path[64];
	struct live l;

	if (!open_spaces(&l))
		return;
	snprintf(path, sizeof(path), "/proc/%u/exe", l.pid);
	ssize_t n = readlink(path, want, sizeof(want));
	CU_ASSERT_EQUAL(target_exec_file(l.t, l.pid, &text), TARGET_OK);
	CU_ASSERT_TRUE(n > 0 && text.len == (size_t)n && !memcmp(text.data, want, text.len));
	target_text_deinit(&text);
	/* a process of others is nobody's business */
	CU_ASSERT_EQUAL(target_exec_file(l.t, 1, &text), TARGET_NO_THREAD);
	CU_ASSERT_EQUAL(target_exec_file(l.t, (uint32_t)getpid(), &text), TARGET_NO_THREAD);
	CU_ASSERT_PTR_NULL(text.data);
	live_close(&l);
}

static void test_auxv(void)
{
	struct target_text text = { 0 };
	char path[64];
	struct live l;
	size_t n;

	if (!open_spaces(&l))
		return;
	snprintf(path, sizeof(path), "/proc/%u/auxv", l.pid);
	char *want = slurp(path, &n);
	CU_ASSERT_EQUAL(target_auxv(l.t, l.pid, &text), TARGET_OK);
	CU_ASSERT_TRUE(n > 64 && text.len == n && !memcmp(text.data, want, n));
	target_text_deinit(&text);
	CU_ASSERT_EQUAL(target_auxv(l.t, 1, &text), TARGET_NO_THREAD);
	free(want);
	live_close(&l);
}

/* A server that is short of descriptors does not say that the process is gone. */
static void test_no_descriptor(void)
{
	struct target_text text = { 0 };
	struct live l;
	struct rlimit old;

	if (!open_spaces(&l))
		return;
	int next = dup(STDERR_FILENO);
	close(next);
	CU_ASSERT_EQUAL_FATAL(getrlimit(RLIMIT_NOFILE, &old), 0);
	setrlimit(RLIMIT_NOFILE, &(struct rlimit){ (rlim_t)next, old.rlim_max });
	enum target_status status = target_auxv(l.t, l.pid, &text);
	setrlimit(RLIMIT_NOFILE, &old);
	CU_ASSERT_EQUAL(status, TARGET_SYSTEM);
	CU_ASSERT_PTR_NOT_NULL(strstr(target_words(l.t, status), "Too many open files"));
	target_text_deinit(&text);
	live_close(&l);
}

static void test_threads(void)
{
	struct target_tid tids[8];
	bool main = false, odd = false;
	struct live l;
	size_t n;

	if (!open_spaces(&l))
		return;
	CU_ASSERT_EQUAL(target_threads(l.t, tids, 8, &n), TARGET_OK);
	CU_ASSERT_EQUAL(n, 2);
	for (size_t i = 0; i < n && i < 8; i++) {
		struct target_text name = { 0 };
		int core = target_thread_core(l.t, tids[i]);

		CU_ASSERT_TRUE(core >= 0 && core < sysconf(_SC_NPROCESSORS_CONF));
		CU_ASSERT_EQUAL(target_thread_name(l.t, tids[i], &name), TARGET_OK);
		main |= name.data && !strcmp(name.data, "spaces");
		odd |= name.data && !strcmp(name.data, "odd ) (name");
		target_text_deinit(&name);
	}
	CU_ASSERT_TRUE(main && odd);
	struct target_text none = { 0 };
	const struct target_tid lost = { l.pid, 1 };
	CU_ASSERT_EQUAL(target_thread_name(l.t, lost, &none), TARGET_NO_THREAD);
	CU_ASSERT_EQUAL(target_thread_core(l.t, lost), -1);
	live_close(&l);
}

/* --- libraries --- */

enum { MAPS = 32 };

struct maps {
	size_t n, mains;
	uint64_t main;
	struct target_link_map v[MAPS];
	char names[MAPS][PATH_MAX];
};

static void note(void *ctx, const struct target_link_map *map)
{
	struct maps *m = ctx;

	if (map->main) {
		m->mains++;
		m->main = map->lm;
		return;
	}
	if (m->n < MAPS) {
		m->v[m->n] = *map;
		snprintf(m->names[m->n], PATH_MAX, "%s", map->name);
	}
	m->n++;
}

static enum target_status list_from(struct live *l, const struct target_link_start *from,
				    struct maps *m)
{
	memset(m, 0, sizeof(*m));
	return target_link_maps(l->t, l->pid, from, note, m);
}

static enum target_status list(struct live *l, struct maps *m)
{
	const struct target_link_start from = { 0 };

	return list_from(l, &from, m);
}

/* The line of /proc/PID/maps with a file at its very start at this address. */
static bool is_mapped(const struct live *l, uint64_t base, const char *name)
{
	char path[64], line[PATH_MAX + 128], want[PATH_MAX];
	bool found = false;

	if (!realpath(name, want))
		return false;
	snprintf(path, sizeof(path), "/proc/%u/maps", l->pid);
	FILE *f = fopen(path, "re");
	while (f && !found && fgets(line, sizeof(line), f)) {
		line[strcspn(line, "\n")] = '\0';
		const char *file = strchr(line, '/');

		found = file && strtoull(line, NULL, 16) == base && !strcmp(file, want);
	}
	if (f)
		fclose(f);
	return found;
}

/* glibc from 2.35 on tells of other namespaces (r_debug version 2). */
static void test_libraries(void)
{
	struct maps *m = calloc(1, sizeof(*m));
	uint64_t other = 0;
	bool libc = false, libm = false;
	struct live l;

	if (!m || !open_spaces(&l)) {
		free(m);
		return;
	}
	CU_ASSERT_EQUAL(list(&l, m), TARGET_OK);
	CU_ASSERT_EQUAL(m->mains, 1);
	CU_ASSERT_TRUE(m->n >= 4 && m->n <= MAPS);
	for (size_t i = 0; i < m->n && i < MAPS; i++) {
		bool first = m->v[i].space == m->v[0].space;

		if (m->names[i][0] == '/')
			CU_ASSERT_TRUE(is_mapped(&l, m->v[i].base, m->names[i]));
		libc |= first && strstr(m->names[i], "/libc.so");
		libm |= !first && strstr(m->names[i], "/libm.so");
		if (!first)
			other = m->v[i].space;
	}
	CU_ASSERT_TRUE(libc);
	CU_ASSERT_TRUE(libm);
	CU_ASSERT_TRUE(other != 0);
	/* from the middle: what is behind, in the namespace that the client names */
	const struct target_link_start from = { m->v[1].lm, m->v[0].lm, 77 };
	struct target_link_map second = m->v[1];
	CU_ASSERT_EQUAL(list_from(&l, &from, m), TARGET_OK);
	CU_ASSERT_TRUE(m->n >= 1 && !m->mains && m->v[0].lm == second.lm);
	CU_ASSERT_EQUAL(m->v[0].space, 77);
	const struct target_link_start wrong = { second.lm, 12345, 77 };
	CU_ASSERT_EQUAL(list_from(&l, &wrong, m), TARGET_OK);
	CU_ASSERT_EQUAL(m->n, 0);
	live_close(&l);
	free(m);
}

/* Right after exec there is no list yet; it is no failure. */
static void test_libraries_early(void)
{
	struct maps *m = calloc(1, sizeof(*m));
	char path[PATH_MAX];
	struct live l;

	if (m && live_app("spaces", path, sizeof(path))) {
		live_open(&l);
		CU_ASSERT_TRUE(live_start(&l, path, NULL));
		CU_ASSERT_EQUAL(list(&l, m), TARGET_OK);
		CU_ASSERT_TRUE(!m->n && !m->mains);
		live_close(&l);
	}
	free(m);
}

/** A list of tests/apps/lists.c and what is to be seen of it. */
struct lists_case {
	char kind;
	size_t n;
	const char *names[4];
};

#define FIRST  "/lib/first & <1>.so"
#define SECOND "/lib/second.so"
#define OTHER  "/lib/other.so"

static const struct lists_case lists_cases[] = {
	{ LISTS_GOOD, 2, { FIRST, SECOND } },
	/* the namespaces go round: they are not listed for ever */
	{ LISTS_SPACES, 3, { FIRST, SECOND, OTHER } },
	{ LISTS_NAME, 2, { FIRST, NULL } },
	{ LISTS_BROKEN, 1, { FIRST } },
	{ LISTS_NOWHERE, 1, { SECOND } },
	{ LISTS_MANY, 65536 - 1, { FIRST, SECOND, "x" } },
	{ LISTS_EARLY, 0, { NULL } },
};

static void check_lists(struct live *l, const struct lists_case *c, struct maps *m)
{
	CU_ASSERT_EQUAL(list(l, m), TARGET_OK);
	CU_ASSERT_EQUAL(m->mains, c->kind == LISTS_EARLY ? 0 : 1);
	CU_ASSERT_EQUAL(m->n, c->n);
	for (size_t i = 0; i < 4 && c->names[i] && i < m->n; i++)
		CU_ASSERT_STRING_EQUAL(m->names[i], c->names[i]);
	if (c->kind == LISTS_NAME)
		CU_ASSERT_TRUE(strspn(m->names[1], "n") == PATH_MAX - 1);
	if (c->kind == LISTS_SPACES)
		CU_ASSERT_NOT_EQUAL(m->v[0].space, m->v[2].space);
	if (c->kind != LISTS_EARLY) {
		CU_ASSERT_EQUAL(m->v[0].base % 0x1000, 0);
		CU_ASSERT_EQUAL(m->v[0].dynamic, m->v[0].base + 0x10);
	}
}

/* The signal it died of, in the layout of its class; changed, it reads as changed. */
static void check_siginfo(struct live *l, bool wide)
{
	struct target_text text = { 0 };
	const size_t at = wide ? 16 : 12;
	uint64_t address = 0, other = 0x1234;
	int number = 0;

	CU_ASSERT_EQUAL(target_siginfo_read(l->t, first_thread(l), &text), TARGET_OK);
	CU_ASSERT_EQUAL_FATAL(text.len, sizeof(siginfo_t));
	memcpy(&number, text.data, sizeof(number));
	memcpy(&address, text.data + at, wide ? 8 : 4);
	CU_ASSERT_EQUAL(number, SIGSEGV);
	CU_ASSERT_EQUAL(address, LISTS_FAULT);
	CU_ASSERT_EQUAL(target_siginfo_write(l->t, first_thread(l), at, &other, wide ? 8 : 4),
			TARGET_OK);
	target_text_deinit(&text);
	CU_ASSERT_EQUAL(target_siginfo_read(l->t, first_thread(l), &text), TARGET_OK);
	memcpy(&address, text.data + at, wide ? 8 : 4);
	CU_ASSERT_EQUAL(address, other);
	target_text_deinit(&text);
}

static void run_lists(const char *name, bool wide, struct maps *m)
{
	char path[PATH_MAX];

	if (!live_app(name, path, sizeof(path)))
		return;
	for (size_t i = 0; i < sizeof(lists_cases) / sizeof(lists_cases[0]); i++) {
		const char kind[] = { lists_cases[i].kind, '\0' };
		struct target_stop stop = { 0 };
		struct live l;

		live_open(&l);
		if (!live_start(&l, path, kind)) {
			printf("skipped: %s: %s\n", path, target_words(l.t, TARGET_SYSTEM));
			live_close(&l);
			return;
		}
		CU_ASSERT_TRUE(live_run(&l, &stop));
		CU_ASSERT_EQUAL(stop.signal, TARGET_SIGNAL_SEGV);
		check_lists(&l, &lists_cases[i], m);
		check_siginfo(&l, wide);
		live_close(&l);
	}
}

static void test_lists(void)
{
	struct maps *m = calloc(1, sizeof(*m));

	if (!m)
		abort();
	run_lists("lists64", true, m);
	run_lists("lists32", false, m);
	free(m);
}

/* --- packets --- */

/** What a client asks of lists64 with LISTS_GOOD, and hears. */
static const struct {
	const char *packet, *want;
} packets[] = {
	{ "qSupported:multiprocess+",
	  "~*;qXfer:exec-file:read+;qXfer:auxv:read+;"
	  "qXfer:libraries-svr4:read+;augmented-libraries-svr4-read+;"
	  "qXfer:osdata:read+;qXfer:siginfo:read+;qXfer:siginfo:write+*" },
	{ "qXfer:libraries-svr4:read::0,1000",
	  "~l<library-list-svr4 version=\"1.0\" main-lm=\"0x*\">"
	  "<library name=\"/lib/first &amp; &lt;1&gt;.so\" lm=\"0x*\" l_addr=\"0x1000\" "
	  "l_ld=\"0x1010\" lmid=\"0x*\"/><library name=\"/lib/second.so\" *"
	  "</library-list-svr4>" },
	{ "qXfer:libraries-svr4:read:start=10;prev=0;lmid=0;:0,1000",
	  "l<library-list-svr4 version=\"1.0\"></library-list-svr4>" },
	{ "qXfer:libraries-svr4:read:start=ffffffffffffffff;prev=0;lmid=7:0,1000",
	  "l<library-list-svr4 version=\"1.0\"></library-list-svr4>" },
	{ "qXfer:libraries-svr4:read:color=red;shape;=;:0,40", "~m<library-list-svr4*" },
	{ "qXfer:libraries-svr4:read:start=zz:0,1000", "~E.*" },
	{ "qXfer:libraries-svr4:read:start=:0,1000", "~E.*" },
	{ "qXfer:libraries-svr4:read:start=11111111111111111:0,1000", "~E.*" },
	{ "qXfer:libraries-svr4:read::ffffffffffffffff,1000", "l" },
	{ "qXfer:libraries-svr4:write::0:x", "" },
	{ "qXfer:auxv:read:1:0,1000", "~E.*" },
	{ "qXfer:memory-map:read::0,1000", "" },
	{ "qXfer:exec-file:read:1:0,1000", "E.there is no such thread" },
	{ "qXfer:exec-file:read::0,1000", "~l/*/lists64" },
	{ "qXfer:siginfo:write::4:::::", "4" },
	{ "qXfer:siginfo:read::4,4", "m::::" },
	{ "qXfer:siginfo:read:x:0,4", "~E.*" },
	{ "qXfer:siginfo:write::7d:abcd", "~E.*" },
	{ "qXfer:siginfo:write::80:", "0" },
	{ "qXfer:siginfo:write::ffffffffffffffff:abcd", "~E.*" },
	{ "qXfer:siginfo:write::4", "~E.*" },
	{ "qXfer:siginfo:write:x:0:a", "~E.*" },
	{ "qXfer:siginfo:write:", "~E.*" },
	{ "qXfer:osdata:read::0,4000", "~l<osdata type=\"types\"><item>*>CPUs</column>*" },
	{ "qXfer:osdata:read:nothing:0,1000", "l" },
};

static void test_packets(void)
{
	const char kind[] = { LISTS_GOOD, '\0' };
	struct target_stop stop = { 0 };
	char path[PATH_MAX];
	struct live l;

	if (!live_app("lists64", path, sizeof(path)))
		return;
	live_open(&l);
	CU_ASSERT_TRUE_FATAL(live_start(&l, path, kind));
	CU_ASSERT_TRUE(live_run(&l, &stop));
	struct fake_client c = { .session = session_create(l.t, (struct target_log){ 0 }),
				 .reply = malloc(SESSION_PACKET_SIZE + 1) };
	for (size_t i = 0; i < sizeof(packets) / sizeof(packets[0]); i++)
		CU_ASSERT_TRUE(client_expect(&c, packets[i].packet, packets[i].want));
	session_destroy(c.session);
	free(c.reply);
	live_close(&l);
}

static void ignore(void *ctx, const struct target_link_map *map)
{
	(void)ctx;
	(void)map;
}

static void test_no_process(void)
{
	const struct target_link_start from = { 0 };
	struct target_text text = { 0 };
	struct live l;

	live_open(&l);
	CU_ASSERT_EQUAL(target_link_maps(l.t, 1, &from, ignore, NULL), TARGET_NO_THREAD);
	CU_ASSERT_EQUAL(target_siginfo_read(l.t, (struct target_tid){ 1, 1 }, &text),
			TARGET_NO_THREAD);
	CU_ASSERT_EQUAL(target_siginfo_write(l.t, (struct target_tid){ 1, 1 }, 0, "", 1),
			TARGET_NO_THREAD);
	live_close(&l);
}

/* --- signals --- */

static int signal_pipe[2];

static void on_signal(int number, siginfo_t *info, void *context)
{
	int value = info->si_value.sival_int;

	(void)number;
	(void)context;
	if (write(signal_pipe[1], &value, sizeof(value)) != sizeof(value))
		_exit(2);
}

static void wait_for_signals(void *ctx)
{
	struct sigaction act = { .sa_sigaction = on_signal, .sa_flags = SA_SIGINFO };

	(void)ctx;
	sigaction(SIGUSR1, &act, NULL);
	if (write(signal_pipe[1], "    ", sizeof(int)) != sizeof(int))
		_exit(2);
	for (;;)
		pause();
}

/* What the client writes is what the handler of the program gets. */
static void test_siginfo(void)
{
	struct target_text text = { 0 };
	struct target_stop stop = { 0 };
	siginfo_t info;
	struct live l;
	int got = 0;

	CU_ASSERT_EQUAL_FATAL(pipe(signal_pipe), 0);
	pid_t pid = live_child(wait_for_signals, NULL);
	CU_ASSERT_EQUAL(read(signal_pipe[0], &got, sizeof(got)), sizeof(got));
	live_open(&l);
	CU_ASSERT_TRUE_FATAL(live_attach(&l, pid));
	CU_ASSERT_EQUAL(sigqueue(pid, SIGUSR1, (union sigval){ .sival_int = 41 }), 0);
	CU_ASSERT_TRUE(live_run(&l, &stop));
	CU_ASSERT_EQUAL(target_siginfo_read(l.t, first_thread(&l), &text), TARGET_OK);
	CU_ASSERT_EQUAL_FATAL(text.len, sizeof(info));
	memcpy(&info, text.data, sizeof(info));
	CU_ASSERT_TRUE(info.si_signo == SIGUSR1 && info.si_value.sival_int == 41);
	CU_ASSERT_EQUAL(info.si_pid, getpid());
	int value = 99;
	size_t at = (size_t)((char *)&info.si_value - (char *)&info);
	CU_ASSERT_EQUAL(target_siginfo_write(l.t, first_thread(&l), at, &value, 4), TARGET_OK);
	CU_ASSERT_EQUAL(target_siginfo_write(l.t, first_thread(&l), 126, &value, 4),
			TARGET_INVALID);
	CU_ASSERT_EQUAL(target_siginfo_write(l.t, first_thread(&l), UINT64_MAX, &value, 4),
			TARGET_INVALID);
	const struct target_action go = {
		.kind = TARGET_CONTINUE, .pid = -1, .tid = -1, .signal = stop.signal
	};
	CU_ASSERT_EQUAL(target_resume(l.t, &go, 1), TARGET_OK);
	CU_ASSERT_EQUAL(target_siginfo_read(l.t, first_thread(&l), &text), TARGET_RUNNING);
	CU_ASSERT_EQUAL(read(signal_pipe[0], &got, sizeof(got)), sizeof(got));
	CU_ASSERT_EQUAL(got, 99);
	target_text_deinit(&text);
	live_close(&l);
	close(signal_pipe[0]);
	close(signal_pipe[1]);
}

static const struct unit_test tests[] = {
	{ "program", test_program },
	{ "auxiliary vector", test_auxv },
	{ "no descriptor is left", test_no_descriptor },
	{ "threads", test_threads },
	{ "libraries", test_libraries },
	{ "libraries before the start", test_libraries_early },
	{ "made-up lists", test_lists },
	{ "packets", test_packets },
	{ "no process", test_no_process },
	{ "siginfo", test_siginfo },
};

int main(void)
{
	return unit_run("linux_view", tests, sizeof(tests) / sizeof(tests[0]));
}
