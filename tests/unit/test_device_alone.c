/*
 * Non-stop: cores of a live device that stop and go on each for itself.
 */
#include <unistd.h>

#include "tests/fake/fake_app.h"
#include "tests/unit/unit.h"

#define AT(n) (NPU_BASE + 4 * (n))

enum { AIV0 = 26, AIV1 = 27 }; /* thread ids: unified id + 1 */

static struct fake_npu npu;

static void set_break(struct fake_app *a, uint64_t at)
{
	struct target_point p = { .kind = TARGET_SW_BREAK, .at = at, .size = 4 };

	CU_ASSERT_EQUAL(target_point_set(a->t, APP_PROCESS, &p), TARGET_OK);
}

/* The next stop, which the client takes at once. */
static struct target_stop next_stop(struct fake_app *a)
{
	struct target_stop stop = { .kind = TARGET_STOP_NO_RESUMED };

	CU_ASSERT_TRUE_FATAL(app_event(a, &stop));
	target_heard(a->t, stop.tid);
	return stop;
}

static bool is_quiet(struct fake_app *a)
{
	struct target_stop stop;
	bool got = false;

	for (int i = 0; i < 20 && !got; i++)
		CU_ASSERT_EQUAL(target_next_event(a->t, &stop, &got), TARGET_OK);
	return !got;
}

/* The device has come up and its first launch is let go. */
static void reach_kernel(struct fake_app *a, bool suspends)
{
	struct target_stop stop;

	app_open(a, &npu);
	npu.refuses_suspend = !suspends; /* before the link is made */
	target_wish(a->t, TARGET_WISH_EXEC);
	app_set_device(a);
	CU_ASSERT_STRING_EQUAL(app_launch(a, "add"), "");
	CU_ASSERT_TRUE(target_non_stop(a->t, true));
	CU_ASSERT_TRUE_FATAL(app_event(a, &stop));
	CU_ASSERT_EQUAL(stop.kind, TARGET_STOP_EXEC);
	/* who asks meanwhile is told the same */
	CU_ASSERT_EQUAL(target_stop(a->t, stop.tid, &stop), TARGET_OK);
	CU_ASSERT_EQUAL(stop.kind, TARGET_STOP_EXEC);
	/* what is said of all threads is not said of one whose stop is on its way */
	CU_ASSERT_EQUAL(app_resume(a, TARGET_CONTINUE, 0), TARGET_OK);
	CU_ASSERT_TRUE(is_quiet(a));
	target_heard(a->t, stop.tid);
	CU_ASSERT_EQUAL(app_resume(a, TARGET_CONTINUE, 0), TARGET_OK);
	stop = next_stop(a);
	CU_ASSERT_EQUAL(stop.kind, TARGET_STOP_LIBRARY);
	CU_ASSERT_STRING_EQUAL(app_answer(a), "");
	npu_word(&npu, AT(40), NPU_END);
}

static void launch(struct fake_app *a)
{
	CU_ASSERT_EQUAL(app_resume(a, TARGET_CONTINUE, 0), TARGET_OK);
	CU_ASSERT_STRING_EQUAL(app_answer(a), "$ok;");
	npu_launch(&npu, NPU_BASE, 0xc);
}

static void test_each_for_itself(void)
{
	struct target_stop one, two, stop;
	struct fake_app a;

	reach_kernel(&a, true);
	set_break(&a, AT(5));
	launch(&a);
	one = next_stop(&a);
	two = next_stop(&a);
	CU_ASSERT_TRUE(one.kind == TARGET_STOP_SWBREAK && two.kind == TARGET_STOP_SWBREAK);
	CU_ASSERT_TRUE(one.tid.tid == AIV0 && two.tid.tid == AIV1);
	/* one steps, the other stands */
	CU_ASSERT_EQUAL(app_resume(&a, TARGET_STEP, AIV1), TARGET_OK);
	stop = next_stop(&a);
	CU_ASSERT_TRUE(stop.tid.tid == AIV1 && npu.cores[3].pc == AT(6));
	CU_ASSERT_EQUAL(npu.cores[2].pc, AT(5));
	/* one goes on to its end, the other stands */
	CU_ASSERT_EQUAL(app_resume(&a, TARGET_CONTINUE, AIV0), TARGET_OK);
	for (int i = 0; i < 8; i++)
		npu_turn(&npu);
	CU_ASSERT_EQUAL(npu.cores[2].status, DEVICE_UNKNOWN);
	CU_ASSERT_EQUAL(npu.cores[3].status, DEVICE_STEPPED);
	CU_ASSERT_TRUE(is_quiet(&a));
	app_close(&a);
}

