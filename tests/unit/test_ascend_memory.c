/*
 * What addresses mean to a core and what can be read there: every class, ends of ranges, data
 * cache copies, the stack alias, windows of other cores, blocks that were lost; regions.
 */
#include "tests/fake/fake_device.h"
#include "tests/unit/unit.h"

#include <stdio.h>
#include <string.h>

enum { AIC3 = 3, AIV0 = 25, AIV11 = 36 };

static struct fake_device *open_device(void)
{
	struct fake_device *f = fake_device_910b();

	CU_ASSERT_FATAL(fake_open(f));
	return f;
}

static struct ascend_core *core(struct fake_device *f, unsigned unified)
{
	for (size_t i = 0; i < f->a.core_count; i++) {
		if (f->a.cores[i].unified == unified)
			return &f->a.cores[i];
	}
	return NULL;
}

/* Reads n bytes and compares the first `want` with the pattern; returns what was read. */
static size_t read_is(struct fake_device *f, unsigned unified, uint64_t at, size_t n, unsigned salt,
		      uint64_t offset)
{
	uint8_t buf[0x3000];
	size_t done = 0;

	if (ascend_mem_read(&f->a, core(f, unified), at, buf, n, &done) != TARGET_OK)
		return SIZE_MAX;
	for (size_t i = 0; i < done; i++) {
		if (buf[i] != fake_byte(salt, offset + i)) {
			printf("byte %zu at %#llx differs\n", i, (unsigned long long)at);
			return SIZE_MAX - 1;
		}
	}
	return done;
}

static uint64_t window(unsigned mem, unsigned slot, uint64_t offset)
{
	return UINT64_C(0x00a0000000000000) | (uint64_t)mem << 40 | (uint64_t)slot << 32 | offset;
}

static void window_addresses(void)
{
	struct ascend_core c = { .unified = 36 };

	CU_ASSERT_EQUAL(ascend_window(CHIP_UB, NULL), 0x00a0040000000000);
	CU_ASSERT_EQUAL(ascend_window(CHIP_UB, &c), 0x00a0042500000000);
}

