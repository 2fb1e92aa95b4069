/*
 * Devices alone: the process that waits for a kernel, how it becomes the device, who hears of what,
 * and the programs that run by themselves.
 */
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "target/device/port.h"
#include "tests/fake/fake_app.h"
#include "tests/fake/fake_target.h"
#include "tests/unit/unit.h"

enum { NOBODY = 1 }; /* thread of the process that waits */

static const struct target_tid waiting = { APP_PROCESS, NOBODY };

static void port_open(struct fake_app *a, struct fake_npu *npu, struct target *host)
{
	app_open(a, npu);
	a->t = device_port_create(a->t, host, APP_DEVICE, a->t->log);
	CU_ASSERT_PTR_NOT_NULL_FATAL(a->t);
}

static size_t threads_of(struct fake_app *a, struct target_tid *first)
{
	struct target_tid tids[8] = { { 0 } };
	size_t n = 0;

	CU_ASSERT_EQUAL(target_threads(a->t, tids, 8, &n), TARGET_OK);
	*first = tids[0];
	return n;
}

static bool is_waiting(struct fake_app *a)
{
	struct target_text name = { 0 };
	struct target_tid tid;

	bool is = threads_of(a, &tid) == 1 && target_tid_equal(tid, waiting) &&
		  target_thread_name(a->t, tid, &name) == TARGET_OK &&
		  !strcmp(name.data, "no kernel yet");
	target_text_deinit(&name);
	return is;
}

static void test_waiting(void)
{
	struct target_text text = { 0 };
	static struct fake_npu npu;
	struct target_stop stop;
	struct fake_app a;
	uint8_t buf[ARCH_REG_MAX_BYTES];
	size_t done;
	bool valid;

	port_open(&a, &npu, NULL);
	target_wish(a.t, TARGET_WISH_EXEC);
	CU_ASSERT_TRUE(is_waiting(&a));
	CU_ASSERT_EQUAL(target_stop(a.t, (struct target_tid){ 0 }, &stop), TARGET_OK);
	CU_ASSERT_TRUE(target_tid_equal(stop.tid, waiting));
	CU_ASSERT_PTR_NOT_NULL(target_arch(a.t, waiting));
	CU_ASSERT_EQUAL(target_reg_read(a.t, waiting, 0, buf, &valid), TARGET_OK);
	CU_ASSERT_TRUE(valid && !memcmp(buf, "\0\0\0\0\0\0\0\0", 8));
	CU_ASSERT_NOT_EQUAL(target_mem_read(a.t, waiting, NPU_BASE, buf, 4, &done), TARGET_OK);
	CU_ASSERT_EQUAL(target_thread_name(a.t, waiting, &text), TARGET_OK);
	CU_ASSERT_STRING_EQUAL(text.data, "no kernel yet");
	CU_ASSERT_EQUAL(target_exec_file(a.t, APP_PROCESS, &text), TARGET_OK);
	CU_ASSERT_STRING_EQUAL(text.data, "no kernel yet/ascend/dev0/device");
	const void *data;
	CU_ASSERT_EQUAL(target_file(a.t, "/ascend/dev0/device", &data, &done), TARGET_OK);
	struct target_point p = { .kind = TARGET_SW_BREAK, .at = NPU_BASE, .size = 4 };
	CU_ASSERT_EQUAL(target_point_set(a.t, APP_PROCESS, &p), TARGET_NO_THREAD);
	/* the interrupt key works where nothing runs, too */
	CU_ASSERT_EQUAL(app_resume(&a, TARGET_CONTINUE, 0), TARGET_OK);
	CU_ASSERT_EQUAL(target_interrupt(a.t), TARGET_OK);
	CU_ASSERT_TRUE_FATAL(app_event(&a, &stop));
	CU_ASSERT_TRUE(stop.signal == TARGET_SIGNAL_INT && target_tid_equal(stop.tid, waiting));
	CU_ASSERT_EQUAL(target_detach(a.t, APP_PROCESS), TARGET_OK);
	CU_ASSERT_FALSE(is_waiting(&a));
	target_text_deinit(&text);
	app_close(&a);
}

