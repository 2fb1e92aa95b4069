/*
 * Unit tests of the limits on files (stub/limits.h, target/below.h) through sessions on a Linux
 * target: a client that is held in a folder finds no way out, and what it writes has no set-id
 * bits.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "rsp/hex.h"
#include "stub/limits.h"
#include "target/below.h"
#include "tests/fake/fake_client.h"
#include "tests/fake/live.h"
#include "tests/unit/unit.h"

/** A folder "out" with a folder "in" that the client is held in. */
struct scene {
	struct live live;
	struct fake_client c;
	struct limits limits;
	char folder[64];
	int opened; /* tells of what is opened */
};

static void path_of(const struct scene *s, const char *name, char *out, size_t n)
{
	snprintf(out, n, "%s/%s", s->folder, name);
}

static void put(const struct scene *s, const char *name, const char *text, mode_t mode)
{
	char path[256];

	path_of(s, name, path, sizeof(path));
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	CU_ASSERT_EQUAL(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	CU_ASSERT_EQUAL(fchmod(fd, mode), 0);
	close(fd);
}

static void link_to(const struct scene *s, const char *name, const char *to)
{
	char path[256];

	path_of(s, name, path, sizeof(path));
	CU_ASSERT_EQUAL(symlink(to, path), 0);
}

static mode_t mode_of(const struct scene *s, const char *name)
{
	char path[256];
	struct stat st;

	path_of(s, name, path, sizeof(path));
	return lstat(path, &st) ? 0 : st.st_mode;
}

static void start(struct scene *s, const char *root, unsigned denied)
{
	struct target_log none = { 0 };

	s->limits = (struct limits){ .denied = denied, .file_root = -1 };
	if (root) {
		s->limits.file_root = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
		s->limits.rooted = true;
	}
	s->c = (struct fake_client){ .session = session_create(s->live.t, none),
				     .reply = malloc(SESSION_PACKET_SIZE + 1) };
	if (!s->c.session || !s->c.reply)
		abort();
	session_set_limits(s->c.session, &s->limits);
}

static void stop(struct scene *s)
{
	session_destroy(s->c.session);
	free(s->c.reply);
	if (s->limits.rooted)
		close(s->limits.file_root);
}

static void scene_open(struct scene *s)
{
	char path[256];

	live_open(&s->live);
	snprintf(s->folder, sizeof(s->folder), "/tmp/test_limits.XXXXXX");
	CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(s->folder));
	path_of(s, "in", path, sizeof(path));
	CU_ASSERT_EQUAL(mkdir(path, 0755), 0);
	put(s, "secret", "secret", 0644);
	put(s, "in/file", "inner", 0644);
}

static void scene_close(struct scene *s)
{
	char command[128];

	live_close(&s->live);
	snprintf(command, sizeof(command), "rm -rf %s", s->folder);
	CU_ASSERT_EQUAL(system(command), 0);
}

/* The reply to vFile:CALL:HEXPATH with what follows; an open file is closed again. */
static const char *call(struct scene *s, const char *what, const char *path, const char *rest)
{
	char hex[1024], packet[1200];
	static const char *const answers[] = { "F0", "F-1,d", "F-1,2", "F-1,270f", "F-1,58" };

	rsp_hex_encode(path, strlen(path), hex);
	hex[2 * strlen(path)] = '\0';
	snprintf(packet, sizeof(packet), "vFile:%s:%s%s", what, hex, rest);
	client_ask(&s->c, packet);
	for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++)
		if (!strcmp(s->c.reply, answers[i])) {
			if (!i && !strcmp(what, "open"))
				client_ask(&s->c, "vFile:close:0");
			return answers[i];
		}
	return strncmp(s->c.reply, "F40;", 4) ? "something else" : "a stat";
}

static bool can_hold(void)
{
	if (below_possible())
		return true;
	puts("skipped: the kernel has no openat2");
	return false;
}

#define ELOOP_WIRE "F-1,270f" /* it has no number in the protocol */

