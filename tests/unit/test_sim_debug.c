/*
 * Unit test of target/sim: the debug channel of the simulated NPU, driven message by message by a
 * debugger and an app that are this test (live facts 2 and 3).
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "arch/channel.h"
#include "arch/chip.h"
#include "target/sim/number_priv.h"
#include "tests/fake/fake_sim.h"
#include "tests/unit/unit.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

enum { AIC = 0, AIV = 1, BREAKPOINT = 2, STEPPED = 3, EXCEPTION = 4, KILLED = 5 };
enum { ENABLE, DISABLE, SET_HARD, UNSET_HARD, INVALIDATE, STEP, RESUME, SUSPEND };
enum { DEVICES = 8, CORES = 9, REGISTER = 10, MEMORY = 11, WARP = 12, KILL = 14 };
enum { ELEMENTS = 2048, BLOCKS = 8, TILE = 128, UB = 4, GM = 7, MASK_MAGIC = 0x5a5a5a5a };
static const uint32_t break_word = 0x41800000;

/** A device, an app with add_custom ready to be launched, a debugger. */
struct scene {
	struct fake_sim sim;
	struct fake_debugger d;
	uint32_t kernel;
	uint64_t base, entry;
	uint64_t args[4];
};

static uint64_t entry_of(struct scene *s, const char *name)
{
	const uint64_t v[1] = { s->kernel };
	struct sim_part part = { name, strlen(name) };
	struct sim_app_answer a = { .error = 0 };

	CU_ASSERT_EQUAL_FATAL(fake_app(&s->sim, SIM_APP_FUNCTION, v, 1, &part, &a), 0);
	return a.v[0] != 0 ? a.v[0] : a.v[1];
}

static void open_scene(struct scene *s, const char *const *options, const char *kernel)
{
	char file[64];

	CU_ASSERT_FATAL(fake_sim_start(&s->sim, options));
	CU_ASSERT_FATAL(fake_app_open(&s->sim));
	CU_ASSERT_FATAL(fake_debugger_open(&s->d, &s->sim));
	snprintf(file, sizeof(file), "tests/apps/%s.o", kernel);
	s->kernel = fake_app_load(&s->sim, file, &s->base);
	CU_ASSERT_FATAL(s->kernel != 0);
	s->entry = entry_of(s, kernel);
	CU_ASSERT_EQUAL(fake_command(&s->d, ENABLE, NULL, 0, NULL), 0);
}

static void close_scene(struct scene *s)
{
	fake_debugger_close(&s->d);
	CU_ASSERT(fake_sim_stop(&s->sim));
}

static void make_add(struct scene *s)
{
	uint16_t *x, *y;

	for (unsigned i = 0; i < 3; i++)
		s->args[i] = fake_app_malloc(&s->sim, 2 * ELEMENTS);
	s->args[3] = fake_app_malloc(&s->sim, 16);
	CU_ASSERT_FATAL(s->args[3] != 0);
	x = fake_app_memory(&s->sim, s->args[0]);
	y = fake_app_memory(&s->sim, s->args[1]);
	for (unsigned i = 0; i < ELEMENTS; i++) {
		x[i] = 0x3c00;					 /* 1 */
		y[i] = (uint16_t)(i % 2 != 0 ? 0x4000 : 0x4200); /* 2 or 3 */
	}
	memcpy(fake_app_memory(&s->sim, s->args[3]), &(uint64_t[2]){ ELEMENTS, TILE }, 16);
}

static void launch_add(struct scene *s, uint32_t blocks)
{
	memset(fake_app_memory(&s->sim, s->args[2]), 0, 2 * ELEMENTS);
	CU_ASSERT(fake_app_launch(&s->sim, s->kernel, "add_custom", blocks, s->args, 4) != 0);
	fake_app_sync_begin(&s->sim);
}

