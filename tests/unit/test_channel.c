/*
 * What chips say of their debug channels: names of the runtime and permuted memories.
 */
#include <string.h>

#include "arch/chip.h"
#include "tests/unit/unit.h"

/* Live facts 7 and 5. */
static void test_channel(void)
{
	size_t run;

	CU_ASSERT_PTR_EQUAL(chip_find_soc("Ascend910B4-1"), chip_find(5));
	CU_ASSERT_PTR_EQUAL(chip_find_soc("Ascend910_9392"), chip_find(5));
	CU_ASSERT_PTR_EQUAL(chip_find_soc("Ascend950PR_9579"), chip_find(15));
	CU_ASSERT_PTR_NULL(chip_find_soc("Ascend910"));
	CU_ASSERT_PTR_NULL(chip_find_soc(""));
	CU_ASSERT_EQUAL(chip_channel_address(chip_find(5), CHIP_UB, 77, &run), 77);
	CU_ASSERT_EQUAL(run, SIZE_MAX);
	CU_ASSERT_EQUAL(chip_channel_address(chip_find(5), CHIP_L0C, 64 + 20, &run), 32 + 16 + 4);
	CU_ASSERT_EQUAL(run, 12);
}

/* Every byte of a permuted memory has an address of its own inside it. */
static void test_swizzles(void)
{
	static bool seen[1 << 19];
	size_t run;

	for (size_t i = 0; i < chip_count; i++) {
		const struct chip_channel *ch = chips[i]->channel;

		for (size_t k = 0; ch && k < ch->swizzle_count; k++) {
			uint8_t mem = ch->swizzles[k].mem;
			uint32_t size = chip_mem_find(chips[i], mem)->size;

			memset(seen, 0, sizeof(seen));
			for (uint64_t a = 0; a < size; a++) {
				uint64_t at = chip_channel_address(chips[i], mem, a, &run);

				CU_ASSERT_TRUE_FATAL(at < size && !seen[at] && run);
				seen[at] = true;
			}
		}
	}
}

static const struct unit_test tests[] = {
	{ "names of the runtime, order of memories", test_channel },
	{ "permuted memories", test_swizzles },
};

int main(void)
{
	return unit_run("channel", tests, sizeof(tests) / sizeof(tests[0]));
}