/* Slot 0 is the core's own memory; its last byte ends the window. */
static void own_windows(void)
{
	struct fake_device *f = open_device();
	static const struct {
		unsigned core, mem;
		size_t local, size;
	} rows[] = {
		{ AIC3, CHIP_L0A, 0, 256 },    { AIC3, CHIP_L0B, 1, 256 },
		{ AIC3, CHIP_L0C, 2, 512 },    { AIC3, CHIP_L1, 3, 1024 },
		{ AIV11, CHIP_UB, 4, 768 },    { AIV11, CHIP_ICACHE, 5, 256 },
		{ AIV11, CHIP_DCACHE, 6, 40 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		unsigned salt = fake_local_salt(rows[i].local);
		uint64_t at = window(rows[i].mem, 0, 0);
		CU_ASSERT_EQUAL(read_is(f, rows[i].core, at, 16, salt, 0), 16);
		CU_ASSERT_EQUAL(read_is(f, rows[i].core, at, 0x2000, salt, 0), rows[i].size);
		CU_ASSERT_EQUAL(
			read_is(f, rows[i].core, at + rows[i].size - 1, 8, salt, rows[i].size - 1),
			1);
		CU_ASSERT_EQUAL(read_is(f, rows[i].core, at + rows[i].size, 8, salt, 0), SIZE_MAX);
		/* the same by the core's number, seen from another core */
		at = window(rows[i].mem, rows[i].core + 1, 8);
		CU_ASSERT_EQUAL(read_is(f, AIV0, at, 16, salt, 8), 16);
	}
	target_close(&f->a.base);
}

/* A class that the core does not have, a core that is not there, no class at all. */
static void no_windows(void)
{
	struct fake_device *f = open_device();

	CU_ASSERT_EQUAL(read_is(f, AIV11, window(CHIP_L0A, 0, 0), 4, 0, 0), SIZE_MAX);
	CU_ASSERT_EQUAL(read_is(f, AIV0, window(CHIP_UB, 0, 0), 4, 0, 0), SIZE_MAX);
	CU_ASSERT_STRING_EQUAL(f->a.base.message, "AIV 0 has no memory at 0xa0040000000000");
	CU_ASSERT_EQUAL(read_is(f, AIC3, window(CHIP_L0A, 200, 0), 4, 0, 0), SIZE_MAX);
	CU_ASSERT_EQUAL(read_is(f, AIC3, window(99, 0, 0), 4, 0, 0), SIZE_MAX);
	CU_ASSERT_EQUAL(read_is(f, AIC3, window(CHIP_FB, 0, 0), 4, 0, 0), SIZE_MAX);
	CU_ASSERT_EQUAL(read_is(f, AIC3, UINT64_MAX, 4, 0, 0), SIZE_MAX);
	CU_ASSERT_EQUAL(read_is(f, AIC3, UINT64_MAX - 8, 4, 0, 0), SIZE_MAX);
	target_close(&f->a.base);
}

/* Copies of one cache lie at pages, in file order. */
static void cache_layout(void)
{
	struct fake_device *f = open_device();

	CU_ASSERT_EQUAL(f->a.locals[5].window, 0);
	CU_ASSERT_EQUAL(f->a.locals[6].window, 0);
	CU_ASSERT_EQUAL(f->a.locals[7].window, 0x1000);
	CU_ASSERT_EQUAL(f->a.locals[8].window, 0x2000);
	CU_ASSERT_EQUAL(
		read_is(f, AIV11, window(CHIP_DCACHE, 0, 0x1000), 100, fake_local_salt(7), 0), 24);
	CU_ASSERT_EQUAL(
		read_is(f, AIV11, window(CHIP_DCACHE, 0, 0x2010), 100, fake_local_salt(8), 0x10),
		100);
	CU_ASSERT_EQUAL(read_is(f, AIV11, window(CHIP_DCACHE, 0, 0x800), 4, 0, 0), SIZE_MAX);
	target_close(&f->a.base);
}

static void global_blocks(void)
{
	struct fake_device *f = open_device();
	uint8_t buf[128];
	size_t done;

	/* two tensors side by side read as one; the second ends the read */
	CU_ASSERT_EQUAL(ascend_mem_read(&f->a, core(f, AIV0), 0x12c000001000, buf, 128, &done),
			TARGET_OK);
	CU_ASSERT_EQUAL(done, 96);
	CU_ASSERT_EQUAL(buf[63], fake_byte(1, 63));
	CU_ASSERT_EQUAL(buf[64], fake_byte(2, 0));
	CU_ASSERT_EQUAL(read_is(f, AIV0, 0x12c000002030, 128, 3, 0x30), 16);
	CU_ASSERT_EQUAL(read_is(f, AIV0, 0x12c000002040, 4, 3, 0), SIZE_MAX);
	CU_ASSERT_EQUAL(read_is(f, AIV0, 0x12c000000fff, 4, 3, 0), SIZE_MAX);
	/* a tensor of size 0 is nowhere */
	CU_ASSERT_EQUAL(read_is(f, AIV0, 0x12c000005000, 4, 3, 0), SIZE_MAX);
	CU_ASSERT_EQUAL(ascend_mem_read(&f->a, NULL, 0x12c041200000, buf, 8, &done), TARGET_OK);
	CU_ASSERT_EQUAL(buf[0], fake_byte(8, 0));
	target_close(&f->a.base);
}

/* AIV 11 sees its own copies, the others and slot windows of OUT_MEM the bytes in GM. */
static void dcache_overlay(void)
{
	struct fake_device *f = open_device();

	CU_ASSERT_EQUAL(read_is(f, AIV11, 0x12c000000000, 64, fake_local_salt(6), 0), 40);
	CU_ASSERT_EQUAL(read_is(f, AIV11, 0x12c000003010, 4, fake_local_salt(7), 0x10), 4);
	CU_ASSERT_EQUAL(read_is(f, AIV0, 0x12c000000000, 64, fake_block_salt(0), 0), 40);
	CU_ASSERT_EQUAL(read_is(f, AIC3, 0xff000020000, 16, fake_block_salt(6), 0), 16);
	CU_ASSERT_EQUAL(read_is(f, AIV11, window(CHIP_OUT_MEM, 1, 4), 100, fake_block_salt(0), 4),
			36);
	CU_ASSERT_EQUAL(read_is(f, AIV11, window(CHIP_OUT_MEM, 7, 0), 8, fake_block_salt(6), 0), 8);
	CU_ASSERT_EQUAL(read_is(f, AIV11, window(CHIP_OUT_MEM, 0, 0), 8, 0, 0), SIZE_MAX);
	CU_ASSERT_EQUAL(read_is(f, AIV11, window(CHIP_OUT_MEM, 11, 0), 8, 0, 0), SIZE_MAX);
	CU_ASSERT_EQUAL(read_is(f, AIV11, window(CHIP_OUT_MEM, 10, 0), 8, 0, 0), SIZE_MAX);
	target_close(&f->a.base);
}

/* A copy in the middle of a block: one read sees block, copy, block. */
static void overlay_inside_block(void)
{
	struct fake_device *f = fake_device_910b();
	uint8_t buf[64];
	size_t done;

	fake_local(f, AIV0, CHIP_DCACHE, 8, 0x12c000002010);
	CU_ASSERT_FATAL(fake_open(f));
	CU_ASSERT_EQUAL(ascend_mem_read(&f->a, core(f, AIV0), 0x12c000002000, buf, 64, &done),
			TARGET_OK);
	CU_ASSERT_EQUAL(done, 64);
	CU_ASSERT_EQUAL(buf[15], fake_byte(3, 15));
	CU_ASSERT_EQUAL(buf[16], fake_byte(fake_local_salt(9), 0));
	CU_ASSERT_EQUAL(buf[23], fake_byte(fake_local_salt(9), 7));
	CU_ASSERT_EQUAL(buf[24], fake_byte(3, 24));
	target_close(&f->a.base);
}

static void stack_alias(void)
{
	struct fake_device *f = open_device();

	/* AIV 11: 0xff000020000 is in its data cache; the other stack only in GM */
	CU_ASSERT_EQUAL(read_is(f, AIV11, 0x120040, 16, fake_local_salt(8), 0x40), 16);
	CU_ASSERT_EQUAL(read_is(f, AIV11, 0x118040, 16, fake_block_salt(5), 0x40), 16);
	CU_ASSERT_EQUAL(read_is(f, AIC3, 0x118000, 0x2000, fake_block_salt(5), 0), 0x1000);
	CU_ASSERT_EQUAL(read_is(f, AIC3, 0x100000, 16, 0, 0), SIZE_MAX);
	CU_ASSERT_EQUAL(read_is(f, AIC3, 0xffffff, 16, 0, 0), SIZE_MAX);
	/* without a core these are plain device addresses */
	uint8_t buf[4];
	size_t done;
	CU_ASSERT_EQUAL(ascend_mem_read(&f->a, NULL, 0x118000, buf, 4, &done), TARGET_FAULT);
	CU_ASSERT_STRING_EQUAL(f->a.base.message, "the device has no memory at 0x118000");
	target_close(&f->a.base);
}

/* Without a core, as lldb reads: a stack as its own core sees it, the rest as the focused core. */
static void no_core(void)
{
	struct fake_device *f = open_device();
	static const uint64_t stack[] = { 0xff000020ff8, 0x120ff8 };
	struct target_tid any = { f->a.pid, 0 };
	uint8_t buf[16];
	size_t done;

	for (size_t i = 0; i < 2; i++) {
		CU_ASSERT_EQUAL(target_mem_read(&f->a.base, any, stack[i], buf, 16, &done),
				TARGET_OK);
		CU_ASSERT_EQUAL(done, 8);
		CU_ASSERT_EQUAL(buf[0], fake_byte(fake_local_salt(8), 0xff8));
	}
	CU_ASSERT_EQUAL(target_mem_read(&f->a.base, any, 0xff000018040, buf, 16, &done), TARGET_OK);
	CU_ASSERT_EQUAL(buf[0], fake_byte(fake_block_salt(5), 0x40));
	CU_ASSERT_EQUAL(target_mem_read(&f->a.base, any, 0x12b000000000, buf, 4, &done),
			TARGET_FAULT);
	any.pid++;
	CU_ASSERT_EQUAL(target_mem_read(&f->a.base, any, 0xff000020000, buf, 4, &done),
			TARGET_NO_THREAD);
	target_close(&f->a.base);
}

/* What lies behind the alias in GM is not part of the core's stack. */
static void alias_ends(void)
{
	struct fake_device *f = fake_device_910b();

	size_t b = fake_block(f, ASCEND_STACK, 0xff000eff000, 0x2000, AIV0);
	CU_ASSERT_FATAL(fake_open(f));
	CU_ASSERT_EQUAL(read_is(f, AIV0, 0xfff000, 0x1800, fake_block_salt(b), 0), 0x1000);
	CU_ASSERT_EQUAL(read_is(f, AIV0, 0xff000eff000, 0x1800, fake_block_salt(b), 0), 0x1800);
	target_close(&f->a.base);
}

static void small_addresses(void)
{
	struct fake_device *f = open_device();

	CU_ASSERT_EQUAL(read_is(f, AIV11, 0x40, 16, fake_local_salt(4), 0x40), 16);
	CU_ASSERT_EQUAL(read_is(f, AIV11, 0x2f0, 0x40, fake_local_salt(4), 0x2f0), 0x10);
	CU_ASSERT_EQUAL(read_is(f, AIC3, 0x3f0, 0x40, fake_local_salt(3), 0x3f0), 0x10);
	CU_ASSERT_EQUAL(read_is(f, AIC3, 0x400, 4, 0, 0), SIZE_MAX);
	CU_ASSERT_EQUAL(read_is(f, AIV0, 0, 4, 0, 0), SIZE_MAX);
	target_close(&f->a.base);
}

static void failed_copies(void)
{
	struct fake_device *f = open_device();
	uint8_t buf[16];
	size_t done;

	CU_ASSERT_EQUAL(ascend_mem_read(&f->a, core(f, AIV0), 0x12c000004010, buf, 16, &done),
			TARGET_UNAVAILABLE);
	CU_ASSERT_EQUAL(done, 0);
	CU_ASSERT_STRING_EQUAL(f->a.base.message,
			       "the device did not give this block (copy failed): workspace_0");
	CU_ASSERT_EQUAL(f->log_count, 1);
	CU_ASSERT_PTR_NOT_NULL(strstr(f->log, "workspace_0"));
	CU_ASSERT_EQUAL(
		ascend_mem_read(&f->a, core(f, AIV0), window(CHIP_OUT_MEM, 8, 0), buf, 16, &done),
		TARGET_UNAVAILABLE);
	f->a.locals[4].failed = true;
	CU_ASSERT_EQUAL(ascend_mem_read(&f->a, core(f, AIV11), 0, buf, 16, &done),
			TARGET_UNAVAILABLE);
	/* a copy that failed does not hide the device memory */
	f->a.locals[6].failed = true;
	CU_ASSERT_EQUAL(read_is(f, AIV11, 0x12c000000000, 8, fake_block_salt(0), 0), 8);
	target_close(&f->a.base);
}

/* Of two blocks at one address the readable one answers. */
static void overlapping_blocks(void)
{
	struct fake_device *f = fake_device_910b();

	size_t b = fake_block(f, ASCEND_GENERAL_TENSOR, 0x12c000004020, 16, -1);
	CU_ASSERT_FATAL(fake_open(f));
	CU_ASSERT_EQUAL(read_is(f, AIV0, 0x12c000004020, 64, fake_block_salt(b), 0), 16);
	CU_ASSERT_EQUAL(read_is(f, AIV0, 0x12c000004010, 64, 0, 0), SIZE_MAX);
	target_close(&f->a.base);
}

/* --- regions --- */

static struct target_region region(struct fake_device *f, unsigned unified, uint64_t at)
{
	struct target_region r;

	CU_ASSERT_EQUAL(ascend_region(&f->a, core(f, unified), at, &r), TARGET_OK);
	CU_ASSERT(r.start <= at && (!r.end || at < r.end));
	return r;
}

static void region_kinds(void)
{
	struct fake_device *f = open_device();
	static const struct {
		unsigned core;
		uint64_t at, start, end;
		bool readable, executable;
		const char *name;
	} rows[] = {
		{ AIV11, 0x10, 0, 0x300, true, false, "UB of AIV 11" },
		{ AIC3, 0x10, 0, 0x400, true, false, "L1 of AIC 3" },
		{ AIV11, 0x120010, 0x120000, 0x121000, true, false, "stack_aiv11" },
		{ AIV0, 0x12c000001000, 0x12c000001000, 0x12c000001040, true, false, "input_0" },
		{ AIV0, 0x12c000004001, 0x12c000004000, 0x12c000004080, false, false,
		  "workspace_0" },
		{ AIV0, 0x12c041200004, 0x12c041200000, 0x12c041200100, true, true,
		  "kernel_code_0" },
		{ AIC3, 0x00a0030000000004, 0x00a0030000000000, 0x00a0030000000200, true, false,
		  "L0C of AIC 3" },
		{ AIV0, 0x00a0042500000004, 0x00a0042500000000, 0x00a0042500000300, true, false,
		  "UB of AIV 11" },
		{ AIV0, 0x00a0070200000004, 0x00a0070200000000, 0x00a0070200000040, true, false,
		  "raw input_0" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct target_region r = region(f, rows[i].core, rows[i].at);
		CU_ASSERT(r.mapped && !r.writable);
		CU_ASSERT_EQUAL(r.start, rows[i].start);
		CU_ASSERT_EQUAL(r.end, rows[i].end);
		CU_ASSERT_EQUAL(r.readable, rows[i].readable);
		CU_ASSERT_EQUAL(r.executable, rows[i].executable);
		CU_ASSERT_STRING_EQUAL(r.name, rows[i].name);
	}
	target_close(&f->a.base);
}

/* The data cache has what device memory lost: gdb asks only for what the map calls readable. */
static void region_lost_block(void)
{
	struct fake_device *f = fake_device_910b();
	size_t b = fake_block(f, ASCEND_STACK, 0xff000050000, 0x1000, AIV0);

	f->a.blocks[b].failed = true;
	fake_local(f, AIV0, CHIP_DCACHE, 0x1000, 0xff000050000);
	CU_ASSERT_FATAL(fake_open(f));
	struct target_region r = region(f, AIV0, 0xff000050800);
	CU_ASSERT(r.readable && r.start == 0xff000050000 && r.end == 0xff000051000);
	r = region(f, AIV0, 0x150800);
	CU_ASSERT(r.readable && r.end == 0x151000);
	r = region(f, AIV11, 0xff000050800);
	CU_ASSERT(r.mapped && !r.readable);
	target_close(&f->a.base);
}

static void region_holes(void)
{
	struct fake_device *f = open_device();
	struct target_region r = region(f, AIV11, 0x300);

	CU_ASSERT(!r.mapped);
	CU_ASSERT_EQUAL(r.start, 0x300);
	CU_ASSERT_EQUAL(r.end, 0x118000);
	r = region(f, AIV0, 0x12c000002040);
	CU_ASSERT_EQUAL(r.start, 0x12c000002040);
	CU_ASSERT_EQUAL(r.end, 0x12c000003000);
	r = region(f, AIV0, UINT64_MAX);
	CU_ASSERT(!r.mapped && r.end == 0);
	target_close(&f->a.base);
}

/* A copy of memory that is in no block is mapped for its core only. */
static void region_copy(void)
{
	struct fake_device *f = fake_device_910b();

	fake_local(f, AIV0, CHIP_DCACHE, 0x100, 0xff000040000);
	CU_ASSERT_FATAL(fake_open(f));
	struct target_region r = region(f, AIV0, 0xff000040010);
	CU_ASSERT(r.mapped && r.readable && r.start == 0xff000040000 && r.end == 0xff000040100);
	CU_ASSERT_STRING_EQUAL(r.name, "DCACHE of AIV 0");
	r = region(f, AIV0, 0x140010);
	CU_ASSERT(r.mapped && r.start == 0x140000 && r.end == 0x140100);
	CU_ASSERT(!region(f, AIC3, 0xff000040010).mapped);
	target_close(&f->a.base);
}

/* Walking region by region ends, and says the same as reading does. */
static void region_walk(void)
{
	struct fake_device *f = open_device();
	uint64_t at = 0;
	unsigned steps = 0;

	do {
		struct target_region r = region(f, AIV11, at);
		uint8_t byte;
		size_t done;
		enum target_status status =
			ascend_mem_read(&f->a, core(f, AIV11), at, &byte, 1, &done);
		CU_ASSERT_EQUAL(status == TARGET_OK, r.mapped && r.readable);
		CU_ASSERT(!r.end || r.end > at);
		at = r.end;
	} while (at && ++steps < 1000);
	CU_ASSERT(steps > 20 && steps < 1000);
	target_close(&f->a.base);
}

/* Sizes and addresses from a hostile file: no wrap-around, no crash. */
static void hostile_ranges(void)
{
	struct fake_device *f = fake_device_910b();
	uint8_t buf[64];
	size_t done;

	size_t b = fake_block(f, ASCEND_OUTPUT_TENSOR, UINT64_MAX - 15, 16, -1);
	f->a.blocks[b].size = UINT64_MAX;
	f->a.blocks[b].failed = true;
	f->a.locals[8].size = UINT64_MAX / 2;
	f->a.locals[8].failed = true;
	CU_ASSERT_FATAL(fake_open(f));
	for (uint64_t at = UINT64_MAX - 40; at; at++) {
		struct target_region r = region(f, AIV11, at);
		CU_ASSERT_NOT_EQUAL(ascend_mem_read(&f->a, core(f, AIV11), at, buf, 64, &done),
				    TARGET_OK);
		(void)r;
	}
	region(f, AIV11, window(CHIP_DCACHE, 0, 0xfffffff0));
	target_close(&f->a.base);
}

static const struct unit_test tests[] = {
	{ "window addresses", window_addresses },
	{ "windows of a core", own_windows },
	{ "windows that are not there", no_windows },
	{ "layout of caches", cache_layout },
	{ "blocks", global_blocks },
	{ "data cache copies", dcache_overlay },
	{ "a copy inside a block", overlay_inside_block },
	{ "stack alias", stack_alias },
	{ "memory of no core", no_core },
	{ "end of the stack alias", alias_ends },
	{ "small addresses", small_addresses },
	{ "failed copies", failed_copies },
	{ "overlapping blocks", overlapping_blocks },
	{ "regions", region_kinds },
	{ "regions of lost blocks", region_lost_block },
	{ "holes", region_holes },
	{ "region of a copy", region_copy },
	{ "walk over all regions", region_walk },
	{ "hostile ranges", hostile_ranges },
};

int main(void)
{
	return unit_run("ascend memory", tests, sizeof(tests) / sizeof(*tests));
}
