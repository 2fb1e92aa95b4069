/*
 * Unit test of target/core on broken dumps: truncated anywhere, any header field replaced, random
 * bytes changed. Nothing may crash or be read outside the file (run it with SAN=address,undefined),
 * and what is not broken must stay.
 */
#include <elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/fake/fake_dump.h"
#include "tests/unit/unit.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static const uint64_t evil[] = {
	0,
	1,
	2,
	0x7f,
	0xff,
	0xffff,
	0x10000,
	0x7fffffff,
	0x80000000,
	0xffffffff,
	0x100000000,
	0x7fffffffffffffff,
	0x8000000000000000,
	0xffffffffffffff00,
	UINT64_MAX,
};

/* Asks for everything once; the answers do not matter here. */
static void use(struct ascend *a)
{
	uint8_t buf[512];
	size_t done;

	for (size_t i = 0; i < a->core_count; i++)
		for (size_t r = 0; r < a->chip->reg_count; r++)
			a->source->reg(a, &a->cores[i], a->chip->regs[r].addr, buf, 8);
	for (size_t i = 0; i < a->block_count; i++) {
		const struct ascend_block *b = &a->blocks[i];
		(void)!a->source->global(a, b->at, buf, sizeof(buf), &done);
		CU_ASSERT(done <= sizeof(buf));
		(void)!a->source->global(a, b->at + b->size - 1, buf, sizeof(buf), &done);
	}
	for (size_t i = 0; i < a->local_count; i++) {
		(void)!a->source->local(a, i, 0, buf, sizeof(buf), &done);
		CU_ASSERT(done <= sizeof(buf));
		(void)!a->source->local(a, i, a->locals[i].size - 1, buf, sizeof(buf), &done);
	}
}

/* Two cores, stacks, caches, all kinds of sections. */
static struct dump *rich_dump(uint32_t chip)
{
	static const char code[] = "\x1f\x20\x03\xd5\xc0\x03\x5f\xd6";
	struct dump *d = dump_create(chip, DUMP_MASTER);
	size_t n;
	uint8_t *kernel = fake_kernel(code, 8, 0x1029, &n);

	dump_set_text(&d->kernel_name, "add_custom");
	dump_data_append(&d->host_object, kernel, n);
	dump_data_append(&d->file_object, kernel, n);
	dump_data_append(&d->json, "{\"kernelName\": \"add_custom\"}", 28);
	free(kernel);
	struct dump_global *g = dump_add_global(d, DUMP_KERNEL_OBJECT, FAKE_GM + 0x9000, 8);
	dump_data_put(&g->data, 0, code, 8);
	dump_add_global(d, DUMP_ARGS, FAKE_GM, 40);
	g = dump_add_global(d, ASCEND_INPUT_TENSOR, FAKE_GM + 0x1000, 96);
	for (uint64_t i = 0; i < 96; i++)
		dump_data_put(&g->data, i, &i, 1);
	for (uint8_t id = 0; id < 2; id++) {
		struct dump_core *c = fake_dump_core(d, id ? DUMP_AIV : DUMP_AIC, id);
		g = dump_add_global(d, DUMP_STACK, FAKE_GM + 0x2000 + 0x1000u * id, 64);
		g->core_id = dump_unified(d, c->type, c->id);
		dump_add_local(c, id ? CHIP_UB : CHIP_L0A, 128);
		dump_core_registers(d, c);
		dump_core_errors(d, c);
	}
	for (size_t i = 0; i < 2; i++)
		dump_core_caches(d, d->cores[i]);
	return d;
}

struct sizes {
	size_t cores, blocks, locals, kernels;
};

static struct sizes sizes_of(const struct ascend *a)
{
	size_t kernels = 0;

	for (size_t i = 0; i < a->kernel_count; i++)
		kernels += a->kernels[i].object != NULL;
	return (struct sizes){ a->core_count, a->block_count, a->local_count, kernels };
}

static bool is_same(struct sizes a, struct sizes b)
{
	return a.cores == b.cores && a.blocks == b.blocks && a.locals == b.locals &&
	       a.kernels == b.kernels;
}