/** Waits for the launch; it must have this error, and the right sums when it has none. */
static void expect_end(struct scene *s, int32_t expected)
{
	const uint16_t *z = fake_app_memory(&s->sim, s->args[2]);
	int32_t error = -1;
	unsigned wrong = 0;

	CU_ASSERT_FATAL(fake_app_sync_end(&s->sim, FAKE_SIM_MS, &error));
	CU_ASSERT_EQUAL(error, expected);
	for (unsigned i = 0; i < ELEMENTS && expected == 0; i++)
		wrong += z[i] != (i % 2 != 0 ? 0x4200 : 0x4400); /* 3 or 4 */
	CU_ASSERT_EQUAL(wrong, 0);
}

static void invalidate(struct scene *s, uint64_t at)
{
	uint8_t p[32] = { 0, 1 };

	memcpy(p + 8, &at, 8);
	CU_ASSERT_EQUAL(fake_command(&s->d, INVALIDATE, p, sizeof(p), NULL), 0);
}

static uint32_t patch(struct scene *s, uint64_t at, uint32_t with)
{
	uint32_t before = 0, check = 0;

	CU_ASSERT_EQUAL(fake_copy(&s->d, at, &before, 4, true), SIM_OK);
	CU_ASSERT_EQUAL(fake_copy(&s->d, at, &with, 4, false), SIM_OK);
	CU_ASSERT_EQUAL(fake_copy(&s->d, at, &check, 4, true), SIM_OK);
	CU_ASSERT_EQUAL(check, with);
	return before;
}

static void run(struct scene *s, uint32_t command, uint64_t aiv)
{
	uint8_t p[16] = { 0 };
	uint32_t magic = aiv != 0 ? MASK_MAGIC : 0;

	memcpy(p, &magic, 4);
	memcpy(p + 8, &aiv, 8);
	CU_ASSERT_EQUAL(fake_command(&s->d, command, p, sizeof(p), NULL), 0);
}

/** Takes `count` events of one status; the AIV cores they were of. */
static uint64_t take_events(struct scene *s, unsigned count, uint32_t status, uint64_t pc)
{
	uint64_t cores = 0;

	for (unsigned i = 0; i < count; i++) {
		struct fake_event e;

		CU_ASSERT_FATAL(fake_event(&s->d, FAKE_SIM_MS, &e));
		CU_ASSERT(e.type == AIV && e.status == status && (pc == 0 || e.pc == pc));
		cores |= UINT64_C(1) << e.core;
	}
	return cores;
}

static int read_register(struct scene *s, uint32_t core, uint64_t address, uint64_t *out)
{
	uint8_t p[16] = { AIV }, payload[44] = { 0 };
	int result;

	memcpy(p + 4, &core, 4);
	memcpy(p + 8, &address, 8);
	result = fake_command(&s->d, REGISTER, p, sizeof(p), payload);
	memcpy(out, payload, 8);
	return result;
}

static int read_memory(struct scene *s, uint16_t core, uint32_t mem, uint64_t at, uint8_t out[44])
{
	uint8_t p[24] = { AIV };

	memcpy(p + 2, &core, 2);
	memcpy(p + 4, &mem, 4);
	memcpy(p + 8, &at, 8);
	return fake_command(&s->d, MEMORY, p, sizeof(p), out);
}

static int core_info(struct scene *s, uint16_t index, uint32_t words[10])
{
	uint8_t p[4] = { (uint8_t)index, (uint8_t)(index >> 8) }, payload[44];
	int result = fake_command(&s->d, CORES, p, sizeof(p), payload);

	memcpy(words, payload, 40);
	return result;
}

/* --- breakpoints */

static void look_at_cores(struct scene *s)
{
	for (uint16_t i = 0; i < BLOCKS; i++) {
		uint32_t w[10];
		uint64_t pc;

		CU_ASSERT_EQUAL(core_info(s, i, w), 0);
		CU_ASSERT_EQUAL(w[0], i | (uint32_t)BLOCKS << 16); /* id, position, total */
		CU_ASSERT(w[1] == AIV && w[2] == 1 && w[3] == 1 && w[4] == i && w[5] == BREAKPOINT);
		memcpy(&pc, w + 6, 8);
		CU_ASSERT_EQUAL(pc, s->entry);
	}
}

