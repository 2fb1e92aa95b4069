/*
 * Live devices: what apps tell, what clients are told, cores that stop, step and go on.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tests/fake/fake_app.h"
#include "tests/unit/unit.h"

#define AT(n) (NPU_BASE + 4 * (n))

enum { AIV0 = 26, AIV1 = 27 }; /* thread ids: unified id + 1 */

static uint64_t reg_of(struct fake_app *a, uint32_t tid, size_t reg, bool *valid)
{
	uint8_t bytes[ARCH_REG_MAX_BYTES] = { 0 };
	uint64_t v;

	CU_ASSERT_EQUAL(
		target_reg_read(a->t, (struct target_tid){ APP_PROCESS, tid }, reg, bytes, valid),
		TARGET_OK);
	memcpy(&v, bytes, sizeof(v));
	return v;
}

static uint64_t pc_of(struct fake_app *a, uint32_t tid)
{
	bool valid;

	return reg_of(a, tid, 0, &valid);
}

static size_t thread_count(struct fake_app *a)
{
	struct target_tid tids[8];
	size_t n = 0;

	CU_ASSERT_EQUAL(target_threads(a->t, tids, 8, &n), TARGET_OK);
	return n;
}

/* app_reach_kernel, step by step. */
static void enter(struct fake_app *a, struct fake_npu *npu)
{
	struct target_stop stop;

	app_open(a, npu);
	target_wish(a->t, TARGET_WISH_EXEC);
	app_set_device(a);
	CU_ASSERT_STRING_EQUAL(a->answer, "$ok;");
	CU_ASSERT_EQUAL(thread_count(a), 0);
	CU_ASSERT_STRING_EQUAL(app_launch(a, "add"), "");
	CU_ASSERT_EQUAL(app_resume(a, TARGET_CONTINUE, 0), TARGET_OK);
	CU_ASSERT_TRUE_FATAL(app_event(a, &stop));
	CU_ASSERT_EQUAL(stop.kind, TARGET_STOP_EXEC);
	CU_ASSERT_EQUAL(stop.tid.pid, APP_PROCESS);
	CU_ASSERT_STRING_EQUAL(stop.text, "/ascend/dev0/device");
	CU_ASSERT_EQUAL(thread_count(a), 1);
	CU_ASSERT_EQUAL(app_resume(a, TARGET_CONTINUE, 0), TARGET_OK);
	CU_ASSERT_TRUE_FATAL(app_event(a, &stop));
	CU_ASSERT_EQUAL(stop.kind, TARGET_STOP_LIBRARY);
	CU_ASSERT_STRING_EQUAL(app_answer(a), "");
}

static void count_library(void *ctx, const struct target_library *lib)
{
	CU_ASSERT_TRUE(strstr(lib->name, "/ascend/dev0/add-") == lib->name);
	CU_ASSERT_TRUE(lib->section_count == 1 && lib->sections[0] == NPU_BASE);
	++*(int *)ctx;
}

static void test_entrance(void)
{
	static struct fake_npu npu;
	struct fake_app a;
	const void *data;
	int libraries = 0;
	size_t n;

	enter(&a, &npu);
	CU_ASSERT_STRING_EQUAL(a.told,
			       "[Launch of Kernel add on Device 0]|"
			       "kernel add: compiled without -g: no lines; the kernel has no "
			       "symbol table: no function names|");
	CU_ASSERT_EQUAL(target_libraries(a.t, APP_PROCESS, count_library, &libraries), TARGET_OK);
	CU_ASSERT_EQUAL(libraries, 1);
	CU_ASSERT_EQUAL(target_file(a.t, "/ascend/dev0/device", &data, &n), TARGET_OK);
	CU_ASSERT_EQUAL(npu.commands[DEVICE_ENABLE], 1);
	uint64_t requests = *a.t->link_requests;
	CU_ASSERT_TRUE(requests > 0);
	app_run_kernel(&a);
	CU_ASSERT_EQUAL(target_interrupt(a.t), TARGET_OK);
	CU_ASSERT_TRUE(*a.t->link_requests > requests);
	/* the same kernel again holds nobody up */
	CU_ASSERT_STRING_EQUAL(app_launch(&a, "add"), "$ok;");
	CU_ASSERT_STRING_EQUAL(app_say(&a, "$kernel_name:add;stream_id:3;#"), "$ok;");
	app_close(&a);
}