/* Opens the changed bytes, uses them, and says what is there. */
static struct sizes try_bytes(const void *bytes, size_t n, struct fake_log *log)
{
	struct sizes none = { 0, 0, 0, 0 };
	char why[CORE_WORDS];
	struct ascend *a = fake_dump_open(bytes, n, "dump", log, why);

	if (!a) {
		CU_ASSERT(strncmp(why, "error: ", 7) == 0);
		return none;
	}
	struct sizes got = sizes_of(a);
	use(a);
	target_close(&a->base);
	return got;
}

/* No field of the ELF header is needed: the section table stands at the end of the file. */
static void elf_header_fields(void)
{
	static const uint8_t fields[][2] = {
		{ 0, 4 },  { 4, 1 },  { 5, 1 },	 { 6, 1 },  { 7, 1 },  { 8, 8 },  { 16, 2 },
		{ 18, 2 }, { 20, 4 }, { 24, 8 }, { 32, 8 }, { 40, 8 }, { 48, 4 }, { 52, 2 },
		{ 54, 2 }, { 56, 2 }, { 58, 2 }, { 60, 2 }, { 62, 2 },
	};
	struct fake_dump f;

	CU_ASSERT_FATAL(fake_dump_make(&f, rich_dump(DUMP_NARROW_CHIP)));
	struct sizes want = sizes_of(f.a);
	CU_ASSERT(want.cores == 2 && want.blocks == 5 && want.locals == 8 && want.kernels == 1);
	CU_ASSERT_EQUAL(f.log.warnings, 1); /* no line numbers */
	for (size_t i = 0; i < COUNT(fields); i++) {
		for (size_t e = 0; e < COUNT(evil); e++) {
			struct fake_log log = { 0 };
			uint8_t saved[8];
			memcpy(saved, f.bytes + fields[i][0], 8);
			memcpy(f.bytes + fields[i][0], &evil[e], fields[i][1]);
			bool same = is_same(try_bytes(f.bytes, f.n, &log), want);
			CU_ASSERT(same);
			if (!same)
				printf("header byte %u = %#lx loses something:\n%s\n", fields[i][0],
				       evil[e], log.text.data ? log.text.data : "");
			memcpy(f.bytes + fields[i][0], saved, 8);
			fake_log_deinit(&log);
		}
	}
	fake_dump_close(&f);
}

/* A section header costs at most what it describes. */
static void section_headers(void)
{
	struct fake_dump f;
	uint64_t table;

	CU_ASSERT_FATAL(fake_dump_make(&f, rich_dump(DUMP_NARROW_CHIP)));
	struct sizes want = sizes_of(f.a);
	memcpy(&table, f.bytes + offsetof(Elf64_Ehdr, e_shoff), 8);
	for (uint64_t at = table; at < f.n; at += 4) {
		for (size_t e = 0; e < COUNT(evil); e++) {
			struct fake_log log = { 0 };
			uint8_t saved[4];
			memcpy(saved, f.bytes + at, 4);
			memcpy(f.bytes + at, &evil[e], 4);
			struct sizes got = try_bytes(f.bytes, f.n, &log);
			bool last = at >= f.n - 64; /* the names: types are left */
			bool kept = got.cores >= want.cores - 1 && got.blocks >= want.blocks - 1 &&
				    (last || got.locals + 4 >= want.locals);
			CU_ASSERT(kept);
			if (!kept)
				printf("section %lu + %lu = %#lx: %zu cores %zu blocks %zu "
				       "locals\n%s\n",
				       (at - table) / 64, (at - table) % 64, evil[e], got.cores,
				       got.blocks, got.locals, log.text.data);
			memcpy(f.bytes + at, saved, 4);
			fake_log_deinit(&log);
		}
	}
	fake_dump_close(&f);
}