static void look_at_registers(struct scene *s)
{
	uint64_t v;

	for (uint64_t i = 0; i < 4; i++)
		CU_ASSERT(read_register(s, 3, i, &v) == 0 && v == s->args[i]);
	CU_ASSERT(read_register(s, 3, 64, &v) == 0 && v == s->entry);
	CU_ASSERT(read_register(s, 3, 30, &v) == 0 && v - 0xff0000e0000 < 0x8000);
	CU_ASSERT(read_register(s, 3, UINT64_C(256) << 48, &v) == 0 && v == UINT64_MAX);
	CU_ASSERT_EQUAL(read_register(s, 3, 0x9999, &v), SIM_REFUSED);
	CU_ASSERT_EQUAL(read_register(s, 3, 132, &v), SIM_REFUSED); /* of AIC cores */
	CU_ASSERT_EQUAL(read_register(s, 20, 64, &v), SIM_REFUSED); /* not stopped */
	CU_ASSERT_EQUAL(read_register(s, 50, 64, &v), SIM_REFUSED); /* no such core */
}

static void look_at_memory(struct scene *s)
{
	uint8_t bytes[44];
	uint64_t sp = 0;

	read_register(s, 0, 30, &sp);
	CU_ASSERT(read_memory(s, 0, GM, s->args[0], bytes) == 0 && bytes[1] == 0x3c);
	CU_ASSERT_EQUAL(read_memory(s, 0, GM, sp / 32 * 32, bytes), 0);
	CU_ASSERT_EQUAL(read_memory(s, 0, GM, 0x107f00, bytes), 0); /* the same by its alias */
	CU_ASSERT_EQUAL(read_memory(s, 0, UB, 0, bytes), 0);
	CU_ASSERT_EQUAL(read_memory(s, 0, UB, 196608 - 32, bytes), 0);
	CU_ASSERT_EQUAL(read_memory(s, 0, UB, 196608, bytes), SIM_REFUSED);
	CU_ASSERT_EQUAL(read_memory(s, 0, UB, 8, bytes), SIM_REFUSED);
	CU_ASSERT_EQUAL(read_memory(s, 0, 5, 0, bytes), SIM_REFUSED); /* an AIV has no L1 */
	CU_ASSERT_EQUAL(read_memory(s, 0, GM, 0x13c000000000, bytes), SIM_REFUSED);
}

static void breakpoint_on_eight_cores(void)
{
	struct scene s;
	uint32_t before, w[10];

	open_scene(&s, NULL, "add_custom");
	make_add(&s);
	before = patch(&s, s.entry, break_word);
	invalidate(&s, s.entry);
	launch_add(&s, BLOCKS);
	CU_ASSERT_EQUAL(take_events(&s, BLOCKS, BREAKPOINT, s.entry), 0xff);
	look_at_cores(&s);
	look_at_registers(&s);
	look_at_memory(&s);
	/* it stands there again as long as the word does */
	run(&s, RESUME, 1);
	CU_ASSERT_EQUAL(take_events(&s, 1, BREAKPOINT, s.entry), 1);
	CU_ASSERT_EQUAL(patch(&s, s.entry, before), break_word);
	invalidate(&s, s.entry);
	run(&s, RESUME, 2);
	do
		core_info(&s, 0, w);
	while (w[0] >> 16 == BLOCKS);
	CU_ASSERT_EQUAL(w[0] >> 16, BLOCKS - 1);
	run(&s, RESUME, 0);
	expect_end(&s, 0);
	CU_ASSERT(core_info(&s, 0, w) == 0 && w[0] >> 16 == 0);
	close_scene(&s);
}

