/*
 * The ELF container of a dump: maps the file and lists its sections (coredump facts 1.1 to 1.4).
 * Called by core_target.c. libelf reads the section table from the mapping; when the header leads
 * it astray the table is looked for where writers put it, at the end of the file. What is in the
 * sections is for parse_*.c; a file without any table is for salvage.c.
 */
#include <errno.h>
#include <gelf.h>
#include <inttypes.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "target/auto.h"
#include "target/core/core_priv.h"

enum { MACHINE_ASCEND = 0x1029, ROW = sizeof(Elf64_Shdr), NAME_ROOM = 64 };

struct table {
	Elf64_Shdr *rows;
	size_t count;
	struct span names; /* what sh_name points into */
};

/* Names that end in a dot are followed by a core id. */
static const char *const kind_names[CORE_KINDS] = {
	[CORE_OTHER] = "unknown section",
	[CORE_GLOBAL] = ".ascend.global",
	[CORE_LOCAL] = ".ascend.local.",
	[CORE_REGS] = ".ascend.regs.",
	[CORE_DEVICE] = ".ascend.devtbl",
	[CORE_AUX_GLOBAL] = ".ascend.auxinfo.global",
	[CORE_AUX_LOCAL] = ".ascend.auxinfo.local.",
	[CORE_HOST_KERNEL] = ".ascend.host_kernel_object",
	[CORE_FILE_KERNEL] = ".ascend.file_kernel_object",
	[CORE_FILE_JSON] = ".ascend.file_kernel_json",
	[CORE_KERNEL_INFO] = ".ascend.kernel_info",
};

const char *container_kind_name(enum core_kind kind)
{
	return kind_names[kind < CORE_KINDS ? kind : CORE_OTHER];
}

static bool map_file(struct core_dump *d, char *why)
{
	struct stat st;

	if (fstat(d->fd, &st) < 0 || st.st_size <= 0)
		return core_refuse(why, "the coredump file is empty");
	void *map = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, d->fd, 0);
	if (map == MAP_FAILED)
		return core_refuse(why, "cannot map the coredump file: %s", strerror(errno));
	d->file = (struct span){ map, (uint64_t)st.st_size };
	return true;
}

static bool has_elf_magic(struct span file)
{
	struct span magic;

	return span_part(file, 0, SELFMAG, &magic) && !memcmp(magic.data, ELFMAG, SELFMAG);
}

/* What libelf would take from the header without bounds is checked before it sees it. */
static bool is_header_sound(struct span file)
{
	uint64_t at = span_u64(file, offsetof(Elf64_Ehdr, e_shoff));
	uint64_t count = span_u16(file, offsetof(Elf64_Ehdr, e_shnum));
	struct span table;

	return has_elf_magic(file) && span_u8(file, EI_CLASS) == ELFCLASS64 &&
	       span_u8(file, EI_DATA) == ELFDATA2LSB && count && at >= sizeof(Elf64_Ehdr) &&
	       span_part(file, at, count * ROW, &table);
}

static bool is_ascend_core(struct span file)
{
	return has_elf_magic(file) && span_u16(file, offsetof(Elf64_Ehdr, e_type)) == ET_CORE &&
	       span_u16(file, offsetof(Elf64_Ehdr, e_machine)) == MACHINE_ASCEND;
}

static void read_rows(Elf *elf, struct table *t)
{
	if (elf_getshdrnum(elf, &t->count) < 0)
		t->count = 0;
	t->rows = calloc(t->count + 1, ROW);
	for (size_t i = 0; t->rows && i < t->count; i++)
		if (!gelf_getshdr(elf_getscn(elf, i), &t->rows[i]))
			t->rows[i] = (Elf64_Shdr){ .sh_type = SHT_NULL };
	if (!t->rows)
		t->count = 0;
}

/* The mapping is only read: libelf patches an image only when it writes one. */
static void table_by_libelf(const struct core_dump *d, struct table *t)
{
	*t = (struct table){ 0 };
	if (!is_header_sound(d->file) || elf_version(EV_CURRENT) == EV_NONE)
		return;
	Elf *elf = elf_memory((char *)(uintptr_t)d->file.data, d->file.size);
	if (elf && elf_kind(elf) == ELF_K_ELF)
		read_rows(elf, t);
	elf_end(elf);
}