static void test_nobody_listens(void)
{
	static struct fake_npu npu;
	struct fake_app a;

	app_open(&a, &npu);
	app_set_device(&a);
	CU_ASSERT_STRING_EQUAL(app_launch(&a, "add"), "$ok;");
	CU_ASSERT_EQUAL(thread_count(&a), 0);
	/* an exception ends the task, as it does without a debugger */
	npu_word(&npu, AT(9), NPU_FAULT);
	npu_launch(&npu, NPU_BASE, 0xc);
	CU_ASSERT_EQUAL(app_resume(&a, TARGET_CONTINUE, 0), TARGET_OK);
	for (int i = 0; i < 1000 && npu.cores[3].status != DEVICE_UNKNOWN; i++)
		app_serve(&a);
	CU_ASSERT_TRUE(npu.cores[2].status == DEVICE_UNKNOWN &&
		       npu.cores[3].status == DEVICE_UNKNOWN);
	app_close(&a);
	CU_ASSERT_EQUAL(npu.commands[DEVICE_DISABLE], 1);
}

static void test_break(void)
{
	static struct fake_npu npu;
	struct target_stop stop;
	struct fake_app a;
	bool valid;

	app_reach_kernel(&a, &npu);
	uint32_t word = npu_word_at(&npu, AT(5));
	npu_word(&npu, AT(40), NPU_END);
	CU_ASSERT_EQUAL(app_point(&a, TARGET_SW_BREAK, AT(5), true), TARGET_OK);
	CU_ASSERT_EQUAL(npu_word_at(&npu, AT(5)), word); /* patched when something runs */
	app_run_kernel(&a);
	CU_ASSERT_EQUAL(npu_word_at(&npu, AT(5)), NPU_BREAK);
	CU_ASSERT_TRUE_FATAL(app_event(&a, &stop));
	CU_ASSERT_TRUE(stop.kind == TARGET_STOP_SWBREAK && stop.tid.tid == AIV0);
	CU_ASSERT_TRUE(thread_count(&a) == 2 && pc_of(&a, AIV0) == AT(5));
	CU_ASSERT_PTR_NOT_NULL(
		strstr(a.told, "|[Switching to focus on Kernel add, CoreId 0, Type aiv]|"));
	CU_ASSERT_EQUAL(pc_of(&a, AIV1), AT(5));
	CU_ASSERT_EQUAL(reg_of(&a, AIV1, 2, &valid), 0x111d); /* x29 = GPR29 */
	/* what is read is the program's own */
	uint32_t seen = 0;
	size_t done;
	CU_ASSERT_EQUAL(target_mem_read(a.t, stop.tid, AT(5), &seen, 4, &done), TARGET_OK);
	CU_ASSERT_EQUAL(seen, word);
	/* both stood there: both go on, to the end of their blocks */
	CU_ASSERT_EQUAL(app_resume(&a, TARGET_CONTINUE, 0), TARGET_OK);
	for (int i = 0; i < 8; i++)
		npu_turn(&npu);
	CU_ASSERT_TRUE(npu.cores[2].status == DEVICE_UNKNOWN &&
		       npu.cores[3].status == DEVICE_UNKNOWN);
	CU_ASSERT_EQUAL(npu_word_at(&npu, AT(5)), NPU_BREAK); /* it stays for the next launch */
	app_close(&a);
	CU_ASSERT_EQUAL(npu_word_at(&npu, AT(5)), word);
}

