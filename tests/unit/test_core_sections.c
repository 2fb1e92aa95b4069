/*
 * Unit test of target/core: dumps in which sections are missing, doubled, unknown, or known only
 * by type or name; old writers; limits; the log. Broken bytes are test_core_damage.c's.
 */
#include <elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/fake/fake_dump.h"
#include "tests/unit/unit.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

enum { UB = 4, AIV0 = 25, PC_NARROW = 64 };

#define PC_WIDE	    0x10000000000040ull
#define VECTOR_WIDE 0x32000000000000ull

static uint8_t byte_at(struct fake_dump *f, uint64_t at)
{
	uint8_t byte = 0;
	size_t done = 0;

	CU_ASSERT_EQUAL(f->a->source->global(f->a, at, &byte, 1, &done), TARGET_OK);
	return byte;
}

static void missing_sections(void)
{
	static const struct {
		const char *name, *words;
		size_t cores, blocks, locals;
	} rows[] = {
		{ ".ascend.nothing", "holds no kernel object", 2, 3, 3 },
		{ ".ascend.devtbl", ".ascend.devtbl is missing or too short", 2, 3, 3 },
		{ ".ascend.auxinfo.global", "no table entry says what it is", 2, 3, 3 },
		{ ".ascend.auxinfo.local.25", "", 2, 3, 0 },
		{ ".ascend.local.25", "of a local memory is not there", 2, 3, 3 },
		{ ".ascend.global", "its section 0 is not there", 2, 3, 3 },
		{ ".ascend.kernel_info", "holds no kernel object", 2, 3, 3 },
		{ ".ascend.regs.26",
		  "1 stalled cores have no registers in the dump and are not "
		  "shown: AIV 1",
		  1, 3, 3 },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct dump *d = fake_dump_whole();
		struct fake_dump f;
		dump_omit(d, rows[i].name);
		bool opened = fake_dump_make(&f, d);
		CU_ASSERT(opened);
		if (!opened) {
			printf("without %s: %s\n", rows[i].name, f.why);
			continue;
		}
		CU_ASSERT_EQUAL(f.a->core_count, rows[i].cores);
		CU_ASSERT_EQUAL(f.a->block_count, rows[i].blocks);
		CU_ASSERT_EQUAL(f.a->local_count, rows[i].locals);
		CU_ASSERT(fake_log_has(&f.log, rows[i].words));
		if (!fake_log_has(&f.log, rows[i].words))
			printf("without %s:\n%s", rows[i].name, f.log.text.data);
		fake_dump_close(&f);
	}
}

/* Without their table blocks keep their bytes; the instruction cache tells which one is code. */
static void blocks_without_table(void)
{
	struct dump *d = fake_dump_whole();
	struct fake_dump f;

	dump_omit(d, ".ascend.auxinfo.global");
	CU_ASSERT_FATAL(fake_dump_make(&f, d));
	CU_ASSERT(byte_at(&f, FAKE_GM) == 'a' && byte_at(&f, FAKE_GM + 0x1000) == 'd');
	CU_ASSERT_EQUAL(f.a->kernels[0].base, FAKE_GM + 0x9000);
	fake_dump_close(&f);
}

static void no_registers(void)
{
	struct dump *d = fake_dump_whole();
	struct fake_dump f;

	dump_omit(d, ".ascend.regs.25");
	dump_omit(d, ".ascend.regs.26");
	CU_ASSERT_FATAL(fake_dump_make(&f, d));
	CU_ASSERT_EQUAL(f.a->core_count, 2);
	CU_ASSERT(fake_log_has(&f.log, "the dump has no registers at all"));
	CU_ASSERT_EQUAL(fake_entry_value(f.a, AIV0, PC_NARROW, 8), UINT64_MAX);
	fake_dump_close(&f);
}

/* coredump facts 1.5, 9: v8.5.0 and v9.0.0 wrote chip 15 without registers and without offset */
static void plain_ids(void)
{
	static const enum dump_version versions[] = { DUMP_V8_5_0, DUMP_V9_0_0 };

	for (size_t i = 0; i < COUNT(versions); i++) {
		struct dump *d = dump_create(DUMP_WIDE_CHIP, versions[i]);
		struct fake_dump f;
		struct dump_core *aic = dump_add_core(d, DUMP_AIC, 2);
		struct dump_core *aiv = dump_add_core(d, DUMP_AIV, 2);
		struct dump_core *far = dump_add_core(d, DUMP_AIV, 40);
		dump_add_global(d, DUMP_STACK, FAKE_GM, 64)->core_id = 2;
		struct dump_global *stack = dump_add_global(d, DUMP_STACK, FAKE_GM + 4096, 64);
		stack->core_id = 40;
		dump_add_local(aic, CHIP_L0A, 16);
		dump_add_local(aiv, UB, 32);
		dump_add_local(far, UB, 48);
		dump_core_caches(d, far);
		CU_ASSERT_FATAL(fake_dump_make(&f, d));
		CU_ASSERT_EQUAL_FATAL(f.a->core_count, 3);
		CU_ASSERT(f.a->cores[0].unified == 2 && f.a->cores[1].unified == 38 &&
			  f.a->cores[2].unified == 76);
		CU_ASSERT_EQUAL(f.a->locals[fake_local_of(f.a, 2, CHIP_L0A)].size, 16);
		CU_ASSERT_EQUAL(f.a->locals[fake_local_of(f.a, 38, UB)].size, 32);
		CU_ASSERT_EQUAL(f.a->locals[fake_local_of(f.a, 76, UB)].size, 48);
		CU_ASSERT(f.a->blocks[0].core == -1 && f.a->blocks[1].core == 76);
		fake_dump_close(&f);
	}
}

