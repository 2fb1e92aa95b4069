/*
 * Unit test of target/sim/dumpwriter: the byte layout of coredump facts 1 and 2, number by
 * number, and the three dumps of the vendor's own writer, which must come out byte for byte.
 */
#include <elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "target/sim/dumpwriter.h"
#include "tests/unit/unit.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

struct file {
	uint8_t *bytes;
	size_t n;
};

static uint64_t number(const uint8_t *p, size_t n)
{
	uint64_t v = 0;
	for (size_t i = 0; i < n; i++)
		v |= (uint64_t)p[i] << (8 * i);
	return v;
}

static Elf64_Shdr section_at(const struct file *f, size_t i)
{
	Elf64_Shdr h;
	memcpy(&h, f->bytes + number(f->bytes + 0x28, 8) + i * sizeof(h), sizeof(h));
	return h;
}

static size_t sections_of(const struct file *f)
{
	return (size_t)number(f->bytes + 0x3c, 2);
}

static const char *name_of(const struct file *f, size_t i)
{
	Elf64_Shdr names = section_at(f, sections_of(f) - 1);
	return (const char *)f->bytes + names.sh_offset + section_at(f, i).sh_name;
}

static struct dump *small_dump(enum dump_version v)
{
	struct dump *d = dump_create(DUMP_NARROW_CHIP, v);
	d->device = 3;
	dump_set_text(&d->kernel_name, "k");
	struct dump_global *in = dump_add_global(d, 2, 0x1000, 8);
	in->dim_count = 2;
	in->dims[0] = 4;
	in->dims[1] = 2;
	dump_add_global(d, DUMP_KERNEL_OBJECT, 0x9000, 4);
	dump_add_global(d, DUMP_ARGS, 0x2000, 16);
	dump_data_put(&in->data, 0, "abcdefgh", 8);
	struct dump_core *c = dump_add_core(d, DUMP_AIV, 11);
	struct dump_global *stack = dump_add_global(d, DUMP_STACK, 0x3000, 5);
	stack->core_id = dump_unified(d, c->type, c->id);
	dump_add_local(c, 4, 3);
	dump_core_caches(d, c);
	dump_reg_set(dump_add_reg(c, 0x40, 8), 0x1122334455667788);
	dump_reg_set(dump_add_reg(c, 0x700, 4), 0xaabbccdd);
	return d;
}

static struct file small_file(enum dump_version v)
{
	struct dump *d = small_dump(v);
	struct file f;
	f.bytes = dump_bytes(d, &f.n);
	dump_destroy(d);
	return f;
}

/* coredump facts 1.1 */
static void header(void)
{
	struct file f = small_file(DUMP_MASTER);
	static const uint8_t ident[16] = { 0x7f, 'E', 'L', 'F', 2, 1, 1 };
	CU_ASSERT(memcmp(f.bytes, ident, 16) == 0);
	static const struct {
		uint8_t at, n;
		uint64_t value;
	} fields[] = {
		{ 16, 2, 4 }, { 18, 2, 0x1029 }, { 20, 4, 1 }, { 24, 8, 0 }, { 32, 8, 0 },
		{ 48, 4, 0 }, { 52, 2, 64 },	 { 54, 2, 0 }, { 56, 2, 0 }, { 58, 2, 64 },
	};
	for (size_t i = 0; i < COUNT(fields); i++)
		CU_ASSERT_EQUAL(number(f.bytes + fields[i].at, fields[i].n), fields[i].value);
	size_t n = sections_of(&f);
	CU_ASSERT_EQUAL(number(f.bytes + 62, 2), n - 1);
	CU_ASSERT_EQUAL(number(f.bytes + 40, 8) + 64 * n, f.n);
	free(f.bytes);
}

