/*
 * The qXfer family: documents that describe the target. Each is built once, at the read of its
 * first byte, and kept for the pieces that follow (GDB 13 asks in 4 KiB pieces).
 */
#include <inttypes.h>
#include <string.h>

#include "stub/commands.h"
#include "stub/documents.h"
#include "stub/tdesc.h"

/** One object of the family: a row more is an object more. */
struct xfer_object {
	const char *name;
	enum target_status (*build)(struct session *s, const char *annex, struct target_text *out);
	unsigned need;
	const char *feature;
	enum target_status (*write)(struct session *s, const char *annex, uint64_t offset,
				    struct rsp_text data); /* NULL: cannot be written */
	unsigned without; /* capabilities with which there is no such object */
};

static enum target_status build_features(struct session *s, const char *annex,
					 struct target_text *out)
{
	const struct arch_desc *d = target_arch(s->target, session_thread(s));

	if (strcmp(annex, "target.xml") != 0)
		return TARGET_INVALID;
	if (!d)
		return TARGET_NO_THREAD;
	tdesc_write(d, s->client.lldb, out);
	return TARGET_OK;
}

/* The annex of exec-file and its like is a process in hex; none means the current one. */
static bool annex_pid(struct session *s, const char *annex, uint32_t *pid)
{
	struct rsp_text t = { annex, strlen(annex) };
	struct target_tid tid;
	uint64_t v;

	*pid = session_thread(s).pid;
	if (!*annex)
		return *pid != 0;
	if (!rsp_text_number(&t, &v) || t.n || !v || v > UINT32_MAX)
		return false;
	struct rsp_tid id = { .pid = (int64_t)v, .tid = -1, .has_pid = true };
	*pid = (uint32_t)v;
	return session_resolve(s, &id, &tid);
}

static enum target_status build_exec_file(struct session *s, const char *annex,
					  struct target_text *out)
{
	uint32_t pid;

	return annex_pid(s, annex, &pid) ? target_exec_file(s->target, pid, out) : TARGET_NO_THREAD;
}

static enum target_status build_libraries(struct session *s, const char *annex,
					  struct target_text *out)
{
	(void)annex;
	enum target_status status = document_libraries(s, out);
	s->told_kernels |= out->data && strstr(out->data, "<library name=\"/ascend/");
	return status;
}

/* "start=LM;prev=LM;lmid=SPACE", all in hex; other words are for later versions of the protocol. */
static bool parse_link_start(const char *annex, struct target_link_start *from)
{
	const struct {
		const char *name;
		uint64_t *value;
	} words[] = {
		{ "start", &from->lm },
		{ "prev", &from->previous },
		{ "lmid", &from->space },
	};
	struct rsp_text list = { annex, strlen(annex) }, word, name;

	while (rsp_text_split(&list, ';', &word)) {
		if (!rsp_text_split(&word, '=', &name))
			continue;
		for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
			if (rsp_text_is(name, words[i].name) &&
			    (!rsp_text_number(&word, words[i].value) || word.n))
				return false;
	}
	return true;
}

static enum target_status build_link_maps(struct session *s, const char *annex,
					  struct target_text *out)
{
	struct target_link_start from = { 0 };

	return parse_link_start(annex, &from) ? document_link_maps(s, &from, out) : TARGET_INVALID;
}

static enum target_status build_auxv(struct session *s, const char *annex, struct target_text *out)
{
	uint32_t pid = session_thread(s).pid;

	if (*annex)
		return TARGET_INVALID;
	return pid ? target_auxv(s->target, pid, out) : TARGET_NO_THREAD;
}

static enum target_status build_siginfo(struct session *s, const char *annex,
					struct target_text *out)
{
	return *annex ? TARGET_INVALID : target_siginfo_read(s->target, session_thread(s), out);
}

static enum target_status write_siginfo(struct session *s, const char *annex, uint64_t offset,
					struct rsp_text data)
{
	if (*annex)
		return TARGET_INVALID;
	enum target_status status = session_may(s, MAY_WRITE_REGISTERS);
	if (status != TARGET_OK)
		return status;
	return target_siginfo_write(s->target, session_thread(s), offset, data.p, data.n);
}

static enum target_status build_threads(struct session *s, const char *annex,
					struct target_text *out)
{
	(void)annex;
	return document_threads(s, out);
}

static enum target_status build_memory_map(struct session *s, const char *annex,
					   struct target_text *out)
{
	(void)annex;
	return document_memory_map(s, out);
}

static const struct xfer_object objects[] = {
	/* name, build, need, feature, write, without */
	{ "features", build_features, 0, "qXfer:features:read+", NULL, 0 },
	{ "threads", build_threads, 0, "qXfer:threads:read+", NULL, 0 },
	{ "exec-file", build_exec_file, TARGET_HAS_EXEC_FILE, "qXfer:exec-file:read+", NULL, 0 },
	{ "auxv", build_auxv, TARGET_HAS_AUXV, "qXfer:auxv:read+", NULL, 0 },
	{ "libraries", build_libraries, TARGET_HAS_LIBRARIES, "qXfer:libraries:read+", NULL, 0 },
	{ "libraries-svr4", build_link_maps, TARGET_HAS_LINK_MAPS,
	  "qXfer:libraries-svr4:read+;augmented-libraries-svr4-read+", NULL, 0 },
	/* GDB asks for the map once and believes it: not where the program changes it */
	{ "memory-map", build_memory_map, TARGET_HAS_REGIONS, "qXfer:memory-map:read+", NULL,
	  TARGET_HAS_AUXV },
	{ "osdata", document_osdata, TARGET_HAS_TABLES, "qXfer:osdata:read+", NULL, 0 },
	{ "siginfo", build_siginfo, TARGET_HAS_SIGINFO, "qXfer:siginfo:read+;qXfer:siginfo:write+",
	  write_siginfo, 0 },
};

