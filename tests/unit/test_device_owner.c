/*
 * Several programs on one device, and code that is loaded anew: whose kernels are shown, whose
 * memory is patched, and that no breakpoint lands in other code.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tests/fake/fake_app.h"
#include "tests/unit/unit.h"

#define AT(n) (NPU_BASE + 4 * (n))

enum { AIV0 = 26, FIRST = 100, SECOND = 200 };

/* A second program beside the one of fake_app: its connection while it is the one in hand. */
struct other {
	struct fake_app *a;
	int fd;
};

static void swap(struct other *o)
{
	int fd = o->a->fd;

	o->a->fd = o->fd;
	o->fd = fd;
}

static void open_device(struct fake_app *a, int tgid)
{
	char text[128];

	snprintf(text, sizeof(text), "$device_id:%d;tgid:%d;soc_version:Ascend910B1;#", APP_DEVICE,
		 tgid);
	CU_ASSERT_STRING_EQUAL(app_say(a, text), "$ok;");
}

static enum target_status point(struct fake_app *a, uint64_t at, bool set)
{
	struct target_point p = { .kind = TARGET_SW_BREAK, .at = at, .size = 4 };

	return set ? target_point_set(a->t, APP_PROCESS, &p)
		   : target_point_clear(a->t, APP_PROCESS, &p);
}

/* Goes on until something is told. */
static struct target_stop next(struct fake_app *a)
{
	struct target_stop stop = { .kind = TARGET_STOP_NO_RESUMED };

	CU_ASSERT_EQUAL(app_resume(a, TARGET_CONTINUE, 0), TARGET_OK);
	CU_ASSERT_TRUE(app_event(a, &stop));
	return stop;
}

static void count_library(void *ctx, const struct target_library *lib)
{
	(void)lib;
	++*(size_t *)ctx;
}

static size_t libraries(struct fake_app *a)
{
	size_t n = 0;

	CU_ASSERT_EQUAL(target_libraries(a->t, APP_PROCESS, count_library, &n), TARGET_OK);
	return n;
}

/* A program has launched, and is held where its breakpoints may be set. */
static void reach_kernel(struct fake_app *a, struct fake_npu *npu)
{
	app_open(a, npu);
	target_wish(a->t, TARGET_WISH_EXEC);
	open_device(a, FIRST);
	CU_ASSERT_STRING_EQUAL(app_launch(a, "add"), "");
	CU_ASSERT_EQUAL(next(a).kind, TARGET_STOP_EXEC);
	CU_ASSERT_EQUAL(next(a).kind, TARGET_STOP_LIBRARY);
}

/* Its kernel runs on one core up to a breakpoint, so that nothing moves. */
static void reach_break(struct fake_app *a)
{
	CU_ASSERT_EQUAL(point(a, AT(5), true), TARGET_OK);
	CU_ASSERT_EQUAL(app_resume(a, TARGET_CONTINUE, 0), TARGET_OK);
	CU_ASSERT_STRING_EQUAL(app_answer(a), "$ok;");
	npu_launch(a->npu, NPU_BASE, 4);

	struct target_stop stop = { .kind = TARGET_STOP_NO_RESUMED };
	CU_ASSERT_TRUE(app_event(a, &stop));
	CU_ASSERT_TRUE(stop.kind == TARGET_STOP_SWBREAK && stop.tid.tid == AIV0);
}

