/*
 * Chip tables and the costume made from them. All loops run over chips[], so a new chip is tested
 * by being in the list. What the tables are compared with row by row is not in the tree: those
 * tests are skipped where it is missing. Values and stop reasons are tested in test_chip.c.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arch/chip.h"
#include "tests/unit/unit.h"

enum { COLUMNS = 8, LINE = 256 };

/** One line of a CSV file, cut at the commas. */
struct csv {
	FILE *file;
	char line[LINE];
	const char *column[COLUMNS];
};

static void csv_split(struct csv *csv)
{
	char *p = csv->line;

	p[strcspn(p, "\r\n")] = '\0';
	for (size_t i = 0; i < COLUMNS; i++) {
		csv->column[i] = p;
		p += strcspn(p, ",");
		if (*p == ',')
			*p++ = '\0';
	}
}

static bool csv_next(struct csv *csv)
{
	if (fgets(csv->line, sizeof(csv->line), csv->file) == NULL)
		return false;
	csv_split(csv);
	return true;
}

/** Opens a table of the facts and skips its head line; false: skip the test. */
static bool csv_open(struct csv *csv, const char *name)
{
	const char *shared = getenv("ASCEND_SHARED");
	char path[4096];

	snprintf(path, sizeof(path), "%s/facts/%s", shared ? shared : "../shared", name);
	csv->file = fopen(path, "r");
	if (csv->file == NULL)
		printf("skipped: no facts/%s in ASCEND_SHARED or ../shared\n", name);
	return csv->file != NULL && csv_next(csv);
}

static unsigned csv_cores(const char *text)
{
	if (strcmp(text, "AIC|AIV") == 0)
		return CHIP_ON_BOTH;
	return strcmp(text, "AIC") == 0 ? CHIP_ON_AIC : CHIP_ON_AIV;
}

static void check_csv_row(const struct chip_reg *reg, const struct csv *csv)
{
	const char *addr = csv->column[1];
	bool virtual = reg->kind == CHIP_REG_S || reg->kind == CHIP_REG_TPESL ||
		       reg->kind == CHIP_REG_TPESLL;

	CU_ASSERT_STRING_EQUAL(reg->name, csv->column[0]);
	CU_ASSERT_EQUAL(virtual, *addr == '\0');
	if (!virtual)
		CU_ASSERT_EQUAL(reg->addr, strtoull(addr, NULL, 16));
	CU_ASSERT_EQUAL(reg->size, strtoul(csv->column[2], NULL, 10));
	CU_ASSERT_EQUAL(reg->cores, csv_cores(csv->column[4]));
	if (*csv->column[5] == '\0')
		CU_ASSERT_EQUAL(reg->dwarf, -1)
	else
		CU_ASSERT_EQUAL(reg->dwarf, strtol(csv->column[5], NULL, 10));
}

static void check_csv_regs(const struct chip *c, const char *name, size_t rows)
{
	struct csv csv;
	size_t i = 0;

	CU_ASSERT_TRUE_FATAL(c != NULL);
	if (!csv_open(&csv, name))
		return;
	for (; csv_next(&csv) && i < c->reg_count; i++)
		check_csv_row(&c->regs[i], &csv);
	CU_ASSERT_EQUAL(i, rows);
	fclose(csv.file);
}

static void test_regs_csv(void)
{
	check_csv_regs(chip_find(5), "regs-910b.csv", chip_find(5)->reg_count);
	check_csv_regs(chip_find(15), "regs-950.csv", chip_find(15)->reg_count);
	check_csv_regs(chip_find(16), "regs-950.csv", chip_find(15)->reg_count);
}

static void test_bits_csv(void)
{
	const struct chip *c = chip_find(5);
	struct csv csv;
	size_t i = 0;

	if (!csv_open(&csv, "errbits-910b.csv"))
		return;
	for (; csv_next(&csv) && i < c->error_count * 32; i++) {
		const struct chip_error_reg *reg = &c->errors[i / 32];
		const struct chip_error_bit *bit = &reg->bits[i % 32];

		CU_ASSERT_STRING_EQUAL(reg->name, csv.column[0]);
		CU_ASSERT_EQUAL(bit->bit, strtoul(csv.column[1], NULL, 10));
		CU_ASSERT_STRING_EQUAL(bit->name, csv.column[2]);
		CU_ASSERT_STRING_EQUAL(bit->unit, csv.column[3]);
		CU_ASSERT_STRING_EQUAL(bit->name_msdebug, csv.column[4]);
	}
	CU_ASSERT_EQUAL(i, 6 * 32);
	fclose(csv.file);
}

