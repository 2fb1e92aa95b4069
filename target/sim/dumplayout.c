/*
 * From struct dump to the bytes of the file: sections in the writer's order, auxiliary tables,
 * offsets, header and section table (coredump facts 1.1 to 1.5, 2.1 to 2.3). Called by mkcore and
 * unit tests through dumpwriter.h.
 */
#include <elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "target/sim/dumpwriter.h"

enum {
	EHDR_SIZE = 64,
	SHDR_SIZE = 64,
	MACHINE = 0x1029,
	GLOBAL_ENTRY = 232,
	LOCAL_ENTRY = 24,
	NARROW_ENTRY = 32,
	WIDE_ENTRY = 48,
};

/* sh_type of the ten kinds of sections (coredump facts 1.2) */
enum {
	SECTION_GLOBAL = 0x80000001,
	SECTION_LOCAL,
	SECTION_REGS,
	SECTION_DEVTBL,
	SECTION_AUX_GLOBAL,
	SECTION_AUX_LOCAL,
	SECTION_HOST_OBJECT,
	SECTION_FILE_OBJECT,
	SECTION_FILE_JSON,
	SECTION_KERNEL_INFO,
};

#define COPY_FAILED (1ull << 63)

static bool is_omitted(const struct dump *d, const char *name)
{
	for (size_t i = 0; i < d->omitted_count; i++) {
		if (strcmp(d->omitted[i], name) == 0)
			return true;
	}
	return false;
}

/* Valid until the next call; NULL: the section was asked to be left out. */
static struct dump_section *add_section(struct dump *d, const char *name, uint32_t type)
{
	if (is_omitted(d, name))
		return NULL;
	d->sections = dump_grow(d->sections, d->section_count, sizeof(*d->sections));
	struct dump_section *s = &d->sections[d->section_count++];
	*s = (struct dump_section){ .type = type };
	dump_set_text(&s->name, name);
	return s;
}

static void add_plain(struct dump *d, const char *name, uint32_t type, const struct dump_data *data)
{
	struct dump_section *s = add_section(d, name, type);
	if (s)
		dump_data_copy(&s->data, data);
}

static uint32_t last_index(const struct dump *d)
{
	return (uint32_t)d->section_count - 1;
}

/* --- order of globals and cores (coredump facts 1.3) */

/* bitmap order: bit i of the first word, then bit i of the second */
static unsigned core_rank(unsigned type, unsigned id)
{
	return type * 256u + (id % 64u) * 2u + id / 64u;
}

static int compare_cores(const void *a, const void *b)
{
	const struct dump_core *x = *(struct dump_core *const *)a;
	const struct dump_core *y = *(struct dump_core *const *)b;
	return (int)core_rank(x->type, x->id) - (int)core_rank(y->type, y->id);
}

static unsigned stack_rank(const struct dump *d, const struct dump_global *g)
{
	for (size_t i = 0; i < d->core_count; i++) {
		const struct dump_core *c = d->cores[i];
		if (dump_unified(d, c->type, c->id) == g->core_id)
			return 3u + core_rank(c->type, c->id) * 2u + (g->type == DUMP_SIMT_STACK);
	}
	return 3u + core_rank(2, 0);
}

static unsigned global_rank(const struct dump *d, const struct dump_global *g)
{
	switch (g->type) {
	case DUMP_ARGS:
		return 0;
	case DUMP_WORKSPACE:
		return 2;
	case DUMP_STACK:
	case DUMP_SIMT_STACK:
		return stack_rank(d, g);
	case DUMP_KERNEL_OBJECT:
		return 4096;
	default:
		return 1;
	}
}

static void sort_globals(struct dump *d)
{
	for (size_t i = 1; i < d->global_count; i++) {
		struct dump_global *g = d->globals[i];
		size_t k = i;
		for (; k > 0 && global_rank(d, d->globals[k - 1]) > global_rank(d, g); k--)
			d->globals[k] = d->globals[k - 1];
		d->globals[k] = g;
	}
}