enum { OBJECTS = sizeof(objects) / sizeof(objects[0]) };

static bool usable(const struct session *s, const struct xfer_object *o)
{
	return !(o->need & ~s->have) && !(o->without & s->have);
}

void xfer_features(const struct session *s, struct rsp_buf *out)
{
	for (size_t i = 0; i < OBJECTS; i++)
		if (usable(s, &objects[i]))
			rsp_buf_format(out, ";%s", objects[i].feature);
}

static const struct xfer_object *find(const struct session *s, struct rsp_text name)
{
	for (size_t i = 0; i < OBJECTS; i++)
		if (rsp_text_is(name, objects[i].name) && usable(s, &objects[i]))
			return &objects[i];
	return NULL;
}

/* Builds the document anew when it starts or is another one than was asked for last. */
static enum target_status prepare(struct session *s, const struct xfer_object *o, const char *annex,
				  uint64_t offset)
{
	struct session_document *doc = &s->document;
	struct target_tid tid = session_thread(s);
	struct rsp_buf key;
	char storage[sizeof(doc->key)];

	rsp_buf_init(&key, storage, sizeof(storage));
	rsp_buf_format(&key, "%s:%s:%u.%u", o->name, annex, tid.pid, tid.tid);
	rsp_buf_char(&key, '\0');
	/* what can be written is small, and GDB reads single fields of it */
	if (offset && !o->write && doc->text.data && !strcmp(doc->key, storage))
		return TARGET_OK;
	target_text_deinit(&doc->text);
	enum target_status status = o->build(s, annex, &doc->text);
	if (status == TARGET_OK && doc->text.failed)
		status = target_fail(s->target, TARGET_SYSTEM, "out of memory");
	if (status == TARGET_OK)
		memcpy(doc->key, storage, sizeof(storage));
	else
		target_text_deinit(&doc->text);
	return status;
}

static void add_piece(const struct target_text *text, uint64_t offset, uint64_t length,
		      struct rsp_buf *out)
{
	size_t at = offset < text->len ? (size_t)offset : text->len;
	size_t left = text->len - at;
	size_t want = length < left ? (size_t)length : left;
	size_t mark = out->len;

	rsp_buf_char(out, 'l');
	if (left && rsp_buf_binary(out, text->data + at, want) < left)
		out->data[mark] = 'm';
}

/* The annex as a string; false: too long or with a NUL in it. */
static bool copy_annex(struct rsp_text annex, char *out, size_t cap)
{
	if (annex.n >= cap || (annex.n && memchr(annex.p, '\0', annex.n)))
		return false;
	if (annex.n)
		memcpy(out, annex.p, annex.n);
	out[annex.n] = '\0';
	return true;
}

enum { ANNEX = 256 };

/* "ANNEX:OFFSET,LENGTH" */
static enum target_status read_object(struct session *s, const struct xfer_object *o,
				      struct rsp_text rest, struct rsp_buf *out)
{
	uint64_t offset, length;
	char annex[ANNEX];

	/* an annex may hold colons: the numbers are behind the last one */
	const char *colon = rest.n ? memrchr(rest.p, ':', rest.n) : NULL;
	if (!colon ||
	    !copy_annex((struct rsp_text){ rest.p, (size_t)(colon - rest.p) }, annex, ANNEX))
		return TARGET_INVALID;
	rest = (struct rsp_text){ colon + 1, rest.n - (size_t)(colon + 1 - rest.p) };
	if (!rsp_text_number(&rest, &offset) || !rsp_text_skip(&rest, ',') ||
	    !rsp_text_number(&rest, &length) || rest.n)
		return TARGET_INVALID;
	enum target_status status = prepare(s, o, annex, offset);
	if (status == TARGET_OK)
		add_piece(&s->document.text, offset, length, out);
	return status;
}

/* "ANNEX:OFFSET:DATA"; the reply is how many bytes were taken. */
static enum target_status write_object(struct session *s, const struct xfer_object *o,
				       struct rsp_text rest, struct rsp_buf *out)
{
	struct rsp_text name;
	char annex[ANNEX];
	uint64_t offset;

	/* the data may hold colons: the annex ends at the first one */
	if (!rsp_text_split(&rest, ':', &name) || !copy_annex(name, annex, ANNEX) ||
	    !rsp_text_number(&rest, &offset) || !rsp_text_skip(&rest, ':'))
		return TARGET_INVALID;
	enum target_status status = o->write(s, annex, offset, rest);
	if (status == TARGET_OK)
		rsp_buf_format(out, "%zx", rest.n);
	return status;
}

/* "qXfer:OBJECT:read:..." or "...:write:..."; the grammar gave both words and the rest. */
enum target_status cmd_xfer(struct session *s, const struct rsp_args *a, struct rsp_buf *out)
{
	const struct xfer_object *o = find(s, a->text[0]);

	if (o && rsp_text_is(a->text[1], "read"))
		return read_object(s, o, a->rest, out);
	if (o && o->write && rsp_text_is(a->text[1], "write"))
		return write_object(s, o, a->rest, out);
	return TARGET_UNSUPPORTED;
}
