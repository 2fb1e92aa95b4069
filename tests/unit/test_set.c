/*
 * The target set: who goes on with whom, whose stop is told, which side a call goes to. The host is
 * the fake, the device a live one with a fake NPU behind.
 */
#include <string.h>
#include <unistd.h>

#include "tests/fake/fake_app.h"
#include "tests/fake/fake_target.h"
#include "tests/unit/unit.h"

#define AT(n) (NPU_BASE + 4 * (n))

struct both {
	struct fake_app app; /* app.t is the set */
	struct fake_target *host;
};

static struct fake_npu npu;

static void both_open(struct both *b)
{
	app_open(&b->app, &npu);
	b->host = fake_target_create(FAKE_ALL | FAKE_START);
	b->app.t = target_set_create(&b->host->base, b->app.t, (struct target_log){ 0 });
	CU_ASSERT_PTR_NOT_NULL_FATAL(b->app.t);
	target_wish(b->app.t, TARGET_WISH_EXEC);
	app_set_device(&b->app);
	app_launch(&b->app, "add");
}

static enum target_status go(struct both *b, enum target_action_kind kind, int64_t pid, int64_t tid)
{
	struct target_action a = { .kind = kind, .pid = pid, .tid = tid };

	return target_resume(b->app.t, &a, 1);
}

/* The host runs; the device enters, and its kernel after it. */
static void reach_kernel(struct both *b)
{
	struct target_stop stop;

	both_open(b);
	CU_ASSERT_EQUAL(go(b, TARGET_CONTINUE, 1, -1), TARGET_OK);
	CU_ASSERT_TRUE_FATAL(app_event(&b->app, &stop));
	CU_ASSERT_EQUAL(stop.kind, TARGET_STOP_EXEC);
	CU_ASSERT_EQUAL(b->host->pauses, 1);
	CU_ASSERT_EQUAL(go(b, TARGET_CONTINUE, APP_PROCESS, -1), TARGET_OK);
	CU_ASSERT_TRUE_FATAL(app_event(&b->app, &stop));
	CU_ASSERT_EQUAL(stop.kind, TARGET_STOP_LIBRARY);
}

static void set_break(struct both *b)
{
	struct target_point p = { .kind = TARGET_SW_BREAK, .at = AT(5), .size = 4 };

	CU_ASSERT_EQUAL(target_point_set(b->app.t, APP_PROCESS, &p), TARGET_OK);
	npu_word(&npu, AT(40), NPU_END);
}

static void launch(struct both *b)
{
	CU_ASSERT_STRING_EQUAL(app_answer(&b->app), "$ok;");
	npu_launch(&npu, NPU_BASE, 0xc);
}

/* What gdb lets go on by itself must not change what the host was doing. */
static void test_unseen(void)
{
	struct target_stop stop;
	struct both b;

	both_open(&b);
	struct target_action next[] = {
		{ .kind = TARGET_RANGE_STEP, .pid = 1, .tid = 2, .start = 0x10, .end = 0x20 },
		{ .kind = TARGET_CONTINUE, .pid = 1, .tid = -1 },
	};
	CU_ASSERT_EQUAL(target_resume(b.app.t, next, 2), TARGET_OK);
	CU_ASSERT_TRUE_FATAL(app_event(&b.app, &stop));
	CU_ASSERT_EQUAL(go(&b, TARGET_CONTINUE, APP_PROCESS, -1), TARGET_OK);
	CU_ASSERT_TRUE(b.host->resumes == 2 && b.host->action_count == 2);
	CU_ASSERT_TRUE(b.host->actions[0].kind == TARGET_RANGE_STEP &&
		       b.host->actions[0].end == 0x20);
	app_close(&b.app);
}