static void test_step(void)
{
	static struct fake_npu npu;
	struct target_stop stop;
	struct fake_app a;

	app_reach_kernel(&a, &npu);
	CU_ASSERT_EQUAL(app_point(&a, TARGET_SW_BREAK, AT(5), true), TARGET_OK);
	app_run_kernel(&a);
	CU_ASSERT_TRUE_FATAL(app_event(&a, &stop));
	/* one core by one instruction; the other stands */
	CU_ASSERT_EQUAL(app_resume(&a, TARGET_STEP, AIV1), TARGET_OK);
	CU_ASSERT_TRUE_FATAL(app_event(&a, &stop));
	CU_ASSERT_TRUE(stop.kind == TARGET_STOP_SIGNAL && stop.signal == TARGET_SIGNAL_TRAP);
	CU_ASSERT_TRUE(stop.tid.tid == AIV1 && pc_of(&a, AIV1) == AT(6));
	CU_ASSERT_EQUAL(pc_of(&a, AIV0), AT(5));
	/* by a range */
	struct target_action range = { .kind = TARGET_RANGE_STEP,
				       .pid = APP_PROCESS,
				       .tid = AIV1,
				       .start = AT(6),
				       .end = AT(12) };
	CU_ASSERT_EQUAL(target_resume(a.t, &range, 1), TARGET_OK);
	CU_ASSERT_TRUE_FATAL(app_event(&a, &stop));
	CU_ASSERT_TRUE(stop.tid.tid == AIV1 && pc_of(&a, AIV1) == AT(12));
	/* a breakpoint that is set while it stands there is run into by the next launch only */
	CU_ASSERT_EQUAL(app_point(&a, TARGET_SW_BREAK, AT(5), false), TARGET_OK);
	CU_ASSERT_EQUAL(app_resume(&a, TARGET_STEP, AIV0), TARGET_OK);
	CU_ASSERT_TRUE_FATAL(app_event(&a, &stop));
	CU_ASSERT_EQUAL(pc_of(&a, AIV0), AT(6));
	app_close(&a);
}

/* A breakpoint in a kernel that its program has unloaded is refused when it is asked for. */
static void test_unloaded(void)
{
	static struct fake_npu npu;
	struct fake_app a;

	app_reach_kernel(&a, &npu);
	CU_ASSERT_EQUAL(app_point(&a, TARGET_SW_BREAK, AT(5), true), TARGET_OK);
	npu.unmapped = true;
	CU_ASSERT_EQUAL(app_point(&a, TARGET_SW_BREAK, AT(6), true), TARGET_FAULT);
	CU_ASSERT_PTR_NOT_NULL(strstr(target_words(a.t, TARGET_FAULT), "unloaded"));
	CU_ASSERT_EQUAL(app_point(&a, TARGET_SW_BREAK, AT(5), true),
			TARGET_OK); /* it is one already */
	CU_ASSERT_EQUAL(app_point(&a, TARGET_SW_BREAK, AT(5), false), TARGET_OK);
	npu.unmapped = false;
	CU_ASSERT_EQUAL(app_point(&a, TARGET_SW_BREAK, AT(6), true), TARGET_OK);
	app_close(&a);
}

/* const32 $blockid (register 37 of the costume) == 1 */
static void break_if(struct fake_app *a, uint64_t at, const uint8_t *bytes, size_t n)
{
	struct agent_code condition = { bytes, n };
	struct target_point_code code = { .conditions = &condition, .condition_n = 1 };
	struct target_point p = { TARGET_SW_BREAK, at, 4, &code };

	CU_ASSERT_EQUAL(target_point_set(a->t, APP_PROCESS, &p), TARGET_OK);
}