static void test_second_runs_free(void)
{
	static struct fake_npu npu;
	struct fake_app a;

	reach_kernel(&a, &npu);
	struct other o = { &a, -1 };
	swap(&o);
	app_connect(&a);
	open_device(&a, SECOND);
	npu.memory[8000] ^= 1; /* another kernel */
	CU_ASSERT_STRING_EQUAL(app_launch(&a, "mul"), "$ok;");
	CU_ASSERT_STRING_EQUAL(app_say(&a, "$kernel_name:mul;stream_id:9;#"), "$ok;");
	CU_ASSERT_EQUAL(libraries(&a), 1);
	swap(&o);
	/* breakpoints go into the first program's memory, which is still held */
	CU_ASSERT_STRING_EQUAL(app_answer(&a), "");
	CU_ASSERT_EQUAL(point(&a, AT(5), true), TARGET_OK);
	CU_ASSERT_EQUAL(app_resume(&a, TARGET_CONTINUE, 0), TARGET_OK);
	CU_ASSERT_STRING_EQUAL(app_answer(&a), "$ok;");
	CU_ASSERT_TRUE(npu_word_at(&npu, AT(5)) == NPU_BREAK && npu.tgid == FIRST);
	swap(&o);
	app_quit(&a); /* the second goes, and nothing changes */
	swap(&o);
	CU_ASSERT_EQUAL(libraries(&a), 1);
	CU_ASSERT_EQUAL(npu_word_at(&npu, AT(5)), NPU_BREAK);
	app_close(&a);
}

static void test_second_follows(void)
{
	static struct fake_npu npu;
	struct target_stop stop;
	struct fake_app a;

	reach_kernel(&a, &npu);
	reach_break(&a);
	struct other o = { &a, -1 };
	swap(&o);
	app_connect(&a);
	open_device(&a, SECOND);
	npu.memory[8000] ^= 1;
	CU_ASSERT_STRING_EQUAL(app_launch(&a, "mul"), "$ok;");
	swap(&o);
	npu_word(&npu, AT(5), 0x1234); /* what the second has there */
	npu.cores[2].status = DEVICE_UNKNOWN;
	app_quit(&a);
	swap(&o);
	CU_ASSERT_EQUAL(next(&a).kind, TARGET_STOP_LIBRARY);
	CU_ASSERT_EQUAL(libraries(&a), 1);
	/* the first one's breakpoint is not written into the second one's code */
	CU_ASSERT_NOT_EQUAL(point(&a, AT(5), false), TARGET_OK);
	CU_ASSERT_EQUAL(point(&a, AT(7), true), TARGET_OK);
	CU_ASSERT_EQUAL(app_resume(&a, TARGET_CONTINUE, 0), TARGET_OK);
	CU_ASSERT_TRUE(npu_word_at(&npu, AT(7)) == NPU_BREAK && npu.tgid == SECOND);
	CU_ASSERT_EQUAL(npu_word_at(&npu, AT(5)), 0x1234);
	CU_ASSERT_STRING_EQUAL(app_say(&a, "$kernel_name:mul;stream_id:9;#"), "$ok;");
	npu_launch(&npu, NPU_BASE, 4);
	CU_ASSERT_TRUE_FATAL(app_event(&a, &stop));
	CU_ASSERT_TRUE(stop.kind == TARGET_STOP_SWBREAK && stop.tid.tid == AIV0);
	app_close(&a);
}

/* The same file at the same place once more, after it was unloaded: breakpoints come back. */
static void test_loaded_again(void)
{
	static struct fake_npu npu;
	struct target_stop stop;
	struct fake_app a;

	reach_kernel(&a, &npu);
	uint32_t word = npu_word_at(&npu, AT(5));
	CU_ASSERT_EQUAL(point(&a, AT(5), true), TARGET_OK);
	CU_ASSERT_EQUAL(app_resume(&a, TARGET_CONTINUE, 0), TARGET_OK);
	CU_ASSERT_STRING_EQUAL(app_answer(&a), "$ok;");
	for (int i = 0; i < 2; i++) {
		npu_word(&npu, AT(5), word); /* stubs tell of the file again, or do not */
		CU_ASSERT_STRING_EQUAL(i ? app_say(&a, "$kernel_name:add;stream_id:3;#")
					 : app_launch(&a, "add"),
				       "$ok;");
		CU_ASSERT_EQUAL(npu_word_at(&npu, AT(5)), NPU_BREAK);
	}
	npu_launch(&npu, NPU_BASE, 4);
	CU_ASSERT_TRUE_FATAL(app_event(&a, &stop));
	CU_ASSERT_EQUAL(stop.kind, TARGET_STOP_SWBREAK);
	app_close(&a);
}