/* What leads out of the folder, and what only looks so. */
static void check_ways_out(struct scene *s)
{
	static const struct {
		const char *path, *want;
	} rows[] = {
		{ "/file", "F0" },
		{ "file", "F0" },
		{ "/../file", "F0" }, /* ".." of the root is the root */
		{ "/../../../../../../file", "F0" },
		{ "/../secret", "F-1,2" },
		{ "../secret", "F-1,2" },
		{ "/up/secret", "F-1,2" },
		{ "/up/file", "F0" },
		{ "/away", "F-1,2" },
		{ "/absolute", "F0" },
		{ "/etc/passwd", "F-1,2" },
		{ "/proc/self/root/etc/passwd", "F-1,2" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		CU_ASSERT_STRING_EQUAL(call(s, "open", rows[i].path, ",0,0"), rows[i].want);
		CU_ASSERT_STRING_EQUAL(call(s, "stat", rows[i].path, ""),
				       strcmp(rows[i].want, "F0") ? rows[i].want : "a stat");
	}
	CU_ASSERT_STRING_EQUAL(call(s, "open", "/../made", ",601,1b6"), "F0");
	CU_ASSERT_TRUE(mode_of(s, "in/made") && !mode_of(s, "made"));
	CU_ASSERT_STRING_EQUAL(call(s, "unlink", "/up/../../made", ""), "F0");
	CU_ASSERT_EQUAL(mode_of(s, "in/made"), 0);
	CU_ASSERT_STRING_EQUAL(call(s, "unlink", "/../secret", ""), "F-1,2");
	CU_ASSERT_STRING_EQUAL(call(s, "unlink", "/away", ""), "F0"); /* the link itself */
	CU_ASSERT_STRING_EQUAL(call(s, "open", "/fifo", ",0,0"), "F-1,d");
	CU_ASSERT_NOT_EQUAL(mode_of(s, "secret"), 0);
}

/* A pipe is not even opened for a moment: who waits there would go on, and then get SIGPIPE. */
static void check_special(struct scene *s, const char *path)
{
	char event[512];

	CU_ASSERT_STRING_EQUAL(call(s, "open", path, ",0,0"), "F-1,d");
	CU_ASSERT_STRING_EQUAL(call(s, "stat", path, ""), "a stat");
	CU_ASSERT_EQUAL(read(s->opened, event, sizeof(event)), -1);
	CU_ASSERT_EQUAL(errno, EAGAIN);
}

static void test_special(void)
{
	char root[256], path[256], event[512];
	struct scene s;

	scene_open(&s);
	path_of(&s, "in", root, sizeof(root));
	path_of(&s, "in/fifo", path, sizeof(path));
	CU_ASSERT_EQUAL(mkfifo(path, 0600), 0);
	s.opened = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	CU_ASSERT_TRUE_FATAL(inotify_add_watch(s.opened, path, IN_OPEN) >= 0);
	start(&s, NULL, LIMITS_READ_ONLY);
	check_special(&s, path);
	stop(&s);
	if (can_hold()) {
		start(&s, root, 0);
		check_special(&s, "/fifo");
		stop(&s);
	}
	start(&s, NULL, 0);
	CU_ASSERT_STRING_EQUAL(call(&s, "open", path, ",0,0"), "F0");
	CU_ASSERT_TRUE(read(s.opened, event, sizeof(event)) > 0);
	stop(&s);
	close(s.opened);
	scene_close(&s);
}

static void test_root(void)
{
	char root[256], path[256];
	struct scene s;

	if (!can_hold())
		return;
	scene_open(&s);
	path_of(&s, "in", root, sizeof(root));
	link_to(&s, "in/up", "..");
	path_of(&s, "secret", path, sizeof(path));
	link_to(&s, "in/away", path);
	link_to(&s, "in/absolute", "/file");
	path_of(&s, "in/fifo", path, sizeof(path));
	CU_ASSERT_EQUAL(mkfifo(path, 0600), 0);
	start(&s, root, 0);
	check_ways_out(&s);
	stop(&s);
	scene_close(&s);
}

/* The whole machine as the folder: /proc still is no way to memory or other roots. */
static void test_proc(void)
{
	static const char *const paths[] = { "/proc/self/root/etc/passwd",
					     "/proc/self/cwd/Makefile", "/proc/self/fd/0",
					     "/proc/thread-self/root/etc/passwd",
					     "/proc/1/root/etc/passwd" };
	struct scene s;

	if (!can_hold())
		return;
	scene_open(&s);
	start(&s, "/", 0);
	CU_ASSERT_STRING_EQUAL(call(&s, "open", "/etc/passwd", ",0,0"), "F0");
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
		CU_ASSERT_NSTRING_EQUAL(call(&s, "open", paths[i], ",0,0"), "F-1,", 4);
	CU_ASSERT_STRING_EQUAL(call(&s, "open", paths[0], ",0,0"), ELOOP_WIRE);
	CU_ASSERT_STRING_EQUAL(call(&s, "open", "/proc/self/mem", ",2,0"), "F-1,d");
	CU_ASSERT_STRING_EQUAL(call(&s, "open", "/proc/self/environ", ",0,0"), "F-1,d");
	CU_ASSERT_STRING_EQUAL(call(&s, "open", "/dev/null", ",2,0"), "F-1,d");
	CU_ASSERT_STRING_EQUAL(call(&s, "stat", "/proc/self/mem", ""), "F-1,d");
	CU_ASSERT_STRING_EQUAL(call(&s, "readlink", "/proc/self/exe", ""), "F-1,d");
	stop(&s);
	/* without the limit all that is the user's own business */
	start(&s, NULL, 0);
	CU_ASSERT_STRING_EQUAL(call(&s, "open", "/proc/self/root/etc/passwd", ",0,0"), "F0");
	stop(&s);
	scene_close(&s);
}

/* A child with mounts of its own, where the outer folder has nothing but "inside". */
struct mounts {
	const char *folder;
	int ready[2];
};

static void live_elsewhere(void *ctx)
{
	const struct mounts *m = ctx;
	char path[128], state = 'n';

	snprintf(path, sizeof(path), "%s/inside", m->folder);
	if (!unshare(CLONE_NEWNS) && !mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) &&
	    !mount("none", m->folder, "tmpfs", 0, NULL) &&
	    close(open(path, O_WRONLY | O_CREAT, 0644)) == 0)
		state = 'y';
	if (write(m->ready[1], &state, 1) != 1)
		_exit(1);
	for (;;)
		pause();
}