/* coredump facts 1.2, 1.3: no gaps, order, sh_* fields */
static void sections(void)
{
	static const struct {
		const char *name;
		uint32_t type;
		uint64_t size;
		uint32_t link, info;
		uint64_t addr, entsize;
	} want[] = {
		{ "", 0, 0, 0, 0, 0, 0 },
		{ ".ascend.devtbl", 0x80000004, 40, 0, 0, 0, 0 },
		{ ".ascend.global", 0x80000001, 16, 6, 0, 0x2000, 0 },
		{ ".ascend.global", 0x80000001, 8, 6, 1, 0x1000, 0 },
		{ ".ascend.global", 0x80000001, 5, 6, 2, 0x3000, 0 },
		{ ".ascend.global", 0x80000001, 4, 6, 3, 0x9000, 0 },
		{ ".ascend.auxinfo.global", 0x80000005, 4 * 232, 0, 0, 0, 232 },
		{ ".ascend.kernel_info", 0x8000000a, 5, 0, 0, 0, 0 },
		{ ".ascend.local.36", 0x80000002, 3, 12, 0, 0, 0 },
		{ ".ascend.local.36", 0x80000002, 4, 12, 1, 0, 0 },
		{ ".ascend.local.36", 0x80000002, 16, 12, 2, 0, 0 },
		{ ".ascend.local.36", 0x80000002, 5, 12, 3, 0, 0 },
		{ ".ascend.auxinfo.local.36", 0x80000006, 4 * 24, 0, 0, 0, 24 },
		{ ".ascend.regs.36", 0x80000003, 2 * 32, 0, 0, 0, 32 },
		{ ".shstrtab", SHT_STRTAB, 142, 0, 0, 0, 0 },
	};
	struct file f = small_file(DUMP_MASTER);
	CU_ASSERT_EQUAL_FATAL(sections_of(&f), COUNT(want));
	uint64_t pos = 64;
	for (size_t i = 0; i < COUNT(want); i++) {
		Elf64_Shdr h = section_at(&f, i);
		CU_ASSERT_STRING_EQUAL(name_of(&f, i), want[i].name);
		CU_ASSERT_EQUAL(h.sh_offset, pos);
		CU_ASSERT(h.sh_type == want[i].type && h.sh_size == want[i].size);
		CU_ASSERT(h.sh_link == want[i].link && h.sh_info == want[i].info);
		CU_ASSERT(h.sh_addr == want[i].addr && h.sh_entsize == want[i].entsize);
		CU_ASSERT(h.sh_flags == 0 && h.sh_addralign == 0);
		pos += h.sh_size;
	}
	CU_ASSERT_EQUAL(number(f.bytes + 40, 8), (pos + 15) / 16 * 16);
	free(f.bytes);
}

/* coredump facts 2.1 to 2.3 */
static void structures(void)
{
	struct file f = small_file(DUMP_MASTER);
	const uint8_t *dev = f.bytes + section_at(&f, 1).sh_offset;
	CU_ASSERT(number(dev, 8) == 0 && number(dev + 16, 8) == 1u << 11);
	CU_ASSERT(number(dev + 32, 4) == 3 && number(dev + 36, 4) == 5);
	const uint8_t *aux = f.bytes + section_at(&f, 6).sh_offset;
	const uint8_t *in = aux + 232, *stack = aux + 2 * 232;
	CU_ASSERT(number(in, 8) == 0x1000 && number(in + 8, 8) == 8);
	CU_ASSERT(number(in + 16, 4) == 3 && number(in + 20, 2) == 2);
	CU_ASSERT(number(in + 24, 8) == 2 && number(in + 32, 8) == 4 && number(in + 40, 8) == 2);
	CU_ASSERT(number(stack + 20, 4) == 102 && number(stack + 24, 8) == 36);
	const uint8_t *dcache = f.bytes + section_at(&f, 12).sh_offset + 2 * 24;
	CU_ASSERT(number(dcache, 8) == 16 && number(dcache + 8, 4) == 10);
	CU_ASSERT(number(dcache + 12, 4) == 2 && number(dcache + 16, 8) == 10);
	const uint8_t *reg = f.bytes + section_at(&f, 13).sh_offset;
	CU_ASSERT(number(reg, 8) == 0x40 && number(reg + 8, 7) == 0 && reg[15] == 8);
	CU_ASSERT(number(reg + 16, 8) == 0x1122334455667788 && number(reg + 24, 8) == 0);
	CU_ASSERT(number(reg + 32, 8) == 0x700 && reg[47] == 4 &&
		  number(reg + 48, 4) == 0xaabbccdd);
	CU_ASSERT(memcmp(f.bytes + section_at(&f, 7).sh_offset, "\1\0\0\0k", 5) == 0);
	free(f.bytes);
}