static void test_device_stop(void)
{
	struct target_stop stop;
	struct both b;

	reach_kernel(&b);
	set_break(&b);
	CU_ASSERT_EQUAL(go(&b, TARGET_CONTINUE, APP_PROCESS, -1), TARGET_OK);
	launch(&b);
	CU_ASSERT_TRUE_FATAL(app_event(&b.app, &stop));
	CU_ASSERT_EQUAL(stop.kind, TARGET_STOP_SWBREAK);
	CU_ASSERT_EQUAL(b.host->pauses, 3);
	/* the host alone: the device has a stop to be looked at */
	unsigned before = b.host->resumes;
	CU_ASSERT_EQUAL(go(&b, TARGET_CONTINUE, 1, -1), TARGET_OK);
	CU_ASSERT_EQUAL(b.host->resumes, before + 1);
	npu_turn(&npu);
	CU_ASSERT_EQUAL(npu.cores[2].status, DEVICE_AT_BREAK);
	b.host->event = (struct target_stop){ .tid = { 1, 2 }, .signal = 5, .core = -1 };
	b.host->has_event = true;
	CU_ASSERT_TRUE_FATAL(app_event(&b.app, &stop));
	CU_ASSERT_EQUAL(stop.tid.pid, 1);
	/* and the device alone, for the same reason the other way round */
	CU_ASSERT_EQUAL(go(&b, TARGET_CONTINUE, APP_PROCESS, -1), TARGET_OK);
	CU_ASSERT_EQUAL(b.host->resumes, before + 1);
	for (int i = 0; i < 8; i++)
		npu_turn(&npu);
	CU_ASSERT_EQUAL(npu.cores[2].status, DEVICE_UNKNOWN);
	app_close(&b.app);
}

static void test_together(void)
{
	struct target_stop stop;
	struct both b;

	reach_kernel(&b);
	set_break(&b);
	CU_ASSERT_EQUAL(go(&b, TARGET_CONTINUE, APP_PROCESS, -1), TARGET_OK);
	launch(&b);
	CU_ASSERT_TRUE_FATAL(app_event(&b.app, &stop));
	unsigned before = b.host->resumes;
	/* one core by one instruction moves nothing else */
	CU_ASSERT_EQUAL(go(&b, TARGET_STEP, APP_PROCESS, stop.tid.tid), TARGET_OK);
	CU_ASSERT_TRUE_FATAL(app_event(&b.app, &stop));
	CU_ASSERT_EQUAL(b.host->resumes, before);
	/* a wildcard of the device takes the host along, all of it */
	CU_ASSERT_EQUAL(go(&b, TARGET_CONTINUE, APP_PROCESS, -1), TARGET_OK);
	CU_ASSERT_EQUAL(b.host->resumes, before + 1);
	CU_ASSERT_TRUE(b.host->action_count == 1 && b.host->actions[0].tid == -1 &&
		       b.host->actions[0].kind == TARGET_CONTINUE);
	app_close(&b.app);
}

/* A device that stood at a breakpoint when it was let go holds up nothing that comes later. */
static void run_again(uint32_t killed)
{
	struct target_stop stop;
	struct both b;

	reach_kernel(&b);
	set_break(&b);
	CU_ASSERT_EQUAL(go(&b, TARGET_CONTINUE, APP_PROCESS, -1), TARGET_OK);
	launch(&b);
	CU_ASSERT_TRUE_FATAL(app_event(&b.app, &stop));
	CU_ASSERT_EQUAL(target_kill(b.app.t, killed), TARGET_OK);
	app_quit(&b.app);
	app_connect(&b.app);
	app_set_device(&b.app);
	CU_ASSERT_STRING_EQUAL(app_launch(&b.app, "mul"), "");
	CU_ASSERT_EQUAL(go(&b, TARGET_CONTINUE, 1, -1), TARGET_OK);
	CU_ASSERT_TRUE_FATAL(app_event(&b.app, &stop));
	CU_ASSERT_EQUAL(stop.kind, TARGET_STOP_EXEC);
	app_close(&b.app);
}

static void test_again(void)
{
	run_again(APP_PROCESS);
	run_again(1);
}

static void test_whose(void)
{
	struct target_text path = { 0 };
	struct target_tid tids[8];
	struct target_stop stop;
	struct both b;
	size_t n;

	reach_kernel(&b);
	CU_ASSERT_EQUAL(target_threads(b.app.t, tids, 8, &n), TARGET_OK);
	CU_ASSERT_TRUE(n == 4 && tids[0].pid == 1 && tids[3].pid == APP_PROCESS);
	CU_ASSERT_EQUAL(target_threads(b.app.t, tids, 2, &n), TARGET_OK);
	CU_ASSERT_EQUAL(n, 4);
	CU_ASSERT_STRING_EQUAL(target_arch(b.app.t, (struct target_tid){ APP_PROCESS, 1 })->name,
			       "aarch64");
	CU_ASSERT_EQUAL(target_exec_file(b.app.t, APP_PROCESS, &path), TARGET_OK);
	CU_ASSERT_STRING_EQUAL(path.data, "/ascend/dev0/device");
	target_text_deinit(&path);
	CU_ASSERT_EQUAL(target_stop(b.app.t, (struct target_tid){ 0 }, &stop), TARGET_OK);
	CU_ASSERT_EQUAL(stop.tid.pid, APP_PROCESS); /* the thread of the last stop */
	CU_ASSERT_TRUE(target_attached(b.app.t, APP_PROCESS));
	CU_ASSERT_EQUAL(target_attach(b.app.t, APP_PROCESS), TARGET_INVALID);
	/* an auxiliary vector that is empty is none that is missing */
	CU_ASSERT_EQUAL(target_auxv(b.app.t, APP_PROCESS, &path), TARGET_OK);
	CU_ASSERT_EQUAL(path.len, 0);
	/* words of a failure come through */
	CU_ASSERT_EQUAL(target_reg_write(b.app.t, (struct target_tid){ APP_PROCESS, 1 }, 0, "x"),
			TARGET_UNSUPPORTED);
	CU_ASSERT_PTR_NOT_NULL(strstr(b.app.t->message, "debug channel"));
	app_close(&b.app);
}

