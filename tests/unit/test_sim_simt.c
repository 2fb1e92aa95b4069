/*
 * Unit test of target/sim: SIMT functions on the debug channel, message by message: where a core
 * stands, its warps in both forms of the question, registers and stacks of single threads, one warp
 * that goes alone (live facts 2.6 and 4).
 */
#include <string.h>

#include "arch/chip.h"
#include "tests/fake/fake_sim.h"
#include "tests/unit/unit.h"

enum { ENABLE = 0, SET_HARD = 2, STEP = 5, RESUME = 6, CORES = 9, REGISTER = 10, MEMORY = 11 };
enum { WARP = 12, AIV = 1, AT_SIMT = 2, BREAKPOINT = 2, STEPPED = 3, EXCEPTION = 4 };
enum { COLUMNS = 40, ROWS = 2, THREADS = COLUMNS * ROWS, STEPS = 64, SIMT_STACK = 13, GM = 7 };
enum { STACK_AT = 0x500000, STACK_SIZE = 4096 };

struct scene {
	struct fake_sim sim;
	struct fake_debugger d;
	uint32_t kernel;
	uint64_t args[2];
};

struct warp {
	uint64_t pc;
	uint32_t mask;
};

static void begin(struct scene *s, uint64_t entry)
{
	uint8_t hard[44] = { 1 };
	struct fake_event e;

	memcpy(hard + 4, &entry, 8);
	CU_ASSERT_EQUAL(fake_command(&s->d, ENABLE, NULL, 0, NULL), 0);
	CU_ASSERT_EQUAL(fake_command(&s->d, SET_HARD, hard, sizeof(hard), NULL), 0);
	CU_ASSERT(fake_app_launch(&s->sim, s->kernel, "simt_scale", 1, s->args, 2) != 0);
	fake_app_sync_begin(&s->sim);
	CU_ASSERT_FATAL(fake_event(&s->d, FAKE_SIM_MS, &e));
	CU_ASSERT(e.status == BREAKPOINT && e.pc == entry);
}

/** The core stands at the first instruction of the kernel. */
static void open_scene(struct scene *s)
{
	const char *const options[] = { "--chip", "950", "--aiv", "1", NULL };
	struct sim_part part = { "simt_scale", strlen("simt_scale") };
	struct sim_app_answer a = { .error = 0 };
	uint64_t v[1], base;
	float *x;

	CU_ASSERT_FATAL(fake_sim_start(&s->sim, options));
	CU_ASSERT_FATAL(fake_app_open(&s->sim));
	CU_ASSERT_FATAL(fake_debugger_open(&s->d, &s->sim));
	s->kernel = fake_app_load(&s->sim, "tests/apps/simt_scale.o", &base);
	CU_ASSERT_FATAL(s->kernel != 0);
	v[0] = s->kernel;
	CU_ASSERT_EQUAL_FATAL(fake_app(&s->sim, SIM_APP_FUNCTION, v, 1, &part, &a), 0);
	for (unsigned i = 0; i < 2; i++)
		s->args[i] = fake_app_malloc(&s->sim, THREADS * sizeof(*x));
	x = fake_app_memory(&s->sim, s->args[0]);
	for (unsigned i = 0; i < THREADS; i++)
		x[i] = i % 2 != 0 ? -3.0F : 2.0F;
	begin(s, a.v[1]);
}

/** Lets the rest run; error: how it ends. */
static void close_scene(struct scene *s, int32_t expected)
{
	const uint8_t all[44] = { 0 };
	int32_t error = -1;

	CU_ASSERT_EQUAL(fake_command(&s->d, RESUME, all, sizeof(all), NULL), 0);
	CU_ASSERT(fake_app_sync_end(&s->sim, FAKE_SIM_MS, &error));
	CU_ASSERT_EQUAL(error, expected);
	fake_debugger_close(&s->d);
	CU_ASSERT(fake_sim_stop(&s->sim));
}

