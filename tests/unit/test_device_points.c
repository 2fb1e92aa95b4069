/*
 * Points of a live device beside plain breakpoints: stops that are told as one, what launches cost,
 * watchpoints, hardware breakpoints.
 */
#include <string.h>

#include "tests/fake/fake_app.h"
#include "tests/unit/unit.h"

#define AT(n) (NPU_BASE + 4 * (n))

enum { AIV0 = 26 }; /* thread id: unified id + 1 */

static void say(struct fake_app *a, const char *word, enum target_status status)
{
	const char *argv[] = { "set", "coalesce", word };
	struct target_text out = { 0 };

	CU_ASSERT_EQUAL(target_command(a->t, (struct target_tid){ 0 }, 3, argv, &out), status);
	target_text_deinit(&out);
}

/* From a stop of two cores at a breakpoint to the end of both; how many stops are told. */
static unsigned count_stops(const char *word, uint64_t *requests)
{
	static struct fake_npu npu;
	struct target_stop stop;
	struct fake_app a;
	unsigned stops = 0;

	app_reach_kernel(&a, &npu);
	say(&a, word, TARGET_OK);
	say(&a, "perhaps", TARGET_INVALID);
	npu_word(&npu, AT(40), NPU_END);
	CU_ASSERT_EQUAL(app_point(&a, TARGET_SW_BREAK, AT(5), true), TARGET_OK);
	app_run_kernel(&a);
	uint64_t before = *a.t->link_requests;
	while (npu.cores[2].status != DEVICE_UNKNOWN || npu.cores[3].status != DEVICE_UNKNOWN) {
		CU_ASSERT_TRUE_FATAL(app_event(&a, &stop));
		CU_ASSERT_EQUAL(stop.kind, TARGET_STOP_SWBREAK);
		stops++;
		CU_ASSERT_EQUAL(app_resume(&a, TARGET_CONTINUE, 0), TARGET_OK);
		npu_turn(&npu);
	}
	*requests = *a.t->link_requests - before;
	app_close(&a);
	return stops;
}

static void test_coalesce(void)
{
	uint64_t on, off;

	CU_ASSERT_EQUAL(count_stops("on", &on), 1);
	CU_ASSERT_EQUAL(count_stops("off", &off), 2);
	CU_ASSERT_TRUE(on <= off);
}

/* A launch of a kernel in which no breakpoint lies is not looked at. */
static void test_launch_cost(void)
{
	static struct fake_npu npu;
	struct fake_app a;

	app_reach_kernel(&a, &npu);
	app_run_kernel(&a);
	CU_ASSERT_EQUAL(app_point(&a, TARGET_SW_BREAK, AT(5), true), TARGET_OK);
	CU_ASSERT_EQUAL(app_resume(&a, TARGET_CONTINUE, 0), TARGET_OK);
	uint64_t before = *a.t->link_requests;
	CU_ASSERT_STRING_EQUAL(app_say(&a, "$kernel_name:mul;stream_id:3;#"), "$ok;");
	CU_ASSERT_EQUAL(*a.t->link_requests, before);
	app_close(&a);
}

/* The fake's cores store nothing by themselves: what changes is code that the test changes. */
static void test_watch(void)
{
	static struct fake_npu npu;
	struct target_stop stop;
	struct fake_app a;

	app_reach_kernel(&a, &npu);
	npu_word(&npu, AT(40), NPU_END);
	CU_ASSERT_EQUAL(app_point(&a, TARGET_SW_BREAK, AT(5), true), TARGET_OK);
	app_run_kernel(&a);
	CU_ASSERT_TRUE_FATAL(app_event(&a, &stop));
	CU_ASSERT_EQUAL(app_point(&a, TARGET_SW_BREAK, AT(5), false), TARGET_OK);
	CU_ASSERT_EQUAL(app_watch(&a, TARGET_READ_WATCH, AT(100), 4, true), TARGET_UNSUPPORTED);
	CU_ASSERT_EQUAL(app_watch(&a, TARGET_ACCESS_WATCH, AT(100), 4, true), TARGET_UNSUPPORTED);
	CU_ASSERT_EQUAL(app_watch(&a, TARGET_WRITE_WATCH, AT(100), 9, true), TARGET_INVALID);
	CU_ASSERT_EQUAL(app_watch(&a, TARGET_WRITE_WATCH, AT(100), 4, false), TARGET_INVALID);
	for (uint64_t i = 0; i < 16; i++)
		CU_ASSERT_EQUAL(app_watch(&a, TARGET_WRITE_WATCH, AT(100 + i), 4, true), TARGET_OK);
	CU_ASSERT_EQUAL(app_watch(&a, TARGET_WRITE_WATCH, AT(200), 4, true), TARGET_INVALID);
	for (uint64_t i = 1; i < 16; i++)
		CU_ASSERT_EQUAL(app_watch(&a, TARGET_WRITE_WATCH, AT(100 + i), 4, false),
				TARGET_OK);
	CU_ASSERT_EQUAL(app_watch(&a, TARGET_WRITE_WATCH, AT(100), 4, true), TARGET_OK);
	/* while something is watched cores go by single steps */
	unsigned steps = npu.commands[DEVICE_STEP], resumes = npu.commands[DEVICE_RESUME];
	CU_ASSERT_EQUAL(app_resume(&a, TARGET_CONTINUE, AIV0), TARGET_OK);
	app_serve(&a);
	npu_word(&npu, AT(100), 0x12345678);
	CU_ASSERT_TRUE_FATAL(app_event(&a, &stop));
	CU_ASSERT_TRUE(stop.kind == TARGET_STOP_WATCH && stop.addr == AT(100));
	CU_ASSERT_TRUE(stop.tid.tid == AIV0 && npu.cores[2].pc < AT(40));
	CU_ASSERT_TRUE(npu.commands[DEVICE_STEP] > steps);
	CU_ASSERT_EQUAL(npu.commands[DEVICE_RESUME], resumes);
	/* the value that was told is the one that counts from now on; without a watchpoint it runs
	 */
	CU_ASSERT_EQUAL(app_resume(&a, TARGET_STEP, AIV0), TARGET_OK);
	CU_ASSERT_TRUE_FATAL(app_event(&a, &stop));
	CU_ASSERT_EQUAL(stop.kind, TARGET_STOP_SIGNAL);
	CU_ASSERT_EQUAL(app_watch(&a, TARGET_WRITE_WATCH, AT(100), 4, false), TARGET_OK);
	CU_ASSERT_EQUAL(app_resume(&a, TARGET_CONTINUE, 0), TARGET_OK);
	CU_ASSERT_TRUE(npu.commands[DEVICE_RESUME] > resumes);
	app_close(&a);
}