static void test_interrupt(void)
{
	struct target_stop stop;
	struct both b;

	reach_kernel(&b);
	CU_ASSERT_EQUAL(go(&b, TARGET_CONTINUE, APP_PROCESS, -1), TARGET_OK);
	CU_ASSERT_EQUAL(target_interrupt(b.app.t), TARGET_OK);
	CU_ASSERT_EQUAL(b.host->interrupts, 1); /* no kernel runs */
	CU_ASSERT_TRUE_FATAL(app_event(&b.app, &stop));
	CU_ASSERT_EQUAL(go(&b, TARGET_CONTINUE, 1, -1), TARGET_OK);
	npu_word(&npu, AT(9), NPU_LOOP);
	npu_launch(&npu, NPU_BASE, 0xc);
	CU_ASSERT_EQUAL(target_interrupt(b.app.t), TARGET_OK);
	CU_ASSERT_EQUAL(b.host->interrupts, 1);
	CU_ASSERT_TRUE_FATAL(app_event(&b.app, &stop));
	CU_ASSERT_TRUE(stop.tid.pid == APP_PROCESS && stop.signal == TARGET_SIGNAL_INT);
	app_close(&b.app);
}

/* Who quits leaves the device as it was, and a program that ends takes it along. */
static void test_end(void)
{
	struct target_stop stop;
	struct target_tid tids[8];
	struct both b;
	size_t n;

	reach_kernel(&b);
	CU_ASSERT_EQUAL(go(&b, TARGET_CONTINUE, APP_PROCESS, -1), TARGET_OK);
	b.host->event =
		(struct target_stop){ .kind = TARGET_STOP_EXITED, .tid = { 1, 1 }, .core = -1 };
	b.host->has_event = b.host->ended[1] = true;
	close(b.app.fd);
	b.app.fd = -1;
	CU_ASSERT_TRUE_FATAL(app_event(&b.app, &stop));
	CU_ASSERT_EQUAL(stop.kind, TARGET_STOP_EXITED);
	CU_ASSERT_EQUAL(target_threads(b.app.t, tids, 8, &n), TARGET_OK);
	CU_ASSERT_TRUE(n == 1 && tids[0].pid == APP_PROCESS);
	CU_ASSERT_EQUAL(target_detach(b.app.t, APP_PROCESS), TARGET_OK);
	CU_ASSERT_EQUAL(target_threads(b.app.t, tids, 8, &n), TARGET_OK);
	CU_ASSERT_EQUAL(n, 0);
	app_close(&b.app);
}

/* Nothing of the host stands still for a device, and each side gets what names it. */
static void test_non_stop(void)
{
	struct target_stop stop;
	struct both b;

	both_open(&b);
	CU_ASSERT_TRUE(target_non_stop(b.app.t, true));
	CU_ASSERT_TRUE_FATAL(app_event(&b.app, &stop));
	CU_ASSERT_EQUAL(stop.kind, TARGET_STOP_EXEC);
	CU_ASSERT_EQUAL(b.host->pauses, 0);
	target_heard(b.app.t, stop.tid);
	CU_ASSERT_EQUAL(go(&b, TARGET_CONTINUE, 1, -1), TARGET_OK);
	CU_ASSERT_EQUAL(b.host->resumes, 1);
	CU_ASSERT_EQUAL(go(&b, TARGET_CONTINUE, APP_PROCESS, stop.tid.tid), TARGET_OK);
	CU_ASSERT_EQUAL(b.host->resumes, 1);
	CU_ASSERT_TRUE_FATAL(app_event(&b.app, &stop));
	CU_ASSERT_EQUAL(stop.kind, TARGET_STOP_LIBRARY);
	target_heard(b.app.t, stop.tid);
	set_break(&b);
	CU_ASSERT_EQUAL(go(&b, TARGET_CONTINUE, -1, -1), TARGET_OK);
	CU_ASSERT_EQUAL(b.host->resumes, 2);
	launch(&b);
	CU_ASSERT_TRUE_FATAL(app_event(&b.app, &stop));
	CU_ASSERT_EQUAL(stop.kind, TARGET_STOP_SWBREAK);
	/* the key stops what was resumed last */
	CU_ASSERT_EQUAL(go(&b, TARGET_CONTINUE, 1, -1), TARGET_OK);
	CU_ASSERT_EQUAL(target_interrupt(b.app.t), TARGET_OK);
	CU_ASSERT_EQUAL(b.host->interrupts, 1);
	CU_ASSERT_EQUAL(b.host->pauses, 0);
	app_close(&b.app);
}