/* A client without exec events is told of libraries. */
static void becomes(unsigned wishes, enum target_stop_kind kind)
{
	static struct fake_npu npu;
	struct target_stop stop;
	struct fake_app a;

	port_open(&a, &npu, NULL);
	target_wish(a.t, wishes);
	app_set_device(&a);
	CU_ASSERT_TRUE(is_waiting(&a));
	CU_ASSERT_STRING_EQUAL(app_launch(&a, "add"), "");
	CU_ASSERT_EQUAL(app_resume(&a, TARGET_CONTINUE, 0), TARGET_OK);
	CU_ASSERT_TRUE_FATAL(app_event(&a, &stop));
	CU_ASSERT_TRUE(stop.kind == kind && stop.tid.pid == APP_PROCESS);
	CU_ASSERT_EQUAL(app_resume(&a, TARGET_CONTINUE, 0), TARGET_OK);
	CU_ASSERT_TRUE_FATAL(app_event(&a, &stop));
	CU_ASSERT_EQUAL(stop.kind, TARGET_STOP_LIBRARY);
	CU_ASSERT_EQUAL(app_resume(&a, TARGET_CONTINUE, 0), TARGET_OK);
	CU_ASSERT_STRING_EQUAL(app_answer(&a), "$ok;");
	/* the end of the program is told at once */
	close(a.fd);
	a.fd = -1;
	CU_ASSERT_TRUE_FATAL(app_event(&a, &stop));
	CU_ASSERT_TRUE(stop.kind == TARGET_STOP_EXITED && stop.tid.pid == APP_PROCESS);
	/* the next program is not held up for it, until it waits again */
	CU_ASSERT_TRUE(is_waiting(&a));
	app_connect(&a);
	app_set_device(&a);
	CU_ASSERT_STRING_EQUAL(app_launch(&a, "add"), "$ok;");
	app_quit(&a);
	CU_ASSERT_TRUE(is_waiting(&a));
	app_connect(&a);
	CU_ASSERT_EQUAL(app_resume(&a, TARGET_CONTINUE, 0), TARGET_OK);
	CU_ASSERT_EQUAL(target_interrupt(a.t), TARGET_OK);
	CU_ASSERT_TRUE_FATAL(app_event(&a, &stop));
	app_set_device(&a);
	CU_ASSERT_STRING_EQUAL(app_launch(&a, "add"), "");
	CU_ASSERT_EQUAL(app_resume(&a, TARGET_CONTINUE, 0), TARGET_OK);
	CU_ASSERT_TRUE_FATAL(app_event(&a, &stop));
	CU_ASSERT_EQUAL(stop.kind, kind);
	app_close(&a);
}

static void test_becomes(void)
{
	becomes(TARGET_WISH_EXEC, TARGET_STOP_EXEC);
	becomes(TARGET_WISH_FORK, TARGET_STOP_LIBRARY);
}

/* A program that has given the device back, and lives, may take it again: there is no end to tell.
 */
static void test_given_back(void)
{
	static struct fake_npu npu;
	struct target_stop stop;
	struct target_tid tid;
	struct fake_app a;
	bool got;

	port_open(&a, &npu, NULL);
	target_wish(a.t, TARGET_WISH_EXEC);
	app_set_device(&a);
	CU_ASSERT_STRING_EQUAL(app_launch(&a, "add"), "");
	CU_ASSERT_EQUAL(app_resume(&a, TARGET_CONTINUE, 0), TARGET_OK);
	CU_ASSERT_TRUE_FATAL(app_event(&a, &stop));
	CU_ASSERT_EQUAL(stop.kind, TARGET_STOP_EXEC);
	CU_ASSERT_EQUAL(app_resume(&a, TARGET_CONTINUE, 0), TARGET_OK);
	CU_ASSERT_TRUE_FATAL(app_event(&a, &stop));
	CU_ASSERT_EQUAL(stop.kind, TARGET_STOP_LIBRARY);
	CU_ASSERT_EQUAL(app_resume(&a, TARGET_CONTINUE, 0), TARGET_OK);
	CU_ASSERT_STRING_EQUAL(app_answer(&a), "$ok;");
	CU_ASSERT_EQUAL(shutdown(a.fd, SHUT_WR), 0);
	for (int i = 0; i < 20; i++)
		CU_ASSERT_TRUE(target_next_event(a.t, &stop, &got) == TARGET_OK && !got);
	CU_ASSERT_EQUAL(recv(a.fd, &got, 1, MSG_DONTWAIT), 0); /* it has taken notice */
	CU_ASSERT_EQUAL(threads_of(&a, &tid), 1);
	CU_ASSERT_FALSE(is_waiting(&a));
	app_close(&a);
}

/* Without a client kernels run; who comes later finds the device, who comes after that waits. */
static void test_late(void)
{
	static struct fake_npu npu;
	struct target_stop stop;
	struct target_tid tid;
	struct fake_app a;

	port_open(&a, &npu, NULL);
	app_set_device(&a);
	CU_ASSERT_STRING_EQUAL(app_launch(&a, "add"), "$ok;");
	target_wish(a.t, TARGET_WISH_EXEC);
	CU_ASSERT_EQUAL(threads_of(&a, &tid), 1);
	CU_ASSERT_FALSE(is_waiting(&a));
	CU_ASSERT_EQUAL(target_stop(a.t, (struct target_tid){ 0 }, &stop), TARGET_OK);
	CU_ASSERT_TRUE(target_tid_equal(stop.tid, tid));
	CU_ASSERT_EQUAL(target_detach(a.t, APP_PROCESS), TARGET_OK);
	target_wish(a.t, 0);
	app_quit(&a);
	app_serve(&a);
	target_wish(a.t, TARGET_WISH_EXEC);
	CU_ASSERT_TRUE(is_waiting(&a));
	app_close(&a);
}

