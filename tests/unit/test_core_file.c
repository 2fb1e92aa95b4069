/*
 * Unit test of core_open_file: each check of coredump facts 6.5 with its message (6.6), none of
 * which may hold a path.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/fake/fake_dump.h"
#include "tests/unit/unit.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

struct place {
	char folder[32];
	char path[64];
	struct fake_log log;
	char why[CORE_WORDS];
};

static void place_init(struct place *p, mode_t mode)
{
	*p = (struct place){ .folder = "/tmp/core_file_XXXXXX" };
	CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(p->folder));
	snprintf(p->path, sizeof(p->path), "%s/secret-name", p->folder);
	FILE *f = fopen(p->path, "w");
	CU_ASSERT_PTR_NOT_NULL_FATAL(f);
	fputs("12345678", f);
	fclose(f);
	CU_ASSERT_EQUAL(chmod(p->path, mode), 0);
}

static void place_deinit(struct place *p)
{
	unlink(p->path);
	rmdir(p->path);
	rmdir(p->folder);
	CU_ASSERT_PTR_NULL(strstr(p->why, "secret"));
	CU_ASSERT_FALSE(fake_log_has(&p->log, "secret"));
	fake_log_deinit(&p->log);
}

static int open_it(struct place *p, uint64_t max, bool insecure)
{
	return core_open_file(p->path, "coredump file", max, insecure, fake_log_to(&p->log),
			      p->why);
}

static bool opens(struct place *p, uint64_t max, bool insecure)
{
	int fd = open_it(p, max, insecure);

	if (fd < 0)
		return false;
	close(fd);
	return true;
}

static bool is_refused(struct place *p, const char *words)
{
	bool refused = !opens(p, 1 << 20, false) && strstr(p->why, words) &&
		       strncmp(p->why, "error: ", 7) == 0;

	if (!refused)
		printf("got: %s\n", p->why);
	return refused;
}

static void good_file(void)
{
	static const mode_t modes[] = { 0400, 0600, 0644, 0444, 0755 };

	for (size_t i = 0; i < COUNT(modes); i++) {
		struct place p;
		char text[9] = "";
		place_init(&p, modes[i]);
		int fd = open_it(&p, 8, false);
		CU_ASSERT_FATAL(fd >= 0);
		CU_ASSERT_EQUAL(read(fd, text, 8), 8);
		CU_ASSERT_STRING_EQUAL(text, "12345678");
		CU_ASSERT_STRING_EQUAL(p.why, "");
		close(fd);
		place_deinit(&p);
	}
}

static void writable_by_others(void)
{
	static const mode_t modes[] = { 0620, 0602, 0666 };

	for (size_t i = 0; i < COUNT(modes); i++) {
		struct place p;
		place_init(&p, modes[i]);
		CU_ASSERT(is_refused(&p, "Risky action, \"coredump file\" is writable by any other "
					 "users or groups.\nchmod go-w FILE"));
		CU_ASSERT(opens(&p, 8, true));
		CU_ASSERT(fake_log_has(&p.log,
				       "W dump: Risky action, \"coredump file\" is writable"));
		place_deinit(&p);
	}
}

static void owner(void)
{
	struct place p;

	place_init(&p, 0644);
	if (geteuid() != 0) {
		printf("skipped: only root can give a file away\n");
	} else {
		CU_ASSERT_EQUAL(chown(p.path, 12345, 12345), 0);
		CU_ASSERT(is_refused(&p, "Risky action, \"coredump file\" is not owned by root or "
					 "current user.\n"));
		CU_ASSERT(opens(&p, 8, true));
		CU_ASSERT(fake_log_has(&p.log, "not owned by root or current user"));
	}
	place_deinit(&p);
}

/* As a user without rights: the file is somebody else's, or just unreadable. */
static int unreadable_child(struct place *p, uid_t owner_id)
{
	if (setegid(12345) < 0 || seteuid(owner_id) < 0)
		return 2;
	bool right = is_refused(p, owner_id == 12345 ? "Missing readable permissions for "
						       "\"coredump file\"."
						     : "is not owned by root or current user");
	bool insecure = !opens(p, 8, true) && strstr(p->why, "Missing readable permissions");
	return right && insecure ? 0 : 1;
}