/* Any word of the tables replaced: the counts of everything else stay. */
static void table_fields(void)
{
	struct fake_dump f;
	Elf64_Shdr row;
	uint64_t table, end;

	CU_ASSERT_FATAL(fake_dump_make(&f, rich_dump(DUMP_WIDE_CHIP)));
	memcpy(&table, f.bytes + offsetof(Elf64_Ehdr, e_shoff), 8);
	for (uint64_t i = 1; table + i * 64 < f.n; i++) {
		memcpy(&row, f.bytes + table + i * 64, 64);
		end = row.sh_offset + (row.sh_size < 300 ? row.sh_size : 300);
		for (uint64_t at = row.sh_offset; at + 4 <= end; at += 4) {
			struct fake_log log = { 0 };
			uint8_t saved[4];
			memcpy(saved, f.bytes + at, 4);
			memcpy(f.bytes + at, &evil[at / 4 % COUNT(evil)], 4);
			struct sizes got = try_bytes(f.bytes, f.n, &log);
			CU_ASSERT(row.sh_type == SHT_STRTAB || got.cores >= 1);
			memcpy(f.bytes + at, saved, 4);
			fake_log_deinit(&log);
		}
	}
	fake_dump_close(&f);
}

/* How many cores must be left of a dump that is cut behind the registers of that many. */
static size_t cores_before(const struct dump *d, size_t n)
{
	static const char *const names[] = { ".ascend.regs.1", ".ascend.regs.26" };
	size_t cores = 0;

	for (size_t i = 0; i < COUNT(names); i++) {
		const struct dump_section *s = dump_section(d, names[i], 0);
		cores += s && s->offset + s->data.size <= n;
	}
	return cores;
}

/* Cut behind a table, everything in front of it is still found. */
static void truncation(void)
{
	struct dump *d = rich_dump(DUMP_NARROW_CHIP);
	size_t n, step = 7;

	d->cores[0]->id = 1; /* no default value */
	d->globals[3]->core_id = 1;
	uint8_t *bytes = dump_bytes(d, &n);
	const struct dump_section *table = dump_section(d, ".ascend.auxinfo.global", 0);
	uint64_t known = table->offset + table->data.size;
	for (size_t cut = 0; cut <= n; cut += step) {
		struct fake_log log = { 0 };
		uint8_t *part = malloc(cut + 1);
		memcpy(part, bytes, cut);
		struct sizes got = cut ? try_bytes(part, cut, &log) : (struct sizes){ 0, 0, 0, 0 };
		size_t cores = cores_before(d, cut);
		bool kept = got.cores >= cores && (cut < known || got.blocks == 5) &&
			    (cut < 104 || got.cores >= 1);
		CU_ASSERT(kept);
		if (!kept)
			printf("cut at %zu of %zu: %zu cores, %zu blocks, %zu locals\n%s\n", cut, n,
			       got.cores, got.blocks, got.locals,
			       log.text.data ? log.text.data : "");
		free(part);
		fake_log_deinit(&log);
	}
	free(bytes);
	dump_destroy(d);
}

/* Without its section table a whole dump loses nothing. */
static void lost_section_table(void)
{
	static const uint32_t chips_tested[] = { DUMP_NARROW_CHIP, DUMP_WIDE_CHIP };

	for (size_t i = 0; i < COUNT(chips_tested); i++) {
		struct fake_dump f;
		uint64_t table;
		CU_ASSERT_FATAL(fake_dump_make(&f, rich_dump(chips_tested[i])));
		struct sizes want = sizes_of(f.a);
		uint64_t pc = chips_tested[i] == DUMP_NARROW_CHIP ? 64 : 0x10000000000040;
		uint16_t aiv = f.a->cores[1].unified;
		uint64_t value = fake_entry_value(f.a, aiv, pc, 8);
		memcpy(&table, f.bytes + offsetof(Elf64_Ehdr, e_shoff), 8);
		f.n = table;
		CU_ASSERT_FATAL(fake_dump_again(&f, "dump"));
		CU_ASSERT(is_same(sizes_of(f.a), want));
		CU_ASSERT_EQUAL(fake_entry_value(f.a, aiv, pc, 8), value);
		CU_ASSERT_STRING_EQUAL(f.a->kernels[0].name, "add_custom");
		CU_ASSERT(fake_log_has(&f.log, "the section table is lost"));
		fake_dump_close(&f);
	}
}

static void random_bytes(void)
{
	struct fake_dump f;

	srandom(7);
	CU_ASSERT_FATAL(fake_dump_make(&f, rich_dump(DUMP_NARROW_CHIP)));
	uint8_t *bytes = malloc(f.n);
	for (int round = 0; round < 1500; round++) {
		struct fake_log log = { 0 };
		memcpy(bytes, f.bytes, f.n);
		for (int k = 0; k < 1 << round % 8; k++)
			bytes[(size_t)random() % f.n] = (uint8_t)random();
		try_bytes(bytes, f.n, &log);
		CU_ASSERT(log.warnings <= 110);
		fake_log_deinit(&log);
	}
	free(bytes);
	fake_dump_close(&f);
}