static void check_setfs(struct scene *s)
{
	char root[256], packet[64], path[128];

	path_of(s, "in", root, sizeof(root));
	start(s, root, 0);
	snprintf(packet, sizeof(packet), "vFile:setfs:%x", s->live.pid);
	CU_ASSERT_STRING_EQUAL(client_ask(&s->c, packet), "F0");
	CU_ASSERT_STRING_EQUAL(call(s, "open", "/file", ",0,0"), "F0");
	snprintf(path, sizeof(path), "%s/inside", s->folder);
	CU_ASSERT_STRING_EQUAL(call(s, "open", path, ",0,0"), "F-1,2");
	CU_ASSERT_STRING_EQUAL(call(s, "unlink", path, ""), "F-1,2");
	stop(s);
	start(s, NULL, 0);
	CU_ASSERT_STRING_EQUAL(client_ask(&s->c, packet), "F0");
	CU_ASSERT_STRING_EQUAL(call(s, "open", path, ",0,0"), "F0");
	stop(s);
}

/* The mounts of a process are no way out either. */
static void test_setfs(void)
{
	struct scene s;
	char state = 'n';

	if (!can_hold())
		return;
	scene_open(&s);
	struct mounts m = { .folder = s.folder };
	CU_ASSERT_EQUAL_FATAL(pipe(m.ready), 0);
	pid_t pid = live_child(live_elsewhere, &m);
	if (read(m.ready[0], &state, 1) != 1 || state != 'y') {
		printf("skipped: no mounts of its own for a child here\n");
		live_reap(pid);
	} else if (live_attach(&s.live, pid)) {
		check_setfs(&s);
	} else {
		CU_FAIL("cannot attach");
	}
	close(m.ready[0]);
	close(m.ready[1]);
	scene_close(&s);
}

