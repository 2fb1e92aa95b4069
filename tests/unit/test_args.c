/*
 * rsp/args: the grammar of packet arguments. Each letter with what it takes and with its hostile
 * twin; inputs are copied to their exact size so that a sanitizer sees every byte read too many.
 */
#include <stdlib.h>
#include <string.h>

#include "rsp/args.h"
#include "tests/unit/unit.h"

static bool parse(const char *grammar, const char *text, struct rsp_args *out)
{
	size_t n = strlen(text);
	char *copy = malloc(n + 1);

	memcpy(copy, text, n); /* no NUL: the parser must not need it */
	bool ok = rsp_args_parse(grammar, copy, n, out);
	free(copy);
	return ok;
}

static void test_matching(void)
{
	static const struct {
		const char *grammar, *text;
		bool want;
	} rows[] = {
		{ "", "", true },
		{ "", "x", false },
		{ "x", "0", true },
		{ "x", "ffffffffffffffff", true },
		{ "x", "FfFf", true },
		{ "x", "10000000000000000", false }, /* 17 digits */
		{ "x", "00000000000000001", false },
		{ "x", "", false },
		{ "x", "g", false },
		{ "x", "-1", false },
		{ "x", " 1", false },
		{ "x", "0x1", false },
		{ "x", "1 ", false },
		{ "x,x", "1,2", true },
		{ "x,x", "1,", false },
		{ "x,x", ",2", false },
		{ "x,x", "1", false },
		{ "x,x", "1;2", false },
		{ "x,x", "1,2,3", false },
		{ "x,x:*", "1,2:", true },
		{ "x,x:*", "1,2:anything\n\xff", true },
		{ "x,x:*", "1,2", false },
		{ "?x", "", true },
		{ "?x", "1000", true },
		{ "?x", "q", false },
		{ "?:x", "", true },
		{ "?:x", ":1", true },
		{ "?:x", "1", false },
		{ "?:x", ":", false },
		{ "x?;x", "05", true },
		{ "x?;x", "05;1000", true },
		{ "x?;x", "05;", false },
		{ "x?;x", ";1000", false },
		{ "ct", "g1", true },
		{ "ct", "gp1.2", true },
		{ "ct", "g", false },
		{ "ct", "", false },
		{ "c", "ab", false },
		{ "s:s:*", "a:b:", true },
		{ "s:s:*", "a:b:c:d", true },
		{ "s:s:*", "::", true },
		{ "s:s:*", "a:b", false },
		{ "s:s:*", "a", false },
		{ "s:s:*", "", false },
		{ "s", "", true },
		{ "s", "any;thing", true },
		{ "*", "", true },
		{ "=*", "=", true },
		{ "=*", "", false },
		{ "x=*", "1f=00", true },
		{ "x=*", "=00", false },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct rsp_args a;

		CU_ASSERT_EQUAL(parse(rows[i].grammar, rows[i].text, &a), rows[i].want);
	}
}

static void test_values(void)
{
	static const char text[] = "10,ffffffffffffffff:r:p2.-1,tail:x";
	struct rsp_args a;

	CU_ASSERT_TRUE(rsp_args_parse("x,x:c:t,s:*", text, sizeof(text) - 1, &a));
	CU_ASSERT_TRUE(a.nums == 2 && a.num[0] == 0x10 && a.num[1] == UINT64_MAX);
	CU_ASSERT_TRUE(a.chrs == 1 && a.chr[0] == 'r');
	CU_ASSERT_TRUE(a.tids == 1 && a.tid[0].has_pid && a.tid[0].pid == 2 && a.tid[0].tid == -1);
	CU_ASSERT_TRUE(a.texts == 1 && rsp_text_is(a.text[0], "tail"));
	CU_ASSERT_TRUE(rsp_text_is(a.rest, "x"));
	CU_ASSERT_TRUE(rsp_args_parse("?x", "", 0, &a));
	CU_ASSERT_EQUAL(a.nums, 0);
}