static void cache_of_instructions(void)
{
	struct scene s;
	uint32_t before;

	open_scene(&s, NULL, "add_custom");
	make_add(&s);
	launch_add(&s, 1);
	expect_end(&s, 0); /* the core has the code now */
	before = patch(&s, s.entry, break_word);
	launch_add(&s, 1);
	expect_end(&s, 0);
	invalidate(&s, s.entry + 4096); /* another line */
	launch_add(&s, 1);
	expect_end(&s, 0);
	invalidate(&s, s.entry);
	launch_add(&s, 1);
	CU_ASSERT_EQUAL(take_events(&s, 1, BREAKPOINT, s.entry), 1);
	patch(&s, s.entry, before);
	run(&s, RESUME, 0);
	CU_ASSERT_EQUAL(take_events(&s, 1, BREAKPOINT, s.entry), 1); /* still in the cache */
	invalidate(&s, s.entry);
	run(&s, RESUME, 0);
	expect_end(&s, 0);
	close_scene(&s);
}

static void single_steps(void)
{
	struct fake_event e;
	struct scene s;
	uint32_t before;
	uint64_t pc;

	open_scene(&s, NULL, "add_custom");
	make_add(&s);
	before = patch(&s, s.entry, break_word);
	invalidate(&s, s.entry);
	launch_add(&s, 2);
	CU_ASSERT_EQUAL(take_events(&s, 2, BREAKPOINT, s.entry), 3);
	patch(&s, s.entry, before);
	invalidate(&s, s.entry);
	for (unsigned i = 1; i <= 3; i++) {
		run(&s, STEP, 2);
		CU_ASSERT_FATAL(fake_event(&s.d, FAKE_SIM_MS, &e));
		CU_ASSERT(e.status == STEPPED && e.core == 1 && e.pc == s.entry + 4 * i);
		CU_ASSERT(read_register(&s, 1, 64, &pc) == 0 && pc == e.pc);
		CU_ASSERT(read_register(&s, 0, 64, &pc) == 0 && pc == s.entry);
	}
	run(&s, STEP, 0);
	CU_ASSERT_EQUAL(take_events(&s, 2, STEPPED, 0), 3);
	run(&s, RESUME, 0);
	expect_end(&s, 0);
	close_scene(&s);
}

/** What comes when the queue is full is lost; the cores still tell. */
static void more_events_than_slots(void)
{
	struct fake_event e;
	struct scene s;
	uint32_t w[10];
	unsigned seen = 0, stopped = 0;

	open_scene(&s, NULL, "add_custom");
	make_add(&s);
	patch(&s, s.entry, break_word);
	invalidate(&s, s.entry);
	launch_add(&s, 48);
	CU_ASSERT(!fake_app_sync_end(&s.sim, 1000, &(int32_t){ 0 }));
	do {
		/* a full queue would lose the replies too */
		while (fake_event(&s.d, 0, &e))
			seen++;
		stopped = 0;
		for (uint16_t i = 0; i < 48; i++) {
			if (core_info(&s, i, w) == 0)
				stopped += w[5] == BREAKPOINT;
		}
	} while (stopped < 48);
	CU_ASSERT(seen >= SIM_RING && seen <= 48);
	CU_ASSERT_EQUAL(fake_command(&s.d, DISABLE, NULL, 0, NULL), 0);
	expect_end(&s, 0); /* the code is as it was */
	close_scene(&s);
}

static void debugger_goes_away(void)
{
	struct fake_debugger next;
	struct scene s;

	open_scene(&s, NULL, "add_custom");
	make_add(&s);
	patch(&s, s.entry, break_word);
	patch(&s, s.entry + 8, break_word);
	invalidate(&s, s.entry);
	launch_add(&s, BLOCKS);
	take_events(&s, BLOCKS, BREAKPOINT, s.entry);
	fake_debugger_close(&s.d);
	expect_end(&s, 0);
	CU_ASSERT_FATAL(fake_debugger_open(&next, &s.sim));
	CU_ASSERT_EQUAL(fake_command(&next, ENABLE, NULL, 0, NULL), 0);
	s.d = next;
	CU_ASSERT(patch(&s, s.entry, break_word) != break_word);
	close_scene(&s);
}