static void test_non_stop(void)
{
	static struct fake_npu npu;
	struct target_stop stop;
	struct fake_app a;

	port_open(&a, &npu, NULL);
	target_wish(a.t, TARGET_WISH_EXEC);
	CU_ASSERT_TRUE(target_non_stop(a.t, true));
	CU_ASSERT_EQUAL(app_resume(&a, TARGET_HALT, 0), TARGET_OK); /* it stands already */
	CU_ASSERT_EQUAL(app_resume(&a, TARGET_CONTINUE, 0), TARGET_OK);
	CU_ASSERT_EQUAL(app_resume(&a, TARGET_HALT, 0), TARGET_OK);
	CU_ASSERT_TRUE_FATAL(app_event(&a, &stop));
	CU_ASSERT_TRUE(stop.signal == TARGET_SIGNAL_NONE && target_tid_equal(stop.tid, waiting));
	target_heard(a.t, waiting);
	app_close(&a);
}

/* Programs beside it: they run from the first resume on, and take their signals along. */
static void test_host(void)
{
	struct fake_target *host = fake_target_create(FAKE_ALL | FAKE_START);
	static struct fake_npu npu;
	struct target_stop stop;
	struct fake_app a;

	port_open(&a, &npu, &host->base);
	target_wish(a.t, TARGET_WISH_EXEC);
	CU_ASSERT_EQUAL(host->resumes, 0);
	CU_ASSERT_EQUAL(app_resume(&a, TARGET_CONTINUE, 0), TARGET_OK);
	CU_ASSERT_EQUAL(host->resumes, 1);
	host->event = (struct target_stop){ .tid = { 1, 2 }, .signal = 14, .core = -1 };
	host->has_event = true;
	app_serve(&a);
	CU_ASSERT_EQUAL(host->resumes, 2);
	CU_ASSERT_TRUE(host->actions[0].signal == 14 && host->actions[0].tid == 2);
	CU_ASSERT_TRUE(host->actions[1].tid == -1 && !host->actions[1].signal);
	host->event =
		(struct target_stop){ .kind = TARGET_STOP_EXITED, .tid = { 1, 1 }, .value = 3 };
	host->has_event = true;
	host->ended[0] = host->ended[1] = host->ended[2] = true;
	CU_ASSERT_TRUE_FATAL(app_event(&a, &stop));
	CU_ASSERT_TRUE(stop.kind == TARGET_STOP_EXITED && stop.value == 3);
	CU_ASSERT_EQUAL(stop.tid.pid, APP_PROCESS);
	CU_ASSERT_FALSE(is_waiting(&a));
	app_close(&a);
}

/* In non-stop the end of a device leaves nothing, and the next one is new. */
static void test_non_stop_end(void)
{
	static struct fake_npu npu;
	struct target_stop stop;
	struct target_tid tid;
	struct fake_app a;

	port_open(&a, &npu, NULL);
	target_wish(a.t, TARGET_WISH_EXEC);
	app_set_device(&a);
	CU_ASSERT_STRING_EQUAL(app_launch(&a, "add"), "");
	CU_ASSERT_TRUE(target_non_stop(a.t, true));
	CU_ASSERT_EQUAL(app_resume(&a, TARGET_CONTINUE, 0), TARGET_OK);
	CU_ASSERT_TRUE_FATAL(app_event(&a, &stop));
	CU_ASSERT_EQUAL(stop.kind, TARGET_STOP_EXEC);
	close(a.fd);
	a.fd = -1;
	do {
		CU_ASSERT_TRUE_FATAL(app_event(&a, &stop));
	} while (stop.kind == TARGET_STOP_LIBRARY);
	CU_ASSERT_EQUAL(stop.kind, TARGET_STOP_EXITED);
	CU_ASSERT_EQUAL(threads_of(&a, &tid), 0);
	app_close(&a);
}

static const struct unit_test tests[] = {
	{ "waiting for a kernel", test_waiting },
	{ "the first kernel", test_becomes },
	{ "given back", test_given_back },
	{ "a client that comes late", test_late },
	{ "non-stop", test_non_stop },
	{ "the end in non-stop", test_non_stop_end },
	{ "programs that run by themselves", test_host },
};

int main(void)
{
	return unit_run("device port", tests, sizeof(tests) / sizeof(tests[0]));
}