/* All releases of the writer give the same picture of chip 5. */
static void writer_versions(void)
{
	for (int v = 0; v < DUMP_VERSIONS; v++) {
		struct dump *d = fake_dump_whole();
		struct fake_dump f;
		d->version = (enum dump_version)v;
		CU_ASSERT_FATAL(fake_dump_make(&f, d));
		CU_ASSERT(f.a->core_count == 2 && f.a->block_count == 3 && f.a->local_count == 3);
		CU_ASSERT_STRING_EQUAL(f.a->kernels[0].name,
				       v == DUMP_V8_5_0 ? "unknown_kernel" : "add_custom");
		CU_ASSERT_EQUAL(f.log.warnings, 1); /* no kernel object */
		fake_dump_close(&f);
	}
}

static void chip_types(void)
{
	struct dump *d = fake_dump_small(DUMP_NARROW_CHIP);
	struct fake_dump f;

	CU_ASSERT_FATAL(fake_dump_make(&f, d));
	f.bytes[64 + 36] = 77;
	fake_dump_again(&f, "dump");
	CU_ASSERT_PTR_NOT_NULL_FATAL(f.a);
	CU_ASSERT_EQUAL(f.a->chip->type, DUMP_NARROW_CHIP);
	CU_ASSERT(fake_log_has(&f.log, "chip type is unknown: taken for 910B"));
	fake_dump_close(&f);
	d = dump_create(4, DUMP_V9_0_0);
	dump_add_core(d, DUMP_AIC, 0);
	CU_ASSERT_FALSE(fake_dump_make(&f, d));
	CU_ASSERT_STRING_EQUAL(f.why, "error: the dump is of chip type 4, which is not supported");
	fake_dump_close(&f);
	d = dump_create(DUMP_NARROW_CHIP, DUMP_MASTER);
	CU_ASSERT_FALSE(fake_dump_make(&f, d));
	CU_ASSERT_PTR_NOT_NULL(strstr(f.why, "core id is empty: the dump names no core of a 910B"));
	fake_dump_close(&f);
}

/* Bits of cores that the chip does not have. */
static void impossible_cores(void)
{
	struct dump *d = fake_dump_small(DUMP_NARROW_CHIP);
	struct fake_dump f;

	dump_add_core(d, DUMP_AIC, 25)->bare = true;
	dump_add_core(d, DUMP_AIV, 127)->bare = true;
	dump_add_core(d, DUMP_AIV, 49)->bare = true;
	CU_ASSERT_FATAL(fake_dump_make(&f, d));
	CU_ASSERT_EQUAL(f.a->core_count, 1);
	CU_ASSERT(fake_log_has(&f.log, "1 of the AIC cores that are named as stalled"));
	CU_ASSERT(fake_log_has(&f.log, "1 of the AIV cores that are named as stalled"));
	CU_ASSERT(fake_log_has(&f.log, "1 stalled cores have no registers in the dump and are not "
				       "shown: AIV 49"));
	fake_dump_close(&f);
}

static void set_section(struct fake_dump *f, size_t i, uint32_t *name, uint32_t *type)
{
	uint64_t table;
	Elf64_Shdr row;

	memcpy(&table, f->bytes + offsetof(Elf64_Ehdr, e_shoff), 8);
	memcpy(&row, f->bytes + table + i * sizeof(row), sizeof(row));
	if (name)
		row.sh_name = *name;
	if (type)
		row.sh_type = *type;
	memcpy(f->bytes + table + i * sizeof(row), &row, sizeof(row));
}

static size_t section_total(const struct fake_dump *f)
{
	return f->bytes[offsetof(Elf64_Ehdr, e_shnum)];
}