static void expect_results(struct scene *s)
{
	const float *z = fake_app_memory(&s->sim, s->args[1]);

	for (unsigned i = 0; i < THREADS; i++)
		CU_ASSERT_EQUAL(z[i], 7.0F); /* 4 of the even ones and 3 of the odd ones */
}

static void step(struct scene *s, const uint8_t control[44])
{
	struct fake_event e;

	CU_ASSERT_EQUAL(fake_command(&s->d, STEP, control, 44, NULL), 0);
	CU_ASSERT_FATAL(fake_event(&s->d, FAKE_SIM_MS, &e));
	CU_ASSERT_EQUAL(e.status, STEPPED);
}

/** GET_CORES_INFO of the only core; its position. */
static unsigned position(struct scene *s, uint16_t dim[3])
{
	uint8_t p[4] = { 0 }, out[44];

	CU_ASSERT_EQUAL(fake_command(&s->d, CORES, p, sizeof(p), out), 0);
	memcpy(dim, out + 32, 6);
	return out[1];
}

static void enter(struct scene *s)
{
	const uint8_t all[44] = { 0 };
	uint16_t dim[3];
	unsigned steps = 0;

	while (position(s, dim) == 0 && steps++ < STEPS)
		step(s, all);
	CU_ASSERT_FATAL(position(s, dim) == AT_SIMT);
	CU_ASSERT(dim[0] == COLUMNS && dim[1] == ROWS && dim[2] == 1);
}

static int ask_warp(struct scene *s, const uint8_t *p, size_t n, struct warp *out)
{
	uint8_t payload[44];
	int result = fake_command(&s->d, WARP, p, n, payload);

	memcpy(&out->pc, payload + 4, 8);
	memcpy(&out->mask, payload + 12, 4);
	if (result == 0)
		CU_ASSERT(payload[0] == 0 && payload[2] == (THREADS + 31) / 32);
	return result;
}

static int warp(struct scene *s, uint8_t number, struct warp *out)
{
	return ask_warp(s, (const uint8_t[4]){ AIV, AT_SIMT, 0, number }, 4, out);
}

static int warp_of(struct scene *s, uint8_t x, uint8_t y, struct warp *out)
{
	return ask_warp(s, (const uint8_t[12]){ AIV, AT_SIMT, 0, 0, x, 0, y }, 12, out);
}

static int entry(struct scene *s, uint64_t at, void *out, size_t n)
{
	uint8_t p[16] = { AIV }, payload[44];
	int result;

	memcpy(p + 8, &at, 8);
	result = fake_command(&s->d, REGISTER, p, sizeof(p), payload);
	memcpy(out, payload, n);
	return result;
}

static int stack(struct scene *s, uint32_t mem, uint64_t at, uint8_t x, uint8_t out[44])
{
	uint8_t p[24] = { AIV };

	memcpy(p + 4, &mem, 4);
	memcpy(p + 8, &at, 8);
	p[16] = x;
	return fake_command(&s->d, MEMORY, p, sizeof(p), out);
}

static void warps(void)
{
	struct scene s;
	struct warp w, same;

	open_scene(&s);
	CU_ASSERT_EQUAL(warp(&s, 0, &w), SIM_REFUSED); /* not in a SIMT function yet */
	enter(&s);
	for (uint8_t i = 0; i < 3; i++) {
		CU_ASSERT_EQUAL(warp(&s, i, &w), 0);
		CU_ASSERT_EQUAL(w.mask, i < 2 ? UINT32_MAX : 0xffff);
		CU_ASSERT_EQUAL(warp_of(&s, (uint8_t)(32 * i % COLUMNS),
					(uint8_t)(32 * i / COLUMNS), &same),
				0);
		CU_ASSERT(same.pc == w.pc && same.mask == w.mask);
	}
	CU_ASSERT_EQUAL(warp(&s, 3, &w), SIM_REFUSED);
	CU_ASSERT_EQUAL(warp_of(&s, COLUMNS, 0, &w), SIM_REFUSED);
	CU_ASSERT_EQUAL(warp_of(&s, 0, ROWS, &w), SIM_REFUSED);
	close_scene(&s, 0);
}

