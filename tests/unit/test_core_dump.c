/*
 * Unit test of target/core: blocks, registers and local memories of dumps from
 * target/sim/dumpwriter, in every form the coredump facts describe.
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

#define PC_WIDE 0x10000000000040ull

static enum target_status read_at(struct fake_dump *f, uint64_t at, size_t n, size_t *done)
{
	static uint8_t buf[65536];

	CU_ASSERT_FATAL(n <= sizeof(buf));
	return f->a->source->global(f->a, at, buf, n, done);
}

static uint8_t byte_at(struct fake_dump *f, uint64_t at)
{
	uint8_t byte = 0;
	size_t done = 0;

	CU_ASSERT_EQUAL(f->a->source->global(f->a, at, &byte, 1, &done), TARGET_OK);
	return byte;
}

/* chips 5, 15, 16: core ids, entry widths */
static void chips_and_cores(void)
{
	static const struct {
		uint32_t chip;
		uint16_t aiv0;
		uint64_t pc;
	} rows[] = {
		{ DUMP_NARROW_CHIP, 25, PC_NARROW },
		{ DUMP_WIDE_CHIP, 36, PC_WIDE },
		{ DUMP_V5_CHIP, 36, PC_WIDE },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct dump *d = dump_create(rows[i].chip, DUMP_MASTER);
		struct fake_dump f;
		d->device = 6;
		fake_dump_core(d, DUMP_AIV, 11);
		fake_dump_core(d, DUMP_AIC, 3);
		fake_dump_core(d, DUMP_AIV, 0);
		CU_ASSERT_FATAL(fake_dump_make(&f, d));
		CU_ASSERT(f.a->chip->type == rows[i].chip && f.a->device == 6 && f.a->pid == 1);
		CU_ASSERT_EQUAL_FATAL(f.a->core_count, 3);
		CU_ASSERT(f.a->cores[0].type == CHIP_AIC && f.a->cores[0].unified == 3);
		CU_ASSERT(f.a->cores[1].id == 0 && f.a->cores[1].unified == rows[i].aiv0);
		CU_ASSERT(f.a->cores[2].id == 11 && f.a->cores[2].unified == rows[i].aiv0 + 11);
		CU_ASSERT(f.a->cores[0].block == -1 && f.a->cores[0].stream == -1);
		CU_ASSERT_EQUAL(fake_entry_value(f.a, (uint16_t)(rows[i].aiv0 + 11), rows[i].pc, 8),
				0x100b);
		fake_dump_close(&f);
	}
}

/* coredump facts 3.1: a later entry of the same register counts; validFlag; missing ones */
static void register_entries(void)
{
	static const uint32_t chips_tested[] = { DUMP_NARROW_CHIP, DUMP_WIDE_CHIP };

	for (size_t i = 0; i < COUNT(chips_tested); i++) {
		struct dump *d = fake_dump_small(chips_tested[i]);
		struct dump_core *c = d->cores[0];
		struct fake_dump f;
		uint16_t u = chips_tested[i] == DUMP_NARROW_CHIP ? 25 : 36;
		uint8_t wide[33];
		dump_reg_set(dump_add_reg(c, 0x700, 4), 1);
		dump_reg_set(dump_add_reg(c, 0x704, 4), 2);
		dump_reg_set(dump_add_reg(c, 0x700, 4), 0x11223344);
		dump_add_reg(c, 0x708, 4)->invalid = true;
		dump_reg_set(dump_add_reg(c, 0x70c, 4), 7);
		dump_add_reg(c, 0x70c, 4)->invalid = true;
		struct dump_reg *r = dump_add_reg(c, 0x1000000000000, 16);
		memset(r->value, 0x5a, 16);
		CU_ASSERT_FATAL(fake_dump_make(&f, d));
		CU_ASSERT_EQUAL(fake_entry_value(f.a, u, 0x700, 4), 0x11223344);
		CU_ASSERT_EQUAL(fake_entry_value(f.a, u, 0x704, 4), 2);
		CU_ASSERT_EQUAL(fake_entry_value(f.a, u, 0x708, 4), UINT64_MAX);
		CU_ASSERT_EQUAL(fake_entry_value(f.a, u, 0x70c, 4), UINT64_MAX);
		CU_ASSERT_EQUAL(fake_entry_value(f.a, u, 0x710, 4), UINT64_MAX);
		CU_ASSERT_EQUAL(fake_entry_value(f.a, u, 0x1000000000000, 8), 0x5a5a5a5a5a5a5a5a);
		CU_ASSERT(f.a->source->reg(f.a, f.a->cores, 0x1000000000000, wide, 16));
		CU_ASSERT_EQUAL(f.a->source->reg(f.a, f.a->cores, 0x1000000000000, wide, 32),
				chips_tested[i] != DUMP_NARROW_CHIP);
		CU_ASSERT_FALSE(f.a->source->reg(f.a, f.a->cores, 0x1000000000000, wide, 33));
		CU_ASSERT_EQUAL(f.log.warnings, 2); /* no memory, no kernel code */
		fake_dump_close(&f);
	}
}