static void names_only(void)
{
	uint32_t other = SHT_PROGBITS;
	struct fake_dump f;

	CU_ASSERT_FATAL(fake_dump_make(&f, fake_dump_whole()));
	for (size_t i = 1; i + 1 < section_total(&f); i++)
		set_section(&f, i, NULL, &other);
	fake_dump_again(&f, "dump");
	CU_ASSERT_PTR_NOT_NULL_FATAL(f.a);
	CU_ASSERT(f.a->core_count == 2 && f.a->block_count == 3 && f.a->local_count == 3);
	CU_ASSERT_EQUAL(f.log.warnings, 1);
	fake_dump_close(&f);
}

/* Ids stand only in names: without them memory is left, and the stalled cores. */
static void types_only(void)
{
	uint32_t none = 0;
	struct fake_dump f;

	CU_ASSERT_FATAL(fake_dump_make(&f, fake_dump_whole()));
	for (size_t i = 1; i + 1 < section_total(&f); i++)
		set_section(&f, i, &none, NULL);
	fake_dump_again(&f, "dump");
	CU_ASSERT_PTR_NOT_NULL_FATAL(f.a);
	CU_ASSERT(f.a->core_count == 2 && f.a->block_count == 3 && f.a->local_count == 0);
	CU_ASSERT(byte_at(&f, FAKE_GM) == 'a');
	CU_ASSERT(fake_log_has(&f.log, "registers of a core that does not exist: ignored"));
	CU_ASSERT(fake_log_has(&f.log, "local memories of a core that does not exist: ignored"));
	fake_dump_close(&f);
}

static void unknown_sections(void)
{
	struct dump *d = fake_dump_whole();
	struct fake_dump f;

	dump_add_extra(d, ".ascend.future\033[2J", 0x8000000b);
	dump_add_extra(d, ".ascend.regs.x", 1);
	dump_add_extra(d, ".ascend.regs.1000000", 1);
	dump_add_extra(d, ".ascend.regs.75", 1);
	CU_ASSERT_FATAL(fake_dump_make(&f, d));
	CU_ASSERT(fake_log_has(&f.log, "\".ascend.future_[2J\" (type 0x8000000b) is unknown: "
				       "ignored"));
	CU_ASSERT_EQUAL(f.log.warnings, 5);
	CU_ASSERT_EQUAL(f.a->core_count, 2);
	fake_dump_close(&f);
}

static void bounded_log(void)
{
	struct dump *d = fake_dump_small(DUMP_NARROW_CHIP);
	struct fake_dump f;

	for (int i = 0; i < 300; i++)
		dump_add_extra(d, ".unknown", 77);
	CU_ASSERT_FATAL(fake_dump_make(&f, d));
	CU_ASSERT_EQUAL(f.log.warnings, 101);
	CU_ASSERT(fake_log_has(&f.log, "dump more=202: problems that are not listed"));
	fake_dump_close(&f);
}

static void duplicate_sections(void)
{
	static const char *const names[] = { ".ascend.devtbl", ".ascend.auxinfo.global",
					     ".ascend.regs.25", ".ascend.auxinfo.local.25" };
	struct dump *d = fake_dump_whole();
	struct fake_dump f;

	for (size_t i = 0; i < COUNT(names); i++)
		dump_add_extra(d, names[i], 1)->data.size = 480;
	CU_ASSERT_FATAL(fake_dump_make(&f, d));
	CU_ASSERT(f.a->core_count == 2 && f.a->block_count == 3 && f.a->local_count == 3);
	CU_ASSERT(fake_log_has(&f.log, "a second .ascend.devtbl is ignored"));
	CU_ASSERT(fake_log_has(&f.log, "a second .ascend.auxinfo.global is ignored"));
	CU_ASSERT(fake_log_has(&f.log, "registers of core 25 once more: ignored"));
	CU_ASSERT(fake_log_has(&f.log, "local memories of core 25 once more: ignored"));
	CU_ASSERT_EQUAL(f.log.warnings, 5);
	fake_dump_close(&f);
}

static void limits(void)
{
	struct dump *d = fake_dump_whole();
	struct fake_log log = { 0 };
	struct core_limits small = { .file_bytes = 1 << 20, .global_bytes = 15, .local_bytes = 63 };
	char why[CORE_WORDS];
	size_t n, done;
	uint8_t *bytes = dump_bytes(d, &n), byte;
	struct core_input in = { fake_file(bytes, n), -1, "dump", &small, fake_log_to(&log) };
	struct ascend *a = (struct ascend *)core_open_input(&in, why);

	CU_ASSERT_PTR_NOT_NULL_FATAL(a);
	CU_ASSERT(a->blocks[0].failed && a->blocks[0].size == 16);
	CU_ASSERT_NOT_EQUAL(a->source->global(a, FAKE_GM, &byte, 1, &done), TARGET_OK);
	CU_ASSERT_EQUAL(a->source->global(a, FAKE_GM + 0x9000, &byte, 1, &done), TARGET_OK);
	CU_ASSERT(a->locals[0].failed);
	CU_ASSERT(fake_log_has(&log, "16 bytes are more than the limit of 15: unreadable"));
	CU_ASSERT(fake_log_has(&log, "64 bytes of local memory are more than the limit of 63"));
	target_close(&a->base);
	fake_log_deinit(&log);
	dump_destroy(d);
	free(bytes);
}