static void test_condition(void)
{
	static struct fake_npu npu;
	struct target_stop stop;
	struct fake_app a;

	app_reach_kernel(&a, &npu);
	const struct arch_desc *d = target_arch(a.t, (struct target_tid){ APP_PROCESS, 1 });
	uint8_t number = 0;
	while (strcmp(d->regs[number].name, "blockid") != 0)
		number++;
	const uint8_t bytes[] = { 0x26, 0, number, 0x22, 1, 0x13, 0x27 };
	break_if(&a, AT(5), bytes, sizeof(bytes));
	app_run_kernel(&a);
	CU_ASSERT_TRUE_FATAL(app_event(&a, &stop));
	CU_ASSERT_EQUAL(stop.tid.tid, AIV1);
	CU_ASSERT_NOT_EQUAL(pc_of(&a, AIV0), AT(5)); /* block 0 went on */
	/* ... and did not show block 1 the code without the breakpoint */
	CU_ASSERT_TRUE(npu.refreshed[3] < npu.refreshed[2]);
	app_close(&a);
}

/* A breakpoint at one of the kernel's own, which nobody steps over, keeps nobody else waiting. */
static void test_condition_in_loop(void)
{
	static const uint8_t never[] = { 0x22, 0, 0x27 };
	static struct fake_npu npu;
	struct target_stop stop;
	struct fake_app a;

	alarm(120); /* what failed here was without end */
	app_reach_kernel(&a, &npu);
	npu_word(&npu, AT(5), NPU_BREAK);
	break_if(&a, AT(5), never, sizeof(never));
	app_run_kernel(&a);
	app_serve(&a);
	CU_ASSERT_EQUAL(target_interrupt(a.t), TARGET_OK);
	CU_ASSERT_TRUE(app_event(&a, &stop) && stop.signal == TARGET_SIGNAL_INT);
	CU_ASSERT_EQUAL(pc_of(&a, stop.tid.tid), AT(5));
	app_close(&a);
	alarm(0);
}

static void test_exception(void)
{
	static struct fake_npu npu;
	struct target_stop stop;
	struct fake_app a;

	app_reach_kernel(&a, &npu);
	npu_word(&npu, AT(9), NPU_FAULT);
	app_run_kernel(&a);
	CU_ASSERT_TRUE_FATAL(app_event(&a, &stop));
	CU_ASSERT_TRUE(stop.kind == TARGET_STOP_SIGNAL && stop.signal == TARGET_SIGNAL_SEGV);
	CU_ASSERT_EQUAL(pc_of(&a, stop.tid.tid), AT(9));
	CU_ASSERT_PTR_NOT_NULL(stop.text);
	app_close(&a);
}

static void test_interrupt(void)
{
	static struct fake_npu npu;
	struct target_stop stop;
	struct fake_app a;

	app_reach_kernel(&a, &npu);
	CU_ASSERT_EQUAL(target_interrupt(a.t), TARGET_UNAVAILABLE);
	npu_word(&npu, AT(9), NPU_LOOP);
	app_run_kernel(&a);
	CU_ASSERT_EQUAL(target_interrupt(a.t), TARGET_OK);
	CU_ASSERT_TRUE_FATAL(app_event(&a, &stop));
	CU_ASSERT_EQUAL(stop.signal, TARGET_SIGNAL_INT);
	CU_ASSERT_EQUAL(pc_of(&a, stop.tid.tid), AT(9));
	CU_ASSERT_EQUAL(npu.commands[DEVICE_KILL_TASK], 1);
	CU_ASSERT_EQUAL(app_resume(&a, TARGET_STEP, stop.tid.tid), TARGET_UNAVAILABLE);
	CU_ASSERT_EQUAL(app_resume(&a, TARGET_CONTINUE, 0), TARGET_OK);
	app_close(&a);
}