/* --- invariants of every chip */

static void test_find(void)
{
	for (size_t i = 0; i < chip_count; i++) {
		CU_ASSERT_PTR_EQUAL(chip_find(chips[i]->type), chips[i]);
		CU_ASSERT_TRUE(chips[i]->name[0] != '\0' && chips[i]->product[0] != '\0');
		CU_ASSERT_TRUE(chips[i]->reg_entry_size == 32 || chips[i]->reg_entry_size == 48);
	}
	CU_ASSERT_PTR_NULL(chip_find(4));
	CU_ASSERT_PTR_NULL(chip_find(UINT32_MAX));
	CU_ASSERT_STRING_EQUAL(chip_core_type_name(CHIP_AIC), "AIC");
	CU_ASSERT_STRING_EQUAL(chip_core_type_name(CHIP_AIV), "AIV");
}

static void check_reg(const struct chip *c, const struct chip_reg *reg)
{
	static const char known[] = " gpr pc su error errinfo mte vector l1 simt ";
	char word[32];

	CU_ASSERT_PTR_EQUAL(chip_reg_find(c, reg->name), reg); /* so no name is there twice */
	CU_ASSERT_PTR_EQUAL(chip_reg_find_after(c, reg, reg->name), reg);
	CU_ASSERT_TRUE(reg->size == 2 || reg->size == 4 || reg->size == 8 || reg->size == 16 ||
		       reg->size == 32 || reg->size == ARCH_REG_MAX_BYTES);
	CU_ASSERT_EQUAL(reg->size == ARCH_REG_MAX_BYTES, reg->kind == CHIP_REG_V);
	CU_ASSERT_TRUE(reg->kind <= CHIP_REG_THREAD);
	CU_ASSERT_TRUE(reg->cores >= CHIP_ON_AIC && reg->cores <= CHIP_ON_BOTH);
	snprintf(word, sizeof(word), " %s ", reg->group);
	CU_ASSERT_PTR_NOT_NULL(strstr(known, word));
}

static void test_regs(void)
{
	for (size_t i = 0; i < chip_count; i++) {
		for (size_t k = 0; k < chips[i]->reg_count; k++)
			check_reg(chips[i], &chips[i]->regs[k]);
		CU_ASSERT_PTR_NULL(chip_reg_find(chips[i], "gpr0"));
		CU_ASSERT_PTR_NULL(chip_reg_find(chips[i], ""));
		CU_ASSERT_PTR_NULL(chip_reg_find_after(chips[i], &chips[i]->regs[3], "gpr0"));
	}
}

/** Two names for one entry are a slip of the table, with one exception in the vendor's reader. */
static void test_addresses(void)
{
	for (size_t i = 0; i < chip_count; i++) {
		const struct chip *c = chips[i];

		for (size_t k = 0; k < c->reg_count; k++) {
			for (size_t m = 0; m < k; m++) {
				if (c->regs[k].addr != c->regs[m].addr ||
				    c->regs[k].kind != CHIP_REG_PLAIN ||
				    c->regs[m].kind != CHIP_REG_PLAIN)
					continue;
				CU_ASSERT_STRING_EQUAL(c->regs[k].name, "SU_PC");
				CU_ASSERT_STRING_EQUAL(c->regs[m].name, "PC");
			}
		}
	}
}

static void check_core(const struct chip *c, enum chip_core_type type, uint16_t id)
{
	uint16_t unified = chip_unified(c, type, id);
	enum chip_core_type back_type;
	uint16_t back;

	CU_ASSERT_TRUE_FATAL(chip_core(c, unified, &back_type, &back));
	CU_ASSERT_EQUAL(back_type, type);
	CU_ASSERT_EQUAL(back, id);
}

