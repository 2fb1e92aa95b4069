/*
 * The vFile family ("Host I/O Packets"): files that the target keeps in memory (generated images
 * and translated kernels below /ascend/), and real ones where the target has them, as the process
 * chosen by setfs sees them. Numbers of the protocol are fileio.c's.
 */
#include "stub/vfile.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "stub/commands.h"
#include "stub/fileio.h"
#include "stub/stats.h"
#include "target/auto.h"
#include "target/below.h"

static void file_error(struct rsp_buf *out, unsigned number)
{
	rsp_buf_reset(out);
	rsp_buf_format(out, "F-1,%x", number);
}

static void host_error(struct rsp_buf *out, int error)
{
	file_error(out, fileio_errno(error));
}

/* As many of the bytes as fit; their count stands in front. */
static void add_data(struct rsp_buf *out, const void *data, size_t n)
{
	for (size_t fit;; n = fit) {
		rsp_buf_reset(out);
		rsp_buf_format(out, "F%zx;", n);
		fit = rsp_buf_binary(out, data, n);
		if (fit == n)
			return;
	}
}

static struct vfile *slot(struct session *s, uint64_t fd)
{
	struct vfile *f = fd < VFILE_MAX ? &s->files.open[fd] : NULL;

	return f && f->used ? f : NULL;
}

static void release(struct vfile *f)
{
	if (f->used && f->fd >= 0)
		close(f->fd);
	free(f->path);
	*f = (struct vfile){ 0 };
}

void vfile_forget(struct vfile_table *t)
{
	for (size_t i = 0; i < VFILE_MAX; i++)
		release(&t->open[i]);
	t->view = 0;
}

/* Borrowed from the target, for one packet: a program may unload its kernel at any time. */
struct bytes {
	const void *data;
	size_t size;
};

static bool in_memory(struct session *s, const char *path, struct bytes *out)
{
	bool is = target_file(s->target, path, &out->data, &out->size) == TARGET_OK;

	s->files.served |= is;
	return is;
}

/*
 * The words of a refusal are in the log. gdb 13 has no room for them: to its user E.text is
 * "Invalid argument", but F-1,d is "Permission denied", which is what it means.
 */
static bool may(struct session *s, unsigned bits)
{
	if (session_may(s, bits) == TARGET_OK)
		return true;
	if (s->debug.stats)
		s->debug.stats->refusals++;
	session_log_refusal(s, "vFile");
	return false;
}

static bool is_rooted(const struct session *s)
{
	return s->limits && s->limits->rooted;
}

/* What a client writes shall not run as somebody else, whoever the server runs as. */
static bool drop_set_id(int fd)
{
	struct stat st;

	if (fstat(fd, &st))
		return false;
	if (!S_ISREG(st.st_mode) || !(st.st_mode & (S_ISUID | S_ISGID)))
		return true;
	return fchmod(fd, st.st_mode & 01777) == 0;
}

/* Whose mounts are meant makes no difference where clients are held in a folder. */
static int open_there(struct session *s, const char *path, int flags, mode_t mode)
{
	if (is_rooted(s))
		return below_open(s->limits->file_root, path, flags, mode, BELOW_STRICT);
	return target_file_open(s->target, s->files.view, path, flags, mode);
}

/*
 * Of a pipe or a device the opening alone is felt: who waits there for a reader goes on, and gets
 * SIGPIPE when the reader has gone. What is not there is no special file.
 */
static bool is_special(struct session *s, const char *path)
{
	AUTO_CLOSE int fd = open_there(s, path, O_PATH, 0);
	struct stat st;

	return fd >= 0 && (fstat(fd, &st) || !(S_ISREG(st.st_mode) || S_ISDIR(st.st_mode)));
}

/* Opens a path the way flags say; a target without real files has none at all. */
static int open_real(struct session *s, const char *path, int flags, mode_t mode)
{
	bool writes = flags & (O_ACCMODE | O_CREAT | O_TRUNC);
	bool plain_only = is_rooted(s) || !(s->have & MAY_WRITE_FILES);

	if (!(s->have & TARGET_HAS_HOST_FILES))
		return flags == O_RDONLY || flags & O_PATH ? -ENOENT : -EACCES;
	if (!may(s, MAY_FILES | (writes ? MAY_WRITE_FILES : 0)))
		return -EACCES;
	if (plain_only && !(flags & O_PATH) && is_special(s, path))
		return -EACCES;
	int fd = open_there(s, path, flags, mode);
	if (fd >= 0 && writes && !drop_set_id(fd)) {
		close(fd);
		return -EACCES;
	}
	return fd;
}

static int unlink_real(struct session *s, const char *path)
{
	if (!may(s, MAY_FILES | MAY_WRITE_FILES))
		return -EACCES;
	if (is_rooted(s))
		return below_unlink(s->limits->file_root, path, BELOW_STRICT);
	return target_file_unlink(s->target, s->files.view, path);
}

