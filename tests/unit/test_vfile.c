/*
 * The vFile family over real files of a scratch folder, through a session on a Linux target: what
 * is read and written, flags, modes, errors, handles, offsets, the mounts of a process.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "rsp/hex.h"
#include "stub/fileio.h"
#include "tests/fake/fake_client.h"
#include "tests/fake/live.h"
#include "tests/unit/unit.h"

/** A session, its target, and a scratch folder. */
struct scene {
	struct live live;
	struct fake_client c;
	char folder[64];
};

static void scene_open(struct scene *s)
{
	live_open(&s->live);
	s->c = (struct fake_client){ .session = session_create(s->live.t, (struct target_log){ 0 }),
				     .reply = malloc(SESSION_PACKET_SIZE + 1) };
	snprintf(s->folder, sizeof(s->folder), "/tmp/test_vfile.XXXXXX");
	if (!s->c.session || !s->c.reply || !mkdtemp(s->folder))
		abort();
}

static void scene_close(struct scene *s)
{
	char command[128];

	session_destroy(s->c.session);
	free(s->c.reply);
	live_close(&s->live);
	snprintf(command, sizeof(command), "rm -rf %s", s->folder);
	CU_ASSERT_EQUAL(system(command), 0);
}

/* A packet "vFile:CALL:HEXPATH" with what follows; name "" is the folder itself. */
static const char *call(struct scene *s, const char *what, const char *name, const char *rest)
{
	char path[8192], hex[2 * sizeof(path) + 1], packet[sizeof(hex) + 256];

	int n = snprintf(path, sizeof(path), name[0] == '/' ? "%.0s%s" : "%s/%s", s->folder, name);
	rsp_hex_encode(path, (size_t)n, hex);
	hex[2 * n] = '\0';
	snprintf(packet, sizeof(packet), "vFile:%s:%s%s", what, hex, rest);
	return client_ask(&s->c, packet);
}

static bool says(struct scene *s, const char *want)
{
	if (!strcmp(s->c.reply, want))
		return true;
	printf("  want %s\n  got  %.80s\n", want, s->c.reply);
	return false;
}

#define SAYS(s, want) CU_ASSERT_TRUE(says(s, want))

static void write_file(struct scene *s, const char *name, const void *data, size_t n)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/%s", s->folder, name);
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
	CU_ASSERT_EQUAL(write(fd, data, n), (ssize_t)n);
	close(fd);
}

static int stat_file(struct scene *s, const char *name, struct stat *st)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/%s", s->folder, name);
	return lstat(path, st);
}

/* Bytes of the reply behind "F<n>;", unescaped in place; -1: an error. */
static ssize_t payload(struct scene *s, char **data)
{
	char *end;
	size_t want = strtoul(s->c.reply + 1, &end, 16), n = 0;

	if (s->c.reply[0] != 'F' || *end != ';')
		return -1;
	*data = end + 1;
	for (char *p = end + 1; p < s->c.reply + s->c.reply_n; p++)
		(*data)[n++] = *p == '}' ? (char)(*++p ^ 0x20) : *p;
	CU_ASSERT_EQUAL(n, want);
	return (ssize_t)n;
}

/* Reads handle 0 to its end in pieces of at most `step`. */
static void read_all(struct scene *s, const uint8_t *want, size_t size, size_t step)
{
	size_t at = 0;

	for (;;) {
		char packet[64], *data;

		snprintf(packet, sizeof(packet), "vFile:pread:0,%zx,%zx", step, at);
		client_ask(&s->c, packet);
		ssize_t n = payload(s, &data);
		CU_ASSERT_TRUE_FATAL(n >= 0 && (size_t)n <= step && at + (size_t)n <= size);
		CU_ASSERT_EQUAL(memcmp(data, want + at, (size_t)n), 0);
		if (!n)
			break;
		at += (size_t)n;
	}
	CU_ASSERT_EQUAL(at, size);
}

static void test_read(void)
{
	static const size_t steps[] = { 4093, 65536, 0x100000, 0x7fffffff };
	const size_t size = 3 << 20;
	uint8_t *data = malloc(size);
	struct scene s;

	scene_open(&s);
	for (int worst = 0; worst < 2; worst++) {
		for (size_t i = 0; i < size; i++)
			data[i] = worst ? '}' : (uint8_t)(i * 2654435761u >> 13);
		write_file(&s, "big", data, size);
		call(&s, "open", "big", ",0,0");
		SAYS(&s, "F0");
		for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++)
			read_all(&s, data, size, steps[i]);
		client_ask(&s.c, "vFile:close:0");
		SAYS(&s, "F0");
	}
	scene_close(&s);
	free(data);
}

