/*
 * Builds the XML documents that clients fetch by qXfer, from the target contract alone. Paging and
 * keeping them is cmd_xfer.c's.
 */
#include "stub/documents.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "rsp/buf.h"
#include "stub/stats.h"
#include "target/auto.h"

/* Text with XML's special characters replaced. */
static void add_escaped(struct target_text *out, const char *s)
{
	enum { PIECE = 64, LONGEST_CHAR = 4, LONGEST_ENTITY = 6 };
	char storage[PIECE * LONGEST_ENTITY];
	struct rsp_buf piece;

	for (size_t left = strlen(s), n; left; s += n, left -= n) {
		char part[PIECE + 1] = { 0 };

		n = left < PIECE ? left : PIECE;
		/* a cut inside a character would make two invalid ones of it */
		while (n < left && n > PIECE - LONGEST_CHAR && (s[n] & 0xc0) == 0x80)
			n--;
		memcpy(part, s, n);
		rsp_buf_init(&piece, storage, sizeof(storage));
		rsp_buf_xml(&piece, part);
		target_text_bytes(out, piece.data, piece.len);
	}
}

static void add_text(struct target_text *out, enum target_status status, struct target_text *text,
		     const char *before, const char *after)
{
	if (status == TARGET_OK && text->data && !text->failed) {
		target_text_add(out, before);
		add_escaped(out, text->data);
		target_text_add(out, after);
	}
	target_text_deinit(text);
}

/* pthread_t as it lies in memory: GDB compares it with what the program holds. */
static void add_handle(struct session *s, struct target_tid tid, struct target_text *out)
{
	struct target_text bytes = { 0 };

	if (target_thread_handle(s->target, tid, &bytes) == TARGET_OK && !bytes.failed) {
		target_text_add(out, " handle=\"");
		for (size_t i = 0; i < bytes.len; i++)
			target_text_format(out, "%02x", (unsigned char)bytes.data[i]);
		target_text_add(out, "\"");
	}
	target_text_deinit(&bytes);
}

static void add_thread(struct session *s, struct target_tid tid, struct target_text *out)
{
	struct target_text name = { 0 }, text = { 0 };
	struct target_stop stop;

	if (s->client.multiprocess)
		target_text_format(out, "<thread id=\"p%" PRIx32 ".%" PRIx32 "\"", tid.pid,
				   tid.tid);
	else
		target_text_format(out, "<thread id=\"%" PRIx32 "\"", tid.tid);
	/* who looks for the name finds the CPU beside it */
	enum target_status named = target_thread_name(s->target, tid, &name);
	int core = target_thread_core(s->target, tid);
	if (core < 0 && target_stop(s->target, tid, &stop) == TARGET_OK)
		core = stop.core;
	if (core >= 0)
		target_text_format(out, " core=\"%d\"", core);
	add_text(out, named, &name, " name=\"", "\"");
	add_handle(s, tid, out);
	target_text_add(out, ">");
	add_text(out, target_thread_text(s->target, tid, &text), &text, "", "");
	target_text_add(out, "</thread>");
}

enum target_status document_threads(struct session *s, struct target_text *out)
{
	size_t n = session_threads(s);

	target_text_add(out, "<?xml version=\"1.0\"?><threads>");
	for (size_t i = 0; i < n; i++)
		add_thread(s, s->threads[i], out);
	target_text_add(out, "</threads>");
	return TARGET_OK;
}

static void add_library(void *ctx, const struct target_library *lib)
{
	struct target_text *out = ctx;

	target_text_add(out, "<library name=\"");
	add_escaped(out, lib->name);
	target_text_add(out, "\">");
	for (size_t i = 0; i < lib->section_count; i++)
		target_text_format(out, "<section address=\"0x%" PRIx64 "\"/>", lib->sections[i]);
	target_text_add(out, "</library>");
}

enum target_status document_libraries(struct session *s, struct target_text *out)
{
	uint32_t pid = session_thread(s).pid;

	target_text_add(out, "<library-list>");
	enum target_status status =
		pid ? target_libraries(s->target, pid, add_library, out) : TARGET_OK;
	target_text_add(out, "</library-list>");
	return status;
}

/** The list is made while the attribute in front of it is being looked for. */
struct link_maps {
	uint64_t main;
	struct target_text list;
};

static void add_link_map(void *ctx, const struct target_link_map *map)
{
	struct link_maps *maps = ctx;

	if (map->main) {
		maps->main = map->lm;
		return;
	}
	target_text_add(&maps->list, "<library name=\"");
	add_escaped(&maps->list, map->name);
	target_text_format(&maps->list,
			   "\" lm=\"0x%" PRIx64 "\" l_addr=\"0x%" PRIx64 "\" l_ld=\"0x%" PRIx64
			   "\" lmid=\"0x%" PRIx64 "\"/>",
			   map->lm, map->base, map->dynamic, map->space);
}

enum target_status document_link_maps(struct session *s, const struct target_link_start *from,
				      struct target_text *out)
{
	struct link_maps maps = { 0 };
	uint32_t pid = session_thread(s).pid;

	enum target_status status =
		pid ? target_link_maps(s->target, pid, from, add_link_map, &maps)
		    : TARGET_NO_THREAD;
	target_text_add(out, "<library-list-svr4 version=\"1.0\"");
	if (maps.main)
		target_text_format(out, " main-lm=\"0x%" PRIx64 "\"", maps.main);
	target_text_add(out, ">");
	target_text_bytes(out, maps.list.data, maps.list.len);
	target_text_add(out, "</library-list-svr4>");
	out->failed |= maps.list.failed;
	target_text_deinit(&maps.list);
	return status;
}

