/*
 * Register values and stop reasons out of a fake bus: the entries of the first one spell their own
 * address, so that a wrong address shows itself; the second holds only what a test puts there.
 * The tables themselves are tested in test_arch.c.
 */
#include <stdio.h>
#include <string.h>

#include "arch/chip.h"
#include "tests/unit/unit.h"

enum { FAKE_MAX = 64 };

/* --- a bus whose entries spell their address: word j is the low 24 bits of it and j on top */

static uint32_t spelled(uint64_t addr, unsigned word)
{
	return (uint32_t)(addr & 0xffffff) | word << 24;
}

static bool spell(void *ctx, uint64_t addr, void *buf, size_t n)
{
	uint32_t words[8];

	if (ctx != NULL && *(uint64_t *)ctx == addr) /* the one entry that is missing */
		return false;
	CU_ASSERT_TRUE_FATAL(n >= 1 && n <= sizeof(words));
	for (unsigned i = 0; i < 8; i++)
		words[i] = spelled(addr, i);
	memcpy(buf, words, n);
	return true;
}

static bool spell_read(const struct chip *c, const char *name, uint16_t thread, uint32_t *out)
{
	struct chip_bus bus = { spell, NULL, CHIP_AIV, thread };
	const struct chip_reg *reg = chip_reg_find(c, name);

	CU_ASSERT_TRUE_FATAL(reg != NULL);
	memset(out, 0, ARCH_REG_MAX_BYTES);
	return chip_reg_read(c, reg, &bus, out);
}

/** Entry that word n of a register comes from (both of the low 24 bits), and which word of it. */
static void check_word(const char *name, uint16_t thread, unsigned n, uint32_t want)
{
	uint32_t words[ARCH_REG_MAX_BYTES / 4];

	CU_ASSERT_TRUE(spell_read(chip_find(15), name, thread, words));
	CU_ASSERT_EQUAL(words[n], want);
}

static void check_plain(const struct chip *c, const struct chip_reg *reg)
{
	struct chip_bus bus = { spell, NULL, CHIP_AIC, 0 };
	uint32_t words[ARCH_REG_MAX_BYTES / 4] = { 0 };
	uint32_t want = spelled(reg->addr, 0);

	CU_ASSERT_EQUAL(chip_reg_read(c, reg, &bus, words), (reg->cores & CHIP_ON_AIC) != 0);
	bus.core_type = CHIP_AIV;
	CU_ASSERT_EQUAL(chip_reg_read(c, reg, &bus, words), (reg->cores & CHIP_ON_AIV) != 0);
	CU_ASSERT_EQUAL(words[0], reg->size == 2 ? want & 0xffff : want);
	bus.ctx = (void *)(uintptr_t)&reg->addr;
	bus.core_type = (reg->cores & CHIP_ON_AIC) != 0 ? CHIP_AIC : CHIP_AIV;
	CU_ASSERT_FALSE(chip_reg_read(c, reg, &bus, words));
}

static void test_plain(void)
{
	for (size_t i = 0; i < chip_count; i++) {
		for (size_t k = 0; k < chips[i]->reg_count; k++) {
			if (chips[i]->regs[k].kind == CHIP_REG_PLAIN)
				check_plain(chips[i], &chips[i]->regs[k]);
		}
	}
}

static void test_vector(void)
{
	for (unsigned n = 0; n < 64; n++)
		check_word("V3", 0, n, spelled(0x32000000000030 + n / 8, n % 8));
	check_word("V31", 0, 63, spelled(0x320000000001f7, 7));
}

static void test_tpes(void)
{
	/* word 0 of an entry is below 2^24: its high half is the top of the address bits */
	check_word("S6", 0, 0, 0x0a03);
	check_word("S7", 0, 0, 0x0000);
	check_word("S64", 0, 0, spelled(0x32000000000a20, 0));
	check_word("TPES31", 0, 0, spelled(0x32000000000a1f, 0));
	check_word("TPESL15", 0, 0, spelled(0x32000000000a1e, 0));
	check_word("TPESL15", 0, 1, spelled(0x32000000000a1f, 0));
	for (unsigned n = 0; n < 4; n++)
		check_word("TPESLL2", 0, n, spelled(0x32000000000a08 + n, 0));
}