static void test_write(void)
{
	char got[64] = "";
	char path[256];
	struct scene s;

	scene_open(&s);
	call(&s, "open", "new", ",601,1a4");
	SAYS(&s, "F0");
	client_ask_bytes(&s.c, "vFile:pwrite:0,0,a,}#$*\0z", 25);
	SAYS(&s, "F8");
	client_ask_bytes(&s.c, "vFile:pwrite:0,4,", 17);
	SAYS(&s, "F0");
	client_ask(&s.c, "vFile:pwrite:0,a,end");
	SAYS(&s, "F3");
	client_ask(&s.c, "vFile:pread:0,4,0"); /* only for writing */
	SAYS(&s, "F-1,9");
	client_ask(&s.c, "vFile:close:0");
	snprintf(path, sizeof(path), "%s/new", s.folder);
	int fd = open(path, O_RDONLY);
	CU_ASSERT_EQUAL(read(fd, got, sizeof(got)), 13);
	CU_ASSERT_EQUAL(memcmp(got, "a,}#$*\0z\0\0end", 13), 0);
	close(fd);
	call(&s, "unlink", "new", "");
	SAYS(&s, "F0");
	CU_ASSERT_NOT_EQUAL(access(path, F_OK), 0);
	scene_close(&s);
}

static void test_flags(void)
{
	static const struct {
		const char *rest, *want;
		off_t size; /* of the file behind it */
	} rows[] = {
		{ ",0,0", "F0", 3 },	       { ",1,0", "F0", 3 },
		{ ",2,0", "F0", 3 },	       { ",3,0", "F-1,16", 3 },
		{ ",4,0", "F-1,16", 3 },       { ",10,0", "F-1,16", 3 },
		{ ",1000,0", "F-1,16", 3 },    { ",ffffffffffffffff,0", "F-1,16", 3 },
		{ ",a01,1b6", "F-1,11", 3 },   { ",401,0", "F0", 0 },
		{ ",201,1b6,0", "F-1,16", 3 }, { ",", "F-1,16", 3 },
		{ ",9,0", "F0", 3 },	       { ",0", "F0", 3 },
	};
	struct scene s;
	struct stat st;

	scene_open(&s);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		write_file(&s, "f", "abc", 3);
		call(&s, "open", "f", rows[i].rest);
		SAYS(&s, rows[i].want);
		CU_ASSERT_TRUE(!stat_file(&s, "f", &st) && st.st_size == rows[i].size);
		client_ask(&s.c, "vFile:close:0");
	}
	/* O_APPEND: what is written stands at the end, wherever it was meant to */
	call(&s, "open", "f", ",9,0");
	client_ask(&s.c, "vFile:pwrite:0,0,de");
	SAYS(&s, "F2");
	CU_ASSERT_TRUE(!stat_file(&s, "f", &st) && st.st_size == 5);
	scene_close(&s);
}

static void test_modes(void)
{
	static const struct {
		const char *rest;
		bool made;
		mode_t mode;
	} rows[] = {
		{ ",601,1ff", true, 0750 },	{ ",601,1b6", true, 0640 },
		{ ",601,0", true, 0 },		{ ",601,81a4", true, 0640 }, /* S_IFREG */
		{ ",601,9ed", false, 0 },	{ ",601,5ed", false, 0 },    /* setuid, setgid */
		{ ",601,3ff", false, 0 },	{ ",601,41ff", false, 0 },   /* sticky, S_IFDIR */
		{ ",601,fffffffff", false, 0 },
	};
	mode_t old = umask(027);
	struct scene s;
	struct stat st;

	scene_open(&s);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		call(&s, "open", "f", rows[i].rest);
		SAYS(&s, rows[i].made ? "F0" : "F-1,16");
		CU_ASSERT_EQUAL(!stat_file(&s, "f", &st), rows[i].made);
		if (rows[i].made)
			CU_ASSERT_EQUAL(st.st_mode & 07777, rows[i].mode);
		client_ask(&s.c, "vFile:close:0");
		call(&s, "unlink", "f", "");
	}
	scene_close(&s);
	umask(old);
}