static void test_unified(void)
{
	enum chip_core_type type;
	uint16_t id;

	for (size_t i = 0; i < chip_count; i++) {
		const struct chip *c = chips[i];

		CU_ASSERT_TRUE(c->aic_max <= c->aiv_offset);
		for (uint16_t n = 0; n < c->aic_max; n++)
			check_core(c, CHIP_AIC, n);
		for (uint16_t n = 0; n < c->aiv_max; n++)
			check_core(c, CHIP_AIV, n);
		CU_ASSERT_FALSE(chip_core(c, c->aiv_offset + c->aiv_max, &type, &id));
		CU_ASSERT_FALSE(chip_core(c, UINT32_MAX, &type, &id));
	}
	CU_ASSERT_EQUAL(chip_unified(chip_find(5), CHIP_AIV, 11), 36);
	CU_ASSERT_EQUAL(chip_unified(chip_find(15), CHIP_AIV, 70), 106);
}

static void test_memories(void)
{
	for (size_t i = 0; i < chip_count; i++) {
		const struct chip *c = chips[i];

		for (size_t k = 0; k < c->mem_count; k++) {
			CU_ASSERT_PTR_EQUAL(chip_mem_find(c, c->mems[k].mem), &c->mems[k]);
			CU_ASSERT_TRUE(c->mems[k].mem < CHIP_MEM_END);
		}
		CU_ASSERT_PTR_NULL(chip_mem_find(c, 8));
		CU_ASSERT_EQUAL(chip_mem_find(c, CHIP_UB)->cores, CHIP_ON_AIV);
		CU_ASSERT_EQUAL(chip_mem_find(c, CHIP_L0C)->cores, CHIP_ON_AIC);
	}
	CU_ASSERT_EQUAL(chip_mem_find(chip_find(5), CHIP_UB)->size, 196608);
	CU_ASSERT_EQUAL(chip_mem_find(chip_find(15), CHIP_UB)->size, 253952);
}

/* --- error registers */

static void check_group(const struct chip *c, const struct chip_error_group *g)
{
	for (size_t i = 0; i < g->patch_count; i++) {
		const struct chip_pc_patch *p = &g->patches[i];
		const struct chip_reg *reg = chip_reg_find(c, p->reg);

		CU_ASSERT_TRUE_FATAL(reg != NULL);
		CU_ASSERT_EQUAL(reg->size, 4);
		CU_ASSERT_STRING_EQUAL(reg->group, "errinfo");
		CU_ASSERT_TRUE(p->width > 0 && p->src_lo + p->width <= 32);
		CU_ASSERT_TRUE(p->dst_lo + p->width <= 64);
	}
}

static void test_groups(void)
{
	for (size_t i = 0; i < chip_count; i++) {
		const struct chip *c = chips[i];

		for (size_t k = 0; k < c->error_count; k++) {
			const struct chip_error_reg *e = &c->errors[k];
			uint32_t seen = 0;

			CU_ASSERT_PTR_NOT_NULL(chip_reg_find(c, e->name));
			for (size_t g = 0; g < e->group_count; g++) {
				CU_ASSERT_EQUAL(seen & e->groups[g].mask, 0);
				seen |= e->groups[g].mask;
				check_group(c, &e->groups[g]);
			}
		}
	}
}

/** "VEC" for a bit that VEC_ERROR claims, "" for one that no group claims. */
static void unit_by_mask(const struct chip_error_reg *e, unsigned bit, char *out, size_t cap)
{
	snprintf(out, cap, "%s", "");
	for (size_t g = 0; g < e->group_count; g++) {
		const char *reason = e->groups[g].reason;

		if ((e->groups[g].mask >> bit & 1) != 0)
			snprintf(out, cap, "%.*s", (int)strcspn(reason, "_"), reason);
	}
}

/** Masks, units and name prefixes are three spellings of one fact: they must agree. */
static void check_bit(const struct chip_error_reg *e, size_t n)
{
	const struct chip_error_bit *bit = &e->bits[n];
	char unit[16];

	CU_ASSERT_EQUAL(bit->bit, n);
	unit_by_mask(e, bit->bit, unit, sizeof(unit));
	CU_ASSERT_STRING_EQUAL(bit->unit, unit);
	if (unit[0] != '\0')
		CU_ASSERT_EQUAL(strncasecmp(bit->name, unit, strlen(unit)), 0);
	CU_ASSERT_EQUAL(bit->name == bit->name_msdebug, strcmp(bit->name, bit->name_msdebug) == 0);
}