/* coredump facts 1.5 */
static void kernel_info_by_version(void)
{
	for (unsigned v = 0; v < DUMP_VERSIONS; v++) {
		struct dump *d = small_dump(v);
		dump_layout(d);
		CU_ASSERT_EQUAL(!dump_section(d, ".ascend.kernel_info", 0), v == DUMP_V8_5_0);
		dump_destroy(d);
	}
}

/* 1..16 bytes before v9.1.0, 0..15 since then (coredump facts 1.5) */
static void padding(void)
{
	for (unsigned i = 0; i < 16 * DUMP_VERSIONS; i++) {
		struct dump *d = small_dump(i / 16);
		dump_add_extra(d, ".x", 0x80000077)->data.size = i % 16;
		dump_layout(d);
		const struct dump_section *last = &d->sections[d->section_count - 1];
		uint64_t end = last->offset + last->data.size;
		uint64_t least = d->version < DUMP_V9_1_0;
		CU_ASSERT(d->table_offset % 16 == 0);
		CU_ASSERT(d->table_offset - end >= least && d->table_offset - end < least + 16);
		dump_destroy(d);
	}
}

static void failed_copy(void)
{
	struct dump *d = small_dump(DUMP_MASTER);
	d->globals[0]->failed = true;
	d->cores[0]->regs[0].invalid = true;
	struct file f;
	f.bytes = dump_bytes(d, &f.n);
	CU_ASSERT_EQUAL(number(f.bytes + section_at(&f, 6).sh_offset + 232 + 8, 8), 1ull << 63 | 8);
	CU_ASSERT_EQUAL(number(f.bytes + section_at(&f, 3).sh_offset, 8), 0);
	const uint8_t *reg = f.bytes + section_at(&f, 13).sh_offset;
	CU_ASSERT(reg[8] == 1 && number(reg + 16, 8) == 0);
	free(f.bytes);
	dump_destroy(d);
}

static void left_out(void)
{
	struct dump *d = small_dump(DUMP_MASTER);
	dump_omit(d, ".ascend.global");
	dump_omit(d, ".ascend.regs.36");
	struct file f;
	f.bytes = dump_bytes(d, &f.n);
	CU_ASSERT_EQUAL(sections_of(&f), 10);
	CU_ASSERT_EQUAL(number(f.bytes + section_at(&f, 2).sh_offset + 16, 4), 0);
	free(f.bytes);
	dump_destroy(d);
}

static void ids(void)
{
	static const struct {
		uint32_t chip;
		enum dump_version version;
		uint8_t type, id;
		uint16_t unified;
		uint64_t stack; /* for base 0xff000000000, size 0x8000: coredump facts 6.1 */
	} rows[] = {
		{ 5, DUMP_MASTER, DUMP_AIC, 3, 3, 0xff000018000 },
		{ 5, DUMP_MASTER, DUMP_AIV, 6, 31, 0xff0000f8000 },
		{ 15, DUMP_MASTER, DUMP_AIC, 35, 35, 0xff000238000 },
		{ 15, DUMP_MASTER, DUMP_AIV, 70, 106, 0xff000350000 },
		{ 16, DUMP_MASTER, DUMP_AIV, 0, 36, 0xff000090000 },
		{ 15, DUMP_V8_5_0, DUMP_AIV, 70, 70, 0xff000350000 },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct dump *d = dump_create(rows[i].chip, rows[i].version);
		struct dump_core *c = dump_add_core(d, rows[i].type, rows[i].id);
		CU_ASSERT_EQUAL(dump_unified(d, c->type, c->id), rows[i].unified);
		CU_ASSERT_EQUAL(dump_stack_at(d, c, 0xff000000000, 0x8000), rows[i].stack);
		dump_destroy(d);
	}
}