static void other_files(void)
{
	static const struct {
		const char *bytes;
		size_t n;
		const char *words;
	} rows[] = {
		{ "x", 1, "this is a text file, not an Ascend dump" },
		{ "\x7f"
		  "ELF",
		  4, "this is a file of only 4 bytes, not an Ascend dump" },
		{ "\x1f\x8b\x08\0", 4, "gzip-compressed data, not an Ascend dump: decompress it" },
		{ "\xfd"
		  "7zXZ\0",
		  6, "xz-compressed data" },
		{ "\x28\xb5\x2f\xfd\x04", 5, "zstd-compressed data" },
		{ "PK\x03\x04", 4, "a zip archive" },
		{ "\0\0\0\0", 4, "a file of zeros" },
		{ "MDMP\x93\xa7", 6, "a Windows minidump" },
		{ "{\"a\": 1}\n", 9, "a text file" },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct fake_log log = { 0 };
		char why[CORE_WORDS];
		CU_ASSERT_PTR_NULL(fake_dump_open(rows[i].bytes, rows[i].n, "dump", &log, why));
		CU_ASSERT_PTR_NOT_NULL(strstr(why, rows[i].words));
		if (!strstr(why, rows[i].words))
			printf("%s\n", why);
		fake_log_deinit(&log);
	}
}

static void elf_file(uint16_t type, uint16_t machine, const char *words)
{
	Elf64_Ehdr h = { .e_type = type, .e_machine = machine };
	struct fake_log log = { 0 };
	char why[CORE_WORDS];

	memcpy(h.e_ident, ELFMAG "\2\1\1", 7);
	CU_ASSERT_PTR_NULL(fake_dump_open(&h, sizeof(h), "dump", &log, why));
	CU_ASSERT_STRING_EQUAL(why, words);
	fake_log_deinit(&log);
}

static void other_elf_files(void)
{
	char noise[600];
	struct fake_log log = { 0 };
	char why[CORE_WORDS];

	elf_file(ET_CORE, EM_X86_64,
		 "error: this is a Linux x86-64 core file (e_machine 62), not "
		 "an Ascend dump: open it with gdb PROGRAM CORE");
	elf_file(ET_DYN, EM_AARCH64,
		 "error: this is a Linux aarch64 program or library (e_machine "
		 "183), not an Ascend dump: name the .core file of the crash");
	elf_file(ET_REL, 9999,
		 "error: this is a Linux ELF object file (e_machine 9999), not an "
		 "Ascend dump: name the .core file of the crash");
	elf_file(ET_EXEC, 0x1029,
		 "error: this is an Ascend kernel object, not an Ascend dump: it "
		 "goes behind COMM: --core FILE COMM KERNEL.o");
	elf_file(ET_CORE, 0x1029,
		 "error: the dump is too damaged to be used: .ascend.devtbl is "
		 "missing and no register entries tell the chip\nget the file once "
		 "more from where it was written");
	memset(noise, 3, sizeof(noise));
	CU_ASSERT_PTR_NULL(fake_dump_open(noise, sizeof(noise), "dump", &log, why));
	CU_ASSERT_PTR_NOT_NULL(strstr(why, "a file of unknown kind (03 03 03 03)"));
	memcpy(noise + 257, "ustar", 5);
	CU_ASSERT_PTR_NULL(fake_dump_open(noise, sizeof(noise), "dump", &log, why));
	CU_ASSERT_PTR_NOT_NULL(strstr(why, "a tar archive"));
	fake_log_deinit(&log);
}

int main(void)
{
	static const struct unit_test tests[] = {
		{ "elf header fields", elf_header_fields },
		{ "section headers", section_headers },
		{ "table fields", table_fields },
		{ "truncation", truncation },
		{ "lost section table", lost_section_table },
		{ "random bytes", random_bytes },
		{ "other files", other_files },
		{ "other elf files", other_elf_files },
	};
	return unit_run("core_damage", tests, COUNT(tests));
}