/** Worked out by hand from the formula of coredump facts 3.4. */
static void test_banked(void)
{
	static const struct {
		const char *reg;
		uint16_t thread;
		uint32_t entry;
		unsigned word;
	} rows[] = {
		{ "R0", 0, 0x014000, 0 },      { "R5", 0, 0x014014, 0 },
		{ "R0", 9, 0x014001, 1 },      { "R0", 31, 0x014003, 7 },
		{ "R0", 32, 0x014400, 0 },     { "R0", 128, 0x014200, 0 },
		{ "R16", 0, 0x014040, 0 },     { "R32", 0, 0x014080, 0 },
		{ "R64", 0, 0x014100, 0 },     { "R0", 256, 0x014100, 0 },
		{ "R0", 512, 0x014080, 0 },    { "R0", 1024, 0x014040, 0 },
		{ "R17", 70, 0x014844, 6 },    { "R126", 0, 0x0141f8, 0 },
		{ "R126", 2047, 0x014ffb, 7 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		check_word(rows[i].reg, rows[i].thread, 0, spelled(rows[i].entry, rows[i].word));
	check_word("SIMT_PC", 0, 0, 0x004000);
	check_word("SIMT_PC", 95, 0, 0x004002);
	check_word("EXECMASK", 2047, 0, 0x01c03f);
}

static void check_missing(const char *name, uint16_t thread, uint64_t entry)
{
	const struct chip *c = chip_find(15);
	struct chip_bus bus = { spell, &entry, CHIP_AIV, thread };
	uint8_t buf[ARCH_REG_MAX_BYTES];

	CU_ASSERT_FALSE(chip_reg_read(c, chip_reg_find(c, name), &bus, buf));
}

static void test_missing_parts(void)
{
	check_missing("V0", 0, 0x32000000000000);
	check_missing("V0", 0, 0x32000000000007);
	check_missing("S9", 0, 0x32000000000a04);
	check_missing("TPESL3", 0, 0x32000000000a07);
	check_missing("TPESLL7", 0, 0x32000000000a1f);
	check_missing("SIMT_PC", 64, 0x39000000004002);
	check_missing("EXECMASK", 0, 0x3900000001c000);
	check_missing("R0", 9, 0x39000000014001);
}

/* --- a bus that has just what a test puts there */

struct fake {
	const struct chip *chip;
	struct chip_bus bus;
	uint64_t addr[FAKE_MAX], value[FAKE_MAX];
	size_t count;
};

static bool fake_read(void *ctx, uint64_t addr, void *buf, size_t n)
{
	const struct fake *f = ctx;

	for (size_t i = 0; i < f->count; i++) {
		if (f->addr[i] != addr || n > sizeof(f->value[i]))
			continue;
		memcpy(buf, &f->value[i], n);
		return true;
	}
	return false;
}

static void fake_init(struct fake *f, uint32_t type, enum chip_core_type core)
{
	memset(f, 0, sizeof(*f));
	f->chip = chip_find(type);
	f->bus = (struct chip_bus){ fake_read, f, core, 0 };
}

static void fake_put_at(struct fake *f, uint64_t addr, uint64_t value)
{
	size_t i = 0;

	while (i < f->count && f->addr[i] != addr)
		i++;
	CU_ASSERT_TRUE_FATAL(i < FAKE_MAX);
	f->addr[i] = addr;
	f->value[i] = value;
	if (i == f->count)
		f->count++;
}

static void fake_put(struct fake *f, const char *name, uint64_t value)
{
	const struct chip_reg *reg = chip_reg_find(f->chip, name);

	CU_ASSERT_TRUE_FATAL(reg != NULL);
	fake_put_at(f, reg->addr, value);
}

/** Gives every error-info register of the chip one value. */
static void fake_put_infos(struct fake *f, uint32_t value)
{
	for (size_t i = 0; i < f->chip->reg_count; i++) {
		if (strcmp(f->chip->regs[i].group, "errinfo") == 0)
			fake_put_at(f, f->chip->regs[i].addr, value);
	}
}

static void fake_stop(struct fake *f, struct chip_stop *out)
{
	chip_stop_read(f->chip, &f->bus, out);
}

/* --- stop reason and PC */

/** The vendor's own example (coredump facts 4.1). */
static void test_vector_of_facts(void)
{
	struct chip_stop stop;
	struct fake f;

	fake_init(&f, 5, CHIP_AIV);
	fake_put(&f, "AIC_ERROR_1", 0x40000000);
	fake_put(&f, "PC", 0x12c04120395c);
	fake_put(&f, "VEC_ERR_INFO_0", 0xfca8);
	fake_put(&f, "VEC_ERR_INFO_1", 0xf);
	fake_stop(&f, &stop);
	CU_ASSERT_STRING_EQUAL(stop.reason, "VEC_ERROR");
	CU_ASSERT_STRING_EQUAL(stop.reg->name, "AIC_ERROR_1");
	CU_ASSERT_EQUAL(stop.value, 0x40000000);
	CU_ASSERT_EQUAL(stop.mask, 0x40000000);
	CU_ASSERT_TRUE(stop.has_pc);
	CU_ASSERT_EQUAL(stop.raw_pc, 0x12c04120395c);
	CU_ASSERT_EQUAL(stop.pc, 0x12c041203ea0);
	CU_ASSERT_EQUAL(stop.position, CHIP_POS_SU);
}

/** One bit of one error register, info registers with telling values: reason and PC bits. */
struct reason_row {
	uint32_t chip;
	enum chip_core_type core;
	const char *error;
	unsigned bit;
	const char *info[2];
	uint32_t info_value[2];
	uint64_t pc; /* from a PC of 0 */
};

/* Error registers of which two bytes, one 16-bit field, or a whole address go into the PC. */
#define TWO(core, error, bit, low, high)                                                           \
	{                                                                                          \
		5, core, error, bit, { low, high }, { 0xffffffc3, 0xffffff5a },                    \
			0x5a << 10 | 0xc3 << 2                                                     \
	}
#define ONE(core, error, bit, info, value)                                                         \
	{                                                                                          \
		5, core, error, bit, { info }, { value }, 0x5a << 10 | 0xc3 << 2                   \
	}
#define FIELD(chip, core, error, bit, info)                                                        \
	{                                                                                          \
		chip, core, error, bit, { info }, { 0xffff5ac3 }, 0x5ac3 << 2                      \
	}
#define WHOLE(chip, core, error, bit, low, high)                                                   \
	{                                                                                          \
		chip, core, error, bit, { low, high }, { 0x89abcdef, 0xffff1234 }, 0x1123489abcdef \
	}

/* The reason is the beginning of the first info register's name and "_ERROR". */
static const struct reason_row reason_rows[] = {
	ONE(CHIP_AIC, "AIC_ERROR_0", 9, "CUBE_ERR_INFO", 0x5a0000c3),
	ONE(CHIP_AIC, "AIC_ERROR_2", 31, "CCU_ERR_INFO_0", 0xad0000c3),
	TWO(CHIP_AIC, "AIC_ERROR_3", 29, "MTE_ERR_INFO_0", "MTE_ERR_INFO_1"),
	TWO(CHIP_AIV, "AIC_ERROR_5", 30, "VEC_ERR_INFO_0", "VEC_ERR_INFO_1"),
	TWO(CHIP_AIC, "AIC_ERROR_4", 15, "FIXP_ERR_INFO_0", "FIXP_ERR_INFO_1"),
	FIELD(15, CHIP_AIV, "SU_ERROR_T0_0", 0, "SU_ERR_INFO_T0_0"),
	FIELD(15, CHIP_AIV, "MTE_ERROR_T0_0", 31, "MTE_ERR_INFO_T0_0"),
	FIELD(15, CHIP_AIC, "MTE_ERROR_T1_0", 0, "MTE_ERR_INFO_T0_0"),
	WHOLE(15, CHIP_AIV, "VEC_ERROR_T0_0", 25, "VEC_ERR_INFO_T0_1", "VEC_ERR_INFO_T0_2"),
	WHOLE(15, CHIP_AIV, "VEC_ERROR_T0_2", 1, "VEC_ERR_INFO_T0_1", "VEC_ERR_INFO_T0_2"),
	FIELD(15, CHIP_AIC, "CUBE_ERROR_T0_0", 15, "CUBE_ERR_INFO_T0_2"),
	FIELD(15, CHIP_AIC, "CUBE_ERROR_T0_1", 9, "CUBE_ERR_INFO_T0_2"),
	FIELD(15, CHIP_AIC, "L1_ERROR_T0_0", 30, "L1_ERR_INFO_T0_1"),
	FIELD(15, CHIP_AIC, "L1_ERROR_T0_1", 21, "L1_ERR_INFO_T0_1"),
	FIELD(16, CHIP_AIV, "SU_ERROR_T0_1", 3, "SU_ERR_INFO_T0_0"),
	WHOLE(16, CHIP_AIV, "VEC_ERROR_T0_0", 29, "VEC_ERR_INFO_T0_1", "VEC_ERR_INFO_T0_2"),
	WHOLE(16, CHIP_AIV, "VEC_ERROR_T0_2", 12, "VEC_ERR_INFO_T0_1", "VEC_ERR_INFO_T0_2"),
	FIELD(16, CHIP_AIC, "CUBE_ERROR_T0_0", 18, "CUBE_ERR_INFO_T0_2"),
	FIELD(16, CHIP_AIC, "L1_ERROR_T0_1", 22, "L1_ERR_INFO_T0_1"),
};

static void check_reason(const struct reason_row *row)
{
	struct chip_stop stop;
	struct fake f;
	char reason[32];

	snprintf(reason, sizeof(reason), "%.*s_ERROR", (int)strcspn(row->info[0], "_"),
		 row->info[0]);
	fake_init(&f, row->chip, row->core);
	fake_put(&f, "PC", 0);
	fake_put(&f, row->error, 1u << row->bit);
	for (size_t i = 0; i < 2 && row->info[i] != NULL; i++)
		fake_put(&f, row->info[i], row->info_value[i]);
	fake_stop(&f, &stop);
	CU_ASSERT_STRING_EQUAL(stop.reason, reason);
	CU_ASSERT_TRUE_FATAL(stop.reg != NULL);
	CU_ASSERT_STRING_EQUAL(stop.reg->name, row->error);
	CU_ASSERT_EQUAL(stop.pc, row->pc);
	CU_ASSERT_EQUAL(stop.raw_pc, 0);
}

static void test_reasons(void)
{
	for (size_t i = 0; i < sizeof(reason_rows) / sizeof(reason_rows[0]); i++)
		check_reason(&reason_rows[i]);
}

/** Every bit of every group gives its reason; a bit of no group gives none. */
static void check_every_bit(const struct chip *c, const struct chip_error_reg *e, unsigned bit)
{
	const char *want = "Unknown Error";
	struct chip_stop stop;
	struct fake f;

	fake_init(&f, c->type,
		  (chip_reg_find(c, e->name)->cores & CHIP_ON_AIC) != 0 ? CHIP_AIC : CHIP_AIV);
	for (size_t g = 0; g < e->group_count; g++) {
		if ((e->groups[g].mask >> bit & 1) != 0)
			want = e->groups[g].reason;
	}
	fake_put(&f, e->name, 1u << bit);
	fake_stop(&f, &stop);
	CU_ASSERT_STRING_EQUAL(stop.reason, want);
	CU_ASSERT_FALSE(stop.has_pc);
}

static void test_every_bit(void)
{
	for (size_t i = 0; i < chip_count; i++) {
		for (size_t k = 0; k < chips[i]->error_count; k++) {
			for (unsigned bit = 0; bit < 32; bit++)
				check_every_bit(chips[i], &chips[i]->errors[k], bit);
		}
	}
}

/** Bits per error register that mean something: coredump facts 4.2. */
static void test_masks_950(void)
{
	static const struct {
		uint32_t chip;
		const char *error;
		uint32_t mask;
	} rows[] = {
		{ 15, "VEC_ERROR_T0_0", 0x03ffffff },  { 15, "VEC_ERROR_T0_2", 0x00000003 },
		{ 15, "CUBE_ERROR_T0_0", 0x0000ffff }, { 15, "CUBE_ERROR_T0_1", 0x000003ff },
		{ 15, "L1_ERROR_T0_0", 0x7fffffff },   { 15, "L1_ERROR_T0_1", 0x003fffff },
		{ 16, "SU_ERROR_T0_1", 0x0000000f },   { 16, "VEC_ERROR_T0_0", 0x3fffffff },
		{ 16, "VEC_ERROR_T0_2", 0x00001fff },  { 16, "CUBE_ERROR_T0_0", 0x0007ffff },
		{ 16, "CUBE_ERROR_T0_1", 0x000003ff }, { 16, "L1_ERROR_T0_0", 0x7fffffff },
		{ 16, "L1_ERROR_T0_1", 0x007fffff },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct chip *c = chip_find(rows[i].chip);

		for (size_t k = 0; k < c->error_count; k++) {
			if (strcmp(c->errors[k].name, rows[i].error) == 0)
				CU_ASSERT_EQUAL(c->errors[k].groups[0].mask, rows[i].mask);
		}
	}
}

/** Only the bits that the info registers give may change in the PC. */
static void test_pc_bits(void)
{
	struct chip_stop stop;
	struct fake f;

	fake_init(&f, 5, CHIP_AIC);
	fake_put(&f, "PC", UINT64_MAX);
	fake_put(&f, "AIC_ERROR_0", 1u << 19);
	fake_put_infos(&f, 0);
	fake_stop(&f, &stop);
	CU_ASSERT_EQUAL(stop.pc, ~UINT64_C(0x3fffc));

	fake_init(&f, 15, CHIP_AIV);
	fake_put(&f, "PC", UINT64_MAX);
	fake_put(&f, "VEC_ERROR_T0_0", 1);
	fake_put_infos(&f, 0);
	fake_stop(&f, &stop);
	CU_ASSERT_EQUAL(stop.pc, ~UINT64_C(0x1ffffffffffff));
}

/** cube before ccu before mte in one register; an earlier register before a later one. */
static void test_order(void)
{
	struct chip_stop stop;
	struct fake f;

	fake_init(&f, 5, CHIP_AIC);
	fake_put(&f, "PC", 0x1000);
	fake_put(&f, "AIC_ERROR_4", 1u << 14);
	fake_put(&f, "AIC_ERROR_0", 0xffffffff);
	fake_put(&f, "AIC_ERROR_1", 0x40000000);
	fake_stop(&f, &stop);
	CU_ASSERT_STRING_EQUAL(stop.reason, "CUBE_ERROR");
	CU_ASSERT_EQUAL(stop.mask, 0x000ffe00);
	fake_put(&f, "AIC_ERROR_0", 0xfff001fc);
	fake_stop(&f, &stop);
	CU_ASSERT_STRING_EQUAL(stop.reason, "CCU_ERROR");
	fake_put(&f, "AIC_ERROR_0", 0x00100003); /* bits of no unit */
	fake_stop(&f, &stop);
	CU_ASSERT_STRING_EQUAL(stop.reason, "VEC_ERROR");
	CU_ASSERT_EQUAL(stop.pc, 0x1000); /* none of the info registers was saved */
}

static void test_unknown(void)
{
	struct chip_stop stop;
	struct fake f;

	fake_init(&f, 5, CHIP_AIV);
	fake_stop(&f, &stop);
	CU_ASSERT_STRING_EQUAL(stop.reason, "Unknown Error");
	CU_ASSERT_PTR_NULL(stop.reg);
	CU_ASSERT_FALSE(stop.has_pc);
	fake_put(&f, "PC", 0x12c041200010);
	fake_put_infos(&f, 0xffffffff);
	fake_stop(&f, &stop);
	CU_ASSERT_TRUE(stop.has_pc);
	CU_ASSERT_EQUAL(stop.pc, 0x12c041200010);
}

/* --- SIMD and SIMT positions (coredump facts 4.3) */

static void test_position_without_simt(void)
{
	struct chip_stop stop;
	struct fake f;

	fake_init(&f, 15, CHIP_AIC);
	fake_stop(&f, &stop);
	CU_ASSERT_EQUAL(stop.position, CHIP_POS_SU);
	fake_init(&f, 5, CHIP_AIV);
	fake_stop(&f, &stop);
	CU_ASSERT_EQUAL(stop.position, CHIP_POS_SU);
}

static void test_position(void)
{
	struct chip_stop stop;
	struct fake f;

	fake_init(&f, 15, CHIP_AIV);
	fake_stop(&f, &stop);
	CU_ASSERT_EQUAL(stop.position, CHIP_POS_UNKNOWN); /* T0_0 was not saved */
	fake_put(&f, "VEC_ERROR_T0_0", 0);
	fake_stop(&f, &stop);
	CU_ASSERT_EQUAL(stop.position, CHIP_POS_UNKNOWN); /* T0_2 was not saved */
	fake_put(&f, "VEC_ERROR_T0_2", 0);
	fake_stop(&f, &stop);
	CU_ASSERT_EQUAL(stop.position, CHIP_POS_SU);
	fake_put(&f, "VEC_ERROR_T0_2", 1);
	fake_stop(&f, &stop);
	CU_ASSERT_EQUAL(stop.position, CHIP_POS_SIMD); /* T0_5 was not saved */
	fake_put(&f, "VEC_ERR_INFO_T0_5", 0x7e);
	fake_stop(&f, &stop);
	CU_ASSERT_EQUAL(stop.position, CHIP_POS_SIMD);
	CU_ASSERT_EQUAL(stop.warp, 0);
	fake_put(&f, "VEC_ERR_INFO_T0_5", 1);
	fake_stop(&f, &stop);
	CU_ASSERT_EQUAL(stop.position, CHIP_POS_SIMT);
}

/** The mask that counts is the one of the warp in error, not of warp 0. */
static void test_simt_thread(void)
{
	struct chip_stop stop;
	struct fake f;

	fake_init(&f, 16, CHIP_AIV);
	fake_put(&f, "VEC_ERROR_T0_0", 0x100);
	fake_put(&f, "VEC_ERR_INFO_T0_5", 0xffffff80 | 37 << 1 | 1);
	fake_put_at(&f, 0x3900000001c000, 0x1);
	fake_stop(&f, &stop);
	CU_ASSERT_EQUAL(stop.position, CHIP_POS_SIMT);
	CU_ASSERT_EQUAL(stop.warp, 37);
	CU_ASSERT_EQUAL(stop.simt_thread, 37 * 32); /* its mask was not saved */
	fake_put_at(&f, 0x3900000001c000 | 37, 0xfff00000);
	fake_stop(&f, &stop);
	CU_ASSERT_EQUAL(stop.simt_thread, 37 * 32 + 20);
	fake_put_at(&f, 0x3900000001c000 | 37, 0);
	fake_stop(&f, &stop);
	CU_ASSERT_EQUAL(stop.simt_thread, 37 * 32);
}

static void test_execmask(void)
{
	const struct chip *c = chip_find(15);
	uint32_t value = 0;
	struct fake f;

	fake_init(&f, 15, CHIP_AIV);
	f.bus.simt_thread = 70;
	fake_put_at(&f, 0x3900000001c002, 0);
	CU_ASSERT_TRUE(chip_reg_read(c, chip_reg_find(c, "EXECMASK"), &f.bus, &value));
	CU_ASSERT_EQUAL(value, 0xffffffff);
	fake_put_at(&f, 0x3900000001c002, 0x50);
	CU_ASSERT_TRUE(chip_reg_read(c, chip_reg_find(c, "EXECMASK"), &f.bus, &value));
	CU_ASSERT_EQUAL(value, 0x50);
}

int main(void)
{
	static const struct unit_test tests[] = {
		{ "plain registers", test_plain },
		{ "vector registers", test_vector },
		{ "views of TPES", test_tpes },
		{ "banked registers", test_banked },
		{ "missing parts", test_missing_parts },
		{ "execution mask", test_execmask },
		{ "example of the facts", test_vector_of_facts },
		{ "reasons and PC", test_reasons },
		{ "every error bit", test_every_bit },
		{ "masks of the 950", test_masks_950 },
		{ "PC bits", test_pc_bits },
		{ "scan order", test_order },
		{ "unknown error", test_unknown },
		{ "position without SIMT", test_position_without_simt },
		{ "position", test_position },
		{ "SIMT thread", test_simt_thread },
	};

	return unit_run("chip", tests, sizeof(tests) / sizeof(tests[0]));
}