/* A breakpoint that is set while cores run is in their code at once. */
static void test_break_while_running(void)
{
	struct target_stop stop;
	struct fake_app a;

	reach_kernel(&a, true);
	npu_word(&npu, AT(9), NPU_LOOP);
	launch(&a);
	set_break(&a, AT(9));
	CU_ASSERT_EQUAL(npu_word_at(&npu, AT(9)), NPU_BREAK);
	struct target_point p = { .kind = TARGET_SW_BREAK, .at = AT(9), .size = 4 };
	CU_ASSERT_EQUAL(target_point_clear(a.t, APP_PROCESS, &p), TARGET_OK);
	CU_ASSERT_EQUAL(npu_word_at(&npu, AT(9)), NPU_LOOP);
	set_break(&a, AT(9));
	stop = next_stop(&a);
	CU_ASSERT_EQUAL(stop.kind, TARGET_STOP_SWBREAK);
	app_close(&a);
}

static struct target_action halt_of(uint32_t tid)
{
	return (struct target_action){ .kind = TARGET_HALT,
				       .pid = APP_PROCESS,
				       .tid = tid ? (int64_t)tid : -1 };
}

static void test_halt(void)
{
	struct target_action halt = halt_of(AIV1);
	struct target_stop stop;
	struct fake_app a;

	reach_kernel(&a, true);
	npu_word(&npu, AT(9), NPU_LOOP);
	launch(&a);
	CU_ASSERT_EQUAL(target_resume(a.t, &halt, 1), TARGET_OK);
	stop = next_stop(&a);
	CU_ASSERT_TRUE(stop.tid.tid == AIV1 && stop.signal == TARGET_SIGNAL_NONE);
	CU_ASSERT_EQUAL(npu.cores[3].status, DEVICE_STEPPED);
	CU_ASSERT_TRUE(is_quiet(&a));
	CU_ASSERT_EQUAL(npu.cores[2].status, DEVICE_RUNNING); /* as if nothing had been */
	/* once is enough */
	CU_ASSERT_EQUAL(target_resume(a.t, &halt, 1), TARGET_OK);
	CU_ASSERT_TRUE(is_quiet(&a));
	CU_ASSERT_EQUAL(app_resume(&a, TARGET_CONTINUE, AIV1), TARGET_OK);
	CU_ASSERT_EQUAL(npu.cores[3].status, DEVICE_RUNNING);
	/* one that has no block any more says so too, since a client waits for it */
	npu.cores[3].status = DEVICE_UNKNOWN;
	CU_ASSERT_EQUAL(target_resume(a.t, &halt, 1), TARGET_OK);
	stop = next_stop(&a);
	CU_ASSERT_TRUE(stop.tid.tid == AIV1 && stop.signal == TARGET_SIGNAL_NONE);
	app_close(&a);
}

/* The driver cannot stop a core: the client is told that it stands, and what comes waits. */
static void test_halt_by_word(void)
{
	struct target_action halt = halt_of(0);
	struct target_stop stop;
	struct fake_app a;
	uint8_t bytes[ARCH_REG_MAX_BYTES];
	bool valid = true;

	reach_kernel(&a, false);
	npu_word(&npu, AT(9), NPU_LOOP);
	launch(&a);
	npu.cores[3].status = DEVICE_UNKNOWN;
	CU_ASSERT_EQUAL(target_resume(a.t, &halt, 1), TARGET_OK);
	stop = next_stop(&a);
	CU_ASSERT_TRUE(stop.tid.tid == AIV0 && stop.signal == TARGET_SIGNAL_NONE);
	CU_ASSERT_EQUAL(npu.cores[2].status, DEVICE_RUNNING);
	CU_ASSERT_EQUAL(npu.commands[DEVICE_SUSPEND], 0);
	CU_ASSERT_EQUAL(target_reg_read(a.t, stop.tid, 6, bytes, &valid), TARGET_OK);
	CU_ASSERT_FALSE(valid);
	npu_word(&npu, AT(9), NPU_BREAK);
	npu_turn(&npu);
	CU_ASSERT_TRUE(is_quiet(&a));
	CU_ASSERT_EQUAL(app_resume(&a, TARGET_CONTINUE, AIV0), TARGET_OK);
	stop = next_stop(&a);
	CU_ASSERT_TRUE(stop.tid.tid == AIV0 && stop.signal == TARGET_SIGNAL_TRAP);
	app_close(&a);
}

