/*
 * Unit test of mkcore: what statements of a recipe put into the dump. Recipes that run kernels are
 * tested by the rings that use their dumps; here is one that runs a compiled kernel to its end.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/tools/recipe.h"
#include "tests/unit/unit.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

struct fixture {
	struct recipe recipe;
	char path[32];
	char kernels[4096];
};

static void setup(struct fixture *f, const char *text)
{
	memset(f, 0, sizeof(*f));
	strncpy(f->path, "/tmp/test_mkcore.XXXXXX", sizeof(f->path) - 1);
	int fd = mkstemp(f->path);
	CU_ASSERT_FATAL(fd >= 0);
	CU_ASSERT_EQUAL(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	close(fd);
	const char *slash = strrchr(program_invocation_name, '/');
	snprintf(f->kernels, sizeof(f->kernels), "%.*s../kernels",
		 slash ? (int)(slash + 1 - program_invocation_name) : 0, program_invocation_name);
	f->recipe.path = f->path;
	f->recipe.kernels = f->kernels;
	recipe_read(&f->recipe);
}

static void teardown(struct fixture *f)
{
	recipe_free(&f->recipe);
	unlink(f->path);
}

static uint64_t number_at(const struct dump_data *d, uint64_t at, size_t n)
{
	uint8_t bytes[8] = { 0 };
	uint64_t v = 0;
	dump_data_get(d, at, bytes, n);
	for (size_t i = n; i-- > 0;)
		v = v << 8 | bytes[i];
	return v;
}

static uint64_t reg_value(const struct recipe *r, size_t core, const char *name)
{
	size_t offset;
	const struct dump_reg *e = recipe_reg(r, r->cores[core], name, &offset);
	uint64_t v = 0;
	for (size_t i = e->size < 8 ? e->size : 8; i-- > 0;)
		v = v << 8 | e->value[(offset + i) % sizeof(e->value)];
	return v;
}

static void values(void)
{
	static const struct {
		const char *text;
		uint64_t value;
	} rows[] = {
		{ "12", 12 },
		{ "0x10", 16 },
		{ "4K", 4096 },
		{ "4G-16", 4294967280 },
		{ "x", 0x1000 },
		{ "x+2*8", 0x1010 },
		{ "2*3*4+1-2", 23 },
		{ "$id", 9 },
		{ "$n", 1 },
		{ "$unified", 34 },
		{ "x+0x100*$n", 0x1100 },
		{ "-1", UINT64_MAX },
	};
	struct fixture f;
	setup(&f, "chip 910B\nblock x input 0x1000 16\ncore AIV 8-9\n");
	for (size_t i = 0; i < COUNT(rows); i++)
		CU_ASSERT_EQUAL(recipe_value(&f.recipe, f.recipe.cores[1], rows[i].text),
				rows[i].value);
	teardown(&f);
}

static void contents(void)
{
	struct fixture f;
	setup(&f, "chip 910B\n"
		  "block x input 0x1000 64 dims 2 16 # a comment\n"
		  " put u16 0 1 2\n put f16 4 1 -2 65504 70000 6e-8 0.1\n put bf16 16 1 3.14159\n"
		  " put f32 20 0.1 inf\n put f64 28 -0.1\n ramp u8 36 3 250 -1\n hex 40 dead BEEF\n"
		  " text 44 \"two words\"\n");
	const struct dump_global *g = recipe_find_block(&f.recipe, "x");
	static const struct {
		uint8_t at, n;
		uint64_t value;
	} rows[] = {
		{ 0, 4, 0x00020001 },  { 4, 4, 0xc0003c00 },	      { 8, 4, 0x7c007bff },
		{ 12, 4, 0x2e660001 }, { 16, 4, 0x40493f80 },	      { 20, 4, 0x3dcccccd },
		{ 24, 4, 0x7f800000 }, { 28, 8, 0xbfb999999999999a }, { 36, 4, 0x00f8f9fa },
		{ 40, 4, 0xefbeadde }, { 44, 4, 0x206f7774 },
	};
	for (size_t i = 0; i < COUNT(rows); i++)
		CU_ASSERT_EQUAL(number_at(&g->data, rows[i].at, rows[i].n), rows[i].value);
	CU_ASSERT(g->dim_count == 2 && g->dims[0] == 2 && g->dims[1] == 16);
	teardown(&f);
}

static void local_memories(void)
{
	struct fixture f;
	setup(&f, "chip 910B\ncore AIC 3\n without L0B\n local L1 4K\n text 0 \"AIC $id\"\n"
		  "core AIV 1-2\n local UB\n put u32 8 $id\n");
	static const uint32_t mems[] = { CHIP_L0A, CHIP_L0C, CHIP_L1 };
	const struct dump_core *c = f.recipe.cores[0]->core;
	CU_ASSERT_EQUAL_FATAL(c->local_count, COUNT(mems));
	for (size_t i = 0; i < COUNT(mems); i++)
		CU_ASSERT_EQUAL(c->locals[i]->mem, mems[i]);
	CU_ASSERT_EQUAL(number_at(&c->locals[0]->data, 12, 4), 1u << 28 | 3u << 20 | 3);
	CU_ASSERT_EQUAL(c->locals[2]->data.size, 4096);
	CU_ASSERT_EQUAL(number_at(&c->locals[2]->data, 4, 1), '3');
	CU_ASSERT_EQUAL(number_at(&f.recipe.cores[2]->core->locals[0]->data, 8, 4), 2);
	CU_ASSERT_EQUAL(f.recipe.cores[2]->core->locals[0]->data.size, 196608);
	teardown(&f);
}

static void registers(void)
{
	struct fixture f;
	setup(&f, "chip 910B\ncore AIV 0\n reg GPR3 0x33\n reg CTRL invalid\n"
		  " error AIC_ERROR_5 8\n entry 0x777 11223344\n");
	struct recipe_core *c = f.recipe.cores[0];
	CU_ASSERT_EQUAL(reg_value(&f.recipe, 0, "GPR12"), 0x3231525047); /* "GPR12" */
	CU_ASSERT_EQUAL(reg_value(&f.recipe, 0, "GPR3"), 0x33);
	CU_ASSERT_EQUAL(reg_value(&f.recipe, 0, "AIC_ERROR_5"), 8);
	CU_ASSERT_EQUAL(reg_value(&f.recipe, 0, "AIC_ERROR_0"), 0);
	size_t offset;
	CU_ASSERT(recipe_reg(&f.recipe, c, "CTRL", &offset)->invalid);
	CU_ASSERT_EQUAL(c->core->reg_count, 101);
	CU_ASSERT_EQUAL(dump_find_reg(c->core, 0x777)->size, 4);
	teardown(&f);
}