/* Writers leave flags and alignment 0 and put the data in front of the table (facts 1.2). */
static bool is_row_plausible(const Elf64_Shdr *row, uint64_t table_end)
{
	return !row->sh_flags && !row->sh_addralign && row->sh_offset <= table_end &&
	       row->sh_size <= table_end - row->sh_offset;
}

/* Walks back from the end of the file to the null section; needs nothing from the header. */
static void table_at_end(const struct core_dump *d, struct table *t)
{
	uint64_t size = d->file.size;
	Elf64_Shdr row;
	struct span bytes;

	*t = (struct table){ 0 };
	for (size_t n = 1; n < CORE_MAX_SECTIONS; n++) {
		if (n > size / ROW || !span_part(d->file, size - n * ROW, ROW, &bytes))
			return;
		memcpy(&row, bytes.data, ROW);
		if (!is_row_plausible(&row, size))
			return;
		if (row.sh_type != SHT_NULL || row.sh_name || row.sh_size)
			continue;
		t->rows = malloc(n * ROW);
		t->count = t->rows ? n : 0;
		if (t->rows)
			memcpy(t->rows, bytes.data, n * ROW);
		return;
	}
}

/* The name of a row, empty when there is none. */
static struct span row_name(const struct table *t, size_t i)
{
	uint64_t at = t->rows[i].sh_name, left = span_room(t->names, at, NAME_ROOM);
	const uint8_t *nul = left ? memchr(t->names.data + at, 0, left) : NULL;
	struct span name = { NULL, 0 };

	if (nul)
		span_part(t->names, at, (uint64_t)(nul - t->names.data) - at, &name);
	return name;
}

static enum core_kind kind_by_name(struct span name)
{
	for (enum core_kind k = CORE_GLOBAL; k < CORE_KINDS; k++) {
		size_t n = strlen(kind_names[k]);
		if (name.size >= n && !memcmp(name.data, kind_names[k], n))
			return k;
	}
	return CORE_OTHER;
}

/* A name msDebug would know counts more than the type, which it never looks at (facts 1.4). */
static enum core_kind kind_of(struct span name, uint32_t type)
{
	enum core_kind kind = kind_by_name(name);

	if (kind == CORE_OTHER && type > SHT_LOUSER && type < SHT_LOUSER + CORE_KINDS)
		kind = (enum core_kind)(type - SHT_LOUSER);
	return kind;
}

/* The decimal core id behind the prefix of its kind. */
static bool parse_id(struct span name, enum core_kind kind, uint32_t *id)
{
	size_t at = strlen(kind_names[kind]);
	uint32_t v = 0;

	if (kind_names[kind][at - 1] != '.' || kind_by_name(name) != kind || name.size <= at ||
	    name.size > at + 5)
		return false;
	for (; at < name.size; at++) {
		if (name.data[at] < '0' || name.data[at] > '9')
			return false;
		v = v * 10 + name.data[at] - '0';
	}
	*id = v;
	return true;
}

/* How many sections of a dump a table shows; by name only: no other file has such names. */
static size_t count_known(const struct table *t, bool by_name)
{
	size_t known = 0;

	for (size_t i = 1; i < t->count; i++) {
		uint32_t type = by_name ? SHT_NULL : t->rows[i].sh_type;
		known += kind_of(row_name(t, i), type) != CORE_OTHER;
	}
	return known;
}

/* The names as section i of the table says. */
static void take_names(const struct core_dump *d, struct table *t, size_t i)
{
	const Elf64_Shdr *row = i < t->count ? &t->rows[i] : NULL;

	if (row)
		span_part(d->file, row->sh_offset, span_room(d->file, row->sh_offset, row->sh_size),
			  &t->names);
}

/*
 * The header says which section holds the names; writers put it last, right behind the data of the
 * one before (facts 1.1, 1.2), which helps when the header or its own row is damaged.
 */