static void test_memory(void)
{
	static struct fake_npu npu;
	struct target_stop stop;
	struct fake_app a;
	uint8_t buf[100];
	size_t done;

	app_reach_kernel(&a, &npu);
	CU_ASSERT_EQUAL(app_point(&a, TARGET_SW_BREAK, AT(5), true), TARGET_OK);
	app_run_kernel(&a);
	CU_ASSERT_TRUE_FATAL(app_event(&a, &stop));
	/* UB by lines of 32 bytes, each asked for once */
	unsigned before = npu.commands[DEVICE_LOCAL];
	CU_ASSERT_EQUAL(target_mem_read(a.t, stop.tid, 40, buf, sizeof(buf), &done), TARGET_OK);
	CU_ASSERT_TRUE(done == sizeof(buf) && buf[0] == 44 && buf[99] == 143);
	CU_ASSERT_EQUAL(npu.commands[DEVICE_LOCAL] - before, 4);
	CU_ASSERT_EQUAL(target_mem_read(a.t, stop.tid, 50, buf, 10, &done), TARGET_OK);
	CU_ASSERT_EQUAL(npu.commands[DEVICE_LOCAL] - before, 4);
	CU_ASSERT_EQUAL(target_mem_write(a.t, stop.tid, 40, buf, 4), TARGET_UNSUPPORTED);
	/* global memory, over a breakpoint */
	CU_ASSERT_EQUAL(target_mem_write(a.t, stop.tid, AT(5), "\x11\x22\x33\x44", 4), TARGET_OK);
	CU_ASSERT_EQUAL(npu_word_at(&npu, AT(5)), NPU_BREAK);
	CU_ASSERT_EQUAL(target_mem_read(a.t, stop.tid, AT(5), buf, 4, &done), TARGET_OK);
	CU_ASSERT_EQUAL(memcmp(buf, "\x11\x22\x33\x44", 4), 0);
	CU_ASSERT_EQUAL(target_reg_write(a.t, stop.tid, 0, buf), TARGET_UNSUPPORTED);
	app_close(&a);
}

/* Code is where the kernel is; what is around it ends there. */
static void test_regions(void)
{
	static struct fake_npu npu;
	struct target_region code, before, behind;
	struct fake_app a;

	app_reach_kernel(&a, &npu);
	struct target_tid tid = { APP_PROCESS, 1 };
	CU_ASSERT_EQUAL(target_region(a.t, tid, AT(5), &code), TARGET_OK);
	CU_ASSERT_TRUE(code.mapped && code.executable && code.start == NPU_BASE);
	CU_ASSERT_STRING_EQUAL(code.name, "add");
	CU_ASSERT_EQUAL(target_region(a.t, tid, NPU_BASE - 1, &before), TARGET_OK);
	CU_ASSERT_TRUE(!before.mapped && before.end == NPU_BASE && before.start < NPU_BASE);
	CU_ASSERT_EQUAL(target_region(a.t, tid, code.end, &behind), TARGET_OK);
	CU_ASSERT_TRUE(!behind.mapped && behind.start == code.end);
	app_close(&a);
}

/* A core that does not answer costs one time-out, not one for each of its registers. */
static void test_silent(void)
{
	static struct fake_npu npu;
	struct target_stop stop;
	struct fake_app a;
	bool valid;

	app_reach_kernel(&a, &npu);
	CU_ASSERT_EQUAL(app_point(&a, TARGET_SW_BREAK, AT(5), true), TARGET_OK);
	app_run_kernel(&a);
	CU_ASSERT_TRUE_FATAL(app_event(&a, &stop));
	npu.cores[3].silent = true;
	unsigned before = npu.commands[DEVICE_REGISTER];
	for (size_t reg = 4; reg < 24; reg++) {
		reg_of(&a, AIV1, reg, &valid);
		CU_ASSERT_FALSE(valid);
	}
	CU_ASSERT_EQUAL(npu.commands[DEVICE_REGISTER] - before, 2); /* once, and once more */
	reg_of(&a, AIV0, 4, &valid);
	CU_ASSERT_TRUE(valid);
	app_close(&a);
}

