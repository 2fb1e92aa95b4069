/*
 * `--translate`: the file form of what is done to every kernel before a client gets it, for users
 * who want a local symbol file (lldb's `target create OUT.o`, an IDE's symbol setting).
 */
#include "stub/translate.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "stub/log.h"
#include "target/auto.h"
#include "target/core/core.h"
#include "target/symbols/symbols.h"

enum { KERNEL_MAX = 1 << 30 };

static int complain(const char *text)
{
	fprintf(stderr, "ascend-gdbserver: %s\n", text);
	return 1;
}

/* The whole file in memory, or NULL after saying why. */
static void *read_kernel(const struct options *o, struct target_log log, size_t *n)
{
	char why[CORE_WORDS];
	AUTO_CLOSE int fd = core_open_file(o->translate, "kernel file", KERNEL_MAX,
					   o->insecure_files, log, why);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) != 0) {
		complain(fd < 0 ? why : strerror(errno));
		return NULL;
	}
	AUTO_FREE char *bytes = malloc((size_t)st.st_size);
	for (*n = 0; bytes && *n < (size_t)st.st_size;) {
		ssize_t got = read(fd, bytes + *n, (size_t)st.st_size - *n);

		if (got <= 0) {
			complain(got ? strerror(errno) :
				       "the kernel file became shorter while it was read");
			return NULL;
		}
		*n += (size_t)got;
	}
	if (!bytes)
		complain("out of memory");
	return TAKE(bytes);
}

/* Writes beside the final name and renames, so that nobody ever sees half a file. */
static bool write_beside(const char *temporary, const void *bytes, size_t n, char *why)
{
	int fd = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0644);

	if (fd < 0) {
		snprintf(why, CORE_WORDS, "cannot write the output: %s", strerror(errno));
		return false;
	}
	bool ok = log_write_all(fd, bytes, n) && fsync(fd) == 0;
	if (!ok)
		snprintf(why, CORE_WORDS, "cannot write the output: %s", strerror(errno));
	return close(fd) == 0 && ok;
}

static bool put_in_place(const struct options *o, const char *temporary, char *why)
{
	/* link() refuses an existing name without a moment in which it could appear */
	int failed = o->force ? rename(temporary, o->output) : link(temporary, o->output);

	if (failed && errno == EEXIST)
		snprintf(why, CORE_WORDS, "the output file exists: add -f to replace it");
	else if (failed)
		snprintf(why, CORE_WORDS, "cannot name the output: %s", strerror(errno));
	return !failed;
}

static int write_output(const struct options *o, const void *bytes, size_t n)
{
	char temporary[4096], why[CORE_WORDS] = "";
	int len = snprintf(temporary, sizeof(temporary), "%s.%ld.tmp", o->output, (long)getpid());

	if (len < 0 || (size_t)len >= sizeof(temporary))
		return complain("the output file's name is too long");
	bool ok = write_beside(temporary, bytes, n, why) && put_in_place(o, temporary, why);
	unlink(temporary);
	return ok ? 0 : complain(why);
}

int translate_file(const struct options *o, struct target_log log)
{
	struct symbols_error err;
	size_t n = 0;
	AUTO_FREE void *bytes = read_kernel(o, log, &n);

	if (!bytes)
		return 1;
	if (!symbols_translate(bytes, n, &err))
		return complain(err.text);
	return write_output(o, bytes, n);
}