/* --- what goes wrong in kernels */

static void exception(void)
{
	uint64_t args[3] = { 0, 1024, 196608 }, value = 0, raw = 0;
	struct fake_event e;
	struct scene s;
	int32_t error = 0;

	open_scene(&s, NULL, "ub_overflow");
	args[0] = fake_app_malloc(&s.sim, 4096);
	CU_ASSERT(fake_app_launch(&s.sim, s.kernel, "ub_overflow", 1, args, 3) != 0);
	fake_app_sync_begin(&s.sim);
	CU_ASSERT_FATAL(fake_event(&s.d, FAKE_SIM_MS, &e));
	CU_ASSERT(e.status == EXCEPTION && e.type == AIV && e.core == 0);
	CU_ASSERT(read_register(&s, 0, 0x704, &value) == 0 && value == UINT64_C(1) << 30);
	CU_ASSERT(read_register(&s, 0, 64, &raw) == 0 && raw == e.pc + 4);
	CU_ASSERT(read_register(&s, 0, 0x738, &value) == 0 && (value & 0xff) == (e.pc >> 2 & 0xff));
	run(&s, STEP, 0); /* of no use */
	run(&s, RESUME, 0);
	CU_ASSERT_FATAL(fake_app_sync_end(&s.sim, FAKE_SIM_MS, &error));
	CU_ASSERT_EQUAL(error, 507035);
	close_scene(&s);
}

static void killed_task(void)
{
	uint64_t args[2] = { 0, 7 }, stream = 1, pc;
	struct fake_event e;
	struct scene s;
	int32_t error = 0;

	open_scene(&s, NULL, "stuck");
	args[0] = fake_app_malloc(&s.sim, 4096);
	CU_ASSERT(fake_app_launch(&s.sim, s.kernel, "stuck", 1, args, 2) != 0);
	fake_app_sync_begin(&s.sim);
	CU_ASSERT(!fake_app_sync_end(&s.sim, 100, &error));
	CU_ASSERT_EQUAL(read_register(&s, 0, 64, &pc), SIM_REFUSED); /* it runs */
	CU_ASSERT_EQUAL(fake_command(&s.d, KILL, &stream, 8, NULL), 0);
	CU_ASSERT_FATAL(fake_event(&s.d, FAKE_SIM_MS, &e));
	CU_ASSERT(e.status == KILLED && e.pc - s.base < 4096);
	CU_ASSERT_FATAL(fake_app_sync_end(&s.sim, FAKE_SIM_MS, &error));
	CU_ASSERT_EQUAL(error, 107022);
	CU_ASSERT(read_register(&s, 0, 64, &pc) == 0 && pc == e.pc);
	CU_ASSERT_EQUAL(fake_command(&s.d, KILL, &stream, 8, NULL), SIM_REFUSED);
	run(&s, RESUME, 0);
	fake_app_sync_begin(&s.sim);
	CU_ASSERT(fake_app_sync_end(&s.sim, FAKE_SIM_MS, &error) && error == 0);
	close_scene(&s);
}

static void suspended_cores(void)
{
	uint64_t args[2] = { 0, 7 }, one = 7;
	struct fake_event e;
	struct scene s;
	int32_t error = -1;

	open_scene(&s, NULL, "stuck");
	args[0] = fake_app_malloc(&s.sim, 4096);
	CU_ASSERT(fake_app_launch(&s.sim, s.kernel, "stuck", 2, args, 2) != 0);
	fake_app_sync_begin(&s.sim);
	CU_ASSERT_EQUAL(fake_command(&s.d, SUSPEND, NULL, 0, NULL), 0);
	CU_ASSERT_EQUAL(take_events(&s, 2, STEPPED, 0), 3);
	CU_ASSERT(!fake_event(&s.d, 50, &e));
	memcpy(fake_app_memory(&s.sim, args[0]), &one, 8); /* what it waits for */
	run(&s, RESUME, 0);
	CU_ASSERT(fake_app_sync_end(&s.sim, FAKE_SIM_MS, &error) && error == 0);
	close_scene(&s);
}

