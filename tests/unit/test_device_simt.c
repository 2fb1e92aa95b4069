/*
 * A chip with wide masks and SIMT functions: commands say where the cores stand that they mean, and
 * what the event said of warp and thread is shown.
 */
#include <stdio.h>
#include <string.h>

#include "tests/fake/fake_app.h"
#include "tests/unit/unit.h"

#define AT(n) (NPU_BASE + 4 * (n))

enum { AIV0 = 37, AIV1 = 38, AT_SIMT = 2, THREAD = 70 };

static struct target_stop next(struct fake_app *a)
{
	struct target_stop stop = { .kind = TARGET_STOP_NO_RESUMED };

	CU_ASSERT_EQUAL(app_resume(a, TARGET_CONTINUE, 0), TARGET_OK);
	CU_ASSERT_TRUE(app_event(a, &stop));
	return stop;
}

/* Both AIV cores stand at a breakpoint, one of them in a SIMT function. */
static void reach_break(struct fake_app *a, struct fake_npu *npu)
{
	struct target_point p = { .kind = TARGET_SW_BREAK, .at = AT(5), .size = 4 };
	struct target_stop stop;

	app_open(a, npu);
	npu->wide = true;
	target_wish(a->t, TARGET_WISH_EXEC);
	CU_ASSERT_STRING_EQUAL(app_say(a, "$device_id:0;tgid:1;soc_version:Ascend950PR_9579;#"),
			       "$ok;");
	CU_ASSERT_STRING_EQUAL(app_launch(a, "add"), "");
	CU_ASSERT_EQUAL(next(a).kind, TARGET_STOP_EXEC);
	CU_ASSERT_EQUAL(next(a).kind, TARGET_STOP_LIBRARY);
	CU_ASSERT_EQUAL(target_point_set(a->t, APP_PROCESS, &p), TARGET_OK);
	CU_ASSERT_EQUAL(app_resume(a, TARGET_CONTINUE, 0), TARGET_OK);
	npu->cores[3].position = AT_SIMT;
	npu->cores[3].thread = THREAD;
	npu->cores[3].dim[0] = 40;
	npu->cores[3].dim[1] = 2;
	npu_launch(npu, NPU_BASE, 0xc);
	CU_ASSERT_TRUE_FATAL(app_event(a, &stop));
	CU_ASSERT_EQUAL(stop.kind, TARGET_STOP_SWBREAK);
}

static void test_both_go(void)
{
	static struct fake_npu npu;
	struct fake_app a;

	reach_break(&a, &npu);
	npu_word(&npu, AT(40), NPU_END);
	CU_ASSERT_EQUAL(app_resume(&a, TARGET_CONTINUE, 0), TARGET_OK);
	for (int i = 0; i < 1000 && npu.cores[3].status != DEVICE_UNKNOWN; i++)
		app_serve(&a);
	CU_ASSERT_EQUAL(npu.cores[2].status, DEVICE_UNKNOWN);
	CU_ASSERT_EQUAL(npu.cores[3].status, DEVICE_UNKNOWN);
	app_close(&a);
}

static void test_thread_shown(void)
{
	const char *const words[] = { "ascend", "stop" };
	struct target_text out = { 0 };
	static struct fake_npu npu;
	struct fake_app a;

	reach_break(&a, &npu);
	CU_ASSERT_EQUAL(
		target_command(a.t, (struct target_tid){ APP_PROCESS, AIV1 }, 2, words, &out),
		TARGET_OK);
	CU_ASSERT_PTR_NOT_NULL_FATAL(out.data);
	CU_ASSERT_PTR_NOT_NULL(strstr(out.data, "warp 2, thread 70"));
	target_text_deinit(&out);
	app_close(&a);
}

/* The warps as the device tells them, in whichever form it is asked: one request for each. */
static void look_at_warps(bool old, unsigned requests)
{
	static const char rows[] =
		"    (0,0,0)     (31,0,0)           1 0x120000000014 0x00000001       NA   NA\n"
		"   (32,0,0)     (23,1,0)           2 0x120000000018 0x00000003       NA   NA\n"
		"*  (24,1,0)     (39,1,0)           3 0x12000000001c 0x00000007       NA   NA\n";
	const char *const words[] = { "ascend", "info", "threads" };
	struct target_text out = { 0 };
	static struct fake_npu npu;
	struct fake_app a;

	reach_break(&a, &npu);
	npu.old_warps = old;
	npu.commands[DEVICE_WARP] = 0;
	CU_ASSERT_EQUAL(
		target_command(a.t, (struct target_tid){ APP_PROCESS, AIV1 }, 3, words, &out),
		TARGET_OK);
	CU_ASSERT_PTR_NOT_NULL_FATAL(out.data);
	CU_ASSERT_PTR_NOT_NULL(strstr(out.data, rows));
	CU_ASSERT_EQUAL(npu.commands[DEVICE_WARP], requests);
	target_text_deinit(&out);
	app_close(&a);
}

static void test_warps(void)
{
	look_at_warps(false, 3);
	look_at_warps(true, 6);
}

/* A thread's stack is a class of its own: byte k of class 13 is k + 13 + 1 on this core. */
static void test_stack(void)
{
	static struct fake_npu npu;
	struct fake_app a;
	uint8_t byte = 0;
	size_t done = 0;

	reach_break(&a, &npu);
	CU_ASSERT_EQUAL(target_mem_read(a.t, (struct target_tid){ APP_PROCESS, AIV1 }, 0x100020,
					&byte, 1, &done),
			TARGET_OK);
	CU_ASSERT_EQUAL(byte, 0x20 + 13 + 1);
	CU_ASSERT_EQUAL(target_mem_read(a.t, (struct target_tid){ APP_PROCESS, AIV0 }, 0x100020,
					&byte, 1, &done),
			TARGET_OK);
	CU_ASSERT_EQUAL(byte, 0x20 + 7);
	app_close(&a);
}

static const struct unit_test tests[] = {
	{ "cores at different places", test_both_go },
	{ "the thread is shown", test_thread_shown },
	{ "warps", test_warps },
	{ "stack of a thread", test_stack },
};

int main(void)
{
	return unit_run("device_simt", tests, sizeof(tests) / sizeof(tests[0]));
}
