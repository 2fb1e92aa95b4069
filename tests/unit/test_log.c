/*
 * Unit tests of stub/log.c and stub/packet_log.c: what a line may hold, how long it gets, what it
 * hides, and that a packet log reads as gdb's own does.
 */
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "stub/log.h"
#include "stub/packet_log.h"
#include "tests/unit/unit.h"

enum { TEXT = 8192 };

/* A log that writes to a temporary file, and what it wrote. */
struct scratch {
	char path[32];
	struct log log;
	char text[TEXT];
};

static void scratch_path(struct scratch *s)
{
	memcpy(s->path, "/tmp/test_log.XXXXXX", 21);
	int fd = mkstemp(s->path);
	CU_ASSERT_FATAL(fd >= 0);
	close(fd);
}

static void scratch_open(struct scratch *s, enum target_log_level level)
{
	char why[LOG_WORDS];

	scratch_path(s);
	log_init(&s->log);
	CU_ASSERT_EQUAL(s->log.level, TARGET_LOG_WARN);
	CU_ASSERT_EQUAL(s->log.sink, LOG_TO_STDERR);
	CU_ASSERT_TRUE_FATAL(log_open(&s->log, s->path, why));
	s->log.level = level;
}

static const char *scratch_read(struct scratch *s)
{
	int fd = open(s->path, O_RDONLY);
	ssize_t n = read(fd, s->text, TEXT - 1);

	s->text[n > 0 ? n : 0] = 0;
	close(fd);
	return s->text;
}

static void scratch_close(struct scratch *s)
{
	log_deinit(&s->log);
	unlink(s->path);
}

static void test_levels(void)
{
	struct scratch s;

	scratch_open(&s, TARGET_LOG_WARN);
	CU_ASSERT_TRUE(log_wants(&s.log, TARGET_LOG_ERROR));
	CU_ASSERT_FALSE(log_wants(&s.log, TARGET_LOG_INFO));
	log_format(&s.log, TARGET_LOG_ERROR, "device core=%d: it is gone", 7);
	log_format(&s.log, TARGET_LOG_INFO, "not this");
	log_text(&s.log, TARGET_LOG_DEBUG, "nor this");
	log_text(&s.log, TARGET_LOG_WARN, "100%s");
	CU_ASSERT_STRING_EQUAL(scratch_read(&s),
			       "error: device core=7: it is gone\nwarning: 100%s\n");
	scratch_close(&s);
}

static void test_target_view(void)
{
	struct scratch s;

	scratch_open(&s, TARGET_LOG_INFO);
	struct target_log view = log_for_target(&s.log);
	view.write(view.ctx, TARGET_LOG_INFO, "section 9: unknown type, ignored");
	view.write(view.ctx, TARGET_LOG_DEBUG, "hidden");
	CU_ASSERT_STRING_EQUAL(scratch_read(&s), "info: section 9: unknown type, ignored\n");
	scratch_close(&s);
}

static void test_escapes(void)
{
	struct scratch s;

	scratch_open(&s, TARGET_LOG_DEBUG);
	log_text(&s.log, TARGET_LOG_DEBUG, "a\nb\x1b[2J\t\x7f\xff~");
	CU_ASSERT_STRING_EQUAL(scratch_read(&s), "debug: a\\x0ab\\x1b[2J\\x09\\x7f\\xff~\n");
	scratch_close(&s);
}

static void test_line_is_bounded(void)
{
	struct scratch s;
	char text[3 * LOG_LINE];

	scratch_open(&s, TARGET_LOG_INFO);
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = 0;
	log_text(&s.log, TARGET_LOG_INFO, text);
	CU_ASSERT_EQUAL(strlen(scratch_read(&s)), LOG_LINE);
	CU_ASSERT_EQUAL(s.text[LOG_LINE - 1], '\n');
	log_format(&s.log, TARGET_LOG_INFO, "%s", text);
	CU_ASSERT_EQUAL(strlen(scratch_read(&s)), 2 * LOG_LINE);
	memset(text, '\n', sizeof(text) - 1);
	log_text(&s.log, TARGET_LOG_INFO, text);
	CU_ASSERT_TRUE(strlen(scratch_read(&s)) <= 3 * LOG_LINE);
	scratch_close(&s);
}

