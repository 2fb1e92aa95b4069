/*
 * What runs on a device: info tasks, stream, blocks, breakpoints and the tables of the same, in
 * msDebug's layout, over the fake device; and what a dump says to them.
 */
#include <stdio.h>
#include <string.h>

#include "tests/fake/fake_monitor.h"
#include "tests/unit/unit.h"

static struct ascend_source_ops live_ops;

/* One breakpoint of each kind. */
static bool live_point(struct ascend *a, size_t index, struct ascend_point *out)
{
	static const struct ascend_point all[] = {
		{ 0x12c041200000, true, true, false },
		{ 0x12c041200004, true, false, true },
		{ 0x12c041200008, false, true, false },
	};

	(void)a;
	if (index >= sizeof(all) / sizeof(all[0]))
		return false;
	*out = all[index];
	return true;
}

static struct ascend *live_peer(struct ascend *a, size_t index)
{
	return index < 2 ? a : NULL;
}

/* AIC 3 and AIV 0 in block 4 of one task, AIV 11 in another of the same stream. */
static struct fake_device *open_live(void)
{
	struct fake_device *f = fake_device_910b();

	live_ops = *f->a.source;
	live_ops.point = live_point;
	live_ops.peer = live_peer;
	f->a.source = &live_ops;
	CU_ASSERT_FATAL(fake_open(f));
	for (size_t i = 0; i < f->a.core_count; i++) {
		f->a.cores[i].stream = 46;
		f->a.cores[i].task = i == 2 ? 2 : 1;
		f->a.cores[i].block = 4;
	}
	snprintf(f->a.launched, sizeof(f->a.launched), "mm_kernel");
	return f;
}

static void tasks(void)
{
	struct fake_device *f = open_live();

	fake_prints(f, AIC3, "ascend info tasks",
		    "  Device Stream Task Invocation\n"
		    "*   2      46     1  mm_kernel\n"
		    "    2      46     2  mm_kernel\n");
	fake_prints(f, AIC3, "ascend info stream",
		    "  Device Stream Type\n"
		    "*   2      46    aic\n");
	fake_prints(f, AIV11, "ascend info stream",
		    "  Device Stream Type\n"
		    "*   2      46    aiv\n");
	fake_prints(f, AIV11, "ascend info blocks",
		    "  Device Stream Task Block\n"
		    "    2      46     1     4\n"
		    "    2      46     1     4\n"
		    "*   2      46     2     4\n");
	fake_has(f, AIV11, "ascend info blocks -d",
		 "Current stop state of all blocks:\n\n[CoreId 3, Block 4]\n");
	fake_has(f, AIV11, "ascend info blocks -d",
		 "\n\n[* CoreId 11, Block 4]\n* thread 7.37, name = 'AIV 11', stop reason = ");
	fake_fails(f, AIC3, "ascend info blocks -x", TARGET_INVALID,
		   "'-x' is not known\nUsage: ascend info blocks [-d]");
	f->a.cores[2].stream = 47;
	f->a.cores[2].running = true;
	fake_prints(f, AIC3, "ascend info stream",
		    "  Device Stream Type\n"
		    "*   2      46    aic\n"
		    "    2      47    aiv\n");
	target_close(&f->a.base);
}

static void devices_and_points(void)
{
	struct fake_device *f = open_live();

	/* each device of the session has a row, the one looked at the star */
	fake_has(f, AIC3, "ascend info devices", "\n*      2       1       2      0x8    0x801 ");
	fake_has(f, AIC3, "ascend info devices", "\n       2       1       2      0x8    0x801 ");
	fake_has(f, AIC3, "ascend info breakpoints", "2       0x12c041200000  in memory  ");
	fake_has(f, AIC3, "ascend info breakpoints",
		 "2       0x12c041200004  written when something runs      yes ");
	fake_has(f, AIC3, "ascend info breakpoints",
		 "2       0x12c041200008  in memory, until something runs ");
	target_close(&f->a.base);
}

static void idle(void)
{
	struct fake_device *f = open_live();

	for (size_t i = 0; i < f->a.core_count; i++)
		f->a.cores[i].task = -1;
	fake_fails(f, AIC3, "ascend info tasks", TARGET_UNAVAILABLE,
		   "no kernel runs on device 2 now");
	fake_fails(f, AIC3, "ascend info blocks -d", TARGET_UNAVAILABLE,
		   "no kernel runs on device 2 now");
	target_close(&f->a.base);
}

static size_t rows_of(struct fake_device *f, const char *name)
{
	struct target_table t = { 0 };

	CU_ASSERT_EQUAL(target_table(&f->a.base, name, &t), TARGET_OK);
	size_t n = target_table_rows(&t);
	target_table_deinit(&t);
	return n;
}

static void os_tables(void)
{
	struct fake_device *f = open_live();
	size_t n;

	CU_ASSERT_EQUAL(rows_of(f, "ascend-tasks"), 2);
	CU_ASSERT_EQUAL(rows_of(f, "ascend-streams"), 1);
	CU_ASSERT_EQUAL(rows_of(f, "ascend-blocks"), 3);
	CU_ASSERT_EQUAL(rows_of(f, "ascend-breakpoints"), 3);
	CU_ASSERT_PTR_NOT_NULL(target_tables(&f->a.base, &n));
	CU_ASSERT_EQUAL(n, 10);
	target_close(&f->a.base);
}

static void dump(void)
{
	struct fake_device *f = fake_device_910b();
	size_t n;

	CU_ASSERT_FATAL(fake_open(f));
	fake_fails(f, AIC3, "ascend info tasks", TARGET_UNAVAILABLE,
		   "the dump of device 2 does not say what ran");
	fake_fails(f, AIC3, "ascend info stream", TARGET_UNAVAILABLE,
		   "the dump of device 2 does not say what ran");
	fake_fails(f, AIC3, "ascend info breakpoints", TARGET_UNSUPPORTED,
		   "this is a dump: it has no breakpoints");
	CU_ASSERT_PTR_NOT_NULL(target_tables(&f->a.base, &n));
	CU_ASSERT_EQUAL(n, 6); /* those that have rows */
	CU_ASSERT_EQUAL(rows_of(f, "ascend-blocks"), 0);
	target_close(&f->a.base);
}

static const struct unit_test tests[] = {
	{ "info tasks, stream, blocks", tasks },
	{ "info devices and breakpoints", devices_and_points },
	{ "nothing runs", idle },
	{ "info os", os_tables },
	{ "a dump", dump },
};

int main(void)
{
	return unit_run("ascend tasks", tests, sizeof(tests) / sizeof(tests[0]));
}
