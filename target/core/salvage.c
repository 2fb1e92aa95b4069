/*
 * Rebuilds the section list of a dump whose section table is lost, as when the disk filled up
 * while the dump was written: the table is the last thing in the file. Called by container.c.
 *
 * Writers put the data back to back in a fixed order (coredump facts 1.1, 1.3), and the two kinds
 * of tables describe themselves: entry k names section first + k, and the sizes of all entries add
 * up to the distance between the first of these sections and the table. Where that holds, the
 * sections before the table are known to the byte.
 */
#include <elf.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

#include "target/auto.h"
#include "target/core/core_priv.h"

#define FAILED_BIT (1ull << 63)
#define SCAN_BYTES (4ull << 30) /* how far a table is searched: seconds */

enum { PIECE_BYTES = 1 << 20 };
enum { DATA_AT = 64, DEVICE_SIZE = 40, DEVICE_TYPE = 36, NAME_MAX_BYTES = 255 };

/* GlobalMemInfo and LocalMemInfo (facts 2.2, 2.3). */
enum {
	GLOBAL_SIZE = 232,
	GLOBAL_TYPE = 20,
	GLOBAL_CORE = 24,
	LOCAL_SIZE = 24,
	LOCAL_CACHED = 12,
	LOCAL_MEM = 16,
};

/* RegInfo (facts 2.3). */
enum { REG_VALID = 8, REG_RESERVE = 9, REG_SIZE = 15, REG_VALUE = 16 };

/* A table that describes the sections in front of it. */
struct shape {
	uint8_t size;  /* of an entry */
	uint8_t bytes; /* offset of the u64 size of the section */
	uint8_t index; /* offset of the u32 section index */
	bool (*is_entry)(struct span entry);
};

struct place {
	const struct shape *shape;
	uint64_t at;
	size_t count; /* entries */
};

struct walk {
	struct core_dump *d;
	struct core_section *sections; /* found so far; the null section counts */
	size_t count, room;
	uint64_t at;	 /* where the next section begins */
	uint64_t global; /* where the table of the GLOBAL sections is */
};

static bool is_global(struct span entry)
{
	return span_u16(entry, GLOBAL_TYPE) <= ASCEND_SIMT_STACK + 1 &&
	       !span_u16(entry, GLOBAL_TYPE + 2);
}

static bool is_local(struct span entry)
{
	return span_u32(entry, LOCAL_MEM) - 1 < CHIP_ICACHE && !span_u32(entry, LOCAL_MEM + 4);
}

static const struct shape global_shape = { GLOBAL_SIZE, 8, 16, is_global };
static const struct shape local_shape = { LOCAL_SIZE, 0, 8, is_local };

static struct core_section *add(struct walk *w, enum core_kind kind, uint64_t size)
{
	struct core_section *s = &w->sections[w->count];

	*s = (struct core_section){
		.kind = (uint8_t)kind,
		.offset = w->at,
		.size = span_room(w->d->file, w->at, size),
	};
	s->lost = size - s->size;
	w->at += s->size;
	if (w->count + 1 < w->room)
		w->count++;
	return s;
}

/* Entries of a table at x whose sections fill the space from w->at to x; 0: there is no table. */
static size_t match_table(const struct walk *w, const struct shape *shape, uint64_t x)
{
	uint64_t left = x - w->at;
	size_t matched = 0;
	struct span e;

	for (size_t k = 0; k < CORE_MAX_BLOCKS; k++) {
		if (!span_part(w->d->file, x + k * shape->size, shape->size, &e))
			return matched ? matched : k; /* the table itself is cut */
		uint64_t size = span_u64(e, shape->bytes) & ~FAILED_BIT;
		if (span_u32(e, shape->index) != w->count + k || size > left || !shape->is_entry(e))
			break;
		left -= size;
		if (!left)
			matched = k + 1;
	}
	return matched;
}

/* The first byte from `at` on that is not in a hole of the file: holes hold no tables. */
static uint64_t skip_hole(const struct core_dump *d, uint64_t at)
{
	off_t data = lseek(d->fd, (off_t)at, SEEK_DATA);

	if (data < 0)
		return errno == ENXIO ? d->file.size : at;
	return (uint64_t)data;
}