/* coredump facts 3.1: entries without and with error registers */
static void register_counts(void)
{
	static const struct {
		uint32_t chip;
		enum dump_version version;
		size_t aic, aiv, errors;
	} rows[] = {
		{ 5, DUMP_V8_5_0, 102, 81, 19 },
		{ 5, DUMP_MASTER, 102, 81, 19 },
		{ 15, DUMP_V9_0_0, 0, 0, 0 },
		{ 15, DUMP_V9_1_0_BETA_1, 91, 296, 32 },
		{ 15, DUMP_V9_1_0_BETA_3, 604, 5721, 32 },
		{ 15, DUMP_V9_1_0, 803, 6286, 32 },
		{ 16, DUMP_MASTER, 803, 6286, 38 },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct dump *d = dump_create(rows[i].chip, rows[i].version);
		for (uint8_t type = DUMP_AIC; type <= DUMP_AIV; type++) {
			size_t want = type == DUMP_AIC ? rows[i].aic : rows[i].aiv;
			struct dump_core *c = dump_add_core(d, type, 0);
			dump_core_registers(d, c);
			CU_ASSERT_EQUAL(c->reg_count, want);
			dump_core_errors(d, c);
			CU_ASSERT_EQUAL(c->reg_count, want + rows[i].errors);
		}
		dump_destroy(d);
	}
}

/* bitmap order: id 1, id 65, id 2 (coredump facts 1.3) */
static void core_order(void)
{
	static const uint8_t added[] = { 70, 2, 65, 1 };
	struct dump *d = dump_create(DUMP_WIDE_CHIP, DUMP_MASTER);
	for (size_t i = 0; i < COUNT(added); i++)
		dump_add_core(d, DUMP_AIV, added[i]);
	dump_add_core(d, DUMP_AIC, 9);
	dump_layout(d);
	static const uint8_t want[] = { 9, 1, 65, 2, 70 };
	for (size_t i = 0; i < COUNT(want); i++)
		CU_ASSERT_EQUAL(d->cores[i]->id, want[i]);
	uint8_t dev[40];
	dump_data_get(&dump_section(d, ".ascend.devtbl", 0)->data, 0, dev, sizeof(dev));
	CU_ASSERT(number(dev, 8) == 1u << 9 && number(dev + 16, 8) == 6);
	CU_ASSERT_EQUAL(number(dev + 24, 8), 1u << 1 | 1u << 6);
	dump_destroy(d);
}

static void sparse_file(void)
{
	struct dump *d = dump_create(DUMP_NARROW_CHIP, DUMP_MASTER);
	struct dump_global *g = dump_add_global(d, DUMP_WORKSPACE, 0x100000000, 1ull << 32);
	dump_data_put(&g->data, (1ull << 32) - 4, "tail", 8);
	FILE *f = tmpfile();
	CU_ASSERT_FATAL(f != NULL);
	CU_ASSERT(dump_write(d, fileno(f)));
	char tail[4] = { 0 };
	uint64_t at = dump_section(d, ".ascend.global", 0)->offset + (1ull << 32) - 4;
	CU_ASSERT_EQUAL(pread(fileno(f), tail, 4, (off_t)at), 4);
	CU_ASSERT(memcmp(tail, "tail", 4) == 0);
	CU_ASSERT_EQUAL(lseek(fileno(f), 0, SEEK_END), (off_t)d->file_size);
	fclose(f);
	dump_destroy(d);
}

