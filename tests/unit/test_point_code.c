/*
 * What a Z packet brings beside its address: the options as the stub parses them, and the table in
 * which a target keeps them.
 */
#include <stdio.h>
#include <string.h>

#include "stub/point_options.h"
#include "target/point_code.h"
#include "tests/unit/unit.h"

enum { STORE = 64 };

static const char *parse(const char *text, struct point_options *out)
{
	static uint8_t store[STORE];

	return point_options_parse((struct rsp_text){ text, strlen(text) }, store, sizeof(store),
				   out);
}

static bool is_code(const struct agent_code *c, const char *bytes, size_t n)
{
	return c->n == n && !memcmp(c->bytes, bytes, n);
}

static void test_options(void)
{
	struct point_options o;

	CU_ASSERT_PTR_NULL(parse("", &o));
	CU_ASSERT_TRUE(!o.code.condition_n && !o.code.command_n);
	/* as GDB 13 sends several: one behind the other */
	CU_ASSERT_PTR_NULL(parse(";X3,220127X1,27", &o));
	CU_ASSERT_TRUE(o.code.condition_n == 2 && !o.code.command_n && !o.code.persist);
	CU_ASSERT_TRUE(is_code(&o.code.conditions[0], "\x22\x01\x27", 3));
	CU_ASSERT_TRUE(is_code(&o.code.conditions[1], "\x27", 1));
	CU_ASSERT_PTR_NULL(parse(";X1,27;X1,27;cmds:1,X1,27X2,2727", &o));
	CU_ASSERT_TRUE(o.code.condition_n == 2 && o.code.command_n == 2 && o.code.persist);
	CU_ASSERT_TRUE(is_code(&o.code.commands[1], "\x27\x27", 2));
	CU_ASSERT_PTR_NULL(parse(";cmds:0,X1,27", &o));
	CU_ASSERT_TRUE(o.code.command_n == 1 && !o.code.persist);
	CU_ASSERT_PTR_NULL(parse(";X0,", &o));
	CU_ASSERT_TRUE(o.code.condition_n == 1 && !o.code.conditions[0].n);
}

static void test_hostile_options(void)
{
	static const char *const bad[] = {
		"X1,27", ";", ";;X1,27", ";X", ";X1", ";X1,", ";X1,2", ";X2,27", ";X1,zz", ";X,27",
		";Xffffffffffffffff,27", ";X8000000000000000,27", ";X1,2727", ";X1,27;", ";X1,27 ",
		";cmds", ";cmds:", ";cmds:1", ";cmds:1,", ";cmds:1,27", ";cmds:,X1,27",
		";cmds:0,X1,00cmds", ";Y1,27", ";x1,27",
	};
	struct point_options o;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		bool refused = parse(bad[i], &o) != NULL;

		if (!refused)
			printf("%s is taken\n", bad[i]);
		CU_ASSERT_TRUE(refused);
	}
}

static void test_bounds(void)
{
	char text[4096] = ";";
	struct point_options o;

	for (size_t i = 0; i < POINT_CODES; i++)
		memcpy(text + 1 + 5 * i, "X1,27", 6);
	CU_ASSERT_PTR_NULL(parse(text, &o));
	CU_ASSERT_EQUAL(o.code.condition_n, POINT_CODES);
	memcpy(text + 1 + 5 * POINT_CODES, "X0,", 4);
	CU_ASSERT_PTR_NOT_NULL(parse(text, &o));
	/* more bytes than there is room for */
	memset(text, '0', sizeof(text));
	memcpy(text, ";X40,", 5);
	text[5 + 2 * STORE] = '\0';
	CU_ASSERT_PTR_NULL(parse(text, &o));
	memset(text + 5, '0', 2 * STORE + 2);
	memcpy(text, ";X41,", 5);
	text[5 + 2 * STORE + 2] = '\0';
	CU_ASSERT_PTR_NOT_NULL(parse(text, &o));
}

/* A point with one condition of n bytes `byte`. */
static bool set(struct point_codes *all, enum target_point_kind kind, uint64_t at, uint8_t byte,
		size_t n)
{
	uint8_t bytes[16];
	struct agent_code list[] = { { bytes, n }, { bytes, 1 } };
	struct target_point_code code = { list, 2, list + 1, 1, byte == 9 };
	struct target_point p = { .kind = kind, .at = at, .code = n ? &code : NULL };

	memset(bytes, byte, sizeof(bytes));
	return point_codes_set(all, &p);
}

static bool holds(const struct point_codes *all, enum target_point_kind kind, uint64_t at,
		  uint8_t byte)
{
	const struct target_point_code *c = point_codes_find(all, kind, at);

	return c && c->condition_n == 2 && c->conditions[0].bytes[0] == byte &&
	       c->command_n == 1 && c->commands[0].n == 1 && c->commands[0].bytes[0] == byte &&
	       c->persist == (byte == 9);
}

static void test_table(void)
{
	struct point_codes all = { 0 }, copy = { 0 };

	CU_ASSERT_PTR_NULL(point_codes_find(&all, TARGET_SW_BREAK, 1));
	for (uint64_t at = 100; at > 0; at--)
		CU_ASSERT_TRUE(set(&all, at & 1, at / 2, (uint8_t)at, 1 + at % 15));
	CU_ASSERT_EQUAL(all.count, 100);
	for (uint64_t at = 1; at <= 100; at++)
		CU_ASSERT_TRUE(holds(&all, at & 1, at / 2, (uint8_t)at));
	/* other code in its place, then none */
	CU_ASSERT_TRUE(set(&all, TARGET_SW_BREAK, 7, 200, 3) && all.count == 100);
	CU_ASSERT_TRUE(holds(&all, TARGET_SW_BREAK, 7, 200));
	CU_ASSERT_TRUE(holds(&all, TARGET_HW_BREAK, 7, 15));
	point_codes_copy(&copy, &all);
	CU_ASSERT_TRUE(set(&all, TARGET_SW_BREAK, 7, 0, 0) && all.count == 99);
	CU_ASSERT_PTR_NULL(point_codes_find(&all, TARGET_SW_BREAK, 7));
	CU_ASSERT_TRUE(holds(&copy, TARGET_SW_BREAK, 7, 200) && copy.count == 100);
	CU_ASSERT_TRUE(set(&all, TARGET_SW_BREAK, 7, 0, 0) && all.count == 99);
	point_codes_clear(&all);
	CU_ASSERT_TRUE(!all.count && holds(&copy, TARGET_HW_BREAK, 4, 9));
	point_codes_clear(&copy);
}

int main(void)
{
	static const struct unit_test tests[] = {
		{ "options", test_options },
		{ "hostile options", test_hostile_options },
		{ "bounds", test_bounds },
		{ "table", test_table },
	};

	return unit_run("point_code", tests, sizeof(tests) / sizeof(tests[0]));
}