/** R0 of eight threads in one entry; a thread's x0 is its first argument at first. */
static void registers(void)
{
	const uint64_t simt = UINT64_C(0x39000000000000);
	uint32_t words[8], mask;
	uint64_t value = 0, pc;
	struct scene s;
	struct warp w;

	open_scene(&s);
	CU_ASSERT_EQUAL(entry(&s, simt | 0x4000, &pc, 8), SIM_REFUSED);
	enter(&s);
	CU_ASSERT_EQUAL(warp(&s, 2, &w), 0);
	CU_ASSERT(entry(&s, simt | 0x4000 | 2, &pc, 8) == 0 && pc == w.pc);
	CU_ASSERT(entry(&s, simt | 0x1c000 | 2, &mask, 4) == 0 && mask == 0xffff);
	CU_ASSERT_EQUAL(entry(&s, simt | 0x4000 | 3, &pc, 8), SIM_REFUSED);
	CU_ASSERT(entry(&s, simt | 2, &value, 2) == 0 && value == COLUMNS);
	CU_ASSERT(entry(&s, simt | 3, &value, 2) == 0 && value == ROWS);
	/* warp 2, register 1, threads 8 to 15 of it; the last eight do not exist */
	CU_ASSERT_EQUAL(entry(&s, simt | 0x14000 | 2 << 10 | 1 << 2 | 1, words, sizeof(words)), 0);
	CU_ASSERT_EQUAL(words[7], (uint32_t)(s.args[0] >> 32));
	CU_ASSERT_EQUAL(entry(&s, simt | 0x14000 | 2 << 10 | 1 << 2 | 3, words, sizeof(words)), 0);
	CU_ASSERT_EQUAL(words[0], 0);
	close_scene(&s, 0);
}

/** The top of every stack is a frame record of zeros; below there are no other threads' things. */
static void stacks(void)
{
	uint64_t top = STACK_AT + STACK_SIZE - 32;
	uint8_t bytes[44];
	struct scene s;

	open_scene(&s);
	CU_ASSERT_EQUAL(stack(&s, SIMT_STACK, top, 0, bytes), SIM_REFUSED);
	enter(&s);
	CU_ASSERT_EQUAL(stack(&s, SIMT_STACK, top, 0, bytes), 0);
	CU_ASSERT_EQUAL(stack(&s, GM, top, 0, bytes), 0);
	CU_ASSERT_EQUAL(stack(&s, SIMT_STACK, top, COLUMNS, bytes), SIM_REFUSED); /* x too large */
	CU_ASSERT_EQUAL(stack(&s, SIMT_STACK, STACK_AT + THREADS * STACK_SIZE, 0, bytes),
			SIM_REFUSED);
	close_scene(&s, 0);
}

/** Single-warp mode: the warp of thread (32, 0) goes, the others stand; results are right. */
static void one_warp(void)
{
	uint8_t control[44] = { 0 };
	struct warp before[3], after[3];
	struct scene s;

	open_scene(&s);
	enter(&s);
	for (uint8_t i = 0; i < 3; i++)
		warp(&s, i, &before[i]);
	control[36] = AT_SIMT;
	control[38] = 32;
	step(&s, control);
	for (uint8_t i = 0; i < 3; i++) {
		warp(&s, i, &after[i]);
		CU_ASSERT_EQUAL(after[i].pc, before[i].pc + (i == 1 ? 4 : 0));
	}
	control[37] = 1; /* all of them again */
	step(&s, control);
	warp(&s, 0, &after[0]);
	CU_ASSERT_EQUAL(after[0].pc, before[0].pc + 4);
	close_scene(&s, 0);
}