/* A table whose first index is in the piece of the file at `at`. */
static bool find_in_piece(const struct walk *w, struct span piece, uint64_t at, struct place *out)
{
	uint32_t first = htole32((uint32_t)w->count);
	uint64_t from = 0;

	while (from < piece.size) {
		const uint8_t *hit =
			memmem(piece.data + from, piece.size - from, &first, sizeof(first));
		if (!hit)
			return false;
		from = (uint64_t)(hit - piece.data);
		out->at = at + from - out->shape->index;
		out->count = match_table(w, out->shape, out->at);
		if (out->count)
			return true;
		from++;
	}
	return false;
}

/*
 * The next table from w->at on. The file is searched in pieces through a buffer: mapped pages of a
 * large dump would all count as ours.
 */
static bool find_table(const struct walk *w, const struct shape *shape, struct place *out)
{
	uint64_t at = w->at + shape->index, left = SCAN_BYTES;
	size_t piece = w->d->file.size < PIECE_BYTES ? (size_t)w->d->file.size : PIECE_BYTES;
	AUTO_FREE uint8_t *buf = malloc(piece);

	out->shape = shape;
	while (buf && left >= PIECE_BYTES && at < w->d->file.size) {
		at = skip_hole(w->d, at);
		ssize_t n = pread(w->d->fd, buf, piece, (off_t)at);
		if (n < (ssize_t)sizeof(uint32_t))
			return false;
		if (find_in_piece(w, (struct span){ buf, (uint64_t)n }, at, out))
			return true;
		at += (uint64_t)n - (sizeof(uint32_t) - 1);
		left -= PIECE_BYTES;
	}
	return false;
}

static bool walk_globals(struct walk *w)
{
	struct place table;

	if (!find_table(w, &global_shape, &table))
		return false;
	w->global = table.at;
	for (size_t k = 0; k < table.count; k++) {
		uint64_t entry = w->global + k * GLOBAL_SIZE;
		struct core_section *s =
			add(w, CORE_GLOBAL, span_u64(w->d->file, entry + 8) & ~FAILED_BIT);
		s->addr = span_u64(w->d->file, entry);
		s->index = (uint32_t)k;
	}
	w->at = w->global;
	add(w, CORE_AUX_GLOBAL, table.count * GLOBAL_SIZE);
	return true;
}

/* Size of an ELF file at w->at, 0 when there is none; linkers write its section table last. */
static uint64_t elf_size(const struct walk *w)
{
	struct span file = w->d->file, magic;
	uint64_t at = w->at, size;

	if (!span_part(file, at, SELFMAG, &magic) || memcmp(magic.data, ELFMAG, SELFMAG) != 0)
		return 0;
	size = span_u64(file, at + offsetof(Elf64_Ehdr, e_shoff));
	if (size > file.size)
		return 0;
	return size +
	       (uint64_t)span_u16(file, at + offsetof(Elf64_Ehdr, e_shnum)) * sizeof(Elf64_Shdr);
}

/* Size of a kernel name with its length in front, 0 when there is none. */
static uint64_t name_size(const struct walk *w)
{
	uint32_t n = span_u32(w->d->file, w->at);
	struct span name;

	if (!n || n > NAME_MAX_BYTES || !span_part(w->d->file, w->at + 4, n, &name))
		return 0;
	for (uint32_t i = 0; i < n; i++)
		if (name.data[i] < '!' || name.data[i] > '~')
			return 0;
	return 4 + (uint64_t)n;
}

/* Size of the json of a kernel: it ends where the file object begins; 0 when there is none. */
static uint64_t json_size(const struct walk *w)
{
	uint64_t room = span_room(w->d->file, w->at, CORE_MAX_JSON);
	const uint8_t *json = w->d->file.data + w->at;
	const uint8_t *end = room && *json == '{' ? memmem(json, room, ELFMAG, SELFMAG) : NULL;

	return end ? (uint64_t)(end - json) : 0;
}

static void walk_kernels(struct walk *w)
{
	static const struct {
		enum core_kind kind;
		uint64_t (*size)(const struct walk *w);
	} order[] = {
		{ CORE_HOST_KERNEL, elf_size },
		{ CORE_KERNEL_INFO, name_size },
		{ CORE_FILE_JSON, json_size },
		{ CORE_FILE_KERNEL, elf_size },
	};

	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
		uint64_t size = order[i].size(w);
		if (size)
			add(w, order[i].kind, size);
	}
}

