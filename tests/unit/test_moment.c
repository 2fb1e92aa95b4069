/*
 * Short waits: what is learned from the last one, and that each has its end.
 */
#include "target/moment.h"
#include "tests/unit/unit.h"

enum { AGES = 1000000000 }; /* ns */

static void test_learns(void)
{
	struct moment m = { .since = 0 };

	CU_ASSERT_FALSE(moment_pays(&m));
	/* it came, but nobody had waited for it */
	moment_end(&m, moment_now());
	CU_ASSERT_FALSE(moment_pays(&m));

	moment_begin(&m);
	moment_end(&m, m.since + 1000);
	CU_ASSERT_TRUE(moment_pays(&m));
	moment_end(&m, moment_now() + AGES);
	CU_ASSERT_TRUE(moment_pays(&m));

	moment_begin(&m);
	moment_end(&m, m.since + AGES);
	CU_ASSERT_FALSE(moment_pays(&m));
}

static void test_crowded(void)
{
	struct moment m = { .quick = true };

	CU_ASSERT_TRUE(moment_pays(&m));
	m.crowded = moment_now() + AGES;
	CU_ASSERT_FALSE(moment_pays(&m));
	m.crowded = moment_now() - 1;
	CU_ASSERT_TRUE(moment_pays(&m));
}

static void test_ends(void)
{
	struct moment m = { .quick = true };
	int64_t start = moment_now();
	unsigned turns = 0;

	moment_begin(&m);
	while (moment_goes_on(&m, AGES / 1000))
		turns++;
	CU_ASSERT_TRUE(moment_now() - start >= AGES / 1000);
	CU_ASSERT_TRUE(turns > 0);
	CU_ASSERT_FALSE(moment_goes_on(&m, AGES / 1000));
}

int main(void)
{
	static const struct unit_test tests[] = {
		{ "learns from the last one", test_learns },
		{ "others want the CPU", test_crowded },
		{ "ends", test_ends },
	};

	return unit_run("moment", tests, sizeof(tests) / sizeof(tests[0]));
}