static void test_paths_are_hidden(void)
{
	static const struct {
		const char *in, *out;
	} rows[] = {
		{ "open /data/a.core: no", "info: open <path>: no\n" },
		{ "open \"/data/my core\" no", "info: open \"<path>\" no\n" },
		{ "./a.core and ../b, ~/c", "info: <path> and <path>, <path>\n" },
		{ "dir=/tmp (/tmp/x)", "info: dir=<path> (<path>)\n" },
		{ "read/write 1/2 / n/a // ok", "info: read/write 1/2 / n/a // ok\n" },
		{ "k.cpp:42 ... .text", "info: k.cpp:42 ... .text\n" },
		{ "\"/open", "info: \"<path>\n" },
		{ "ends in /", "info: ends in /\n" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct scratch s;

		scratch_open(&s, TARGET_LOG_INFO);
		log_text(&s.log, TARGET_LOG_INFO, rows[i].in);
		CU_ASSERT_STRING_EQUAL(scratch_read(&s), rows[i].out);
		scratch_close(&s);
	}
}

static void test_debug_shows_paths(void)
{
	struct scratch s;

	scratch_open(&s, TARGET_LOG_DEBUG);
	log_text(&s.log, TARGET_LOG_DEBUG, "open /data/a.core");
	CU_ASSERT_STRING_EQUAL(scratch_read(&s), "debug: open /data/a.core\n");
	scratch_close(&s);
}

static void test_timestamps(void)
{
	struct scratch s;
	long seconds = 0;
	char *end;

	scratch_open(&s, TARGET_LOG_INFO);
	s.log.timestamps = true;
	log_text(&s.log, TARGET_LOG_INFO, "now");
	seconds = strtol(scratch_read(&s), &end, 10);
	CU_ASSERT_TRUE(seconds > 0);
	CU_ASSERT_EQUAL(*end, '.');
	CU_ASSERT_EQUAL(strspn(end + 1, "0123456789"), 6);
	CU_ASSERT_STRING_EQUAL(end + 7, " info: now\n");
	scratch_close(&s);
}

static void test_open_refuses(void)
{
	struct scratch s;
	struct log l;
	char why[LOG_WORDS] = "", link[sizeof(s.path) + 8];

	scratch_path(&s);
	log_init(&l);
	snprintf(link, sizeof(link), "%s.link", s.path);
	CU_ASSERT_EQUAL_FATAL(symlink(s.path, link), 0);
	CU_ASSERT_FALSE(log_open(&l, link, why));
	CU_ASSERT_STRING_EQUAL(why, "the log file is a symbolic link: name the file itself");
	CU_ASSERT_FALSE(log_open(&l, "/no-such-folder/x", why));
	CU_ASSERT_PTR_NOT_NULL(strstr(why, "No such file"));
	CU_ASSERT_EQUAL(l.sink, LOG_TO_STDERR);
	unlink(link);
	unlink(s.path);
}

static void test_write_fails_quietly(void)
{
	struct packet_log p;
	struct log l;
	char why[LOG_WORDS];

	log_init(&l);
	packet_log_init(&p);
	CU_ASSERT_TRUE_FATAL(log_open(&l, "/dev/full", why));
	CU_ASSERT_TRUE_FATAL(packet_log_open(&p, "/dev/full", why));
	log_text(&l, TARGET_LOG_ERROR, "nobody hears it");
	log_text(&l, TARGET_LOG_ERROR, "nor this");
	CU_ASSERT_EQUAL(l.sink, LOG_TO_FILE);
	packet_log_bytes(&p, PACKET_TO_CLIENT, "+", 1);
	CU_ASSERT_EQUAL(p.file.fd, -1); /* a record with a hole is none */
	packet_log_bytes(&p, PACKET_TO_CLIENT, "+", 1);
	packet_log_deinit(&p);
	log_deinit(&l);
}

/* What is no file of ours is not renamed, whatever goes through it; nobody waits for its reader. */
static void test_pipe(void)
{
	struct scratch s;
	struct log l;
	char why[LOG_WORDS] = "";

	scratch_path(&s);
	log_init(&l);
	CU_ASSERT_TRUE_FATAL(!unlink(s.path) && !mkfifo(s.path, 0600));
	CU_ASSERT_FALSE(log_open(&l, s.path, why));
	CU_ASSERT_PTR_NOT_NULL(strstr(why, "a pipe that nobody reads"));
	int reader = open(s.path, O_RDONLY | O_NONBLOCK);
	CU_ASSERT_TRUE_FATAL(log_open(&l, s.path, why));
	log_text(&l, TARGET_LOG_WARN, "heard");
	CU_ASSERT_EQUAL(read(reader, s.text, TEXT), 15);
	CU_ASSERT_NSTRING_EQUAL(s.text, "warning: heard\n", 15);
	CU_ASSERT_FALSE(log_file_is_full(&l.file, (size_t)2 * LOG_FILE_MAX));
	while (write(l.file.fd, s.text, 1) == 1)
		;
	log_text(&l, TARGET_LOG_WARN, "not heard");
	while (read(reader, s.text, TEXT) > 0)
		;
	log_text(&l, TARGET_LOG_WARN, "again");
	CU_ASSERT_EQUAL(read(reader, s.text, TEXT), 15);
	log_deinit(&l);
	close(reader);
	unlink(s.path);
}

static void packets_open(struct scratch *s, struct packet_log *p)
{
	char why[LOG_WORDS];

	scratch_path(s);
	packet_log_init(p);
	CU_ASSERT_TRUE_FATAL(packet_log_open(p, s->path, why));
}

static void test_packets_form(void)
{
	struct scratch s;
	struct packet_log p;

	packets_open(&s, &p);
	packet_log_bytes(&p, PACKET_FROM_CLIENT, "+$?#3f", 6);
	packet_log_bytes(&p, PACKET_TO_CLIENT, "+", 1);
	packet_log_bytes(&p, PACKET_TO_CLIENT, "$T05#b9", 7);
	packet_log_bytes(&p, PACKET_TO_CLIENT, "", 0);
	packet_log_remark(&p, "client 2");
	packet_log_remark(&p, "again");
	packet_log_bytes(&p, PACKET_FROM_CLIENT, "\x03\0\\\n\t\b\f\r\v\xff", 10);
	packet_log_deinit(&p);
	CU_ASSERT_STRING_EQUAL(scratch_read(&s), "\nw +$?#3f\nr +$T05#b9\nc client 2\nc again"
						 "\nw \\x03\\x00\\\\\\n\\t\\b\\f\\r\\v\\xff\n");
	CU_ASSERT_EQUAL(p.file.fd, -1);
	unlink(s.path);
}

static bool is_within(const char *path, off_t limit)
{
	struct stat st;

	return stat(path, &st) == 0 && st.st_size > 0 && st.st_size <= limit;
}

static void test_packets_are_bounded(void)
{
	struct scratch s;
	struct packet_log p;
	char bytes[512], old[sizeof(s.path) + 2];

	packets_open(&s, &p);
	p.file.limit = 4096;
	memset(bytes, 3, sizeof(bytes));
	for (int i = 0; i < 20; i++)
		packet_log_bytes(&p, PACKET_TO_CLIENT, bytes, sizeof(bytes));
	packet_log_deinit(&p);
	CU_ASSERT_PTR_NOT_NULL(strstr(scratch_read(&s), "\nc goes on from the file before\nr "));
	snprintf(old, sizeof(old), "%s.1", s.path);
	CU_ASSERT_TRUE(is_within(s.path, 4096));
	CU_ASSERT_TRUE(is_within(old, 4096));
	unlink(s.path);
	unlink(old);
}

static void test_log_is_bounded(void)
{
	struct scratch s;
	char old[sizeof(s.path) + 2];

	scratch_open(&s, TARGET_LOG_INFO);
	s.log.file.limit = 1000;
	for (int i = 0; i < 100; i++)
		log_format(&s.log, TARGET_LOG_INFO, "line %d", i);
	snprintf(old, sizeof(old), "%s.1", s.path);
	CU_ASSERT_TRUE(is_within(s.path, 1000));
	CU_ASSERT_TRUE(is_within(old, 1000));
	CU_ASSERT_PTR_NOT_NULL(strstr(scratch_read(&s), "info: line 99\n"));
	unlink(old);
	scratch_close(&s);
}

static void test_packets_large_piece(void)
{
	struct scratch s;
	struct packet_log p;
	char bytes[1500];

	packets_open(&s, &p);
	memset(bytes, 0xfe, sizeof(bytes));
	packet_log_bytes(&p, PACKET_TO_CLIENT, bytes, sizeof(bytes));
	packet_log_deinit(&p);
	CU_ASSERT_EQUAL(strlen(scratch_read(&s)), 3 + 4 * sizeof(bytes) + 1);
	unlink(s.path);
}

static void test_packets_echo(void)
{
	struct scratch s;
	struct packet_log p;
	char bytes[3000];

	scratch_open(&s, TARGET_LOG_DEBUG);
	packet_log_init(&p);
	packet_log_echo(&p, &s.log);
	packet_log_bytes(&p, PACKET_FROM_CLIENT, "$m0,4#fd\0\\", 10);
	packet_log_bytes(&p, PACKET_TO_CLIENT, "", 0);
	CU_ASSERT_STRING_EQUAL(scratch_read(&s), "debug: wire way=w: $m0,4#fd\\x00\\\\\n");
	memset(bytes, 'x', sizeof(bytes));
	packet_log_bytes(&p, PACKET_TO_CLIENT, bytes, sizeof(bytes));
	const char *last = scratch_read(&s) + strlen(s.text) - 6;
	CU_ASSERT_STRING_EQUAL(last, "xx...\n");
	s.log.level = TARGET_LOG_INFO;
	size_t before = strlen(s.text);
	packet_log_bytes(&p, PACKET_TO_CLIENT, "x", 1);
	CU_ASSERT_EQUAL(strlen(scratch_read(&s)), before);
	packet_log_deinit(&p);
	scratch_close(&s);
}

static void test_packets_off(void)
{
	struct packet_log p;
	char why[LOG_WORDS];

	packet_log_init(&p);
	packet_log_bytes(&p, PACKET_TO_CLIENT, "x", 1);
	packet_log_remark(&p, "x");
	CU_ASSERT_FALSE(packet_log_open(&p, "/no-such-folder/x", why));
	packet_log_deinit(&p);
	CU_ASSERT_EQUAL(p.file.fd, -1);
}

/* --- services of the system, played by sockets that only a child of this test sees --- */

enum { NO_NAMESPACE = 77 };

/* Folders that are empty and this process's own. */
static bool hide_system(void)
{
	static const char *const folders[] = { "/dev", "/run" };
	bool ok = unshare(CLONE_NEWNS) == 0 && !mount("", "/", "", MS_REC | MS_PRIVATE, NULL);

	for (size_t i = 0; i < 2; i++)
		ok = ok && mount("test_log", folders[i], "tmpfs", 0, NULL) == 0;
	return ok;
}

static int serve(const char *path)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	const struct timeval patience = { .tv_sec = 10 };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	snprintf(at.sun_path, sizeof(at.sun_path), "%s", path);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	return bind(fd, (const struct sockaddr *)&at, sizeof(at)) == 0 ? fd : -1;
}