static void sort_content(struct dump *d)
{
	if (d->as_added)
		return;
	if (d->core_count)
		qsort(d->cores, d->core_count, sizeof(struct dump_core *), compare_cores);
	sort_globals(d);
}

/* --- sections */

static void add_devtbl(struct dump *d)
{
	uint64_t bitmap[4] = { 0 };
	for (size_t i = 0; i < d->core_count; i++) {
		const struct dump_core *c = d->cores[i];
		bitmap[(c->type == DUMP_AIV ? 2 : 0) + (c->id / 64u) % 2u] |= 1ull << c->id % 64u;
	}
	struct dump_section *s = add_section(d, ".ascend.devtbl", SECTION_DEVTBL);
	if (!s)
		return;
	s->data.size = 40;
	for (size_t i = 0; i < 4; i++)
		dump_data_put_number(&s->data, 8 * i, bitmap[i], 8);
	dump_data_put_number(&s->data, 32, d->device, 4);
	dump_data_put_number(&s->data, 36, d->chip, 4);
}

static void put_global_entry(struct dump_data *aux, size_t i, const struct dump_global *g)
{
	uint64_t at = i * GLOBAL_ENTRY;
	dump_data_put_number(aux, at, g->at, 8);
	dump_data_put_number(aux, at + 8, g->data.size | (g->failed ? COPY_FAILED : 0), 8);
	dump_data_put_number(aux, at + 16, g->section, 4);
	dump_data_put_number(aux, at + 20, g->type, 2);
	if (g->type == DUMP_STACK || g->type == DUMP_SIMT_STACK) {
		dump_data_put_number(aux, at + 24, g->core_id, 2);
		return;
	}
	dump_data_put_number(aux, at + 24, g->dim_count, 4);
	for (size_t k = 0; k < DUMP_DIMS; k++)
		dump_data_put_number(aux, at + 32 + 8 * k, g->dims[k], 8);
}

static void add_global_sections(struct dump *d)
{
	for (size_t i = 0; i < d->global_count; i++) {
		struct dump_global *g = d->globals[i];
		struct dump_section *s = add_section(d, ".ascend.global", SECTION_GLOBAL);
		if (!s)
			continue;
		s->addr = g->at;
		s->info = (uint32_t)i;
		g->section = last_index(d);
		s->data.size = g->data.size;
		if (!g->failed)
			dump_data_copy(&s->data, &g->data);
	}
}

static void add_globals(struct dump *d)
{
	add_global_sections(d);
	struct dump_section *aux = add_section(d, ".ascend.auxinfo.global", SECTION_AUX_GLOBAL);
	if (!aux)
		return;
	aux->entsize = GLOBAL_ENTRY;
	aux->data.size = d->global_count * GLOBAL_ENTRY;
	for (size_t i = 0; i < d->global_count; i++) {
		put_global_entry(&aux->data, i, d->globals[i]);
		if (d->globals[i]->section)
			d->sections[d->globals[i]->section].link = last_index(d);
	}
}

/* kernel_info came after v8.5.0; json and object need a kernel name too (coredump facts 1.3). */
static void add_kernel(struct dump *d)
{
	if (d->host_object.size)
		add_plain(d, ".ascend.host_kernel_object", SECTION_HOST_OBJECT, &d->host_object);
	if (!d->kernel_name)
		return;
	struct dump_data info = { .size = 4 };
	dump_data_put_number(&info, 0, strlen(d->kernel_name), 4);
	dump_data_append(&info, d->kernel_name, strlen(d->kernel_name));
	if (d->version != DUMP_V8_5_0)
		add_plain(d, ".ascend.kernel_info", SECTION_KERNEL_INFO, &info);
	dump_data_clear(&info);
	if (d->json.size)
		add_plain(d, ".ascend.file_kernel_json", SECTION_FILE_JSON, &d->json);
	if (d->file_object.size)
		add_plain(d, ".ascend.file_kernel_object", SECTION_FILE_OBJECT, &d->file_object);
}

