/*
 * The table of software breakpoints over a memory that is an array: what is written when, and what
 * the table makes of memory that changes behind its back.
 */
#include <string.h>

#include "target/points.h"
#include "tests/unit/unit.h"

enum { SIZE = 64, BREAK = 0xcc };

struct memory {
	uint8_t bytes[SIZE];
	unsigned writes;
};

static bool mem_read(void *ctx, uint64_t at, void *buf, size_t n)
{
	const struct memory *m = ctx;

	if (at + n > SIZE)
		return false;
	memcpy(buf, m->bytes + at, n);
	return true;
}

static bool mem_write(void *ctx, uint64_t at, const void *data, size_t n)
{
	struct memory *m = ctx;

	if (at + n > SIZE)
		return false;
	memcpy(m->bytes + at, data, n);
	m->writes++;
	return true;
}

static struct points *start(struct memory *m, struct points_memory *access)
{
	static const uint8_t insn = BREAK;

	*m = (struct memory){ .bytes = { 0 } };
	*access = (struct points_memory){ .read = mem_read, .write = mem_write, .ctx = m };
	for (size_t i = 0; i < SIZE; i++)
		m->bytes[i] = (uint8_t)i;
	return points_create(&insn, 1);
}

/* gdb takes all breakpoints away at a stop and sets them again: nothing is written for that. */
static void test_lazy(void)
{
	struct points_memory access;
	struct memory m;
	struct points *p = start(&m, &access);

	CU_ASSERT_TRUE(points_set(p, 5));
	CU_ASSERT_EQUAL(m.bytes[5], 5);
	CU_ASSERT_TRUE(points_sync(p, &access, NULL));
	CU_ASSERT_EQUAL(m.bytes[5], BREAK);
	CU_ASSERT_TRUE(points_clear(p, 5));
	CU_ASSERT_TRUE(points_set(p, 5));
	CU_ASSERT_TRUE(points_sync(p, &access, NULL));
	CU_ASSERT_EQUAL(m.writes, 1);
	CU_ASSERT_TRUE(points_remove_all(p, &access));
	CU_ASSERT_EQUAL(m.bytes[5], 5);
	points_destroy(p);
}

static void test_differ(void)
{
	struct points_memory access;
	struct memory m;
	struct points *p = start(&m, &access);

	CU_ASSERT_FALSE(points_differ(p));
	CU_ASSERT_TRUE(points_set(p, 5));
	CU_ASSERT_TRUE(points_differ(p));
	CU_ASSERT_TRUE(points_sync(p, &access, NULL));
	CU_ASSERT_FALSE(points_differ(p));
	CU_ASSERT_TRUE(points_set(p, 7) && points_clear(p, 5));
	CU_ASSERT_TRUE(points_differ(p));
	CU_ASSERT_TRUE(points_set(p, 5) && points_clear(p, 7));
	CU_ASSERT_FALSE(points_differ(p));
	CU_ASSERT_TRUE(points_remove_all(p, &access));
	points_destroy(p);
}

/* A patch is hidden where it is still there; what the program has written there since is shown. */
static void test_hide(void)
{
	struct points_memory access;
	struct memory m;
	uint8_t seen[SIZE];
	struct points *p = start(&m, &access);

	CU_ASSERT_TRUE(points_set(p, 5) && points_set(p, 6));
	CU_ASSERT_TRUE(points_sync(p, &access, NULL));
	m.bytes[6] = 0x55;
	memcpy(seen, m.bytes, SIZE);
	points_hide(p, 0, seen, SIZE);
	CU_ASSERT_EQUAL(seen[5], 5);
	CU_ASSERT_EQUAL(seen[6], 0x55);
	CU_ASSERT_TRUE(points_remove_all(p, &access));
	points_destroy(p);
}

/* A library was unloaded and another one is where it was: its code has no breakpoint yet. */
static void test_mapped_anew(void)
{
	struct points_memory access;
	struct memory m;
	uint64_t at;
	bool set, patched;
	struct points *p = start(&m, &access);

	CU_ASSERT_TRUE(points_set(p, 5) && points_set(p, 6));
	CU_ASSERT_TRUE(points_sync(p, &access, NULL));
	m.bytes[5] = 0x55;
	points_verify(p, 5, &access);
	points_verify(p, 6, &access);
	points_verify(p, 7, &access);
	CU_ASSERT_FALSE(points_is_patched(p, 5));
	CU_ASSERT_TRUE(points_get(p, 0, &at, &set, &patched));
	CU_ASSERT_TRUE(at == 5 && set && !patched);
	CU_ASSERT_TRUE(points_get(p, 1, &at, &set, &patched));
	CU_ASSERT_TRUE(at == 6 && set && patched);
	CU_ASSERT_FALSE(points_get(p, 2, &at, &set, &patched));
	CU_ASSERT_TRUE(points_is_patched(p, 6));
	CU_ASSERT_TRUE(points_sync(p, &access, NULL));
	CU_ASSERT_EQUAL(m.bytes[5], BREAK);
	CU_ASSERT_TRUE(points_remove_all(p, &access));
	CU_ASSERT_EQUAL(m.bytes[5], 0x55);
	CU_ASSERT_EQUAL(m.bytes[6], 6);
	points_destroy(p);
}

int main(void)
{
	static const struct unit_test tests[] = {
		{ "set again without a write", test_lazy },
		{ "what there is to write", test_differ },
		{ "patches are hidden", test_hide },
		{ "memory mapped anew", test_mapped_anew },
	};

	return unit_run("points", tests, sizeof(tests) / sizeof(tests[0]));
}