/* Logs two messages to where and gives what the service at path got to check. */
static bool log_to(const char *where, const char *path, bool (*check)(const char *got, int n))
{
	char got[TEXT], why[LOG_WORDS];
	int fd = serve(path);
	bool ok = fd >= 0;
	struct log l;

	log_init(&l);
	ok = ok && log_open(&l, where, why);
	l.timestamps = true;
	log_text(&l, TARGET_LOG_INFO, "client: below the level");
	log_format(&l, TARGET_LOG_ERROR, "dump core=%d: open /data/a.core: \"no\n\"", 7);
	log_text(&l, TARGET_LOG_WARN, "refused packet=m: 100%s");
	for (int i = 0; ok && i < 2; i++) {
		ssize_t n = recv(fd, got, sizeof(got) - 1, 0);

		got[n > 0 ? n : 0] = '\0';
		ok = check(got, i);
	}
	ok = ok && recv(fd, got, sizeof(got), MSG_DONTWAIT) < 0;
	log_deinit(&l);
	close(fd);
	unlink(path);
	log_text(&l, TARGET_LOG_WARN, "refused: nobody is there any more");
	return ok;
}

/* "<PRIORITY>TIME NAME[PID]: LINE", daemon.err and daemon.warning */
static bool check_syslog(const char *got, int n)
{
	static const char *const lines[] = { "error: dump core=7: open <path>: \"no\\x0a\"\n",
					     "warning: refused packet=m: 100%s\n" };
	char end[256];

	int k = snprintf(end, sizeof(end), " ascend-gdbserver[%d]: %s", getpid(), lines[n]);
	return !strncmp(got, n ? "<28>" : "<27>", 4) && (int)strlen(got) > k &&
	       !strcmp(got + strlen(got) - k, end);
}

