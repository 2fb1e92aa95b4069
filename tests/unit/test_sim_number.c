/* Unit test of target/sim: arithmetic of vector and cube elements. */
#include <math.h>
#include <string.h>

#include "target/sim/number_priv.h"
#include "tests/unit/unit.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static uint32_t bits(float f)
{
	uint32_t u;

	memcpy(&u, &f, sizeof(u));
	return u;
}

/** Every half there is survives the way through float. */
static void halves_there_and_back(void)
{
	unsigned wrong = 0;

	for (uint32_t h = 0; h <= 0xffff; h++) {
		float f = sim_half_to_float((uint16_t)h);
		uint16_t back = sim_float_to_half(f);

		wrong += isnan(f) ? (back & 0x7c00) != 0x7c00 || (back & 0x3ff) == 0 : back != h;
	}
	CU_ASSERT_EQUAL(wrong, 0);
}

static void halves_are_rounded(void)
{
	static const struct {
		float f;
		uint16_t half;
	} rows[] = {
		{ 1.0F, 0x3c00 },	  { -2.5F, 0xc100 },	{ 65504.0F, 0x7bff },
		{ 65519.0F, 0x7bff },	  { 65520.0F, 0x7c00 }, { 1e9F, 0x7c00 },
		{ 2049.0F, 0x6800 },				/* ties to even: 2048 */
		{ 2051.0F, 0x6802 },				/* 2052 */
		{ 0x1p-24F, 0x0001 },	  { 0x1p-25F, 0x0000 }, /* a tie with 0 */
		{ 0x1.8p-25F, 0x0001 },	  { 0x1p-14F, 0x0400 }, { 0x1.ff8p-15F, 0x03ff },
		{ 0x1.ffcp-15F, 0x0400 }, { -0.0F, 0x8000 },
	};

	for (size_t i = 0; i < COUNT(rows); i++)
		CU_ASSERT_EQUAL(sim_float_to_half(rows[i].f), rows[i].half);
	CU_ASSERT(sim_half_to_float(0x3555) > 0.3332F && sim_half_to_float(0x3555) < 0.3334F);
}

static void operations(void)
{
	static const struct {
		enum sim_vector_op op;
		enum sim_type type;
		uint32_t a, b, result;
	} rows[] = {
		{ SIM_ADD, SIM_F16, 0x3c00, 0x4000, 0x4200 },
		{ SIM_MUL, SIM_F16, 0x4200, 0xc000, 0xc600 },
		{ SIM_MAX, SIM_F16, 0xbc00, 0x0000, 0x0000 },
		{ SIM_SUB, SIM_I32, 3, 5, 0xfffffffe },
		{ SIM_MUL, SIM_I32, 0x80000000, 2, 0 },
		{ SIM_DIV, SIM_I32, 0xfffffff9, 2, 0xfffffffd },
		{ SIM_DIV, SIM_I32, 1, 0, 0 },
		{ SIM_MIN, SIM_I16, 0xffff, 1, 0xffffffff },
		{ SIM_COMPARE_LT, SIM_F16, 0x3c00, 0x4000, 1 },
		{ SIM_COMPARE_LT, SIM_F16, 0x4000, 0x3c00, 0 },
		{ SIM_COMPARE_EQ, SIM_I32, 7, 7, 1 },
	};

	for (size_t i = 0; i < COUNT(rows); i++)
		CU_ASSERT_EQUAL(sim_number_op(rows[i].op, rows[i].type, rows[i].a, rows[i].b),
				rows[i].result);
	CU_ASSERT_EQUAL(sim_number_op(SIM_DIV, SIM_F32, bits(1), bits(4)), bits(0.25F));
	CU_ASSERT_EQUAL(sim_number_op(SIM_COMPARE_EQ, SIM_F32, bits(0.5F), bits(0.5F)), 1);
	CU_ASSERT_EQUAL(sim_number_op(SIM_COMPARE_EQ, SIM_F32, bits(NAN), bits(0.5F)), 0);
}

static void products(void)
{
	CU_ASSERT_EQUAL(sim_number_mac(SIM_F16, bits(1), 0x4000, 0x4200), bits(7));
	CU_ASSERT_EQUAL(sim_number_mac(SIM_I8, 10, 0xff, 3), 7);
	CU_ASSERT_EQUAL(sim_number_mac(SIM_I32, 1, 6, 7), 43);
	CU_ASSERT_EQUAL(sim_type_size(SIM_F16), 2);
	CU_ASSERT_EQUAL(sim_type_size(SIM_F32), 4);
	CU_ASSERT_EQUAL(sim_type_size(SIM_I8), 1);
	CU_ASSERT_EQUAL(sim_type_size(99), 0);
}

int main(void)
{
	static const struct unit_test tests[] = {
		{ "halves there and back", halves_there_and_back },
		{ "halves are rounded", halves_are_rounded },
		{ "operations", operations },
		{ "products", products },
	};

	return unit_run("sim_number", tests, COUNT(tests));
}