static void put_local_entry(struct dump_data *aux, size_t i, const struct dump_local *l)
{
	uint64_t at = i * LOCAL_ENTRY;
	dump_data_put_number(aux, at, l->data.size | (l->failed ? COPY_FAILED : 0), 8);
	dump_data_put_number(aux, at + 8, l->section, 4);
	dump_data_put_number(aux, at + 12, l->cached ? l->cached->section : 0, 4);
	dump_data_put_number(aux, at + 16, l->mem, 4);
}

static void add_locals(struct dump *d, const struct dump_core *c, unsigned id)
{
	char name[64];
	snprintf(name, sizeof(name), ".ascend.local.%u", id);
	for (size_t i = 0; i < c->local_count; i++) {
		struct dump_local *l = c->locals[i];
		struct dump_section *s = add_section(d, name, SECTION_LOCAL);
		if (!s)
			continue;
		s->info = (uint32_t)i;
		l->section = last_index(d);
		s->data.size = l->data.size;
		if (!l->failed)
			dump_data_copy(&s->data, &l->data);
	}
	snprintf(name, sizeof(name), ".ascend.auxinfo.local.%u", id);
	struct dump_section *aux = c->local_count ? add_section(d, name, SECTION_AUX_LOCAL) : NULL;
	if (!aux)
		return;
	aux->entsize = LOCAL_ENTRY;
	aux->data.size = c->local_count * LOCAL_ENTRY;
	for (size_t i = 0; i < c->local_count; i++) {
		put_local_entry(&aux->data, i, c->locals[i]);
		if (c->locals[i]->section)
			d->sections[c->locals[i]->section].link = last_index(d);
	}
}

static void add_regs(struct dump *d, const struct dump_core *c, unsigned id)
{
	char name[64];
	snprintf(name, sizeof(name), ".ascend.regs.%u", id);
	struct dump_section *s = c->reg_count ? add_section(d, name, SECTION_REGS) : NULL;
	if (!s)
		return;
	size_t entry = d->chip == DUMP_NARROW_CHIP ? NARROW_ENTRY : WIDE_ENTRY;
	uint8_t *table = dump_alloc(c->reg_count * entry);
	for (size_t i = 0; i < c->reg_count; i++) {
		const struct dump_reg *r = &c->regs[i];
		uint8_t *e = table + i * entry;
		for (size_t k = 0; k < 8; k++)
			e[k] = (uint8_t)(r->addr >> (8 * k));
		e[8] = r->invalid;
		e[15] = r->size;
		if (!r->invalid)
			memcpy(e + 16, r->value, entry - 16);
	}
	s->entsize = entry;
	dump_data_append(&s->data, table, c->reg_count * entry);
	free(table);
}

static void add_cores(struct dump *d)
{
	for (size_t i = 0; i < d->core_count; i++) {
		const struct dump_core *c = d->cores[i];
		unsigned id = dump_unified(d, c->type, c->id);
		if (c->bare)
			continue;
		add_locals(d, c, id);
		add_regs(d, c, id);
	}
}

/* --- names, offsets */

/* A name used before is not stored again. */
static uint32_t name_of_earlier(const struct dump *d, size_t index)
{
	for (size_t i = 1; i < index; i++) {
		if (strcmp(d->sections[i].name, d->sections[index].name) == 0)
			return d->sections[i].name_at;
	}
	return 0;
}

static void add_names(struct dump *d)
{
	if (!add_section(d, ".shstrtab", SHT_STRTAB))
		return;
	struct dump_data names = { .size = 1 };
	for (size_t i = 1; i < d->section_count; i++) {
		struct dump_section *s = &d->sections[i];
		s->name_at = name_of_earlier(d, i);
		if (s->name_at)
			continue;
		s->name_at = (uint32_t)names.size;
		dump_data_append(&names, s->name, strlen(s->name) + 1);
	}
	d->sections[last_index(d)].data = names;
}