/* coredump facts 3.4 */
static void composite_registers(void)
{
	struct fixture f;
	setup(&f, "chip 950\ncore AIV 0\n reg SIMT_PC.5 0x1234\n reg R17.168 0x17168\n");
	const struct dump_core *c = f.recipe.cores[0]->core;
	const struct dump_reg *pc = dump_find_reg(c, 0x39000000004005);
	CU_ASSERT(pc && pc->value[0] == 0x34 && pc->value[1] == 0x12);
	/* warp 5: 1 << 10 and 1 << 9; register 17: 1 << 6 and 1 << 2; thread 8 of the warp: 1, 0 */
	const struct dump_reg *r17 = dump_find_reg(c, 0x39000000014000 | 0x400 | 0x200 | 0x44 | 1);
	CU_ASSERT(r17 && r17->value[0] == 0x68 && r17->value[1] == 0x71 && r17->value[2] == 1);
	const struct dump_reg *v7 = dump_find_reg(c, 0x32000000000073);
	CU_ASSERT(v7 && v7->size == 32 && memcmp(v7->value, "V7.3", 5) == 0);
	teardown(&f);
}

static void fault_says_where(void)
{
	struct fixture f;
	setup(&f, "chip 910B\ncore AIV 0\n reg PC 0x12c04120395c\n"
		  " fault AIC_ERROR_1 30 at 0x12c041203ea0\n");
	/* coredump facts 4.1, test vector; the other bits of the info registers stay names */
	CU_ASSERT_EQUAL(reg_value(&f.recipe, 0, "AIC_ERROR_1"), 0x40000000);
	CU_ASSERT_EQUAL(reg_value(&f.recipe, 0, "VEC_ERR_INFO_0") & 0xff, 0xa8);
	CU_ASSERT_EQUAL(reg_value(&f.recipe, 0, "VEC_ERR_INFO_1") & 0xff, 0x0f);
	teardown(&f);
}

static void stacks_and_caches(void)
{
	struct fixture f;
	setup(&f, "chip 910B\nblock args args 0x2000 16\n put u64 0 7\n"
		  "core AIC 3\n stack 0xff000000000 32K alias stale=0xcc\n put u32 0x100 0x1234\n"
		  " cache args\n put u64 8 9\n");
	const struct recipe_core *c = f.recipe.cores[0];
	CU_ASSERT(c->stack->at == 0xff000018000 && c->stack_at == 0x118000);
	CU_ASSERT_EQUAL(number_at(&c->stack->data, 0x100, 4), 0xcccccccc);
	CU_ASSERT_EQUAL(number_at(&dump_cache_of(c->core, c->stack)->data, 0x100, 4), 0x1234);
	const struct dump_local *args =
		dump_cache_of(c->core, recipe_find_block(&f.recipe, "args"));
	CU_ASSERT(args && number_at(&args->data, 0, 8) == 7 && number_at(&args->data, 8, 8) == 9);
	teardown(&f);
}

/* z = x + y in float16: 1.5 + 2.25 through UB, up to the last instruction of add_custom */
static void kernel_runs(void)
{
	struct fixture f;
	setup(&f, "chip 910B\nload add_custom.o 0x12c041200000\n"
		  "block x input 0x1000000 32\n ramp f16 0 16 1.5 0\n"
		  "block y input 0x2000000 32\n ramp f16 0 16 2.25 0\n"
		  "block z output 0x3000000 32\nblock t tiling 0x4000000 16\n put u64 0 16\n"
		  " put u32 8 4 2\n"
		  "core AIV 0-1\n stack 0x12c100230000 32K\n"
		  " run @add_custom x y z t $n until @process+0xd4\n");
	const struct dump_global *z = recipe_find_block(&f.recipe, "z");
	for (uint64_t i = 0; i < 16; i++)
		CU_ASSERT_EQUAL(number_at(&z->data, 2 * i, 2), 0x4380); /* 3.75 */
	CU_ASSERT_EQUAL(reg_value(&f.recipe, 1, "PC"), 0x12c041200000 + 0x138 + 0xd4);
	CU_ASSERT_EQUAL(reg_value(&f.recipe, 1, "GPR19"), 0x3931525047); /* "GPR19" */
	const struct dump_core *c = f.recipe.cores[1]->core;
	CU_ASSERT_EQUAL(number_at(&c->locals[0]->data, 0x8000, 2), 0x4380);
	teardown(&f);
}

int main(void)
{
	static const struct unit_test tests[] = {
		{ "values", values },
		{ "contents", contents },
		{ "local memories", local_memories },
		{ "registers", registers },
		{ "composite registers", composite_registers },
		{ "fault says where", fault_says_where },
		{ "stacks and caches", stacks_and_caches },
		{ "a kernel runs", kernel_runs },
	};
	return unit_run("mkcore", tests, COUNT(tests));
}