static void full_register_tables(void)
{
	struct dump *d = fake_dump_small(DUMP_WIDE_CHIP);
	struct dump_core *c = d->cores[0];
	struct fake_dump f;

	dump_core_registers(d, c);
	dump_core_errors(d, c);
	for (size_t i = 0; i < c->reg_count; i++)
		dump_reg_set(&c->regs[i], i);
	size_t count = c->reg_count, wrong = 0;
	uint64_t *addr = calloc(count, sizeof(*addr)), *want = calloc(count, sizeof(*want));
	for (size_t i = 0; i < count; i++) {
		addr[i] = c->regs[i].addr;
		want[i] = (uint64_t)(dump_find_reg(c, addr[i]) - c->regs);
	}
	CU_ASSERT(count > 6000);
	CU_ASSERT_FATAL(fake_dump_make(&f, d));
	for (size_t i = 0; i < count; i++)
		wrong += fake_entry_value(f.a, 36, addr[i], 8) != want[i];
	CU_ASSERT_EQUAL(wrong, 0);
	free(addr);
	free(want);
	fake_dump_close(&f);
}

static void blocks(void)
{
	struct dump *d = fake_dump_small(DUMP_NARROW_CHIP);
	struct dump_global *g = dump_add_global(d, ASCEND_INPUT_TENSOR, FAKE_GM, 64);
	struct fake_dump f;
	size_t done;

	g->dim_count = 25;
	for (size_t i = 0; i < 25; i++)
		g->dims[i] = i + 1;
	dump_data_put(&g->data, 0, "first", 5);
	g = dump_add_global(d, ASCEND_OUTPUT_TENSOR, FAKE_GM + 64, 16);
	dump_data_put(&g->data, 15, "!", 1);
	CU_ASSERT_FATAL(fake_dump_make(&f, d));
	CU_ASSERT_EQUAL_FATAL(f.a->block_count, 2);
	CU_ASSERT(f.a->blocks[0].type == ASCEND_INPUT_TENSOR && f.a->blocks[0].at == FAKE_GM);
	CU_ASSERT(f.a->blocks[0].dim_count == 25 && f.a->blocks[0].dims[24] == 25);
	CU_ASSERT(f.a->blocks[0].core == -1 && !f.a->blocks[0].has_element);
	CU_ASSERT(byte_at(&f, FAKE_GM) == 'f' && byte_at(&f, FAKE_GM + 79) == '!');
	/* a read continues into the block behind, and ends with it */
	CU_ASSERT(read_at(&f, FAKE_GM + 60, 100, &done) == TARGET_OK && done == 20);
	CU_ASSERT(read_at(&f, FAKE_GM + 80, 1, &done) == TARGET_FAULT && done == 0);
	CU_ASSERT(read_at(&f, FAKE_GM - 1, 2, &done) == TARGET_FAULT);
	CU_ASSERT_EQUAL(f.log.warnings, 1); /* no kernel code */
	fake_dump_close(&f);
}