static void test_errors(void)
{
	char longest[301];
	struct scene s;

	scene_open(&s);
	write_file(&s, "f", "abc", 3);
	memset(longest, 'n', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	call(&s, "open", "none", ",0,0");
	SAYS(&s, "F-1,2");
	call(&s, "open", "f/below", ",0,0");
	SAYS(&s, "F-1,14");
	call(&s, "open", "", ",1,0");
	SAYS(&s, "F-1,15");
	call(&s, "open", longest, ",0,0");
	SAYS(&s, "F-1,5b");
	call(&s, "unlink", "none", "");
	SAYS(&s, "F-1,2");
	call(&s, "unlink", "", "");
	SAYS(&s, "F-1,15");
	call(&s, "readlink", "f", "");
	SAYS(&s, "F-1,16");
	call(&s, "stat", "none", "");
	SAYS(&s, "F-1,2");
	client_ask(&s.c, "vFile:open:6a7573742070726f62696e67,0,1c0"); /* "just probing" */
	SAYS(&s, "F-1,2");
	client_ask(&s.c, "vFile:pwrite:7,0,x");
	SAYS(&s, "F-1,9");
	call(&s, "open", "", ",0,0");
	client_ask(&s.c, "vFile:pread:0,10,0");
	SAYS(&s, "F-1,15");
	scene_close(&s);
}

/* Every number that the protocol has, and one that it has not. */
static void test_numbers(void)
{
	static const int host[] = { EPERM,  ENOENT, EINTR,	  EIO,	  EBADF,   EACCES,
				    EFAULT, EBUSY,  EEXIST,	  ENODEV, ENOTDIR, EISDIR,
				    EINVAL, ENFILE, EMFILE,	  EFBIG,  ENOSPC,  ESPIPE,
				    EROFS,  ENOSYS, ENAMETOOLONG, ELOOP };
	static const unsigned wire[] = { 1,  2,	 4,  5,	 9,  13, 14, 16, 17, 19, 20,
					 21, 22, 23, 24, 27, 28, 29, 30, 88, 91, 9999 };

	for (size_t i = 0; i < sizeof(host) / sizeof(host[0]); i++)
		CU_ASSERT_EQUAL(fileio_errno(host[i]), wire[i]);
}

static uint64_t big_endian(const char *at, size_t n)
{
	uint64_t v = 0;

	for (size_t i = 0; i < n; i++)
		v = v << 8 | (uint8_t)at[i];
	return v;
}

static void check_stat(struct scene *s, const char *name, mode_t kind)
{
	struct stat st;
	char *b = NULL;

	CU_ASSERT_EQUAL_FATAL(payload(s, &b), FILEIO_STAT);
	CU_ASSERT_EQUAL(stat_file(s, name, &st), 0);
	CU_ASSERT_EQUAL(big_endian(b, 4), st.st_dev & UINT32_MAX);
	CU_ASSERT_EQUAL(big_endian(b + 4, 4), st.st_ino & UINT32_MAX);
	CU_ASSERT_EQUAL(big_endian(b + 8, 4), kind | (st.st_mode & 0777));
	CU_ASSERT_EQUAL(big_endian(b + 12, 4), st.st_nlink);
	CU_ASSERT_EQUAL(big_endian(b + 16, 4), st.st_uid);
	CU_ASSERT_EQUAL(big_endian(b + 20, 4), st.st_gid);
	CU_ASSERT_EQUAL(big_endian(b + 28, 8), (uint64_t)st.st_size);
	CU_ASSERT_EQUAL(big_endian(b + 36, 8), (uint64_t)st.st_blksize);
	CU_ASSERT_EQUAL(big_endian(b + 44, 8), (uint64_t)st.st_blocks);
	CU_ASSERT_EQUAL(big_endian(b + 56, 4), (uint64_t)st.st_mtime);
}

static void test_stat(void)
{
	char path[256], *data = NULL;
	struct scene s;

	scene_open(&s);
	write_file(&s, "f", "some text", 9);
	snprintf(path, sizeof(path), "%s/link", s.folder);
	CU_ASSERT_EQUAL(symlink("f", path), 0);
	snprintf(path, sizeof(path), "%s/fifo", s.folder);
	CU_ASSERT_EQUAL(mkfifo(path, 0600), 0);
	call(&s, "open", "f", ",0,0");
	client_ask(&s.c, "vFile:fstat:0");
	check_stat(&s, "f", S_IFREG);
	call(&s, "stat", "link", "");
	check_stat(&s, "f", S_IFREG);
	call(&s, "lstat", "link", "");
	check_stat(&s, "link", S_IFLNK);
	call(&s, "stat", "", "");
	check_stat(&s, "", S_IFDIR);
	call(&s, "stat", "fifo", ""); /* its kind has no number */
	check_stat(&s, "fifo", 0);
	call(&s, "readlink", "link", "");
	CU_ASSERT_TRUE(payload(&s, &data) == 1 && *data == 'f');
	call(&s, "unlink", "link", "");
	SAYS(&s, "F0");
	call(&s, "stat", "f", "");
	check_stat(&s, "f", S_IFREG);
	/* a FIFO without a writer does not hold the server */
	call(&s, "open", "fifo", ",0,0");
	SAYS(&s, "F1");
	client_ask(&s.c, "vFile:pread:1,10,0");
	SAYS(&s, "F-1,1d");
	client_ask(&s.c, "vFile:close:1");
	call(&s, "open", "fifo", ",1,0");
	SAYS(&s, "F-1,270f"); /* ENXIO */
	scene_close(&s);
}

static void test_offsets(void)
{
	static const char *const far[] = { "7fffffffffffffff", "8000000000000000",
					   "ffffffffffffffff", "fffffffffffffffe" };
	struct rlimit old, small;
	struct scene s;
	struct stat st;

	scene_open(&s);
	write_file(&s, "f", "abc", 3);
	call(&s, "open", "f", ",2,0");
	for (size_t i = 0; i < sizeof(far) / sizeof(far[0]); i++) {
		char packet[64];

		snprintf(packet, sizeof(packet), "vFile:pread:0,10,%s", far[i]);
		client_ask(&s.c, packet);
		CU_ASSERT_TRUE(!strcmp(s.c.reply, "F0;") || !strncmp(s.c.reply, "F-1,", 4));
		snprintf(packet, sizeof(packet), "vFile:pwrite:0,%s,xy", far[i]);
		CU_ASSERT_NSTRING_EQUAL(client_ask(&s.c, packet), "F-1,", 4);
	}
	client_ask(&s.c, "vFile:pread:0,ffffffffffffffff,1");
	SAYS(&s, "F2;bc");
	client_ask(&s.c, "vFile:pread:0,0,0");
	SAYS(&s, "F0;");
	client_ask(&s.c, "vFile:pread:ffffffffffffffff,1,0");
	SAYS(&s, "F-1,9");
	/* a limit on file sizes is answered, it does not end the server */
	getrlimit(RLIMIT_FSIZE, &old);
	small = (struct rlimit){ 4096, old.rlim_max };
	setrlimit(RLIMIT_FSIZE, &small);
	client_ask(&s.c, "vFile:pwrite:0,fff,xy");
	SAYS(&s, "F-1,1b");
	client_ask(&s.c, "vFile:pwrite:0,ffe,xy");
	SAYS(&s, "F2");
	setrlimit(RLIMIT_FSIZE, &old);
	CU_ASSERT_TRUE(!stat_file(&s, "f", &st) && st.st_size == 4096);
	scene_close(&s);
}

static size_t open_descriptors(void)
{
	size_t n = 0;

	for (int fd = 0; fd < 4096; fd++)
		n += fcntl(fd, F_GETFD) >= 0;
	return n;
}

/* Handles end with the dialog that opened them. */
static void test_handles(void)
{
	char command[128];
	struct scene s;

	scene_open(&s);
	write_file(&s, "f", "abc", 3);
	size_t before = open_descriptors();
	for (int i = 0; i < 40; i++)
		call(&s, "open", "f", ",0,0");
	SAYS(&s, "F27");
	CU_ASSERT_EQUAL(open_descriptors(), before + 40);
	client_ask(&s.c, "qSupported:multiprocess+");
	CU_ASSERT_EQUAL(open_descriptors(), before);
	client_ask(&s.c, "vFile:pread:0,1,0");
	SAYS(&s, "F-1,9");
	for (int i = 0; i < 5000; i++)
		if (strncmp(call(&s, "open", "f", ",0,0"), "F-", 2) == 0)
			break;
	SAYS(&s, "F-1,18");
	client_ask(&s.c, "vFile:close:3");
	SAYS(&s, "F0");
	call(&s, "open", "f", ",0,0");
	SAYS(&s, "F3");
	session_destroy(s.c.session);
	CU_ASSERT_EQUAL(open_descriptors(), before);
	s.c.session = NULL;
	snprintf(command, sizeof(command), "rm -rf %s", s.folder);
	CU_ASSERT_EQUAL(system(command), 0);
	free(s.c.reply);
	live_close(&s.live);
}

/* --- mounts --- */

/** A child that lives in mounts of its own. */
struct mounts {
	const char *folder;
	int ready[2];
};

static void live_elsewhere(void *ctx)
{
	const struct mounts *m = ctx;
	char path[128], target[160], state = 'n';

	snprintf(path, sizeof(path), "%s/inside", m->folder);
	snprintf(target, sizeof(target), "%s/absolute", m->folder);
	if (!unshare(CLONE_NEWNS) && !mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) &&
	    !mount("none", m->folder, "tmpfs", 0, NULL) && !symlink(path, target)) {
		int fd = open(path, O_WRONLY | O_CREAT, 0644);

		state = write(fd, "inner", 5) == 5 ? 'y' : 'n';
		close(fd);
	}
	if (write(m->ready[1], &state, 1) != 1)
		_exit(1);
	for (;;)
		pause();
}