/* The ring of the driver was full: what got lost is asked for within a second. */
static void test_lost_events(void)
{
	static struct fake_npu npu;
	struct target_stop stop;
	struct fake_app a;

	app_reach_kernel(&a, &npu);
	CU_ASSERT_EQUAL(app_point(&a, TARGET_SW_BREAK, AT(5), true), TARGET_OK);
	app_run_kernel(&a);
	npu_turn(&npu);
	CU_ASSERT_TRUE(npu.cores[2].status == DEVICE_AT_BREAK && npu.count == 2);
	npu.count = 0;
	CU_ASSERT_TRUE_FATAL(app_event(&a, &stop));
	CU_ASSERT_TRUE(stop.kind == TARGET_STOP_SWBREAK && stop.tid.tid == AIV0);
	/* the end of a step, too */
	CU_ASSERT_EQUAL(app_resume(&a, TARGET_STEP, AIV1), TARGET_OK);
	npu.count = 0;
	CU_ASSERT_TRUE_FATAL(app_event(&a, &stop));
	CU_ASSERT_TRUE(stop.kind == TARGET_STOP_SIGNAL && stop.tid.tid == AIV1);
	app_close(&a);
}

/* The program resets the device while cores stand: they are gone, and nothing hangs. */
static void test_reset(void)
{
	static struct fake_npu npu;
	struct target_stop stop;
	struct fake_app a;
	bool valid;

	app_reach_kernel(&a, &npu);
	CU_ASSERT_EQUAL(app_point(&a, TARGET_SW_BREAK, AT(5), true), TARGET_OK);
	app_run_kernel(&a);
	CU_ASSERT_TRUE_FATAL(app_event(&a, &stop));
	CU_ASSERT_EQUAL(thread_count(&a), 2);
	npu.cores[2].status = npu.cores[3].status = DEVICE_UNKNOWN;
	reg_of(&a, AIV1, 6, &valid);
	CU_ASSERT_FALSE(valid);
	/* a step of what is gone comes to an end in words: nothing of it is left to move */
	CU_ASSERT_EQUAL(app_resume(&a, TARGET_STEP, AIV0), TARGET_OK);
	CU_ASSERT_TRUE_FATAL(app_event(&a, &stop));
	CU_ASSERT_EQUAL(stop.kind, TARGET_STOP_NO_RESUMED);
	CU_ASSERT_EQUAL(thread_count(&a), 1);
	/* the next launch is as good as ever */
	CU_ASSERT_EQUAL(app_resume(&a, TARGET_CONTINUE, 0), TARGET_OK);
	npu_launch(&npu, NPU_BASE, 0xc);
	CU_ASSERT_TRUE_FATAL(app_event(&a, &stop));
	CU_ASSERT_EQUAL(stop.kind, TARGET_STOP_SWBREAK);
	app_close(&a);
}

static void test_end(void)
{
	static struct fake_npu npu;
	struct target_stop stop;
	struct fake_app a;
	const void *data;
	size_t n;

	app_reach_kernel(&a, &npu);
	app_run_kernel(&a);
	app_quit(&a);
	/* the client keeps its process until it wants it to go on */
	CU_ASSERT_EQUAL(thread_count(&a), 1);
	CU_ASSERT_EQUAL(target_file(a.t, "/ascend/dev0/device", &data, &n), TARGET_OK);
	CU_ASSERT_EQUAL(app_resume(&a, TARGET_CONTINUE, 0), TARGET_OK);
	CU_ASSERT_TRUE_FATAL(app_event(&a, &stop));
	CU_ASSERT_TRUE(stop.kind == TARGET_STOP_EXITED && stop.tid.pid == APP_PROCESS);
	CU_ASSERT_EQUAL(thread_count(&a), 0);
	app_close(&a);
}