static void failed_and_empty_blocks(void)
{
	struct dump *d = fake_dump_small(DUMP_NARROW_CHIP);
	struct dump_global *g = dump_add_global(d, ASCEND_INPUT_TENSOR, FAKE_GM, 32);
	struct fake_dump f;
	size_t done;

	g->failed = true;
	g = dump_add_global(d, ASCEND_OUTPUT_TENSOR, FAKE_GM + 0x1000, 0);
	g->dim_count = 2;
	g->dims[0] = 0;
	g->dims[1] = 8;
	CU_ASSERT_FATAL(fake_dump_make(&f, d));
	CU_ASSERT(f.a->blocks[0].failed && f.a->blocks[0].size == 32);
	CU_ASSERT(read_at(&f, FAKE_GM, 4, &done) == TARGET_UNAVAILABLE && done == 0);
	CU_ASSERT(f.a->blocks[1].size == 0 && f.a->blocks[1].dim_count == 2);
	CU_ASSERT_FALSE(f.a->blocks[1].failed);
	CU_ASSERT_EQUAL(read_at(&f, FAKE_GM + 0x1000, 1, &done), TARGET_FAULT);
	CU_ASSERT_EQUAL(f.log.warnings, 1); /* no kernel code */
	fake_dump_close(&f);
}

/* coredump facts 6.1: by type in a fixed order, within a type in file order */
static void overlapping_blocks(void)
{
	static const struct {
		uint16_t type;
		uint64_t at, size;
		char fill;
	} rows[] = {
		{ ASCEND_STACK, FAKE_GM, 64, 's' },
		{ ASCEND_INPUT_TENSOR, FAKE_GM + 16, 16, 'i' },
		{ ASCEND_INPUT_TENSOR, FAKE_GM + 24, 16, 'j' },
		{ ASCEND_ARGS, FAKE_GM + 8, 4, 'a' },
		{ 5, FAKE_GM, 4, 'x' },
	};
	struct dump *d = fake_dump_small(DUMP_NARROW_CHIP);
	struct fake_dump f;
	char got[65] = "";
	size_t done;

	d->as_added = true;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct dump_global *g = dump_add_global(d, rows[i].type, rows[i].at, rows[i].size);
		g->core_id = AIV0;
		for (uint64_t k = 0; k < rows[i].size; k++)
			dump_data_put(&g->data, k, &rows[i].fill, 1);
	}
	CU_ASSERT_FATAL(fake_dump_make(&f, d));
	CU_ASSERT_EQUAL(f.a->source->global(f.a, FAKE_GM, got, 64, &done), TARGET_OK);
	CU_ASSERT_EQUAL(done, 64);
	CU_ASSERT_STRING_EQUAL(got, "ssssssssaaaassssiiiiiiiiiiiiiiiijjjjjjjj"
				    "ssssssssssssssssssssssss");
	fake_dump_close(&f);
}

static void stack_cores(void)
{
	struct dump *d = fake_dump_small(DUMP_WIDE_CHIP);
	struct fake_dump f;
	static const struct {
		uint16_t type, unified;
		int core;
	} rows[] = {
		{ ASCEND_STACK, 35, 35 },	 { ASCEND_STACK, 36, 36 },
		{ ASCEND_SIMT_STACK, 107, 107 }, { ASCEND_STACK, 108, -1 },
		{ ASCEND_STACK, 65535, -1 },
	};

	d->as_added = true;
	for (size_t i = 0; i < COUNT(rows); i++)
		dump_add_global(d, rows[i].type, FAKE_GM + 4096 * i, 64)->core_id = rows[i].unified;
	CU_ASSERT_FATAL(fake_dump_make(&f, d));
	for (size_t i = 0; i < COUNT(rows); i++)
		CU_ASSERT(f.a->blocks[i].core == rows[i].core && !f.a->blocks[i].dim_count);
	CU_ASSERT(fake_log_has(&f.log, "a stack of core 108, which does not exist"));
	CU_ASSERT_EQUAL(f.log.warnings, 2 + 1); /* and: no kernel code */
	fake_dump_close(&f);
}