static void check_mounts(struct scene *s)
{
	char packet[64], *data = NULL;

	call(s, "open", "inside", ",0,0");
	SAYS(s, "F-1,2");
	snprintf(packet, sizeof(packet), "vFile:setfs:%x", s->live.pid);
	client_ask(&s->c, packet);
	SAYS(s, "F0");
	call(s, "open", "absolute", ",0,0"); /* the link leads to where the process sees it */
	SAYS(s, "F0");
	client_ask(&s->c, "vFile:pread:0,10,0");
	SAYS(s, "F5;inner");
	call(s, "readlink", "absolute", "");
	CU_ASSERT_TRUE(payload(s, &data) > 0);
	call(s, "open", "outside", ",0,0");
	SAYS(s, "F-1,2");
	call(s, "open", "made", ",602,180");
	SAYS(s, "F1");
	call(s, "unlink", "absolute", "");
	SAYS(s, "F0");
	call(s, "stat", "inside", "");
	CU_ASSERT_EQUAL(payload(s, &data), FILEIO_STAT);
	client_ask(&s->c, "vFile:setfs:0");
	SAYS(s, "F0");
	call(s, "open", "outside", ",0,0");
	SAYS(s, "F2");
	call(s, "stat", "made", "");
	SAYS(s, "F-1,2");
}