static void test_bits(void)
{
	for (size_t i = 0; i < chip_count; i++) {
		for (size_t k = 0; k < chips[i]->error_count; k++) {
			const struct chip_error_reg *e = &chips[i]->errors[k];

			CU_ASSERT_EQUAL(e->bits == NULL, e->bit_count == 0);
			for (size_t n = 0; n < e->bit_count; n++)
				check_bit(e, n);
		}
	}
	CU_ASSERT_STRING_EQUAL(chip_find(5)->errors[1].bits[30].name, "vec_ub_wrap_around");
}

static void test_v5(void)
{
	static const char *const extra[] = { "SU_ERROR_T0_1",	 "SU_ERR_INFO_T0_4",
					     "SU_ERR_INFO_T0_5", "SU_ERR_INFO_T0_6",
					     "SU_ERR_INFO_T0_7", "VEC_ERR_INFO_T0_6" };
	const struct chip *v4 = chip_find(15), *v5 = chip_find(16);

	CU_ASSERT_EQUAL(v5->reg_count, v4->reg_count + 6);
	for (size_t i = 0; i < 6; i++) {
		CU_ASSERT_PTR_NULL(chip_reg_find(v4, extra[i]));
		CU_ASSERT_PTR_NOT_NULL(chip_reg_find(v5, extra[i]));
	}
	CU_ASSERT_EQUAL(v5->error_count, v4->error_count + 1);
}

/* --- the costume */

static bool type_exists(const struct arch_desc *d, const struct arch_reg *r)
{
	static const char builtin[] =
		" int32 int64 uint16 uint32 uint64 uint128 code_ptr data_ptr ";
	char word[64];

	snprintf(word, sizeof(word), " %s ", r->type);
	if (strstr(builtin, word) != NULL)
		return true;
	snprintf(word, sizeof(word), "id=\"%s\"", r->type);
	return strstr(d->features[r->feature].types, word) != NULL;
}

static void check_costume_reg(const struct arch_desc *d, size_t n, const struct chip *c)
{
	const struct arch_reg *r = &d->regs[n];

	CU_ASSERT_TRUE(r->bits > 0 && r->bits % 8 == 0 && r->bits <= 8 * ARCH_REG_MAX_BYTES);
	CU_ASSERT_TRUE_FATAL(r->feature < d->feature_count);
	CU_ASSERT_TRUE(n == 0 || d->regs[n - 1].feature <= r->feature);
	CU_ASSERT_TRUE(type_exists(d, r));
	CU_ASSERT_EQUAL(r->group == NULL, r->feature == 0);
	if (r->set == CHIP_SET_VIRTUAL) {
		CU_ASSERT_TRUE(r->at <= CHIP_V_NONE);
	} else {
		CU_ASSERT_TRUE_FATAL(r->at < c->reg_count);
		CU_ASSERT_EQUAL(c->regs[r->at].size, arch_reg_size(r));
	}
	for (size_t i = 0; i < n; i++)
		CU_ASSERT_STRING_NOT_EQUAL(d->regs[i].name, r->name);
}

static const struct arch_reg *costume_find(const struct arch_desc *d, const char *name)
{
	for (size_t i = 0; i < d->reg_count; i++) {
		if (strcmp(d->regs[i].name, name) == 0)
			return &d->regs[i];
	}
	return NULL;
}

static void check_from(const struct chip *c, const struct arch_desc *d, const char *name,
		       const char *of_chip, int dwarf)
{
	const struct arch_reg *r = costume_find(d, name);

	CU_ASSERT_TRUE_FATAL(r != NULL);
	CU_ASSERT_EQUAL(r->set, CHIP_SET_REG);
	CU_ASSERT_STRING_EQUAL(c->regs[r->at].name, of_chip);
	CU_ASSERT_EQUAL(r->dwarf, dwarf);
}

static void check_x_regs(const struct chip *c, const struct arch_desc *d)
{
	char x[8], gpr[8];

	for (int i = 0; i < 30; i++) {
		snprintf(x, sizeof(x), "x%d", i);
		snprintf(gpr, sizeof(gpr), "GPR%d", i);
		check_from(c, d, x, gpr, i);
	}
	check_from(c, d, "sp", "GPR30", 31);
	check_from(c, d, "x30", "GPR31", 30);
	check_from(c, d, "GPR31", "GPR31", -1);
}