/* KERNEL.STREAM.TASK[.TIME].core, coredump facts 8 */
static void file_names(void)
{
	static const struct {
		const char *name;
		int64_t stream, task;
	} rows[] = {
		{ "add_custom.46.7.20260519121714914.core", 46, 7 },
		{ "add_custom.46.7.core", 46, 7 },
		{ "add_custom.7.core", -1, -1 },
		{ "add_custom.core", -1, -1 },
		{ "add.1.2.3.4.core", 2, 3 },
		{ "1.2.3.core", 2, 3 },
		{ "add_custom.46.7.txt", -1, -1 },
		{ "add.46.99999999999999999999.core", -1, -1 },
		{ ".core", -1, -1 },
		{ "46.7.core", -1, -1 },
		{ "", -1, -1 },
	};
	struct fake_dump f;

	CU_ASSERT_FATAL(fake_dump_make(&f, fake_dump_whole()));
	for (size_t i = 0; i < COUNT(rows); i++) {
		fake_dump_again(&f, rows[i].name);
		CU_ASSERT_PTR_NOT_NULL_FATAL(f.a);
		CU_ASSERT_EQUAL(f.a->cores[1].stream, rows[i].stream);
		CU_ASSERT_EQUAL(f.a->cores[1].task, rows[i].task);
	}
	fake_dump_close(&f);
}

/* The file may shrink while it is open: reads end, the server lives. */
static void shrinking_file(void)
{
	struct dump *d = fake_dump_small(DUMP_WIDE_CHIP);
	struct fake_log log = { 0 };
	char why[CORE_WORDS], path[] = "/tmp/core_dump_XXXXXX";
	static uint8_t buf[65536];
	size_t done;
	int fd = mkstemp(path);

	dump_core_registers(d, d->cores[0]);
	dump_add_global(d, ASCEND_INPUT_TENSOR, FAKE_GM, sizeof(buf));
	CU_ASSERT_FATAL(fd >= 0 && dump_write(d, fd));
	struct ascend *a = (struct ascend *)core_open(path, NULL, &core_limits_default,
						      fake_log_to(&log), why);
	CU_ASSERT_PTR_NOT_NULL_FATAL(a);
	CU_ASSERT_EQUAL(a->source->global(a, FAKE_GM, buf, sizeof(buf), &done), TARGET_OK);
	CU_ASSERT_EQUAL(done, sizeof(buf));
	CU_ASSERT_TRUE(a->source->reg(a, a->cores, PC_WIDE, buf, 8));
	CU_ASSERT_TRUE(a->source->reg(a, a->cores, VECTOR_WIDE, buf, 32));
	CU_ASSERT_EQUAL(ftruncate(fd, 4096), 0);
	CU_ASSERT_EQUAL(a->source->global(a, FAKE_GM, buf, sizeof(buf), &done), TARGET_OK);
	CU_ASSERT(done < 4096);
	CU_ASSERT_EQUAL(a->source->global(a, FAKE_GM + 8192, buf, 16, &done), TARGET_UNAVAILABLE);
	/* one of them may be known from before, not both: they are far from each other */
	(void)a->source->reg(a, a->cores, PC_WIDE, buf, 8);
	(void)a->source->reg(a, a->cores, VECTOR_WIDE, buf, 32);
	CU_ASSERT_FALSE(a->source->reg(a, a->cores, PC_WIDE, buf, 8));
	CU_ASSERT_FALSE(a->source->reg(a, a->cores, VECTOR_WIDE, buf, 32));
	target_close(&a->base);
	fake_log_deinit(&log);
	dump_destroy(d);
	close(fd);
	unlink(path);
}

int main(void)
{
	static const struct unit_test tests[] = {
		{ "missing sections", missing_sections },
		{ "blocks without table", blocks_without_table },
		{ "no registers", no_registers },
		{ "plain ids", plain_ids },
		{ "writer versions", writer_versions },
		{ "chip types", chip_types },
		{ "impossible cores", impossible_cores },
		{ "names only", names_only },
		{ "types only", types_only },
		{ "unknown sections", unknown_sections },
		{ "bounded log", bounded_log },
		{ "duplicate sections", duplicate_sections },
		{ "limits", limits },
		{ "file names", file_names },
		{ "shrinking file", shrinking_file },
	};
	return unit_run("core_sections", tests, COUNT(tests));
}