static void test_mounts(void)
{
	struct scene s;
	char state = 'n';

	scene_open(&s);
	struct mounts m = { .folder = s.folder };
	write_file(&s, "outside", "outer", 5);
	CU_ASSERT_EQUAL_FATAL(pipe(m.ready), 0);
	pid_t pid = live_child(live_elsewhere, &m);
	if (read(m.ready[0], &state, 1) != 1 || state != 'y') {
		printf("skipped: no mounts of its own for a child here\n");
		live_reap(pid);
	} else if (live_attach(&s.live, pid)) {
		check_mounts(&s);
	} else {
		CU_FAIL("cannot attach");
	}
	close(m.ready[0]);
	close(m.ready[1]);
	scene_close(&s);
}

/* Whose files are meant is only a process that is debugged. */
static void test_strangers(void)
{
	struct scene s;

	scene_open(&s);
	client_ask(&s.c, "vFile:setfs:1");
	SAYS(&s, "F-1,2");
	client_ask(&s.c, "vFile:setfs:ffffffff");
	SAYS(&s, "F-1,16");
	client_ask(&s.c, "vFile:setfs:");
	SAYS(&s, "F-1,16");
	client_ask(&s.c, "vFile:setfs:0");
	SAYS(&s, "F0");
	CU_ASSERT_EQUAL(target_file_open(s.live.t, 1, "/", O_RDONLY, 0), -ESRCH);
	CU_ASSERT_EQUAL(target_file_unlink(s.live.t, 1, "/none"), -ESRCH);
	scene_close(&s);
}

static const struct unit_test tests[] = {
	{ "read", test_read },	   { "write", test_write },	    { "flags", test_flags },
	{ "modes", test_modes },   { "errors", test_errors },	    { "numbers", test_numbers },
	{ "stat", test_stat },	   { "offsets", test_offsets },	    { "handles", test_handles },
	{ "mounts", test_mounts }, { "strangers", test_strangers },
};

int main(void)
{
	return unit_run("vfile", tests, sizeof(tests) / sizeof(tests[0]));
}