/* "open:PATH,FLAGS,MODE" */
static void do_open(struct session *s, struct rsp_text args, struct rsp_buf *out)
{
	struct rsp_text hex = { 0 };
	uint64_t wire_flags, wire_mode = 0;
	char path[PATH_MAX];
	mode_t mode;
	int flags;
	unsigned i = 0;
	struct bytes b;
	struct vfile f = { .used = true, .fd = -1 };

	if (!rsp_text_split(&args, ',', &hex) || !rsp_text_unhex(hex, path, sizeof(path)) ||
	    !rsp_text_number(&args, &wire_flags) ||
	    (rsp_text_skip(&args, ',') && !rsp_text_number(&args, &wire_mode)) || args.n ||
	    !fileio_flags(wire_flags, &flags) || !fileio_mode(wire_mode, &mode))
		return file_error(out, FILEIO_EINVAL);
	while (i < VFILE_MAX && s->files.open[i].used)
		i++;
	if (i == VFILE_MAX)
		return file_error(out, FILEIO_EMFILE);
	if (flags == O_RDONLY && in_memory(s, path, &b)) {
		f.path = strdup(path);
		if (!f.path)
			return host_error(out, ENOMEM);
	} else {
		f.fd = open_real(s, path, flags, mode);
		if (f.fd < 0)
			return host_error(out, -f.fd);
	}
	s->files.open[i] = f;
	rsp_buf_format(out, "F%x", i);
}

/* At most one packet full; -1: errno. */
static ssize_t read_real(struct session *s, const struct vfile *f, uint64_t count, uint64_t offset)
{
	size_t n = count < SESSION_PACKET_SIZE ? (size_t)count : SESSION_PACKET_SIZE;

	if (offset > INT64_MAX) {
		errno = EINVAL;
		return -1;
	}
	return pread(f->fd, s->scratch, n, (off_t)offset);
}

static void pread_memory(struct session *s, const struct vfile *f, uint64_t count, uint64_t offset,
			 struct rsp_buf *out)
{
	struct bytes b;

	if (!in_memory(s, f->path, &b))
		return host_error(out, EIO);
	size_t at = offset < b.size ? (size_t)offset : b.size;
	size_t n = count < b.size - at ? (size_t)count : b.size - at;
	add_data(out, (const char *)b.data + at, n);
}

/* "pread:FD,COUNT,OFFSET": as much as fits into one packet. */
static void do_pread(struct session *s, struct rsp_text args, struct rsp_buf *out)
{
	uint64_t fd, count, offset;

	if (!rsp_text_number(&args, &fd) || !rsp_text_skip(&args, ',') ||
	    !rsp_text_number(&args, &count) || !rsp_text_skip(&args, ',') ||
	    !rsp_text_number(&args, &offset) || args.n)
		return file_error(out, FILEIO_EINVAL);
	const struct vfile *f = slot(s, fd);
	if (!f)
		return file_error(out, FILEIO_EBADF);
	if (f->fd < 0)
		return pread_memory(s, f, count, offset, out);
	ssize_t n = read_real(s, f, count, offset);
	if (n < 0)
		return host_error(out, errno);
	add_data(out, s->scratch, (size_t)n);
}

/* A write behind the size limit of the server is not only refused: it comes with a signal. */
static bool within_limit(uint64_t offset, size_t n)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_FSIZE, &limit) || limit.rlim_cur == RLIM_INFINITY)
		return true;
	return offset <= limit.rlim_cur && n <= limit.rlim_cur - offset;
}

/* "pwrite:FD,OFFSET,DATA" */
static void do_pwrite(struct session *s, struct rsp_text args, struct rsp_buf *out)
{
	uint64_t fd, offset;

	if (!rsp_text_number(&args, &fd) || !rsp_text_skip(&args, ',') ||
	    !rsp_text_number(&args, &offset) || !rsp_text_skip(&args, ','))
		return file_error(out, FILEIO_EINVAL);
	const struct vfile *f = slot(s, fd);
	if (!f || f->fd < 0)
		return file_error(out, FILEIO_EBADF);
	if (offset > INT64_MAX)
		return file_error(out, FILEIO_EINVAL);
	if (!within_limit(offset, args.n))
		return host_error(out, EFBIG);
	ssize_t n = pwrite(f->fd, args.p, args.n, (off_t)offset);
	if (n < 0)
		return host_error(out, errno);
	rsp_buf_format(out, "F%zx", (size_t)n);
}

static void add_stat(const struct stat *st, struct rsp_buf *out)
{
	uint8_t bytes[FILEIO_STAT];

	fileio_stat(st, bytes);
	add_data(out, bytes, sizeof(bytes));
}

static void add_stat_in_memory(const struct bytes *b, struct rsp_buf *out)
{
	const struct stat st = {
		.st_mode = S_IFREG | 0444,
		.st_nlink = 1,
		.st_size = (off_t)b->size,
		.st_blksize = 4096,
		.st_blocks = (blkcnt_t)((b->size + 511) / 512),
	};

	add_stat(&st, out);
}