static void find_names(const struct core_dump *d, struct table *t)
{
	take_names(d, t, span_u16(d->file, offsetof(Elf64_Ehdr, e_shstrndx)));
	if (!t->count || count_known(t, true))
		return;
	take_names(d, t, t->count - 1);
	if (t->count < 2 || count_known(t, true))
		return;
	const Elf64_Shdr *before = &t->rows[t->count - 2];
	uint64_t at = before->sh_offset + span_room(d->file, before->sh_offset, before->sh_size);
	span_part(d->file, at, span_room(d->file, at, t->count * NAME_ROOM), &t->names);
}

static bool is_table_complete(const struct core_dump *d, const struct table *t)
{
	uint64_t at = span_u64(d->file, offsetof(Elf64_Ehdr, e_shoff));

	return t->count && at + t->count * ROW == d->file.size && count_known(t, true);
}

/* The better of what the header leads to and what stands at the end of the file. */
static void find_table(struct core_dump *d, struct table *t)
{
	struct table end;

	table_by_libelf(d, t);
	find_names(d, t);
	if (is_table_complete(d, t))
		return;
	table_at_end(d, &end);
	find_names(d, &end);
	if (count_known(&end, false) > count_known(t, false)) {
		struct table wrong = *t;
		*t = end;
		end = wrong;
		core_loss(d, "the ELF header is damaged: the section table was taken from the end "
			     "of the file");
	}
	free(end.rows);
}

static void log_unknown(struct core_dump *d, size_t i, struct span name, uint32_t type)
{
	char text[64];

	if (type == SHT_NULL || type == SHT_STRTAB)
		return;
	core_printable(name.data, name.size, text, sizeof(text));
	core_loss(d, "section %zu \"%s\" (type %#x) is unknown: ignored", i, text, type);
}

static void add_section(struct core_dump *d, const struct table *t, size_t i)
{
	const Elf64_Shdr *row = &t->rows[i];
	struct span name = row_name(t, i);
	struct core_section *s = &d->sections[i];

	*s = (struct core_section){
		.kind = (uint8_t)kind_of(name, row->sh_type),
		.addr = row->sh_addr,
		.offset = row->sh_offset,
		.size = span_room(d->file, row->sh_offset, row->sh_size),
		.index = row->sh_info,
		.entry = row->sh_entsize < UINT32_MAX ? (uint32_t)row->sh_entsize : UINT32_MAX,
	};
	if (s->kind == CORE_OTHER) {
		log_unknown(d, i, name, row->sh_type);
		return;
	}
	s->has_id = parse_id(name, s->kind, &s->id);
	s->lost = row->sh_size - s->size;
	if (s->lost)
		core_loss(d,
			  "section %zu (%s): only %" PRIu64 " of %" PRIu64 " bytes are in the file",
			  i, kind_names[s->kind], s->size, row->sh_size);
}

static bool list_sections(struct core_dump *d, const struct table *t)
{
	d->sections = calloc(t->count + 1, sizeof(*d->sections));
	if (!d->sections)
		return false;
	d->section_count = t->count;
	for (size_t i = 1; i < t->count; i++)
		add_section(d, t, i);
	return true;
}

static bool refuse_other_file(const struct core_dump *d, char *why)
{
	struct identity id;

	identify_file(d->file, &id);
	return core_refuse(why, "this is %s, not an Ascend dump: %s", id.what, id.advice);
}

static bool fill_sections(struct core_dump *d, const struct table *t, bool claims)
{
	size_t known = count_known(t, false);

	if (claims && !is_table_complete(d, t) && !salvage_sections(d, known))
		return false;
	return d->sections || list_sections(d, t);
}

bool container_open(struct core_dump *d, char *why)
{
	struct table t = { 0 };
	bool claims, named, filled = false;

	if (!map_file(d, why))
		return false;
	claims = is_ascend_core(d->file);
	find_table(d, &t);
	named = count_known(&t, true) > 0;
	if (claims || named)
		filled = fill_sections(d, &t, claims);
	free(t.rows);
	if (!claims && !named)
		return refuse_other_file(d, why);
	if (!filled)
		return core_refuse(why, "out of memory while opening the coredump file");
	if (!claims)
		core_loss(d, "the ELF header is damaged: it does not say that this is an Ascend "
			     "dump");
	return true;
}
