/*
 * Text and tables of the target contract.
 */
#include "target/table.h"
#include "target/text.h"
#include "tests/unit/unit.h"

#include <stdlib.h>
#include <string.h>

/* --- text --- */

static void text_grows(void)
{
	struct target_text t = { 0 };

	CU_ASSERT_PTR_NULL(t.data);
	for (int i = 0; i < 1000; i++)
		target_text_format(&t, "%d,", i % 10);
	CU_ASSERT_EQUAL(t.len, 2000);
	CU_ASSERT_EQUAL(strlen(t.data), 2000);
	CU_ASSERT_NSTRING_EQUAL(t.data, "0,1,2,3,4,", 10);
	target_text_bytes(&t, "a\0b", 3);
	CU_ASSERT_EQUAL(t.len, 2003);
	CU_ASSERT(!t.failed);
	target_text_deinit(&t);
	CU_ASSERT(t.data == NULL && t.len == 0 && t.cap == 0);
	target_text_bytes(&t, NULL, 0);
	CU_ASSERT_STRING_EQUAL(t.data, "");
	target_text_deinit(&t);
}

static void text_bound(void)
{
	struct target_text t = { 0 };
	size_t n = 1 << 20;
	char *block = malloc(n);

	CU_ASSERT_FATAL(block != NULL);
	memset(block, 'x', n);
	for (size_t i = 0; i < TARGET_TEXT_MAX / n - 1; i++)
		target_text_bytes(&t, block, n);
	CU_ASSERT(!t.failed);
	target_text_bytes(&t, block, n);
	CU_ASSERT(t.failed);
	CU_ASSERT_EQUAL(t.len, TARGET_TEXT_MAX - n);
	target_text_add(&t, "more");
	target_text_format(&t, "%d", 1);
	CU_ASSERT_EQUAL(t.len, TARGET_TEXT_MAX - n);
	target_text_deinit(&t);
	free(block);
}

static void text_centred(void)
{
	static const struct {
		const char *s;
		size_t width;
		const char *want;
	} rows[] = {
		{ "ab", 6, "  ab  " }, { "ab", 5, " ab  " },  { "abc", 4, "abc " },
		{ "abc", 3, "abc" },   { "abcd", 2, "abcd" }, { "", 3, "   " },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct target_text t = { 0 };
		target_text_centred(&t, rows[i].s, rows[i].width);
		CU_ASSERT_STRING_EQUAL(t.data, rows[i].want);
		target_text_deinit(&t);
	}
}

/* --- table --- */

static const char *const columns[] = { "Id", "Name", "Note", NULL };

static void table_cells(void)
{
	struct target_table t;
	size_t cursor = 0;

	target_table_init(&t, columns);
	CU_ASSERT_EQUAL(target_table_rows(&t), 0);
	CU_ASSERT_PTR_NULL(target_table_next(&t, &cursor));
	target_table_cell(&t, "%d", 7);
	target_table_cell(&t, "seven");
	target_table_cell(&t, "%s", "");
	CU_ASSERT_EQUAL(target_table_rows(&t), 1);
	CU_ASSERT_STRING_EQUAL(target_table_next(&t, &cursor), "7");
	CU_ASSERT_STRING_EQUAL(target_table_next(&t, &cursor), "seven");
	CU_ASSERT_STRING_EQUAL(target_table_next(&t, &cursor), "");
	CU_ASSERT_PTR_NULL(target_table_next(&t, &cursor));
	target_table_deinit(&t);
	CU_ASSERT_EQUAL(t.column_count, 0);
}

static void table_print(void)
{
	struct target_table t;
	struct target_text out = { 0 };

	target_table_init(&t, columns);
	for (int i = 8; i < 12; i += 3) {
		target_table_cell(&t, "%d", i);
		target_table_cell(&t, "name_%d", i * 100);
		target_table_cell(&t, "-");
	}
	target_table_print(&t, &out);
	CU_ASSERT_STRING_EQUAL(out.data, "Id  Name       Note\n"
					 "8   name_800   -\n"
					 "11  name_1100  -\n");
	target_text_deinit(&out);
	target_table_deinit(&t);
	target_table_print(&t, &out);
	CU_ASSERT_PTR_NULL(out.data);
}

static void table_cuts_cells(void)
{
	struct target_table t;
	size_t cursor = 0;
	char long_text[2000];

	memset(long_text, 'y', sizeof(long_text) - 1);
	long_text[sizeof(long_text) - 1] = '\0';
	target_table_init(&t, columns);
	target_table_cell(&t, "%s", long_text);
	CU_ASSERT_EQUAL(strlen(target_table_next(&t, &cursor)), 511);
	target_table_deinit(&t);
}

static const struct unit_test tests[] = {
	{ "text grows", text_grows },	     { "text has a bound", text_bound },
	{ "text is centred", text_centred }, { "table cells", table_cells },
	{ "table is printed", table_print }, { "table cuts long cells", table_cuts_cells },
};

int main(void)
{
	return unit_run("target text", tests, sizeof(tests) / sizeof(*tests));
}
