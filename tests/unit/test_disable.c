/*
 * --disable-packet: the words, the packets behind them, and what a session does without them.
 */
#include <string.h>

#include "stub/commands.h"
#include "stub/disable.h"
#include "tests/unit/unit.h"

static void test_words(void)
{
	static const struct {
		const char *list;
		unsigned bits;
	} rows[] = {
		{ "", 0 },
		{ "T", DISABLE_STOP_FULL },
		{ "Tthread,", DISABLE_STOP_TID },
		{ "vCont,qC", DISABLE_VCONT | DISABLE_CURRENT },
		{ "threads", DISABLE_VCONT | DISABLE_CURRENT | DISABLE_LIST | DISABLE_STOP_TID },
	};
	const char *word;
	size_t n;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		unsigned bits = 0;

		CU_ASSERT_TRUE(disable_parse(rows[i].list, &bits, &word, &n));
		CU_ASSERT_EQUAL(bits, rows[i].bits);
	}
}

static void test_unknown(void)
{
	const char *word = NULL;
	unsigned bits = 0;
	size_t n = 0;

	CU_ASSERT_FALSE(disable_parse("qC,nonsense,T", &bits, &word, &n));
	CU_ASSERT_TRUE(n == 8 && !strncmp(word, "nonsense", n));
	CU_ASSERT_FALSE(disable_parse("TT", &bits, &word, &n));
}

/* A packet that can be hidden is a packet that exists. */
static void test_packets(void)
{
	static const char *const packets[] = { "vCont?", "vCont;c", "qC", "qfThreadInfo",
					       "qsThreadInfo" };

	for (size_t i = 0; i < sizeof(packets) / sizeof(packets[0]); i++) {
		const struct command *c = command_find(packets[i], strlen(packets[i]));

		CU_ASSERT_PTR_NOT_NULL_FATAL(c);
		CU_ASSERT_TRUE(disable_hides(~0u, c->name));
		CU_ASSERT_FALSE(disable_hides(0, c->name));
		CU_ASSERT_FALSE(disable_hides(DISABLE_STOP_TID | DISABLE_STOP_FULL, c->name));
	}
	CU_ASSERT_FALSE(disable_hides(~0u, "qCRC:"));
}

int main(void)
{
	static const struct unit_test tests[] = {
		{ "words", test_words },
		{ "unknown words", test_unknown },
		{ "packets", test_packets },
	};

	return unit_run("disable", tests, sizeof(tests) / sizeof(tests[0]));
}