static void data_overlay(void)
{
	struct dump_data d = { .size = 8 };
	dump_data_put(&d, 1, "AAAA", 4);
	dump_data_put(&d, 3, "BB", 2);
	dump_data_put(&d, 7, "CC", 2);
	dump_data_put(&d, 8, "D", 1);
	uint8_t got[10];
	dump_data_get(&d, 0, got, sizeof(got));
	CU_ASSERT(memcmp(got, "\0AABB\0\0C\0\0", 10) == 0);
	dump_data_get(&d, 2, got, 2);
	CU_ASSERT(memcmp(got, "AB", 2) == 0);
	dump_data_clear(&d);
}

/* --- the vendor's own dumps, rebuilt from what their tables say */

static struct file read_shared(const char *name)
{
	const char *root = getenv("ASCEND_SHARED");
	char path[512];
	snprintf(path, sizeof(path), "%s/cores/%s", root ? root : "../shared", name);
	FILE *in = fopen(path, "rb");
	struct file f = { 0 };
	if (!in) {
		printf("skipped: the dumps of the vendor's writer are not there (ASCEND_SHARED)\n");
		return f;
	}
	fseek(in, 0, SEEK_END);
	f.n = (size_t)ftell(in);
	rewind(in);
	f.bytes = dump_alloc(f.n);
	CU_ASSERT_EQUAL(fread(f.bytes, 1, f.n, in), f.n);
	fclose(in);
	return f;
}

static void copy_section(const struct file *f, size_t i, struct dump_data *out)
{
	Elf64_Shdr h = section_at(f, i);
	dump_data_append(out, f->bytes + h.sh_offset, (size_t)h.sh_size);
}

static void rebuild_device(const struct file *f, size_t i, struct dump *d)
{
	const uint8_t *dev = f->bytes + section_at(f, i).sh_offset;
	d->device = (uint32_t)number(dev + 32, 4);
	d->chip = (uint32_t)number(dev + 36, 4);
	for (unsigned bit = 0; bit < 256; bit++) {
		if (dev[bit / 8] >> bit % 8 & 1)
			dump_add_core(d, bit / 128 ? DUMP_AIV : DUMP_AIC, bit % 128);
	}
}

static void rebuild_globals(const struct file *f, size_t i, struct dump *d)
{
	Elf64_Shdr aux = section_at(f, i);
	for (uint64_t k = 0; k < aux.sh_size / 232; k++) {
		const uint8_t *e = f->bytes + aux.sh_offset + k * 232;
		struct dump_global *g =
			dump_add_global(d, (uint16_t)number(e + 20, 2), number(e, 8), 0);
		bool stack = g->type == DUMP_STACK || g->type == DUMP_SIMT_STACK;
		g->core_id = stack ? (uint16_t)number(e + 24, 2) : 0;
		g->dim_count = stack ? 0 : (uint32_t)number(e + 24, 4);
		for (size_t n = 0; n < DUMP_DIMS && !stack; n++)
			g->dims[n] = number(e + 32 + 8 * n, 8);
		copy_section(f, number(e + 16, 4), &g->data);
	}
}

/* The core a section name such as ".ascend.regs.26" ends with. */
static struct dump_core *core_of(struct dump *d, const char *name)
{
	unsigned unified = (unsigned)strtoul(strrchr(name, '.') + 1, NULL, 10);
	for (size_t i = 0; i < d->core_count; i++) {
		if (dump_unified(d, d->cores[i]->type, d->cores[i]->id) == unified)
			return d->cores[i];
	}
	return NULL;
}