/* A chip that has hardware breakpoints: this one has one. */
static void test_hard(void)
{
	static struct fake_npu npu;
	struct target_stop stop;
	struct fake_app a;

	app_open(&a, &npu);
	npu.wide = true;
	target_wish(a.t, TARGET_WISH_EXEC);
	app_say(&a, "$device_id:0;tgid:1;soc_version:Ascend950PR_9599;#");
	CU_ASSERT_STRING_EQUAL(a.answer, "$ok;");
	app_launch(&a, "add");
	CU_ASSERT_EQUAL(app_resume(&a, TARGET_CONTINUE, 0), TARGET_OK);
	CU_ASSERT_TRUE_FATAL(app_event(&a, &stop));
	CU_ASSERT_EQUAL(app_resume(&a, TARGET_CONTINUE, 0), TARGET_OK);
	CU_ASSERT_TRUE_FATAL(app_event(&a, &stop));
	CU_ASSERT_EQUAL(app_point(&a, TARGET_HW_BREAK, AT(5), false), TARGET_INVALID);
	CU_ASSERT_EQUAL(app_point(&a, TARGET_HW_BREAK, AT(5), true), TARGET_OK);
	CU_ASSERT_EQUAL(app_point(&a, TARGET_HW_BREAK, AT(6), true), TARGET_INVALID);
	CU_ASSERT_PTR_NOT_NULL(strstr(a.t->message, "left"));
	/* GDB takes them away and sets them again at every stop: that costs nothing */
	CU_ASSERT_EQUAL(app_point(&a, TARGET_HW_BREAK, AT(5), false), TARGET_OK);
	CU_ASSERT_EQUAL(app_point(&a, TARGET_HW_BREAK, AT(5), false), TARGET_INVALID);
	CU_ASSERT_EQUAL(app_point(&a, TARGET_HW_BREAK, AT(5), true), TARGET_OK);
	CU_ASSERT_EQUAL(npu.commands[DEVICE_SET_HARD_BREAK], 2);
	CU_ASSERT_EQUAL(npu.commands[DEVICE_CLEAR_HARD_BREAK], 0);
	npu_word(&npu, AT(40), NPU_END);
	app_run_kernel(&a);
	CU_ASSERT_TRUE_FATAL(app_event(&a, &stop));
	CU_ASSERT_EQUAL(stop.kind, TARGET_STOP_HWBREAK);
	CU_ASSERT_EQUAL(npu.cores[2].pc, AT(5));
	/* another place, and the stream of the next launch */
	CU_ASSERT_EQUAL(app_point(&a, TARGET_HW_BREAK, AT(5), false), TARGET_OK);
	CU_ASSERT_EQUAL(app_point(&a, TARGET_HW_BREAK, AT(9), true), TARGET_OK);
	CU_ASSERT_TRUE(npu.hard == AT(9) && npu.hard_stream == 3);
	CU_ASSERT_EQUAL(app_resume(&a, TARGET_CONTINUE, 0), TARGET_OK);
	CU_ASSERT_TRUE_FATAL(app_event(&a, &stop));
	CU_ASSERT_TRUE(stop.kind == TARGET_STOP_HWBREAK && npu.cores[2].pc == AT(9));
	CU_ASSERT_EQUAL(app_resume(&a, TARGET_CONTINUE, 0), TARGET_OK);
	CU_ASSERT_STRING_EQUAL(app_say(&a, "$kernel_name:add;stream_id:7;#"), "$ok;");
	CU_ASSERT_TRUE(npu.hard == AT(9) && npu.hard_stream == 7);
	/* nothing is left behind */
	CU_ASSERT_EQUAL(target_detach(a.t, APP_PROCESS), TARGET_OK);
	CU_ASSERT_EQUAL(npu.hard, 0);
	app_close(&a);
}

static const struct unit_test tests[] = {
	{ "cores told as one", test_coalesce },
	{ "cost of a launch", test_launch_cost },
	{ "watchpoint", test_watch },
	{ "hardware breakpoint", test_hard },
};

int main(void)
{
	return unit_run("device_points", tests, sizeof(tests) / sizeof(tests[0]));
}