static bool check_journal(const char *got, int n)
{
	static const char *const lines[] = { "error: dump core=7: open <path>: \"no\\x0a\"",
					     "warning: refused packet=m: 100%s" };
	char want[512];

	snprintf(want, sizeof(want),
		 "PRIORITY=%d\nSYSLOG_IDENTIFIER=ascend-gdbserver\nSYSLOG_PID=%d\nMESSAGE=%s\n",
		 3 + n, getpid(), lines[n]);
	return !strcmp(got, want);
}

static int play_services(void)
{
	char why[LOG_WORDS];
	struct log l;

	if (!hide_system())
		return NO_NAMESPACE;
	log_init(&l);
	/* without a service: refused in words, or nothing is lost but the lines */
	if (log_open(&l, "journal", why) || !strstr(why, "journal"))
		return 1;
	if (!log_to("syslog", "/dev/log", check_syslog))
		return 2;
	if (mkdir("/run/systemd", 0755) || mkdir("/run/systemd/journal", 0755))
		return 3;
	return log_to("journal", "/run/systemd/journal/socket", check_journal) ? 0 : 4;
}

static void test_services(void)
{
	int status;
	pid_t pid = fork();

	if (!pid)
		_exit(play_services());
	CU_ASSERT_EQUAL_FATAL(waitpid(pid, &status, 0), pid);
	if (WIFEXITED(status) && WEXITSTATUS(status) == NO_NAMESPACE)
		puts("skipped: no mount namespace of its own for the fake services (not root)");
	else
		CU_ASSERT_EQUAL(status, 0);
}

int main(void)
{
	static const struct unit_test tests[] = {
		{ "levels", test_levels },
		{ "the target's view", test_target_view },
		{ "control bytes are escaped", test_escapes },
		{ "a line is bounded", test_line_is_bounded },
		{ "paths are hidden", test_paths_are_hidden },
		{ "debug shows paths", test_debug_shows_paths },
		{ "timestamps", test_timestamps },
		{ "open refuses links and bad folders", test_open_refuses },
		{ "a pipe", test_pipe },
		{ "a full disk is no failure", test_write_fails_quietly },
		{ "packet log: gdb's form", test_packets_form },
		{ "packet log: bounded", test_packets_are_bounded },
		{ "a log file is rotated", test_log_is_bounded },
		{ "packet log: large pieces", test_packets_large_piece },
		{ "packet log: echo in the log", test_packets_echo },
		{ "packet log: off", test_packets_off },
		{ "syslog and the journal", test_services },
	};

	return unit_run("log", tests, sizeof(tests) / sizeof(tests[0]));
}