/** After every step the core shows a place of the warp in focus; in the end it is scalar again. */
static void to_the_end(void)
{
	const uint8_t all[44] = { 0 };
	unsigned left = 0, mixed = 0;
	uint16_t dim[3];
	struct scene s;
	struct warp w;

	open_scene(&s);
	enter(&s);
	while (position(&s, dim) == AT_SIMT && left++ < 1000) {
		CU_ASSERT_EQUAL_FATAL(warp(&s, 0, &w), 0);
		mixed += w.mask != 0 && w.mask != UINT32_MAX;
		step(&s, all);
	}
	CU_ASSERT(left > 50 && left < 1000);
	CU_ASSERT(mixed > 5); /* the branch */
	expect_results(&s);
	close_scene(&s, 0);
}

/** A thread that writes where nothing is: the vector unit's error, with the warp. */
static void fault(void)
{
	const struct chip_reg *info = chip_reg_find(chip_find(15), "VEC_ERR_INFO_T0_5");
	const struct chip_reg *error = chip_reg_find(chip_find(15), "VEC_ERROR_T0_0");
	const uint8_t all[44] = { 0 };
	struct fake_event e;
	uint32_t value;
	struct scene s;

	open_scene(&s);
	fake_app(&s.sim, SIM_APP_FREE, (const uint64_t[1]){ s.args[1] }, 1, NULL, NULL);
	CU_ASSERT_EQUAL(fake_command(&s.d, RESUME, all, sizeof(all), NULL), 0);
	CU_ASSERT_FATAL(fake_event(&s.d, FAKE_SIM_MS, &e));
	CU_ASSERT_EQUAL(e.status, EXCEPTION);
	CU_ASSERT(entry(&s, error->addr, &value, 4) == 0 && value == 1);
	CU_ASSERT(entry(&s, info->addr, &value, 4) == 0 && value == 1); /* SIMT, warp 0 */
	close_scene(&s, 507035);
}

static int32_t launch_threads(struct scene *s, const char *name, uint64_t dim, uint64_t args_n)
{
	const uint64_t v[7] = { 0, 0, s->kernel, 1 | dim << 16, strlen(name), args_n, 0 };
	char bytes[128] = { 0 };
	struct sim_part part = { bytes, strlen(name) + args_n };

	memcpy(bytes, name, strlen(name));
	memcpy(bytes + strlen(name), s->args, sizeof(s->args));
	return fake_app(&s->sim, SIM_APP_LAUNCH, v, 7, &part, NULL);
}

/** Launches as a SIMT kernel: more threads than there can be, none, more arguments than fit. */
static void launches(void)
{
	const uint64_t good = COLUMNS | ROWS << 16 | UINT64_C(1) << 32;
	struct scene s;
	uint16_t dim[3];

	open_scene(&s);
	CU_ASSERT(launch_threads(&s, "simt_launch", 2048 | 2 << 16 | UINT64_C(1) << 32, 16) != 0);
	CU_ASSERT(launch_threads(&s, "simt_launch", COLUMNS, 16) != 0);
	CU_ASSERT(launch_threads(&s, "simt_launch", good, 56) != 0);
	CU_ASSERT(launch_threads(&s, "none", good, 16) != 0);
	CU_ASSERT_EQUAL(launch_threads(&s, "simt_launch", good, 16), 0);
	CU_ASSERT_EQUAL(position(&s, dim), 0); /* the one before it in the stream */
	close_scene(&s, 0);
}

int main(void)
{
	static const struct unit_test tests[] = {
		{ "warps", warps },	  { "registers", registers },	{ "stacks", stacks },
		{ "one warp", one_warp }, { "to the end", to_the_end }, { "fault", fault },
		{ "launches", launches },
	};

	return unit_run("sim_simt", tests, sizeof(tests) / sizeof(tests[0]));
}