/* Another file at the place of one that was unloaded. */
static void test_replaced(void)
{
	static struct fake_npu npu;
	struct fake_app a;

	reach_kernel(&a, &npu);
	reach_break(&a);
	npu.cores[2].status = DEVICE_UNKNOWN;
	npu.memory[8000] ^= 1;
	CU_ASSERT_STRING_EQUAL(app_launch(&a, "mul"), "");
	CU_ASSERT_EQUAL(next(&a).kind, TARGET_STOP_LIBRARY);
	CU_ASSERT_EQUAL(libraries(&a), 1);
	app_close(&a);
}

enum { PAGE = 4096 };

/* The same file at three places, of which one is unloaded. */
static void test_copies(void)
{
	static struct fake_npu npu;
	struct fake_app a;

	app_open(&a, &npu);
	memcpy(npu.memory + PAGE, npu.memory, PAGE);
	memcpy(npu.memory + 2 * PAGE, npu.memory, PAGE);
	target_wish(a.t, TARGET_WISH_EXEC);
	open_device(&a, FIRST);
	CU_ASSERT_STRING_EQUAL(app_launch_part(&a, "add", 0, PAGE), "");
	CU_ASSERT_EQUAL(next(&a).kind, TARGET_STOP_EXEC);
	CU_ASSERT_EQUAL(next(&a).kind, TARGET_STOP_LIBRARY);
	reach_break(&a);
	npu.cores[2].status = DEVICE_UNKNOWN;
	/* a breakpoint at its beginning does not make the first one look like another */
	CU_ASSERT_EQUAL(point(&a, AT(0), true), TARGET_OK);
	CU_ASSERT_EQUAL(app_resume(&a, TARGET_CONTINUE, 0), TARGET_OK);
	CU_ASSERT_EQUAL(npu_word_at(&npu, AT(0)), NPU_BREAK);
	CU_ASSERT_STRING_EQUAL(app_launch_part(&a, "add", PAGE, PAGE), ""); /* it is told */
	CU_ASSERT_EQUAL(libraries(&a), 2);
	CU_ASSERT_EQUAL(point(&a, AT(0) + PAGE, true), TARGET_OK);
	CU_ASSERT_EQUAL(app_resume(&a, TARGET_CONTINUE, 0), TARGET_OK);
	CU_ASSERT_EQUAL(npu_word_at(&npu, AT(0) + PAGE), NPU_BREAK);
	CU_ASSERT_STRING_EQUAL(app_answer(&a), "$ok;");
	memset(npu.memory, 0x77, PAGE);
	CU_ASSERT_STRING_EQUAL(app_launch_part(&a, "add", 2 * PAGE, PAGE), "");
	CU_ASSERT_EQUAL(libraries(&a), 2);
	app_close(&a);
}

/* The way to a device is lost while a launch waits: nobody will let it go any more but us. */
static void test_lost(void)
{
	static struct fake_npu npu;
	struct target_stop stop;
	struct fake_app a;

	app_open(&a, &npu);
	target_wish(a.t, TARGET_WISH_EXEC);
	app_set_device(&a);
	CU_ASSERT_STRING_EQUAL(app_launch(&a, "add"), "");
	CU_ASSERT_EQUAL(app_resume(&a, TARGET_CONTINUE, 0), TARGET_OK);
	CU_ASSERT_TRUE_FATAL(app_event(&a, &stop));
	CU_ASSERT_STRING_EQUAL(app_answer(&a), "");
	npu.gone = true;
	CU_ASSERT_EQUAL(app_resume(&a, TARGET_CONTINUE, 0), TARGET_OK);
	app_serve(&a);
	CU_ASSERT_STRING_EQUAL(app_answer(&a), "$ok;");
	app_close(&a);
}

static const struct unit_test tests[] = {
	{ "a second program runs free", test_second_runs_free },
	{ "and follows when the first has ended", test_second_follows },
	{ "code that is loaded again", test_loaded_again },
	{ "code that is replaced", test_replaced },
	{ "copies of one file", test_copies },
	{ "a device that is lost holds nobody", test_lost },
};

int main(void)
{
	return unit_run("device_owner", tests, sizeof(tests) / sizeof(tests[0]));
}
