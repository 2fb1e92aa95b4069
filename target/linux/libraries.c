/*
 * The dynamic linker's lists of a process (qXfer:libraries-svr4): found through the program headers
 * and DT_DEBUG, read entry by entry from memory that the process may change at any moment.
 * Offsets are those of <link.h> on both classes; namespaces of dlmopen follow r_debug_extended.
 */
#include <elf.h>
#include <inttypes.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "target/linux/proc.h"
#include "target/linux/view_priv.h"

enum {
	ENTRIES_MAX = 65536, /* of all namespaces together */
	SPACES_MAX = 256,    /* glibc makes 16 at most */
	HEADERS_MAX = 1024,
	DYNAMIC_MAX = 4096,
};

/** What a walk needs everywhere. */
struct walk {
	const struct linux_process *process;
	size_t word; /* bytes of an address: 4 or 8 */
	size_t left; /* entries that may still be read */
	target_link_map_fn fn;
	void *ctx;
};

static size_t read_memory(const struct walk *w, uint64_t at, void *buf, size_t n)
{
	ssize_t got = pread(w->process->mem, buf, n, (off_t)at);

	return got < 0 ? 0 : (size_t)got;
}

/* Words i of an array of addresses that was read as bytes. */
static uint64_t word_at(const struct walk *w, const void *bytes, size_t i)
{
	uint64_t wide;
	uint32_t narrow;

	if (w->word == sizeof(wide)) {
		memcpy(&wide, (const char *)bytes + i * sizeof(wide), sizeof(wide));
		return wide;
	}
	memcpy(&narrow, (const char *)bytes + i * sizeof(narrow), sizeof(narrow));
	return narrow;
}

/* n words, n <= 8. */
static bool read_words(const struct walk *w, uint64_t at, size_t n, uint64_t *out)
{
	uint8_t bytes[8 * sizeof(uint64_t)];

	if (read_memory(w, at, bytes, n * w->word) != n * w->word)
		return false;
	for (size_t i = 0; i < n; i++)
		out[i] = word_at(w, bytes, i);
	return true;
}

/* --- from the program headers to r_debug --- */

/* AT_PHDR and AT_PHNUM of the auxiliary vector. */
static bool find_headers(const struct walk *w, uint64_t *at, uint64_t *count)
{
	struct target_text text = { 0 };

	*at = *count = 0;
	bool ok = proc_read(proc_path("/proc/%d/auxv", w->process->pid).s, &text);
	for (size_t i = 0; ok && (i + 2) * w->word <= text.len; i += 2) {
		uint64_t type = word_at(w, text.data, i), value = word_at(w, text.data, i + 1);

		if (type == AT_PHDR)
			*at = value;
		if (type == AT_PHNUM)
			*count = value;
	}
	target_text_deinit(&text);
	return *at && *count && *count <= HEADERS_MAX;
}

struct header {
	uint32_t type;
	uint64_t vaddr;
};

static bool read_header(const struct walk *w, uint64_t at, uint64_t i, struct header *out)
{
	union {
		Elf64_Phdr wide;
		Elf32_Phdr narrow;
	} h;
	bool is_wide = w->word == sizeof(uint64_t);
	size_t n = is_wide ? sizeof(h.wide) : sizeof(h.narrow);

	if (read_memory(w, at + i * n, &h, n) != n)
		return false;
	*out = is_wide ? (struct header){ h.wide.p_type, h.wide.p_vaddr }
		       : (struct header){ h.narrow.p_type, h.narrow.p_vaddr };
	return true;
}

/* Where PT_DYNAMIC is in memory; without PT_PHDR there is no way to tell how it was moved. */
static bool find_dynamic(const struct walk *w, uint64_t *out)
{
	uint64_t at, count, dynamic = 0, moved = 0;
	bool has_dynamic = false, has_self = false;
	struct header h;

	if (!find_headers(w, &at, &count))
		return false;
	for (uint64_t i = 0; i < count && read_header(w, at, i, &h); i++) {
		if (h.type == PT_PHDR) {
			moved = at - h.vaddr;
			has_self = true;
		}
		if (h.type == PT_DYNAMIC) {
			dynamic = h.vaddr;
			has_dynamic = true;
		}
	}
	*out = dynamic + moved;
	if (w->word == sizeof(uint32_t))
		*out &= UINT32_MAX;
	return has_dynamic && has_self;
}

/* DT_DEBUG: where its value stands, and the value: 0 until the dynamic linker has run. */
static bool find_debug(const struct walk *w, uint64_t *place, uint64_t *out)
{
	uint64_t at, pair[2];

	if (!find_dynamic(w, &at))
		return false;
	for (size_t i = 0; i < DYNAMIC_MAX; i++, at += 2 * w->word) {
		if (!read_words(w, at, 2, pair) || pair[0] == DT_NULL)
			return false;
		if (pair[0] == DT_DEBUG) {
			*place = at + w->word;
			*out = pair[1];
			return true;
		}
	}
	return false;
}

