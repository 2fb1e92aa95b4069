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
	return document_libraries(s, out);
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
	{ "features", build_features, 0, "qXfer:features:read+" },
	{ "threads", build_threads, 0, "qXfer:threads:read+" },
	{ "exec-file", build_exec_file, TARGET_HAS_EXEC_FILE, "qXfer:exec-file:read+" },
	{ "libraries", build_libraries, TARGET_HAS_LIBRARIES, "qXfer:libraries:read+" },
	{ "memory-map", build_memory_map, TARGET_HAS_REGIONS, "qXfer:memory-map:read+" },
	{ "osdata", document_osdata, TARGET_HAS_TABLES, "qXfer:osdata:read+" },
};

enum { OBJECTS = sizeof(objects) / sizeof(objects[0]) };

void xfer_features(const struct session *s, struct rsp_buf *out)
{
	for (size_t i = 0; i < OBJECTS; i++)
		if (!(objects[i].need & ~s->have))
			rsp_buf_format(out, ";%s", objects[i].feature);
}

static const struct xfer_object *find(const struct session *s, struct rsp_text name)
{
	for (size_t i = 0; i < OBJECTS; i++)
		if (rsp_text_is(name, objects[i].name) && !(objects[i].need & ~s->have))
			return &objects[i];
	return NULL;
}

/* Builds the document anew when it starts or is another one than was asked for last. */
static enum target_status prepare(struct session *s, const struct xfer_object *o,
				  const char *annex, uint64_t offset)
{
	struct session_document *doc = &s->document;
	struct target_tid tid = session_thread(s);
	struct rsp_buf key;
	char storage[sizeof(doc->key)];

	rsp_buf_init(&key, storage, sizeof(storage));
	rsp_buf_format(&key, "%s:%s:%u.%u", o->name, annex, tid.pid, tid.tid);
	rsp_buf_char(&key, '\0');
	if (offset && doc->text.data && !strcmp(doc->key, storage))
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

/* "qXfer:OBJECT:read:ANNEX:OFFSET,LENGTH"; the grammar gave OBJECT, "read", and the rest. */
enum target_status cmd_xfer(struct session *s, const struct rsp_args *a, struct rsp_buf *out)
{
	const struct xfer_object *o = find(s, a->text[0]);
	struct rsp_text rest = a->rest, annex;
	char name[256];
	uint64_t offset, length;

	if (!o || !rsp_text_is(a->text[1], "read"))
		return TARGET_UNSUPPORTED;
	/* an annex may hold colons: the numbers are behind the last one */
	const char *colon = rest.n ? memrchr(rest.p, ':', rest.n) : NULL;
	if (!colon)
		return TARGET_INVALID;
	annex = (struct rsp_text){ rest.p, (size_t)(colon - rest.p) };
	rest = (struct rsp_text){ colon + 1, rest.n - annex.n - 1 };
	if (annex.n >= sizeof(name) || memchr(annex.p, '\0', annex.n) ||
	    !rsp_text_number(&rest, &offset) || !rsp_text_skip(&rest, ',') ||
	    !rsp_text_number(&rest, &length) || rest.n)
		return TARGET_INVALID;
	memcpy(name, annex.p, annex.n);
	name[annex.n] = '\0';
	enum target_status status = prepare(s, o, name, offset);
	if (status == TARGET_OK)
		add_piece(&s->document.text, offset, length, out);
	return status;
}