/* --- memory map --- */

struct span {
	uint64_t start, end; /* end 0: the end of the address space */
};

struct spans {
	struct span *v;
	size_t n, cap;
};

static bool add_span(struct spans *list, uint64_t start, uint64_t end)
{
	if (list->n == list->cap) {
		size_t cap = list->cap ? 2 * list->cap : 64;
		struct span *v = realloc(list->v, cap * sizeof(*v));

		if (!v)
			return false;
		list->v = v;
		list->cap = cap;
	}
	list->v[list->n++] = (struct span){ start, end };
	return true;
}

/* What one thread sees, region by region from 0 to the end of the address space. */
static bool collect(struct session *s, struct target_tid tid, struct spans *list)
{
	enum { REGIONS_MAX = 1 << 16 };
	struct target_region r = { .end = 0 };
	uint64_t at = 0;

	for (size_t i = 0; i < REGIONS_MAX; i++, at = r.end) {
		if (target_region(s->target, tid, at, &r) != TARGET_OK)
			return true;
		if (r.mapped && r.readable && !add_span(list, r.start, r.end))
			return false;
		if (!r.end || r.end <= at)
			return true;
	}
	return true;
}

static int by_start(const void *a, const void *b)
{
	const struct span *x = a, *y = b;

	return x->start < y->start ? -1 : x->start > y->start;
}

/* The last address decides, since an end of 0 is the largest of all. */
static bool touches(const struct span *a, const struct span *b)
{
	return !a->end || b->start <= a->end;
}

static void merge(struct spans *list)
{
	size_t out = 0;

	qsort(list->v, list->n, sizeof(list->v[0]), by_start);
	for (size_t i = 1; i < list->n; i++) {
		struct span *last = &list->v[out], *next = &list->v[i];

		if (!touches(last, next))
			list->v[++out] = *next;
		else if (next->end - 1 > last->end - 1)
			last->end = next->end;
	}
	list->n = out + 1;
}

/*
 * All of it is "ram", writable or not: in "rom" GDB 13 makes every breakpoint a hardware one and
 * blames their number when one cannot be set.
 */
enum target_status document_memory_map(struct session *s, struct target_text *out)
{
	struct spans list = { 0 };
	AUTO_FREE struct span *owned = NULL;
	size_t threads = session_threads(s);
	bool ok = true;

	for (size_t i = 0; ok && i < threads; i++) {
		ok = collect(s, s->threads[i], &list);
		/* many threads share most regions: merging as we go keeps the list short */
		if (ok && list.n)
			merge(&list);
	}
	owned = list.v;
	if (!ok)
		return target_fail(s->target, TARGET_SYSTEM, "out of memory");
	target_text_add(out, "<?xml version=\"1.0\"?><memory-map>");
	for (size_t i = 0; i < list.n; i++)
		target_text_format(out,
				   "<memory type=\"ram\" start=\"0x%" PRIx64
				   "\" length=\"0x%" PRIx64 "\"/>",
				   owned[i].start, owned[i].end - owned[i].start);
	target_text_add(out, "</memory-map>");
	return TARGET_OK;
}

/* --- osdata --- */

static void add_column(struct target_text *out, const char *name, const char *value)
{
	target_text_add(out, "<column name=\"");
	add_escaped(out, name);
	target_text_add(out, "\">");
	add_escaped(out, value);
	target_text_add(out, "</column>");
}

/* The empty annex lists the tables. GDB hides a last column named Title from `info os`. */
static void list_tables(struct session *s, struct target_text *out)
{
	size_t n = 0;
	const struct target_table_info *info = target_tables(s->target, &n);

	target_text_add(out, "<osdata type=\"types\">");
	for (size_t i = 0; i < n; i++) {
		target_text_add(out, "<item>");
		add_column(out, "Type", info[i].name);
		add_column(out, "Description", info[i].title);
		add_column(out, "Title", info[i].label ? info[i].label : info[i].name);
		target_text_add(out, "</item>");
	}
	if (s->debug.stats) {
		target_text_add(out, "<item>");
		add_column(out, "Type", "stats");
		add_column(out, "Description", "Counters of this server");
		add_column(out, "Title", "Server");
		target_text_add(out, "</item>");
	}
	target_text_add(out, "</osdata>");
}

static void add_rows(const struct target_table *t, const char *name, struct target_text *out)
{
	size_t cursor = 0;

	target_text_add(out, "<osdata type=\"");
	add_escaped(out, name);
	target_text_add(out, "\">");
	for (size_t row = 0; row < target_table_rows(t); row++) {
		target_text_add(out, "<item>");
		for (size_t c = 0; c < t->column_count; c++)
			add_column(out, t->columns[c], target_table_next(t, &cursor));
		target_text_add(out, "</item>");
	}
	target_text_add(out, "</osdata>");
}

enum target_status document_osdata(struct session *s, const char *annex, struct target_text *out)
{
	struct target_table table = { 0 };

	if (!*annex) {
		list_tables(s, out);
		return TARGET_OK;
	}
	if (s->debug.stats && !strcmp(annex, "stats")) {
		stats_table(s->debug.stats, s->target->link_requests, &table);
		add_rows(&table, annex, out);
		target_table_deinit(&table);
		return TARGET_OK;
	}
	enum target_status status = target_table(s->target, annex, &table);
	/* GDB says "Wrong osdata type?" to an empty document, and nothing to an error */
	if (status == TARGET_INVALID)
		return TARGET_OK;
	if (status == TARGET_OK)
		add_rows(&table, annex, out);
	target_table_deinit(&table);
	return status;
}