static void check_short_g(const struct arch_desc *d)
{
	static const char *const names[] = { "pc", "sp", "x29", "x30" };
	static const enum arch_role roles[] = { ARCH_PC, ARCH_SP, ARCH_FP, ARCH_RA };

	CU_ASSERT_EQUAL_FATAL(d->g_count, 4);
	for (size_t i = 0; i < 4; i++) {
		CU_ASSERT_STRING_EQUAL(d->regs[i].name, names[i]);
		CU_ASSERT_EQUAL(d->regs[i].role, roles[i]);
	}
	CU_ASSERT_STRING_EQUAL(d->regs[d->pc].name, "pc");
	CU_ASSERT_STRING_EQUAL(d->regs[d->sp].name, "sp");
	CU_ASSERT_STRING_EQUAL(d->regs[d->fp].name, "x29");
}

static void check_scalars(const struct arch_desc *d)
{
	static const char *const names[] = { "raw_pc",	"coreid", "coretype",
					     "blockid", "taskid", "streamid" };

	for (size_t i = 0; i < 6; i++) {
		const struct arch_reg *r = costume_find(d, names[i]);

		CU_ASSERT_TRUE_FATAL(r != NULL);
		CU_ASSERT_EQUAL(r->set, CHIP_SET_VIRTUAL);
		CU_ASSERT_EQUAL(r->bits, i == 0 ? 64 : 32);
	}
	CU_ASSERT_EQUAL(costume_find(d, "PC")->at, CHIP_V_PC);
	CU_ASSERT_EQUAL(costume_find(d, "cpsr")->at, CHIP_V_ZERO);
}

static void test_costume(void)
{
	for (size_t i = 0; i < chip_count; i++) {
		struct arch_desc *d = chip_desc_create(chips[i]);

		CU_ASSERT_TRUE_FATAL(d != NULL);
		CU_ASSERT_STRING_EQUAL(d->name, "aarch64");
		CU_ASSERT_STRING_EQUAL(d->features[0].name, "org.gnu.gdb.aarch64.core");
		CU_ASSERT_EQUAL(d->reg_count, 34 + 6 + chips[i]->reg_count + 34);
		for (size_t n = 0; n < d->reg_count; n++)
			check_costume_reg(d, n, chips[i]);
		check_short_g(d);
		check_x_regs(chips[i], d);
		check_scalars(d);
		chip_desc_destroy(d);
	}
	chip_desc_destroy(NULL);
}

static void check_shown(const struct arch_desc *d, const char *name, const char *group,
			const char *type)
{
	const struct arch_reg *r = costume_find(d, name);

	CU_ASSERT_TRUE_FATAL(r != NULL);
	CU_ASSERT_STRING_EQUAL(r->group, group);
	CU_ASSERT_STRING_EQUAL(r->type, type);
}

static void test_groups_shown(void)
{
	struct arch_desc *d = chip_desc_create(chip_find(15));

	CU_ASSERT_TRUE_FATAL(d != NULL);
	check_shown(d, "GPR7", "ascend", "uint64");
	check_shown(d, "PC", "ascend", "code_ptr");
	check_shown(d, "coreid", "ascend", "int32");
	check_shown(d, "MTE_ERROR_T0_0", "error", "uint32");
	check_shown(d, "VEC_ERR_INFO_T0_5", "error", "uint32");
	check_shown(d, "V31", "vector", "vec256");
	check_shown(d, "P7", "vector", "vec32");
	check_shown(d, "VA0", "vector", "uint128");
	check_shown(d, "S63", "vector", "uint16");
	check_shown(d, "R126", "simt", "uint32");
	check_shown(d, "FMATRIX", "l1", "uint64");
	check_shown(d, "MTE_WARN", "mte", "uint64");
	check_shown(d, "STATUS", "su", "uint64");
	chip_desc_destroy(d);
}

int main(void)
{
	static const struct unit_test tests[] = {
		{ "find", test_find },
		{ "registers", test_regs },
		{ "addresses", test_addresses },
		{ "registers and CSV", test_regs_csv },
		{ "unified ids", test_unified },
		{ "memories", test_memories },
		{ "error groups", test_groups },
		{ "error bits", test_bits },
		{ "error bits and CSV", test_bits_csv },
		{ "950V5", test_v5 },
		{ "costume", test_costume },
		{ "groups and types", test_groups_shown },
	};

	return unit_run("arch", tests, sizeof(tests) / sizeof(tests[0]));
}