static void unreadable(void)
{
	static const uid_t users[] = { 12345, 23456 };

	for (size_t i = 0; i < COUNT(users) && geteuid() == 0; i++) {
		struct place p;
		place_init(&p, 0);
		CU_ASSERT_EQUAL(chown(p.path, 12345, 12345), 0);
		CU_ASSERT_EQUAL(chmod(p.folder, 0755), 0);
		CU_ASSERT_EQUAL(unreadable_child(&p, users[i]), 0);
		CU_ASSERT(seteuid(0) == 0 && setegid(0) == 0);
		place_deinit(&p);
	}
}

static void not_regular(void)
{
	struct place p;

	place_init(&p, 0600);
	unlink(p.path);
	CU_ASSERT(is_refused(&p, "Unable to find \"coredump file\". File does Not exist.\n"));
	CU_ASSERT_EQUAL(symlink("/etc/passwd", p.path), 0);
	CU_ASSERT(is_refused(&p, "\"coredump file\" is a soft link, which is not supported.\n"));
	CU_ASSERT_FALSE(opens(&p, 8, true));
	unlink(p.path);
	CU_ASSERT_EQUAL(mkfifo(p.path, 0600), 0);
	CU_ASSERT(is_refused(&p, "\"coredump file\" is not a regular file.\n"));
	unlink(p.path);
	CU_ASSERT_EQUAL(mkdir(p.path, 0700), 0);
	CU_ASSERT(is_refused(&p, "\"coredump file\" is a directory, which is not supported.\n"));
	place_deinit(&p);
}

static void size_limits(void)
{
	struct place p;

	place_init(&p, 0600);
	CU_ASSERT_FALSE(opens(&p, 7, true));
	CU_ASSERT_PTR_NOT_NULL(strstr(p.why, "error: \"coredump file\" is too large, total 8 "
					     "bytes, limit is 7 bytes."));
	CU_ASSERT_EQUAL(truncate(p.path, 0), 0);
	CU_ASSERT(is_refused(&p, "\"coredump file\" is an empty file, which is not supported.\n"));
	place_deinit(&p);
}

static void long_paths(void)
{
	static char path[PATH_MAX + 100];
	struct fake_log log = { 0 };
	char why[CORE_WORDS];

	for (size_t n = 300; n <= sizeof(path) - 1; n += sizeof(path) - 301) {
		memset(path, 'a', n);
		CU_ASSERT(core_open_file(path, "kernel file", 1, false, fake_log_to(&log), why) <
			  0);
		CU_ASSERT_PTR_NOT_NULL(strstr(why, "The path of \"kernel file\" is too long."));
	}
}

static void open_target(void)
{
	struct place p;

	place_init(&p, 0600);
	CU_ASSERT_PTR_NULL(
		core_open(p.path, NULL, &core_limits_default, fake_log_to(&p.log), p.why));
	CU_ASSERT_STRING_EQUAL(p.why, "error: this is a text file, not an Ascend dump: name the "
				      ".core file of the crash");
	CU_ASSERT_PTR_NULL(core_open(p.path, "/nonexistent", &core_limits_default,
				     fake_log_to(&p.log), p.why));
	CU_ASSERT_PTR_NOT_NULL(strstr(p.why, "Unable to find \"kernel file\""));
	place_deinit(&p);
}

int main(void)
{
	static const struct unit_test tests[] = {
		{ "good file", good_file },
		{ "writable by others", writable_by_others },
		{ "owner", owner },
		{ "unreadable", unreadable },
		{ "not regular", not_regular },
		{ "size limits", size_limits },
		{ "long paths", long_paths },
		{ "open target", open_target },
	};
	return unit_run("core_file", tests, COUNT(tests));
}