static void rebuild_locals(const struct file *f, size_t i, struct dump *d, struct dump_core *c)
{
	Elf64_Shdr aux = section_at(f, i);
	for (uint64_t k = 0; k < aux.sh_size / 24; k++) {
		const uint8_t *e = f->bytes + aux.sh_offset + k * 24;
		struct dump_local *l = dump_add_local(c, (uint32_t)number(e + 16, 4), 0);
		uint64_t cached = number(e + 12, 4);
		l->cached = cached ? d->globals[cached - 2] : NULL;
		copy_section(f, number(e + 8, 4), &l->data);
	}
}

static void rebuild_registers(const struct file *f, size_t i, struct dump *d, struct dump_core *c)
{
	Elf64_Shdr h = section_at(f, i);
	size_t count = h.sh_size / h.sh_entsize;
	dump_core_registers(d, c);
	if (c->reg_count < count)
		dump_core_errors(d, c);
	CU_ASSERT_EQUAL_FATAL(c->reg_count, count);
	for (size_t k = 0; k < count; k++) {
		const uint8_t *e = f->bytes + h.sh_offset + k * h.sh_entsize;
		c->regs[k].invalid = e[8];
		memcpy(c->regs[k].value, e + 16, h.sh_entsize - 16);
	}
}

static void rebuild_section(const struct file *f, size_t i, struct dump *d)
{
	const char *name = name_of(f, i);
	if (strcmp(name, ".ascend.devtbl") == 0)
		rebuild_device(f, i, d);
	else if (strcmp(name, ".ascend.auxinfo.global") == 0)
		rebuild_globals(f, i, d);
	else if (strcmp(name, ".ascend.host_kernel_object") == 0)
		copy_section(f, i, &d->host_object);
	else if (strcmp(name, ".ascend.file_kernel_object") == 0)
		copy_section(f, i, &d->file_object);
	else if (strcmp(name, ".ascend.file_kernel_json") == 0)
		copy_section(f, i, &d->json);
	else if (strncmp(name, ".ascend.auxinfo.local.", 22) == 0)
		rebuild_locals(f, i, d, core_of(d, name));
	else if (strncmp(name, ".ascend.regs.", 13) == 0)
		rebuild_registers(f, i, d, core_of(d, name));
}

static void vendor_dump(const char *name, const char *kernel)
{
	struct file f = read_shared(name);
	if (!f.bytes)
		return;
	struct dump *d = dump_create(0, DUMP_MASTER);
	dump_set_text(&d->kernel_name, kernel);
	for (size_t i = 1; i < sections_of(&f); i++)
		rebuild_section(&f, i, d);
	struct file ours;
	ours.bytes = dump_bytes(d, &ours.n);
	CU_ASSERT_EQUAL(ours.n, f.n);
	CU_ASSERT(ours.n == f.n && memcmp(ours.bytes, f.bytes, f.n) == 0);
	free(ours.bytes);
	free(f.bytes);
	dump_destroy(d);
}

static void vendor_add_custom(void)
{
	vendor_dump("add_custom_910b.core", "add_custom");
}

static void vendor_matmul(void)
{
	vendor_dump("matmul_mix_910b.core", "matmul_mix");
}

static void vendor_simd(void)
{
	vendor_dump("simd_950.core", "simd_kernel");
}

int main(void)
{
	static const struct unit_test tests[] = {
		{ "header", header },
		{ "sections", sections },
		{ "structures", structures },
		{ "kernel_info by version", kernel_info_by_version },
		{ "padding", padding },
		{ "failed copy", failed_copy },
		{ "left out sections", left_out },
		{ "ids and stack slots", ids },
		{ "register counts", register_counts },
		{ "core order", core_order },
		{ "sparse file", sparse_file },
		{ "data overlay", data_overlay },
		{ "vendor dump add_custom", vendor_add_custom },
		{ "vendor dump matmul_mix", vendor_matmul },
		{ "vendor dump simd", vendor_simd },
	};
	return unit_run("dumpwriter", tests, COUNT(tests));
}