/* The client is gone while a launch is held and while a core stands at a breakpoint. */
static void test_client_lost(void)
{
	static struct fake_npu npu;
	struct target_stop stop;
	struct fake_app a;

	app_reach_kernel(&a, &npu);
	uint32_t word = npu_word_at(&npu, AT(5));
	npu_word(&npu, AT(40), NPU_END);
	CU_ASSERT_EQUAL(app_point(&a, TARGET_SW_BREAK, AT(5), true), TARGET_OK);
	app_run_kernel(&a);
	CU_ASSERT_TRUE_FATAL(app_event(&a, &stop));
	CU_ASSERT_EQUAL(target_detach(a.t, APP_PROCESS), TARGET_OK);
	CU_ASSERT_EQUAL(npu_word_at(&npu, AT(5)), word);
	for (int i = 0; i < 8; i++)
		npu_turn(&npu);
	CU_ASSERT_EQUAL(npu.cores[2].status, DEVICE_UNKNOWN);
	/* and nothing is held again */
	npu.memory[8000] ^= 1;
	CU_ASSERT_STRING_EQUAL(app_launch(&a, "mul"), "$ok;");
	app_close(&a);

	app_reach_kernel(&a, &npu);
	target_wish(a.t, 0);
	CU_ASSERT_STRING_EQUAL(app_answer(&a), "$ok;");
	app_close(&a);

	app_reach_kernel(&a, &npu);
	npu_word(&npu, AT(40), NPU_END);
	CU_ASSERT_EQUAL(app_point(&a, TARGET_SW_BREAK, AT(5), true), TARGET_OK);
	app_run_kernel(&a);
	CU_ASSERT_TRUE_FATAL(app_event(&a, &stop));
	target_wish(a.t, 0);
	for (int i = 0; i < 1000 && npu.cores[3].status != DEVICE_UNKNOWN; i++)
		app_serve(&a);
	CU_ASSERT_EQUAL(npu.cores[3].status, DEVICE_UNKNOWN);
	CU_ASSERT_NOT_EQUAL(npu_word_at(&npu, AT(5)), NPU_BREAK);
	/* the next client is told of it anew */
	target_wish(a.t, TARGET_WISH_EXEC);
	CU_ASSERT_EQUAL(app_resume(&a, TARGET_CONTINUE, 0), TARGET_OK);
	CU_ASSERT_TRUE_FATAL(app_event(&a, &stop));
	CU_ASSERT_EQUAL(stop.kind, TARGET_STOP_EXEC);
	app_close(&a);
}

static void test_garbage(void)
{
	static struct fake_npu npu;
	struct fake_app a;

	app_open(&a, &npu);
	CU_ASSERT_STRING_EQUAL(app_say(&a, "garbage#"), "$fail:20206;");
	CU_ASSERT_STRING_EQUAL(app_say(&a, "$kernel_name:x;stream_id:1;#"), "$ok;");
	CU_ASSERT_STRING_EQUAL(app_say(&a, "$device_id:0;tgid:1;soc_version:Abacus;#"),
			       "$fail:20204;");
	CU_ASSERT_STRING_EQUAL(a.told,
			       "device 0 is not debugged: Abacus is no chip this server knows|");
	app_set_device(&a);
	CU_ASSERT_STRING_EQUAL(app_say(&a,
				       "$kernel_name:x;pc_base_addr:1;kernel_binary:"
				       "0123456789012345678901234567890123456789012345678901234;#"),
			       "$ok;"); /* no kernel at all: it runs without being shown */
	CU_ASSERT_STRING_EQUAL(app_say(&a, "$stream_id:5;#"), "$ok;");
	CU_ASSERT_STRING_EQUAL(app_say(&a, "$device_id:0"), "");
	app_quit(&a);
	CU_ASSERT_EQUAL(thread_count(&a), 0);
	app_close(&a);
}