/* The core of a local table: its stack is among its caches. */
static bool core_by_stack(const struct walk *w, const struct place *table, uint32_t *id)
{
	for (size_t k = 0; k < table->count; k++) {
		uint32_t section = span_u32(w->d->file, table->at + k * LOCAL_SIZE + LOCAL_CACHED);
		if (section >= w->count || w->sections[section].kind != CORE_GLOBAL)
			continue;
		uint64_t entry = w->global + (uint64_t)w->sections[section].index * GLOBAL_SIZE;
		uint16_t type = span_u16(w->d->file, entry + GLOBAL_TYPE);
		if (type == ASCEND_STACK || type == ASCEND_SIMT_STACK) {
			*id = span_u16(w->d->file, entry + GLOBAL_CORE);
			return true;
		}
	}
	return false;
}

/* Reserved bytes are zero, the size is a known one, and nothing stands behind the value. */
static bool is_reg(struct span e)
{
	uint8_t size = span_u8(e, REG_SIZE);

	if (span_u8(e, REG_VALID) > 1 || (size != 4 && size != 8 && size != 16 && size != 32))
		return false;
	for (uint64_t i = REG_RESERVE; i < REG_SIZE; i++)
		if (e.data[i])
			return false;
	for (uint64_t i = REG_VALUE + (uint64_t)size; i < e.size; i++)
		if (e.data[i])
			return false;
	return true;
}

static uint64_t regs_size(const struct walk *w)
{
	const struct chip *chip = core_chip(w->d, span_u32(w->d->file, DATA_AT + DEVICE_TYPE));
	uint64_t n = 0;
	struct span e;

	while (chip && n < CORE_MAX_REGS &&
	       span_part(w->d->file, w->at + n * chip->reg_entry_size, chip->reg_entry_size, &e) &&
	       is_reg(e))
		n++;
	return chip ? n * chip->reg_entry_size : 0;
}

static bool walk_core(struct walk *w)
{
	struct place table;
	uint32_t id = 0;

	if (!find_table(w, &local_shape, &table))
		return false;
	bool has_id = core_by_stack(w, &table, &id);
	for (size_t k = 0; k < table.count; k++)
		add(w, CORE_LOCAL, span_u64(w->d->file, table.at + k * LOCAL_SIZE) & ~FAILED_BIT);
	w->at = table.at;
	struct core_section *s = add(w, CORE_AUX_LOCAL, table.count * LOCAL_SIZE);
	s->has_id = has_id;
	s->id = id;
	uint64_t size = regs_size(w);
	if (!size)
		return true;
	s = add(w, CORE_REGS, size);
	s->has_id = has_id;
	s->id = id;
	return true;
}

static void walk_file(struct walk *w)
{
	size_t cores = 0;

	add(w, CORE_DEVICE, DEVICE_SIZE);
	if (!walk_globals(w))
		return;
	walk_kernels(w);
	while (cores < CORE_SLOTS && walk_core(w))
		cores++;
}

/* What is found has an entry in a table of its own; a table and what follows it count, too. */
static size_t max_sections(const struct core_dump *d)
{
	enum { WITH_ENTRY = 3, WITHOUT = 8 };
	uint64_t n = d->file.size / LOCAL_SIZE * WITH_ENTRY + WITHOUT;

	return n < CORE_MAX_SECTIONS ? (size_t)n : CORE_MAX_SECTIONS;
}

bool salvage_sections(struct core_dump *d, size_t known)
{
	struct walk w = { .d = d, .count = 1, .room = max_sections(d), .at = DATA_AT };

	w.sections = calloc(w.room, sizeof(*w.sections));
	if (!w.sections)
		return false;
	walk_file(&w);
	if (w.count - 1 <= known) {
		free(w.sections);
		return true;
	}
	d->sections = w.sections;
	d->section_count = w.count;
	core_loss(d,
		  "the section table is lost, the file was probably cut short: %zu sections "
		  "were found without it; what is behind byte %" PRIu64 " of %" PRIu64
		  " cannot be told",
		  w.count - 1, w.at, d->file.size);
	return true;
}
