/*
 * Unit test of target/sim: everything that can go wrong in a core, by operators that do it, and the
 * bit of an error register that says so on the 910B (the error table of the coredump facts).
 */
#include <string.h>

#include "arch/chip.h"
#include "tests/fake/fake_sim.h"
#include "tests/unit/unit.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

enum { ENABLE = 0, RESUME = 6, READ_REGISTER = 10, EXCEPTION = 4 };
enum { AIC_EXCEPTION = 507015, AIV_EXCEPTION = 507035, ERROR_REGS = 5 };

struct row {
	const char *kernel;
	unsigned type; /* of the core */
	unsigned reg;  /* AIC_ERROR_<reg> */
	unsigned bit;
};

static const struct row rows[] = {
	{ "illegal_instr", CHIP_AIV, 0, 4 },	    /* ccu_illegal_instr */
	{ "null_call", CHIP_AIV, 0, 4 },	    /* ... */
	{ "scalar_load", CHIP_AIV, 2, 14 },	    /* ccu_addr_err */
	{ "scalar_store", CHIP_AIV, 2, 14 },	    /* ... */
	{ "scalar_local", CHIP_AIV, 4, 7 },	    /* ccu_ub_overflow_err */
	{ "copy_nowhere", CHIP_AIV, 0, 23 },	    /* mte_biu_rdwr_resp */
	{ "copy_write_overflow", CHIP_AIV, 3, 28 }, /* mte_ub_wr_ovflw */
	{ "copy_read_overflow", CHIP_AIV, 3, 29 },  /* mte_ub_rd_ovflw */
	{ "vector_wrap", CHIP_AIV, 1, 30 },	    /* vec_ub_wrap_around */
	{ "vector_misaligned", CHIP_AIV, 2, 11 },   /* vec_instr_addr_misalign */
	{ "vector_config", CHIP_AIV, 2, 12 },	    /* vec_instr_illegal_cfg */
	{ "l0a_wrap", CHIP_AIC, 0, 12 },	    /* cube_l0a_wrap_around */
	{ "l0b_wrap", CHIP_AIC, 0, 15 },	    /* cube_l0b_wrap_around */
	{ "l0c_wrap", CHIP_AIC, 0, 19 },	    /* cube_l0c_wrap_around */
	{ "cube_input", CHIP_AIC, 0, 9 },	    /* cube_invld_input */
	{ "fixpipe_read", CHIP_AIC, 3, 6 },	    /* fixp_err_read_l0c_ovflw */
	{ "fixpipe_write", CHIP_AIC, 4, 13 },	    /* fixp_err_out_write_overflow */
};

struct scene {
	struct fake_sim sim;
	struct fake_debugger d;
	uint32_t kernel;
	uint64_t x;
};

static void open_scene(struct scene *s)
{
	uint64_t base;

	CU_ASSERT_FATAL(fake_sim_start(&s->sim, NULL) && fake_app_open(&s->sim));
	CU_ASSERT_FATAL(fake_debugger_open(&s->d, &s->sim));
	CU_ASSERT_EQUAL(fake_command(&s->d, ENABLE, NULL, 0, NULL), 0);
	s->kernel = fake_app_load(&s->sim, "tests/apps/faults.o", &base);
	s->x = fake_app_malloc(&s->sim, 4096);
	CU_ASSERT_FATAL(s->kernel != 0 && s->x != 0);
}

/* An error register of core 0 of a type; it is 4 bytes. */
static uint32_t error_register(struct scene *s, unsigned type, unsigned number)
{
	static const char *const names[ERROR_REGS] = { "AIC_ERROR_0", "AIC_ERROR_1", "AIC_ERROR_2",
						       "AIC_ERROR_3", "AIC_ERROR_4" };
	const struct chip_reg *reg = chip_reg_find(chips[0], names[number]);
	uint8_t p[16] = { (uint8_t)type }, out[44] = { 0 };
	uint32_t value;

	CU_ASSERT_PTR_NOT_NULL_FATAL(reg);
	memcpy(p + 8, &reg->addr, sizeof(reg->addr));
	CU_ASSERT_EQUAL(fake_command(&s->d, READ_REGISTER, p, sizeof(p), out), 0);
	memcpy(&value, out, sizeof(value));
	return value;
}

static void fails(struct scene *s, const struct row *row)
{
	struct fake_event e = { .status = 0 };
	uint8_t all[16] = { 0 };
	int32_t error = 0;

	CU_ASSERT_NOT_EQUAL(fake_app_launch(&s->sim, s->kernel, row->kernel, 1, &s->x, 1), 0);
	CU_ASSERT_FATAL(fake_event(&s->d, FAKE_SIM_MS, &e));
	CU_ASSERT(e.status == EXCEPTION && e.type == row->type && e.core == 0);
	for (unsigned i = 0; i < ERROR_REGS; i++)
		CU_ASSERT_EQUAL(error_register(s, row->type, i),
				i == row->reg ? 1u << row->bit : 0);
	fake_app_sync_begin(&s->sim);
	CU_ASSERT_EQUAL(fake_command(&s->d, RESUME, all, sizeof(all), NULL), 0);
	CU_ASSERT(fake_app_sync_end(&s->sim, FAKE_SIM_MS, &error));
	CU_ASSERT_EQUAL(error, row->type == CHIP_AIC ? AIC_EXCEPTION : AIV_EXCEPTION);
}

static void every_fault(void)
{
	struct scene s;

	open_scene(&s);
	for (size_t i = 0; i < COUNT(rows); i++)
		fails(&s, &rows[i]);
	fake_debugger_close(&s.d);
	CU_ASSERT(fake_sim_stop(&s.sim));
}

int main(void)
{
	static const struct unit_test tests[] = {
		{ "every fault", every_fault },
	};

	return unit_run("sim_faults", tests, COUNT(tests));
}