/* --- the other layout, and other cores */

static void wide_chip(void)
{
	const char *const options[] = { "--chip", "950", "--aiv", "0xff", NULL };
	uint8_t hard[44] = { 1 }, control[44] = { 0 }, out[44];
	struct scene s;
	uint64_t v;

	open_scene(&s, options, "add_custom");
	make_add(&s);
	CU_ASSERT_EQUAL(fake_command(&s.d, DEVICES, NULL, 0, out), 0);
	memcpy(&v, out, 8);
	CU_ASSERT_EQUAL(v, (UINT64_C(1) << 36) - 1);
	memcpy(&v, out + 16, 8);
	CU_ASSERT_EQUAL(v, 0xff);
	memcpy(hard + 4, &s.entry, 8);
	CU_ASSERT_EQUAL(fake_command(&s.d, SET_HARD, hard, sizeof(hard), NULL), 0);
	launch_add(&s, BLOCKS);
	CU_ASSERT_EQUAL(take_events(&s, BLOCKS, BREAKPOINT, s.entry), 0xff);
	CU_ASSERT(read_register(&s, 2, 0x10000000000040, &v) == 0 && v == s.entry);
	CU_ASSERT_EQUAL(fake_command(&s.d, STEP, control, sizeof(control), NULL), 0);
	CU_ASSERT_EQUAL(take_events(&s, BLOCKS, STEPPED, s.entry + 4), 0xff);
	CU_ASSERT_EQUAL(fake_command(&s.d, WARP, control, 4, NULL), SIM_REFUSED);
	CU_ASSERT_EQUAL(fake_command(&s.d, UNSET_HARD, hard, sizeof(hard), NULL), 0);
	CU_ASSERT_EQUAL(fake_command(&s.d, UNSET_HARD, hard, sizeof(hard), NULL), SIM_REFUSED);
	CU_ASSERT_EQUAL(fake_command(&s.d, RESUME, control, sizeof(control), NULL), 0);
	expect_end(&s, 0);
	close_scene(&s);
}

static void no_hard_breakpoints(void)
{
	uint8_t hard[44] = { 1 }, out[44];
	struct scene s;
	uint64_t maps[2];

	open_scene(&s, NULL, "add_custom");
	memcpy(hard + 4, &s.entry, 8);
	CU_ASSERT_EQUAL(fake_command(&s.d, SET_HARD, hard, sizeof(hard), NULL), SIM_REFUSED);
	CU_ASSERT_EQUAL(fake_command(&s.d, 13, NULL, 0, NULL), SIM_REFUSED);
	CU_ASSERT_EQUAL(fake_command(&s.d, 4711, NULL, 0, NULL), SIM_REFUSED);
	CU_ASSERT_EQUAL(fake_command(&s.d, DEVICES, NULL, 0, out), 0);
	memcpy(maps, out, sizeof(maps));
	CU_ASSERT(maps[0] == (1 << 25) - 1 && maps[1] == (UINT64_C(1) << 50) - 1);
	CU_ASSERT_EQUAL(fake_command(&s.d, DISABLE, NULL, 0, NULL), 0);
	CU_ASSERT_EQUAL(fake_command(&s.d, CORES, NULL, 0, NULL), SIM_REFUSED);
	close_scene(&s);
}