/* Every core of a task that is ended says so. */
static void test_interrupt(void)
{
	struct target_stop stop;
	struct fake_app a;

	reach_kernel(&a, true);
	npu_word(&npu, AT(9), NPU_LOOP);
	launch(&a);
	CU_ASSERT_EQUAL(target_interrupt(a.t), TARGET_OK);
	for (int i = 0; i < 2; i++) {
		stop = next_stop(&a);
		CU_ASSERT_EQUAL(stop.signal, TARGET_SIGNAL_INT);
	}
	CU_ASSERT_TRUE(is_quiet(&a));
	app_close(&a);
}

/* A kernel that never stops has threads: they are asked for every second. */
static void test_threads(void)
{
	struct target_tid tids[8];
	struct fake_app a;
	size_t n = 0;

	reach_kernel(&a, true);
	npu_word(&npu, AT(9), NPU_LOOP);
	launch(&a);
	for (int i = 0; i < 10000000 && n < 2; i++) {
		app_serve(&a);
		CU_ASSERT_EQUAL(target_threads(a.t, tids, 8, &n), TARGET_OK);
	}
	CU_ASSERT_EQUAL(n, 2);
	app_close(&a);
}

static void test_end(void)
{
	struct target_stop stop;
	struct fake_app a;

	reach_kernel(&a, true);
	launch(&a);
	close(a.fd);
	a.fd = -1;
	CU_ASSERT_TRUE_FATAL(app_event(&a, &stop));
	CU_ASSERT_TRUE(stop.kind == TARGET_STOP_EXITED && stop.tid.pid == APP_PROCESS);
	CU_ASSERT_TRUE(is_quiet(&a));
	app_close(&a);
}

/* The client leaves: everything goes on, and the next one may come in all-stop. */
static void test_leave(void)
{
	struct target_stop stop;
	struct fake_app a;

	reach_kernel(&a, true);
	uint32_t word = npu_word_at(&npu, AT(5));
	set_break(&a, AT(5));
	launch(&a);
	stop = next_stop(&a);
	CU_ASSERT_TRUE(target_non_stop(a.t, false));
	target_wish(a.t, 0);
	CU_ASSERT_EQUAL(npu_word_at(&npu, AT(5)), word);
	for (int i = 0; i < 1000 && npu.cores[3].status != DEVICE_UNKNOWN; i++)
		app_serve(&a);
	CU_ASSERT_EQUAL(npu.cores[3].status, DEVICE_UNKNOWN);
	target_wish(a.t, TARGET_WISH_EXEC);
	CU_ASSERT_TRUE(is_quiet(&a));
	CU_ASSERT_EQUAL(app_resume(&a, TARGET_CONTINUE, 0), TARGET_OK);
	CU_ASSERT_TRUE_FATAL(app_event(&a, &stop));
	CU_ASSERT_EQUAL(stop.kind, TARGET_STOP_EXEC);
	app_close(&a);
}

static const struct unit_test tests[] = {
	{ "each core for itself", test_each_for_itself },
	{ "a breakpoint for cores that run", test_break_while_running },
	{ "halt", test_halt },
	{ "halt of cores that cannot be stopped", test_halt_by_word },
	{ "interrupt", test_interrupt },
	{ "threads of a kernel that never stops", test_threads },
	{ "end of the app", test_end },
	{ "the client leaves", test_leave },
};

int main(void)
{
	return unit_run("device_alone", tests, sizeof(tests) / sizeof(tests[0]));
}