static void test_zero_byte(void)
{
	struct rsp_args a;

	CU_ASSERT_FALSE(rsp_args_parse("x,x", "1\0,2", 4, &a));
	CU_ASSERT_TRUE(rsp_args_parse("c", "\0", 1, &a) && a.chr[0] == '\0');
	CU_ASSERT_TRUE(rsp_args_parse("*", "a\0b", 3, &a) && a.rest.n == 3);
}

static void test_thread_ids(void)
{
	static const struct {
		const char *text;
		bool ok, has_pid;
		int64_t pid, tid;
	} rows[] = {
		{ "0", true, false, 0, 0 },
		{ "-1", true, false, 0, -1 },
		{ "1f", true, false, 0, 0x1f },
		{ "ffffffff", true, false, 0, 0xffffffff },
		{ "100000000", false, false, 0, 0 },
		{ "p1.2", true, true, 1, 2 },
		{ "p0.0", true, true, 0, 0 },
		{ "p1.-1", true, true, 1, -1 },
		{ "p-1.-1", true, true, -1, -1 },
		{ "p1", true, true, 1, -1 },
		{ "p", false, true, 0, 0 },
		{ "p.", false, true, 0, 0 },
		{ "p1.", false, true, 0, 0 },
		{ "p.1", false, true, 0, 0 },
		{ "p1.2.3", false, true, 0, 0 },
		{ "p100000000.1", false, true, 0, 0 },
		{ "p1.ffffffffffffffffff", false, true, 0, 0 },
		{ "-2", false, false, 0, 0 },
		{ "-", false, false, 0, 0 },
		{ "-11", false, false, 0, 0 },
		{ "", false, false, 0, 0 },
		{ "x", false, false, 0, 0 },
		{ "pp1.1", false, true, 0, 0 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct rsp_args a;

		CU_ASSERT_EQUAL(parse("t", rows[i].text, &a), rows[i].ok);
		if (!rows[i].ok)
			continue;
		CU_ASSERT_EQUAL(a.tid[0].has_pid, rows[i].has_pid);
		CU_ASSERT_EQUAL(a.tid[0].pid, rows[i].pid);
		CU_ASSERT_EQUAL(a.tid[0].tid, rows[i].tid);
	}
}

static void test_split(void)
{
	struct rsp_text t = { "a;;bc;", 6 }, piece;

	CU_ASSERT_TRUE(rsp_text_split(&t, ';', &piece) && rsp_text_is(piece, "a"));
	CU_ASSERT_TRUE(rsp_text_split(&t, ';', &piece) && rsp_text_is(piece, ""));
	CU_ASSERT_TRUE(rsp_text_split(&t, ';', &piece) && rsp_text_is(piece, "bc"));
	CU_ASSERT_FALSE(rsp_text_split(&t, ';', &piece));
	CU_ASSERT_FALSE(rsp_text_skip(&t, ';'));
	CU_ASSERT_FALSE(rsp_text_is((struct rsp_text){ "ab", 2 }, "abc"));
	CU_ASSERT_FALSE(rsp_text_is((struct rsp_text){ "abc", 3 }, "ab"));
}

static void test_unhex(void)
{
	char out[4];
	struct {
		const char *hex;
		bool want;
	} rows[] = {
		{ "", true },	 { "414243", true },   { "41424344", false },
		{ "4", false },	 { "4100", false },    { "0041", false },
		{ "zz", false }, { "4142430", false }, { "414g", false },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct rsp_text t = { rows[i].hex, strlen(rows[i].hex) };
		CU_ASSERT_EQUAL(rsp_text_unhex(t, out, sizeof(out)), rows[i].want);
	}
	CU_ASSERT_TRUE(rsp_text_unhex((struct rsp_text){ "414243", 6 }, out, sizeof(out)));
	CU_ASSERT_STRING_EQUAL(out, "ABC");
}

static const struct unit_test tests[] = {
	{ "matching", test_matching },	 { "values", test_values },
	{ "zero byte", test_zero_byte }, { "thread ids", test_thread_ids },
	{ "split", test_split },	 { "unhex", test_unhex },
};

int main(void)
{
	return unit_run("args", tests, sizeof(tests) / sizeof(tests[0]));
}