static void locals_and_caches(void)
{
	struct dump *d = fake_dump_small(DUMP_NARROW_CHIP);
	struct dump_global *code = dump_add_global(d, DUMP_KERNEL_OBJECT, FAKE_GM + 0x9000, 8);
	struct dump_global *args = dump_add_global(d, DUMP_ARGS, FAKE_GM, 16);
	struct fake_dump f;
	char got[17] = "";
	size_t done;

	dump_data_put(&args->data, 0, "stale stale stal", 16);
	args->failed = true;
	struct dump_local *l = dump_add_local(d->cores[0], UB, 100);
	dump_data_put(&l->data, 96, "end", 4);
	dump_core_caches(d, d->cores[0]);
	dump_data_put(&dump_cache_of(d->cores[0], args)->data, 0, "live live live l", 16);
	(void)code;
	CU_ASSERT_FATAL(fake_dump_make(&f, d));
	CU_ASSERT_EQUAL_FATAL(f.a->local_count, 3);
	size_t ub = fake_local_of(f.a, AIV0, UB), ic = fake_local_of(f.a, AIV0, CHIP_ICACHE);
	size_t dc = fake_local_of(f.a, AIV0, CHIP_DCACHE);
	CU_ASSERT(f.a->locals[ub].at == 0 && f.a->locals[ub].size == 100);
	CU_ASSERT(f.a->locals[ic].at == FAKE_GM + 0x9000 && f.a->locals[ic].size == 8);
	/* the cache is good although the copy of the memory behind it failed */
	CU_ASSERT(f.a->locals[dc].at == FAKE_GM && !f.a->locals[dc].failed);
	CU_ASSERT_EQUAL(f.a->source->local(f.a, dc, 0, got, 16, &done), TARGET_OK);
	CU_ASSERT_STRING_EQUAL(got, "live live live l");
	CU_ASSERT(f.a->source->local(f.a, ub, 96, got, 16, &done) == TARGET_OK && done == 4);
	CU_ASSERT_STRING_EQUAL(got, "end");
	CU_ASSERT_EQUAL(f.a->source->local(f.a, ub, 100, got, 1, &done), TARGET_FAULT);
	fake_dump_close(&f);
}

static void broken_locals(void)
{
	struct dump *d = fake_dump_small(DUMP_NARROW_CHIP);
	struct fake_dump f;
	char got[4];
	size_t done;

	dump_add_local(d->cores[0], UB, 16)->failed = true;
	dump_add_local(d->cores[0], 6, 16);
	dump_add_local(d->cores[0], 200, 16);
	dump_add_local(d->cores[0], CHIP_DCACHE, 16);
	dump_add_local(d->cores[0], CHIP_ICACHE, 16);
	CU_ASSERT_FATAL(fake_dump_make(&f, d));
	CU_ASSERT_EQUAL_FATAL(f.a->local_count, 3);
	CU_ASSERT_EQUAL(f.a->source->local(f.a, 0, 0, got, 4, &done), TARGET_UNAVAILABLE);
	CU_ASSERT(f.a->locals[1].failed && f.a->locals[1].mem == CHIP_DCACHE);
	CU_ASSERT(!f.a->locals[2].failed && f.a->locals[2].mem == CHIP_ICACHE);
	CU_ASSERT(fake_log_has(&f.log, "AIV 0: memory type 6 is unknown: ignored"));
	CU_ASSERT(fake_log_has(&f.log, "AIV 0: memory type 200 is unknown: ignored"));
	CU_ASSERT(fake_log_has(&f.log, "a cache is a copy of section 0, which is not there"));
	fake_dump_close(&f);
}

int main(void)
{
	static const struct unit_test tests[] = {
		{ "chips and cores", chips_and_cores },
		{ "register entries", register_entries },
		{ "full register tables", full_register_tables },
		{ "blocks", blocks },
		{ "failed and empty blocks", failed_and_empty_blocks },
		{ "overlapping blocks", overlapping_blocks },
		{ "stack cores", stack_cores },
		{ "locals and caches", locals_and_caches },
		{ "broken locals", broken_locals },
	};
	return unit_run("core_dump", tests, COUNT(tests));
}
