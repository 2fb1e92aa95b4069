/*
 * The vFile family ("Host I/O Packets") over files that the target keeps in memory: generated
 * images and translated kernels below /ascend/. There is no way from here to the host's files.
 */
#include "stub/vfile.h"

#include <string.h>

#include "stub/commands.h"

/* Errno values of the File-I/O protocol (GDB manual, "Errno Values"), not the host's. */
enum { FILE_ENOENT = 2, FILE_EBADF = 9, FILE_EACCES = 13, FILE_EINVAL = 22, FILE_EMFILE = 24 };

static void file_error(struct rsp_buf *out, unsigned number)
{
	rsp_buf_reset(out);
	rsp_buf_format(out, "F-1,%x", number);
}

static struct vfile *slot(struct session *s, uint64_t fd)
{
	struct vfile *f = fd < VFILE_MAX ? &s->files.open[fd] : NULL;

	return f && f->data ? f : NULL;
}

/* "open:PATH,FLAGS,MODE": only for reading. */
static void do_open(struct session *s, struct rsp_text args, struct rsp_buf *out)
{
	struct rsp_text hex = { 0 };
	char path[512];
	uint64_t flags = 0;
	struct vfile f;

	if (!rsp_text_split(&args, ',', &hex) || !rsp_text_unhex(hex, path, sizeof(path)) ||
	    !rsp_text_number(&args, &flags))
		return file_error(out, FILE_EINVAL);
	if (flags)
		return file_error(out, FILE_EACCES);
	if (target_file(s->target, path, &f.data, &f.size) != TARGET_OK)
		return file_error(out, FILE_ENOENT);
	for (unsigned i = 0; i < VFILE_MAX; i++)
		if (!s->files.open[i].data) {
			s->files.open[i] = f;
			rsp_buf_format(out, "F%x", i);
			return;
		}
	file_error(out, FILE_EMFILE);
}

/* "pread:FD,COUNT,OFFSET": as much as fits into one packet. */
static void do_pread(struct session *s, struct rsp_text args, struct rsp_buf *out)
{
	enum { HEAD = 16 }; /* "F<count>;" */
	uint64_t fd, count, offset;

	if (!rsp_text_number(&args, &fd) || !rsp_text_skip(&args, ',') ||
	    !rsp_text_number(&args, &count) || !rsp_text_skip(&args, ',') ||
	    !rsp_text_number(&args, &offset) || args.n)
		return file_error(out, FILE_EINVAL);
	const struct vfile *f = slot(s, fd);
	if (!f)
		return file_error(out, FILE_EBADF);
	size_t at = offset < f->size ? (size_t)offset : f->size;
	size_t n = count < f->size - at ? (size_t)count : f->size - at;
	/* the count stands before the bytes, so find out first how many fit */
	struct rsp_buf body;
	rsp_buf_init(&body, (char *)s->scratch, SESSION_PACKET_SIZE - HEAD);
	n = rsp_buf_binary(&body, (const char *)f->data + at, n);
	rsp_buf_format(out, "F%zx;", n);
	rsp_buf_raw(out, body.data, body.len);
}

static void put_be(uint8_t *to, uint64_t v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		to[i] = (uint8_t)(v >> 8 * (n - 1 - i));
}

/* struct stat of the File-I/O protocol: 64 bytes, big-endian ("struct stat" in the GDB manual). */
static void add_stat(const struct vfile *f, struct rsp_buf *out)
{
	enum {
		STAT = 64,
		MODE_AT = 8,
		NLINK_AT = 12,
		SIZE_AT = 28,
		BLKSIZE_AT = 36,
		BLOCKS_AT = 44,
	};
	uint8_t st[STAT] = { 0 };

	put_be(st + MODE_AT, 0100444, 4);
	put_be(st + NLINK_AT, 1, 4);
	put_be(st + SIZE_AT, f->size, 8);
	put_be(st + BLKSIZE_AT, 4096, 8);
	put_be(st + BLOCKS_AT, (f->size + 511) / 512, 8);
	rsp_buf_format(out, "F%x;", STAT);
	rsp_buf_binary(out, st, STAT);
}

static void do_fstat(struct session *s, struct rsp_text args, struct rsp_buf *out)
{
	uint64_t fd;

	if (!rsp_text_number(&args, &fd) || args.n)
		return file_error(out, FILE_EINVAL);
	const struct vfile *f = slot(s, fd);
	if (!f)
		return file_error(out, FILE_EBADF);
	add_stat(f, out);
}

static void do_stat(struct session *s, struct rsp_text args, struct rsp_buf *out)
{
	char path[512];
	struct vfile f;

	if (!rsp_text_unhex(args, path, sizeof(path)))
		return file_error(out, FILE_EINVAL);
	if (target_file(s->target, path, &f.data, &f.size) != TARGET_OK)
		return file_error(out, FILE_ENOENT);
	add_stat(&f, out);
}

static void do_close(struct session *s, struct rsp_text args, struct rsp_buf *out)
{
	uint64_t fd;

	if (!rsp_text_number(&args, &fd) || args.n)
		return file_error(out, FILE_EINVAL);
	struct vfile *f = slot(s, fd);
	if (!f)
		return file_error(out, FILE_EBADF);
	*f = (struct vfile){ 0 };
	rsp_buf_text(out, "F0");
}

/* No link exists below /ascend/. */
static void do_readlink(struct session *s, struct rsp_text args, struct rsp_buf *out)
{
	char path[512];
	struct vfile f;
	bool there = rsp_text_unhex(args, path, sizeof(path)) &&
		     target_file(s->target, path, &f.data, &f.size) == TARGET_OK;

	file_error(out, there ? FILE_EINVAL : FILE_ENOENT);
}

/* "setfs:PID" chooses whose mount namespace is meant: there is only one tree here. */
static void do_setfs(struct session *s, struct rsp_text args, struct rsp_buf *out)
{
	uint64_t pid;

	(void)s;
	if (!rsp_text_number(&args, &pid) || args.n)
		return file_error(out, FILE_EINVAL);
	rsp_buf_text(out, "F0");
}

enum target_status cmd_file(struct session *s, const struct rsp_args *a, struct rsp_buf *out)
{
	static const struct {
		const char *name;
		void (*run)(struct session *s, struct rsp_text args, struct rsp_buf *out);
	} calls[] = {
		{ "open", do_open },   { "pread", do_pread },       { "fstat", do_fstat },
		{ "stat", do_stat },   { "lstat", do_stat },        { "close", do_close },
		{ "setfs", do_setfs }, { "readlink", do_readlink },
	};

	if (!(s->have & TARGET_HAS_FILES))
		return TARGET_UNSUPPORTED;
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
		if (rsp_text_is(a->text[0], calls[i].name)) {
			calls[i].run(s, a->rest, out);
			return TARGET_OK;
		}
	return TARGET_UNSUPPORTED;
}