/** Launches a product of which element i is (i + 1) * depth, stopped where its AIC core begins. */
static void prepare_product(struct scene *s, uint32_t rows, uint32_t depth, uint32_t columns)
{
	uint64_t args[5];
	uint16_t *a, *b;
	uint32_t before;
	struct fake_event e;

	for (unsigned i = 0; i < 5; i++)
		args[i] = fake_app_malloc(&s->sim, 4096);
	a = fake_app_memory(&s->sim, args[0]);
	b = fake_app_memory(&s->sim, args[1]);
	for (uint32_t i = 0; i < rows; i++) {
		a[i * depth] = sim_float_to_half((float)(i * columns));
		a[i * depth + 1] = sim_float_to_half(1);
	}
	for (uint32_t i = 0; i < columns; i++) {
		b[i] = sim_float_to_half((float)depth);
		b[columns + i] = sim_float_to_half((float)((i + 1) * depth));
	}
	memcpy(fake_app_memory(&s->sim, args[4]), &(uint32_t[4]){ rows, depth, columns }, 16);
	before = patch(s, s->entry, break_word);
	CU_ASSERT(fake_app_launch(&s->sim, s->kernel, "matmul", 1, args, 5) != 0);
	CU_ASSERT_FATAL(fake_event(&s->d, FAKE_SIM_MS, &e));
	CU_ASSERT(e.type == AIC && e.core == 0 && e.pc == s->entry);
	patch(s, s->entry, before);
	invalidate(s, s->entry);
}

/** The L0C as the channel has it: rows of four-byte elements interleaved (live facts 5). */
static void cube_memory(void)
{
	enum { ROWS = 4, DEPTH = 16, COLUMNS = 32, L0C = 3 };
	const struct chip *chip = chip_find(5);
	uint8_t p[24] = { AIC }, mask[16] = { 0 }, out[44] = { 0 };
	uint32_t magic = MASK_MAGIC, l0c = L0C, aic = 1;
	struct fake_event e;
	struct scene s;
	unsigned steps = 0, wrong = 0;

	open_scene(&s, NULL, "matmul");
	prepare_product(&s, ROWS, DEPTH, COLUMNS);
	memcpy(p + 4, &l0c, 4);
	memcpy(mask, &magic, 4);
	memcpy(mask + 4, &aic, 4);
	do {
		CU_ASSERT_EQUAL_FATAL(fake_command(&s.d, STEP, mask, sizeof(mask), NULL), 0);
		CU_ASSERT_FATAL(fake_event(&s.d, FAKE_SIM_MS, &e) && e.status == STEPPED);
		CU_ASSERT_EQUAL_FATAL(fake_command(&s.d, MEMORY, p, sizeof(p), out), 0);
	} while (out[7] == 0 && ++steps < 3000); /* until the product is there */
	for (uint64_t i = 0; i < ROWS * COLUMNS; i++) {
		size_t run_bytes;
		uint64_t at = chip_channel_address(chip, CHIP_L0C, 4 * i, &run_bytes);
		uint64_t line = at / 32 * 32;
		float value;

		memcpy(p + 8, &line, 8);
		CU_ASSERT_EQUAL(fake_command(&s.d, MEMORY, p, sizeof(p), out), 0);
		memcpy(&value, out + at % 32, 4);
		wrong += value != (float)(i + 1) * DEPTH;
	}
	CU_ASSERT_EQUAL(wrong, 0);
	CU_ASSERT_EQUAL(fake_command(&s.d, DISABLE, NULL, 0, NULL), 0);
	close_scene(&s);
}

int main(void)
{
	static const struct unit_test tests[] = {
		{ "breakpoint on eight cores", breakpoint_on_eight_cores },
		{ "cache of instructions", cache_of_instructions },
		{ "single steps", single_steps },
		{ "more events than slots", more_events_than_slots },
		{ "debugger goes away", debugger_goes_away },
		{ "exception", exception },
		{ "killed task", killed_task },
		{ "suspended cores", suspended_cores },
		{ "wide chip", wide_chip },
		{ "cube memory", cube_memory },
		{ "no hard breakpoints", no_hard_breakpoints },
	};

	return unit_run("sim_debug", tests, COUNT(tests));
}