static void do_fstat(struct session *s, struct rsp_text args, struct rsp_buf *out)
{
	struct stat st;
	struct bytes b;
	uint64_t fd;

	if (!rsp_text_number(&args, &fd) || args.n)
		return file_error(out, FILEIO_EINVAL);
	const struct vfile *f = slot(s, fd);
	if (!f)
		return file_error(out, FILEIO_EBADF);
	if (f->fd < 0 && !in_memory(s, f->path, &b))
		return host_error(out, EIO);
	if (f->fd < 0)
		return add_stat_in_memory(&b, out);
	if (fstat(f->fd, &st))
		return host_error(out, errno);
	add_stat(&st, out);
}

static void stat_path(struct session *s, struct rsp_text args, int flags, struct rsp_buf *out)
{
	char path[PATH_MAX];
	struct stat st;
	struct bytes b;

	if (!rsp_text_unhex(args, path, sizeof(path)))
		return file_error(out, FILEIO_EINVAL);
	if (in_memory(s, path, &b))
		return add_stat_in_memory(&b, out);
	int fd = open_real(s, path, O_PATH | flags, 0);
	if (fd < 0)
		return host_error(out, -fd);
	int error = fstat(fd, &st) ? errno : 0;
	close(fd);
	if (error)
		return host_error(out, error);
	add_stat(&st, out);
}

static void do_stat(struct session *s, struct rsp_text args, struct rsp_buf *out)
{
	stat_path(s, args, 0, out);
}

static void do_lstat(struct session *s, struct rsp_text args, struct rsp_buf *out)
{
	stat_path(s, args, O_NOFOLLOW, out);
}

static void do_close(struct session *s, struct rsp_text args, struct rsp_buf *out)
{
	uint64_t fd;

	if (!rsp_text_number(&args, &fd) || args.n)
		return file_error(out, FILEIO_EINVAL);
	struct vfile *f = slot(s, fd);
	if (!f)
		return file_error(out, FILEIO_EBADF);
	release(f);
	rsp_buf_text(out, "F0");
}

static void do_readlink(struct session *s, struct rsp_text args, struct rsp_buf *out)
{
	char path[PATH_MAX], link[PATH_MAX];
	struct bytes b;

	if (!rsp_text_unhex(args, path, sizeof(path)))
		return file_error(out, FILEIO_EINVAL);
	if (in_memory(s, path, &b)) /* no link exists below /ascend/ */
		return file_error(out, FILEIO_EINVAL);
	int fd = open_real(s, path, O_PATH | O_NOFOLLOW, 0);
	if (fd < 0)
		return host_error(out, -fd);
	/* of what is no link the kernel says ENOENT when it is named by its descriptor */
	ssize_t n = readlinkat(fd, "", link, sizeof(link));
	int error = n < 0 && errno == ENOENT ? EINVAL : errno;
	close(fd);
	if (n < 0)
		return host_error(out, error);
	if ((size_t)n == sizeof(link))
		return file_error(out, FILEIO_ENAMETOOLONG);
	add_data(out, link, (size_t)n);
}

static void do_unlink(struct session *s, struct rsp_text args, struct rsp_buf *out)
{
	char path[PATH_MAX];

	if (!rsp_text_unhex(args, path, sizeof(path)))
		return file_error(out, FILEIO_EINVAL);
	int error = unlink_real(s, path);
	if (error < 0)
		return host_error(out, -error);
	rsp_buf_text(out, "F0");
}

/* "setfs:PID" chooses whose files are meant; without real ones there is only one tree. */
static void do_setfs(struct session *s, struct rsp_text args, struct rsp_buf *out)
{
	struct target_tid tid;
	uint64_t pid;

	if (!rsp_text_number(&args, &pid) || args.n || pid > INT32_MAX)
		return file_error(out, FILEIO_EINVAL);
	const struct rsp_tid id = { .pid = (int64_t)pid, .tid = -1, .has_pid = true };
	if (pid && s->have & TARGET_HAS_HOST_FILES && !session_resolve(s, &id, &tid))
		return file_error(out, FILEIO_ENOENT);
	s->files.view = (uint32_t)pid;
	rsp_buf_text(out, "F0");
}

enum target_status cmd_file(struct session *s, const struct rsp_args *a, struct rsp_buf *out)
{
	static const struct {
		const char *name;
		void (*run)(struct session *s, struct rsp_text args, struct rsp_buf *out);
		unsigned need;
	} calls[] = {
		{ "open", do_open, 0 },
		{ "pread", do_pread, 0 },
		{ "pwrite", do_pwrite, TARGET_HAS_HOST_FILES },
		{ "fstat", do_fstat, 0 },
		{ "stat", do_stat, 0 },
		{ "lstat", do_lstat, 0 },
		{ "close", do_close, 0 },
		{ "setfs", do_setfs, 0 },
		{ "readlink", do_readlink, 0 },
		{ "unlink", do_unlink, TARGET_HAS_HOST_FILES },
	};

	if (!(s->have & TARGET_HAS_FILES))
		return TARGET_UNSUPPORTED;
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
		if (rsp_text_is(a->text[0], calls[i].name) && !(calls[i].need & ~s->have)) {
			calls[i].run(s, a->rest, out);
			return TARGET_OK;
		}
	return TARGET_UNSUPPORTED;
}