static const char *ask(struct fake_app *a, struct target_tid tid, const char *word,
		       const char *more, struct target_text *out)
{
	const char *argv[] = { "ascend", word, more };

	target_text_deinit(out);
	enum target_status status = target_command(a->t, tid, more ? 3 : 2, argv, out);
	return status == TARGET_OK ? out->data : target_words(a->t, status);
}

/* Monitor commands: before there is a device, while cores stand, and after it is gone. */
static void test_commands(void)
{
	static struct fake_npu npu;
	struct target_text out = { 0 };
	struct target_stop stop = { 0 };
	struct fake_app a;

	app_open(&a, &npu);
	CU_ASSERT_PTR_NOT_NULL(strstr(target_help(a.t), "ascend info blocks [-d] -- "));
	CU_ASSERT_STRING_EQUAL(ask(&a, stop.tid, "info", "cores", &out),
			       "no kernel was launched yet: go on until one is");
	CU_ASSERT_PTR_NOT_NULL(strstr(ask(&a, stop.tid, "device", "64", &out), "0 to 63, or all"));
	CU_ASSERT_PTR_NOT_NULL(strstr(ask(&a, stop.tid, "device", NULL, &out), "Usage: "));
	CU_ASSERT_PTR_NOT_NULL(strstr(ask(&a, stop.tid, "device", "1", &out), ", 1 is shown; "));
	app_set_device(&a);
	CU_ASSERT_STRING_EQUAL(a.answer, "$ok;");
	CU_ASSERT_EQUAL(npu.commands[DEVICE_ENABLE], 0); /* it is not this one */
	CU_ASSERT_STRING_EQUAL(ask(&a, stop.tid, "device", "all", &out),
			       "Every device that a program opens is shown.\n");
	app_close(&a);
	app_reach_kernel(&a, &npu);
	CU_ASSERT_EQUAL(app_point(&a, TARGET_SW_BREAK, AT(5), true), TARGET_OK);
	app_run_kernel(&a);
	CU_ASSERT_TRUE_FATAL(app_event(&a, &stop));
	CU_ASSERT_STRING_EQUAL(ask(&a, stop.tid, "info", "tasks", &out),
			       "  Device Stream Task Invocation\n"
			       "*   0       3     1  add\n");
	CU_ASSERT_PTR_NOT_NULL(strstr(ask(&a, stop.tid, "info", "breakpoints", &out), "in memory"));
	CU_ASSERT_PTR_NOT_NULL(strstr(ask(&a, stop.tid, "device", "0", &out),
				      "Device 0 is shown already, as process 4194305"));
	app_quit(&a);
	CU_ASSERT_EQUAL(app_resume(&a, TARGET_CONTINUE, 0), TARGET_OK);
	CU_ASSERT_TRUE_FATAL(app_event(&a, &stop));
	CU_ASSERT_EQUAL(stop.kind, TARGET_STOP_EXITED);
	CU_ASSERT_STRING_EQUAL(ask(&a, stop.tid, "info", "cores", &out),
			       "the program that used the device has ended or "
			       "given it back");
	target_text_deinit(&out);
	app_close(&a);
}

static const struct unit_test tests[] = {
	{ "entrance of a device", test_entrance },
	{ "nobody listens", test_nobody_listens },
	{ "breakpoint", test_break },
	{ "breakpoint in an unloaded kernel", test_unloaded },
	{ "steps", test_step },
	{ "condition", test_condition },
	{ "condition in a loop", test_condition_in_loop },
	{ "exception", test_exception },
	{ "interrupt", test_interrupt },
	{ "memory", test_memory },
	{ "regions", test_regions },
	{ "a core that does not answer", test_silent },
	{ "lost events", test_lost_events },
	{ "reset of the device", test_reset },
	{ "end of the app", test_end },
	{ "client lost", test_client_lost },
	{ "garbage", test_garbage },
	{ "monitor commands", test_commands },
};

int main(void)
{
	return unit_run("device", tests, sizeof(tests) / sizeof(tests[0]));
}