/* Before v9.1.0 the padding was never 0 (coredump facts 1.5). */
static void set_offsets(struct dump *d)
{
	uint64_t pos = EHDR_SIZE;
	for (size_t i = 0; i < d->section_count; i++) {
		d->sections[i].offset = pos;
		pos += d->sections[i].data.size;
	}
	uint64_t padding = (16 - pos % 16) % 16;
	if (padding == 0 && d->version < DUMP_V9_1_0)
		padding = 16;
	d->table_offset = pos + padding;
	d->file_size = d->table_offset + d->section_count * SHDR_SIZE;
}

void dump_layout(struct dump *d)
{
	if (d->section_count)
		return;
	sort_content(d);
	add_section(d, "", SHT_NULL);
	add_devtbl(d);
	add_globals(d);
	add_kernel(d);
	add_cores(d);
	for (size_t i = 0; i < d->extra_count; i++)
		add_plain(d, d->extras[i].name, d->extras[i].type, &d->extras[i].data);
	add_names(d);
	set_offsets(d);
}

const struct dump_section *dump_section(const struct dump *d, const char *name, size_t nth)
{
	for (size_t i = 0; i < d->section_count; i++) {
		if (strcmp(d->sections[i].name, name) == 0 && nth-- == 0)
			return &d->sections[i];
	}
	return NULL;
}

/* --- bytes */

static Elf64_Ehdr make_header(const struct dump *d)
{
	Elf64_Ehdr h = {
		.e_ident = { ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64, ELFDATA2LSB, 1 },
		.e_type = ET_CORE,
		.e_machine = MACHINE,
		.e_version = 1,
		.e_shoff = d->table_offset,
		.e_ehsize = EHDR_SIZE,
		.e_shentsize = SHDR_SIZE,
		.e_shnum = (uint16_t)d->section_count,
		.e_shstrndx = (uint16_t)(d->section_count - 1),
	};
	return h;
}

static Elf64_Shdr make_section_header(const struct dump *d, size_t i)
{
	const struct dump_section *s = &d->sections[i];
	Elf64_Shdr h = {
		.sh_name = s->name_at,
		.sh_type = s->type,
		.sh_addr = s->addr,
		.sh_offset = s->offset,
		.sh_size = s->data.size,
		.sh_link = s->link,
		.sh_info = s->info,
		.sh_entsize = s->entsize,
	};
	return h;
}

typedef bool (*put_fn)(void *ctx, uint64_t at, const void *bytes, size_t n);

static bool put_file(struct dump *d, put_fn put, void *ctx)
{
	Elf64_Ehdr header = make_header(d);
	bool ok = put(ctx, 0, &header, sizeof(header));
	for (size_t i = 0; i < d->section_count && ok; i++) {
		const struct dump_section *s = &d->sections[i];
		for (size_t k = 0; k < s->data.count && ok; k++) {
			const struct dump_chunk *c = &s->data.chunks[k];
			ok = put(ctx, s->offset + c->at, c->bytes, c->n);
		}
		Elf64_Shdr h = make_section_header(d, i);
		ok = ok && put(ctx, d->table_offset + i * SHDR_SIZE, &h, sizeof(h));
	}
	return ok;
}

static bool put_memory(void *ctx, uint64_t at, const void *bytes, size_t n)
{
	memcpy((uint8_t *)ctx + at, bytes, n);
	return true;
}

uint8_t *dump_bytes(struct dump *d, size_t *n)
{
	dump_layout(d);
	*n = (size_t)d->file_size;
	uint8_t *bytes = dump_alloc(*n);
	put_file(d, put_memory, bytes);
	return bytes;
}

static bool put_fd(void *ctx, uint64_t at, const void *bytes, size_t n)
{
	const uint8_t *p = bytes;
	while (n) {
		ssize_t done = pwrite(*(const int *)ctx, p, n, (off_t)at);
		if (done <= 0)
			return false;
		p += done;
		at += (uint64_t)done;
		n -= (size_t)done;
	}
	return true;
}

bool dump_write(struct dump *d, int fd)
{
	dump_layout(d);
	return ftruncate(fd, (off_t)d->file_size) == 0 && put_file(d, put_fd, &fd);
}