/* What a client has written does not run as its owner or group, even when root writes. */
static void test_set_id(void)
{
	static const struct {
		const char *flags;
		mode_t mode;
	} rows[] = {
		{ ",0,0", 06755 }, { ",1,0", 0755 },   { ",2,0", 0755 },
		{ ",9,0", 0755 },  { ",401,0", 0755 },
	};
	char path[256];
	struct scene s;

	scene_open(&s);
	path_of(&s, "in/tool", path, sizeof(path));
	start(&s, NULL, 0);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		put(&s, "in/tool", "#!", 06755);
		CU_ASSERT_STRING_EQUAL(call(&s, "open", path, rows[i].flags), "F0");
		CU_ASSERT_EQUAL(mode_of(&s, "in/tool") & 07777, rows[i].mode);
	}
	stop(&s);
	scene_close(&s);
}

static void test_denied(void)
{
	char path[256], made[256];
	struct scene s;

	scene_open(&s);
	path_of(&s, "in/file", path, sizeof(path));
	path_of(&s, "in/new", made, sizeof(made));
	start(&s, NULL, LIMITS_NO_FILES);
	CU_ASSERT_STRING_EQUAL(call(&s, "open", path, ",0,0"), "F-1,d");
	CU_ASSERT_STRING_EQUAL(call(&s, "stat", path, ""), "F-1,d");
	CU_ASSERT_STRING_EQUAL(call(&s, "unlink", path, ""), "F-1,d");
	stop(&s);
	start(&s, NULL, LIMITS_READ_ONLY);
	CU_ASSERT_STRING_EQUAL(call(&s, "open", path, ",0,0"), "F0");
	CU_ASSERT_STRING_EQUAL(call(&s, "open", path, ",1,0"), "F-1,d");
	CU_ASSERT_STRING_EQUAL(call(&s, "open", path, ",400,0"), "F-1,d");
	CU_ASSERT_STRING_EQUAL(call(&s, "open", made, ",200,1b6"), "F-1,d");
	CU_ASSERT_STRING_EQUAL(call(&s, "unlink", path, ""), "F-1,d");
	stop(&s);
	CU_ASSERT_TRUE(mode_of(&s, "in/file") && !mode_of(&s, "in/new"));
	scene_close(&s);
}

/* Every bit has words, and those that an option takes away name it. */
static void test_words(void)
{
	unsigned all = LIMITS_READ_ONLY | LIMITS_NO_FILES | LIMITS_NO_MONITOR | LIMITS_NO_RUN;
	unsigned may;

	for (unsigned bit = 1; bit; bit <<= 1) {
		if (!(bit & MAY_ALL))
			continue;
		CU_ASSERT_TRUE(limits_what(bit)[0] != '\0');
		CU_ASSERT_EQUAL(limits_option(bit, all)[0] != '\0', (bit & all) != 0);
		CU_ASSERT_STRING_EQUAL(limits_option(bit, 0), "");
		for (unsigned other = bit << 1; other; other <<= 1)
			if (other & MAY_ALL)
				CU_ASSERT_PTR_NOT_EQUAL(limits_what(bit), limits_what(other));
	}
	CU_ASSERT_STRING_EQUAL(limits_option(MAY_START, LIMITS_NO_RUN), "--no-run");
	CU_ASSERT_STRING_EQUAL(limits_option(MAY_START, LIMITS_READ_ONLY), "--read-only");
	CU_ASSERT_STRING_EQUAL(limits_option(MAY_WRITE_FILES, LIMITS_NO_FILES), "--no-files");
	struct fake_target *t = fake_target_create(FAKE_ALL | FAKE_START);
	CU_ASSERT_EQUAL(target_caps(&t->base) & (MAY_ALL | SESSION_CAN_LAUNCH), 0);
	target_close(&t->base);
	CU_ASSERT_TRUE(limits_operation("Stop", 4, &may) && may == MAY_STOP);
	CU_ASSERT_FALSE(limits_operation("Sto", 3, &may));
	CU_ASSERT_FALSE(limits_operation("Stops", 5, &may));
}

int main(void)
{
	static const struct unit_test tests[] = {
		{ "root", test_root },	     { "proc", test_proc },	{ "setfs", test_setfs },
		{ "special", test_special }, { "set-id", test_set_id }, { "denied", test_denied },
		{ "words", test_words },
	};

	return unit_run("limits", tests, sizeof(tests) / sizeof(tests[0]));
}
