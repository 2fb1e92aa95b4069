/*
 * Opens a file that the user named: dump, kernel, config file. Called by core_open and by main.
 * All checks are made on the descriptor, so that nothing can be exchanged between check and use;
 * reading and understanding the file is left to the caller. Messages never hold a path: logs are
 * passed around (coredump facts 6.5, 6.6). The directory of the file is not judged: without links
 * and with the checks on the descriptor it cannot harm, and /tmp is writable by all.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "target/auto.h"
#include "target/core/core.h"

/* What is wrong with a file, in the words around its name, and what to do about it. */
struct complaint {
	const char *before, *after, *advice;
	bool forgivable; /* --insecure-files makes it a warning */
};

static const struct complaint MISSING = {
	.before = "Unable to find ",
	.after = ". File does Not exist.",
	.advice = "check the spelling of its path",
};
static const struct complaint IS_LINK = {
	.before = "",
	.after = " is a soft link, which is not supported.",
	.advice = "name the file it points to: realpath FILE",
};
static const struct complaint UNREADABLE = {
	.before = "Missing readable permissions for ",
	.after = ".",
	.advice = "chmod u+r FILE, or run as its owner",
};
static const struct complaint LONG_PATH = {
	.before = "The path of ",
	.after = " is too long.",
	.advice = "change into its directory and use a relative path",
};
static const struct complaint IS_DIRECTORY = {
	.before = "",
	.after = " is a directory, which is not supported.",
	.advice = "name a file in it",
};
static const struct complaint SPECIAL = {
	.before = "",
	.after = " is not a regular file.",
	.advice = "copy its content into a file first",
};
static const struct complaint EMPTY = {
	.before = "",
	.after = " is an empty file, which is not supported.",
	.advice = "check that it was written and copied completely",
};
static const struct complaint FOREIGN = {
	.before = "Risky action, ",
	.after = " is not owned by root or current user.",
	.advice =
		"chown $USER FILE, or make a copy of your own; --insecure-files opens it as it is",
	.forgivable = true,
};
static const struct complaint WRITABLE = {
	.before = "Risky action, ",
	.after = " is writable by any other users or groups.",
	.advice = "chmod go-w FILE; --insecure-files opens it as it is",
	.forgivable = true,
};

const struct core_limits core_limits_default = {
	.file_bytes = 100ull << 30,
	.global_bytes = 60ull << 30,
	.local_bytes = 10ull << 30,
	.insecure = false,
};

/* Who looks at which file: what all checks below need. */
struct check {
	const char *what;
	uint64_t max_bytes;
	bool insecure;
	struct target_log log;
	char *why;
};

/* False when the complaint ends it. */
static bool complain(const struct check *c, const struct complaint *problem)
{
	if (problem->forgivable && c->insecure) {
		target_logf(&c->log, TARGET_LOG_WARN, "dump: %s\"%s\"%s", problem->before, c->what,
			    problem->after);
		return true;
	}
	snprintf(c->why, CORE_WORDS, "error: %s\"%s\"%s\n%s", problem->before, c->what,
		 problem->after, problem->advice);
	return false;
}

static bool check_owner(const struct check *c, const struct stat *st)
{
	if (st->st_uid != 0 && st->st_uid != geteuid() && !complain(c, &FOREIGN))
		return false;
	return !(st->st_mode & (S_IWGRP | S_IWOTH)) || complain(c, &WRITABLE);
}

static bool check_size(const struct check *c, const struct stat *st)
{
	uint64_t size = st->st_size > 0 ? (uint64_t)st->st_size : 0;

	if (!size)
		return complain(c, &EMPTY);
	if (size <= c->max_bytes)
		return true;
	snprintf(c->why, CORE_WORDS,
		 "error: \"%s\" is too large, total %" PRIu64 " bytes, limit is %" PRIu64
		 " bytes.\nraise the limit in the config file (see --help-config)",
		 c->what, size, c->max_bytes);
	return false;
}

static bool check_file(const struct check *c, int fd)
{
	struct stat st;

	if (fstat(fd, &st) < 0) {
		snprintf(c->why, CORE_WORDS, "error: cannot look at \"%s\": %s", c->what,
			 strerror(errno));
		return false;
	}
	if (!S_ISREG(st.st_mode))
		return complain(c, S_ISDIR(st.st_mode) ? &IS_DIRECTORY : &SPECIAL);
	return check_owner(c, &st) && check_size(c, &st);
}

/* Always -1. A file that cannot be read because it is somebody else's is called that. */
static int explain_open(const struct check *c, const char *path, int error)
{
	const struct complaint *problem = NULL;
	struct stat st;

	if (error == ENOENT || error == ENOTDIR)
		problem = &MISSING;
	else if (error == ELOOP)
		problem = &IS_LINK;
	else if (error == ENAMETOOLONG)
		problem = &LONG_PATH;
	else if (error == ENXIO || error == ENODEV)
		problem = &SPECIAL;
	else if (error == EACCES || error == EPERM)
		problem = lstat(path, &st) == 0 && st.st_uid != 0 && st.st_uid != geteuid()
				  ? &FOREIGN
				  : &UNREADABLE;
	if (problem && problem->forgivable && c->insecure)
		problem = &UNREADABLE;
	if (problem)
		complain(c, problem);
	else
		snprintf(c->why, CORE_WORDS, "error: cannot open \"%s\": %s", c->what,
			 strerror(error));
	return -1;
}

int core_open_file(const char *path, const char *what, uint64_t max_bytes, bool insecure,
		   struct target_log log, char *why)
{
	struct check c = { what, max_bytes, insecure, log, why };

	why[0] = '\0';
	if (strnlen(path, PATH_MAX) >= PATH_MAX)
		return explain_open(&c, path, ENAMETOOLONG);
	/* NONBLOCK: opening a pipe must not wait for its writer. */
	AUTO_CLOSE int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0)
		return explain_open(&c, path, errno);
	if (!check_file(&c, fd))
		return -1;
	int checked = fd;
	fd = -1;
	return checked;
}