/* Without the multiprocess extensions a thread has no process: a step of it is the host's alone. */
static void test_nameless(void)
{
	struct target_stop stop;
	struct fake_app app;
	bool got = true;

	app_open(&app, &npu);
	struct fake_target *host = fake_target_create(FAKE_ALL | FAKE_START);
	app.t = target_set_create(&host->base, app.t, (struct target_log){ 0 });
	CU_ASSERT_PTR_NOT_NULL_FATAL(app.t);
	struct target_action step = { .kind = TARGET_STEP, .pid = 0, .tid = 2 };
	CU_ASSERT_EQUAL(target_resume(app.t, &step, 1), TARGET_OK);
	CU_ASSERT_EQUAL(host->resumes, 1);
	CU_ASSERT_EQUAL(target_next_event(app.t, &stop, &got), TARGET_OK);
	CU_ASSERT_FALSE(got); /* it steps: it is not so that nothing is left to run */
	app_close(&app);
}

/* A program that waits for a kernel that stands does not move: the key ends the wait. */
static void test_interrupt_standing(void)
{
	struct target_stop stop;
	struct both b;

	reach_kernel(&b);
	set_break(&b);
	CU_ASSERT_EQUAL(go(&b, TARGET_CONTINUE, APP_PROCESS, -1), TARGET_OK);
	launch(&b);
	CU_ASSERT_TRUE_FATAL(app_event(&b.app, &stop));
	CU_ASSERT_EQUAL(go(&b, TARGET_STEP, 1, 2), TARGET_OK);
	CU_ASSERT_EQUAL(target_interrupt(b.app.t), TARGET_OK);
	CU_ASSERT_EQUAL(b.host->interrupts, 1);
	CU_ASSERT_EQUAL(npu.commands[DEVICE_KILL_TASK], 0);
	CU_ASSERT_TRUE_FATAL(app_event(&b.app, &stop));
	CU_ASSERT_EQUAL(stop.tid.pid, 1);
	app_close(&b.app);
}

/* A device that has nothing to run leaves it to the host, also when a user looked at that. */
static void test_idle(void)
{
	struct target_stop stop;
	struct both b;

	reach_kernel(&b);
	CU_ASSERT_EQUAL(go(&b, TARGET_CONTINUE, APP_PROCESS, -1), TARGET_OK);
	CU_ASSERT_STRING_EQUAL(app_answer(&b.app), "$ok;");
	b.host->event = (struct target_stop){ .tid = { 1, 2 }, .signal = 5, .core = -1 };
	b.host->has_event = true;
	CU_ASSERT_TRUE_FATAL(app_event(&b.app, &stop));
	unsigned before = b.host->resumes;
	CU_ASSERT_EQUAL(go(&b, TARGET_CONTINUE, APP_PROCESS, -1), TARGET_OK);
	CU_ASSERT_EQUAL(b.host->resumes, before + 1);
	app_close(&b.app);
}

static const struct unit_test tests[] = {
	{ "events nobody sees", test_unseen },
	{ "stops of one side", test_device_stop },
	{ "both go on", test_together },
	{ "another run", test_again },
	{ "whose is it", test_whose },
	{ "interrupt", test_interrupt },
	{ "interrupt beside a kernel that stands", test_interrupt_standing },
	{ "ends", test_end },
	{ "non-stop", test_non_stop },
	{ "a device that has nothing to run", test_idle },
	{ "threads without a process", test_nameless },
};

int main(void)
{
	return unit_run("set", tests, sizeof(tests) / sizeof(tests[0]));
}