/* --- the lists --- */

struct entry {
	uint64_t base, name, dynamic, next, previous;
};

static bool read_entry(const struct walk *w, uint64_t at, struct entry *out)
{
	uint64_t v[5];

	if (!read_words(w, at, 5, v))
		return false;
	*out = (struct entry){ v[0], v[1], v[2], v[3], v[4] };
	return true;
}

/* A path; it may end at a hole, and nothing says that there is a NUL. */
static void read_name(const struct walk *w, uint64_t at, char name[PATH_MAX])
{
	enum { PIECE = 256 };
	size_t n = 0;

	while (n < PATH_MAX - 1) {
		size_t want = PATH_MAX - 1 - n < PIECE ? PATH_MAX - 1 - n : PIECE;
		size_t got = read_memory(w, at + n, name + n, want);

		if (memchr(name + n, '\0', got))
			return;
		n += got;
		if (got < want)
			break;
	}
	name[n] = '\0';
}

/* Entries from lm on; a list whose links back do not fit is being changed or broken: it ends. */
static void walk_list(struct walk *w, uint64_t lm, uint64_t previous, uint64_t space)
{
	char name[PATH_MAX];
	struct entry e;

	for (; lm && w->left; previous = lm, lm = e.next, w->left--) {
		if (!read_entry(w, lm, &e) || e.previous != previous)
			return;
		read_name(w, e.name, name);
		if (!name[0])
			continue;
		const struct target_link_map map = {
			.name = name,
			.lm = lm,
			.base = e.base,
			.dynamic = e.dynamic,
			.space = space,
		};
		w->fn(w->ctx, &map);
	}
}

/* The first namespace begins with the program itself, which is told apart. */
static void walk_first(struct walk *w, uint64_t lm, uint64_t space)
{
	const struct target_link_map main = { .main = true, .name = "", .lm = lm, .space = space };
	struct entry e;

	if (!lm)
		return;
	w->fn(w->ctx, &main);
	if (read_entry(w, lm, &e))
		walk_list(w, e.next, lm, space);
}

/* struct r_debug: version (an int in a word of its own), list, ..., next namespace at word 5. */
static void walk_spaces(struct walk *w, uint64_t debug)
{
	enum { VERSION, LIST, NEXT = 5, NEXT_SINCE = 2 };
	uint64_t at = debug, v[2];

	for (size_t i = 0; at && i < SPACES_MAX && (!i || at != debug); i++) {
		if (!read_words(w, at, 2, v) || !(uint32_t)v[VERSION])
			return;
		if (!i)
			walk_first(w, v[LIST], at);
		else
			walk_list(w, v[LIST], 0, at);
		if ((uint32_t)v[VERSION] < NEXT_SINCE ||
		    !read_words(w, at + NEXT * w->word, 1, &at))
			return;
	}
}

/* Begins a walk through a process that is debugged. */
static enum target_status begin(struct target *t, uint32_t pid, struct walk *w)
{
	struct linux_process *p;
	struct proc_class class;

	enum target_status status = linux_view_process(t, pid, &p);
	if (status != TARGET_OK)
		return status;
	if (!proc_class(pid, &class))
		return linux_view_failed(t, pid);
	w->process = p;
	w->word = class.wide ? sizeof(uint64_t) : sizeof(uint32_t);
	return TARGET_OK;
}

static enum target_status no_list(struct target *t, uint32_t pid)
{
	return target_fail(t, TARGET_UNAVAILABLE,
			   "the program of process %u has no list of libraries", pid);
}

enum target_status linux_link_maps(struct target *t, uint32_t pid,
				   const struct target_link_start *from, target_link_map_fn fn,
				   void *ctx)
{
	struct walk w = { .left = ENTRIES_MAX, .fn = fn, .ctx = ctx };
	uint64_t place, debug;

	enum target_status status = begin(t, pid, &w);
	if (status != TARGET_OK)
		return status;
	if (from->lm)
		walk_list(&w, from->lm, from->previous, from->space);
	else if (find_debug(&w, &place, &debug))
		walk_spaces(&w, debug);
	else
		return no_list(t, pid);
	return TARGET_OK;
}

enum target_status linux_link_word(struct target *t, uint32_t pid, uint64_t *out)
{
	struct walk w = { 0 };
	uint64_t debug;

	enum target_status status = begin(t, pid, &w);
	if (status != TARGET_OK)
		return status;
	return find_debug(&w, out, &debug) ? TARGET_OK : no_list(t, pid);
}
