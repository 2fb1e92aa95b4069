/*
 * --chip-file: what a file changes of a chip, and what it is told that says something else.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "stub/chip_file.h"
#include "target/core/core.h"
#include "tests/unit/unit.h"

/* The chip of a text, or NULL and its words. */
static const struct chip *read_text(const char *text, struct chip_overlay **o, char *why)
{
	char path[] = "/tmp/ascend-chip.XXXXXX";
	int fd = mkstemp(path);

	CU_ASSERT_EQUAL_FATAL(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	CU_ASSERT_EQUAL(lseek(fd, 0, SEEK_SET), 0);
	const struct chip *c = chip_file_read(fd, "x.ini", o, why);
	close(fd);
	unlink(path);
	return c;
}

static const char whole[] = "[chip]\n"
			    "base = 910B\n"
			    "name = 910X\n"
			    "product = A2X\n"
			    "type = 0x63\n"
			    "socs = Ascend910X, Ascend911X\n"
			    "aic = 20\n"
			    "aiv = 40\n"
			    "aiv_offset = 30\n"
			    "[memory]\n"
			    "UB = 256K\n"
			    "L1 = 0\n"
			    "[registers]\n"
			    "CTRL = 0x143 8 both su\n"
			    "NEW_STATUS = 0x4f 4 aiv error\n"
			    "NEW_BYTE = 0x50 1 both su\n";

static bool shows(const struct arch_desc *d, const char *name, const char *type)
{
	for (size_t i = 0; i < d->reg_count; i++)
		if (!strcmp(d->regs[i].name, name))
			return !strcmp(d->regs[i].type, type);
	return false;
}

static void test_whole(void)
{
	const struct chip *base = chip_find(5), *c;
	char why[CHIP_FILE_WORDS] = "";
	struct chip_overlay *o;

	c = read_text(whole, &o, why);
	CU_ASSERT_PTR_NOT_NULL_FATAL(c);
	CU_ASSERT_STRING_EQUAL(c->name, "910X");
	CU_ASSERT_STRING_EQUAL(c->product, "A2X");
	CU_ASSERT_STRING_EQUAL(c->soc, "Ascend910X");
	CU_ASSERT_EQUAL(c->type, 0x63);
	CU_ASSERT_TRUE(c->aic_max == 20 && c->aiv_max == 40 && c->aiv_offset == 30);
	CU_ASSERT_TRUE(chip_is_soc(c, "Ascend911X4") && !chip_is_soc(c, "Ascend910B1"));
	CU_ASSERT_TRUE(chip_is_soc(base, "Ascend910B1")); /* the base is what it was */
	CU_ASSERT_EQUAL(chip_mem_find(c, CHIP_UB)->size, 256 << 10);
	CU_ASSERT_EQUAL(chip_mem_find(c, CHIP_L1)->size, 0);
	CU_ASSERT_NOT_EQUAL(chip_mem_find(base, CHIP_L1)->size, 0);
	CU_ASSERT_EQUAL(c->reg_count, base->reg_count + 2);
	CU_ASSERT_EQUAL(chip_reg_find(c, "CTRL")->addr, 0x143);
	const struct chip_reg *r = chip_reg_find(c, "NEW_STATUS");
	CU_ASSERT_TRUE_FATAL(r != NULL);
	CU_ASSERT_TRUE(r->size == 4 && r->cores == CHIP_ON_AIV && !strcmp(r->group, "error"));
	CU_ASSERT_TRUE(r->dwarf == -1 && chip_reg_find(c, "GPR7")->dwarf == 71);
	/* clients see it as they see the others */
	struct arch_desc *d = chip_desc_create(c);
	CU_ASSERT_PTR_NOT_NULL_FATAL(d);
	CU_ASSERT_TRUE(shows(d, "NEW_STATUS", "uint32") && shows(d, "NEW_BYTE", "uint8"));
	chip_desc_destroy(d);
	chip_overlay_destroy(o);
}

static const struct {
	const char *text, *words;
} wrong[] = {
	{ "", "x.ini: section [chip] names no base" },
	{ "[memory]\nUB = 1\n", "x.ini:2: UB in section [memory]: section [chip] with its base" },
	{ "base = 910B\n", "x.ini:1: base in section []: section [chip] with its base comes" },
	{ "[chips]\n", "x.ini:1: there is no section [chips]: [chip], [memory], [registers] are" },
	{ "[chip]\nname = x\n", "x.ini:2: name in section [chip]: base must be named before" },
	{ "[chip]\nbase = 911\n", "there is no chip 911 to start from" },
	{ "[chip]\nbase = 910B\nbase = 950\n", "x.ini:3: base in section [chip]: it is there a" },
	{ "[chip]\nbase = 910B\n", "x.ini: section [chip] has no socs" },
	{ "[chip]\nbase = 910B\nsocs = ,\n", "name at least one" },
	{ "[chip]\nbase = 910B\ncolour = x\n", "there is no such key: base, name" },
	{ "[chip]\nbase = 910B\nname = <x>\n", "a name has 1 to 63 letters" },
	{ "[chip]\nbase = 910B\ntype = five\n", "the number that dumps have" },
	{ "[chip]\nbase = 910B\naic = 129\n", "it is a number from 0 to 128" },
	{ "[chip]\nbase = 910B\nsocs = X\naic = 33\naiv_offset = 33\n", "at most 32 AIC" },
	{ "[chip]\nbase = 910B\nsocs = X\naiv = 65\n", "at most 32 AIC and 64 AIV" },
	{ "[chip]\nbase = 910B\nsocs = X\naiv_offset = 24\n", "aiv_offset is at least aic" },
	{ "[chip]\nbase = 910B\nsocs = X\naic = 0\naiv = 0\n", "it has no cores" },
	{ "[chip]\nbase = 910B\n[memory]\nL3 = 1\n", "the base has no memory of that name" },
	{ "[chip]\nbase = 910B\n[memory]\nUB = 4G\n", "it is a size in bytes" },
	{ "[chip]\nbase = 910B\n[memory]\nUB = 99999M\n", "it is a size in bytes" },
	{ "[chip]\nbase = 910B\n[registers]\nR = 1 8 both\n", "it is ADDRESS BYTES CORES" },
	{ "[chip]\nbase = 910B\n[registers]\nR = 1 3 both su\n", "it is ADDRESS BYTES CORES" },
	{ "[chip]\nbase = 910B\n[registers]\nR = 1 8 none su\n", "it is ADDRESS BYTES CORES" },
	{ "[chip]\nbase = 910B\n[registers]\nR = 1 8 aic nice\n", "it is ADDRESS BYTES CORES" },
	{ "[chip]\nbase = 910B\n[registers]\nR = 1 8 aic su more\n", "it is ADDRESS BYTES CORES" },
	{ "[chip]\nbase = 910B\n[registers]\nx7 = 1 8 aic su\n", "another register of that name" },
	{ "[chip]\nbase = 910B\n[registers]\nR\"> = 1 8 aic su\n", "a name has 1 to 63 letters" },
};

static void test_wrong(void)
{
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		char why[CHIP_FILE_WORDS] = "";
		struct chip_overlay *o;

		CU_ASSERT_PTR_NULL(read_text(wrong[i].text, &o, why));
		CU_ASSERT_PTR_NULL(o);
		if (!strstr(why, wrong[i].words))
			printf("%s: not \"%s\"\n", why, wrong[i].words);
		CU_ASSERT_PTR_NOT_NULL(strstr(why, wrong[i].words));
	}
}

static const struct unit_test tests[] = {
	{ "a chip", test_whole },
	{ "mistakes", test_wrong },
};

int main(void)
{
	return unit_run("chip file", tests, sizeof(tests) / sizeof(tests[0]));
}
