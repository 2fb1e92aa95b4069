/*
 * The wrappers of the target contract, over a fake target that records what reaches it.
 */
#include "target/target.h"
#include "tests/unit/unit.h"

#include <stdlib.h>
#include <string.h>

static const char *const columns[] = { "Id", "Name", "Note", NULL };

/* --- wrappers --- */

struct fake {
	struct target base;
	struct target_ops ops;
	unsigned calls;
	size_t last_n;
	enum target_status answer;
};

static const struct arch_reg regs[] = { { .name = "pc", .bits = 64 }, { .name = "x", .bits = 8 } };
static const struct arch_desc desc = { .regs = regs, .reg_count = 2 };

static struct fake *of(struct target *t)
{
	return (struct fake *)t;
}

static void fake_close(struct target *t)
{
	of(t)->calls++;
}

static enum target_status fake_threads(struct target *t, struct target_tid *out, size_t cap,
				       size_t *count)
{
	if (cap)
		out[0] = (struct target_tid){ 1, 2 };
	*count = 1;
	return of(t)->answer;
}

static const struct arch_desc *fake_arch(struct target *t, struct target_tid tid)
{
	of(t)->calls++;
	return tid.pid == 1 && tid.tid == 2 ? &desc : NULL;
}

static enum target_status fake_stop(struct target *t, struct target_tid tid,
				    struct target_stop *out)
{
	(void)tid;
	out->tid = (struct target_tid){ 1, 2 };
	return of(t)->answer;
}

static enum target_status fake_reg_read(struct target *t, struct target_tid tid, size_t reg,
					void *buf, bool *valid)
{
	(void)tid;
	of(t)->calls++;
	memset(buf, (int)reg, 1);
	*valid = true;
	return of(t)->answer;
}

static enum target_status fake_mem_read(struct target *t, struct target_tid tid, uint64_t at,
					void *buf, size_t n, size_t *done)
{
	(void)tid;
	(void)at;
	of(t)->calls++;
	of(t)->last_n = n;
	*done = n > 4 ? 4 : n;
	memset(buf, 1, *done);
	if (of(t)->answer != TARGET_OK)
		return target_fail(t, of(t)->answer, "words of %s", "a failure");
	target_fail(t, TARGET_FAULT, "a step that was recovered from");
	return TARGET_OK;
}

static struct fake fake_make(void)
{
	struct fake f = {
		.ops = {
			.close = fake_close,
			.threads = fake_threads,
			.arch = fake_arch,
			.stop = fake_stop,
			.reg_read = fake_reg_read,
			.mem_read = fake_mem_read,
		},
	};
	return f;
}

static const struct target_tid good = { 1, 2 };
static const struct target_tid none = { 0, 0 };
static const struct target_tid other = { 1, 3 };

static void wrap_threads(void)
{
	struct fake f = fake_make();
	struct target_tid tid;
	size_t count = 9;

	f.base.ops = &f.ops;
	CU_ASSERT_EQUAL(target_threads(&f.base, &tid, 1, &count), TARGET_OK);
	CU_ASSERT_EQUAL(count, 1);
	CU_ASSERT(target_tid_equal(tid, good));
	CU_ASSERT_EQUAL(target_threads(&f.base, NULL, 0, &count), TARGET_OK);
	CU_ASSERT_EQUAL(target_threads(&f.base, NULL, 1, &count), TARGET_INVALID);
	CU_ASSERT(target_has_thread(&f.base, good));
	CU_ASSERT(!target_has_thread(&f.base, other));
	f.calls = 0;
	CU_ASSERT(!target_has_thread(&f.base, none));
	CU_ASSERT_EQUAL(f.calls, 0);
	target_close(NULL);
	target_close(&f.base);
	CU_ASSERT_EQUAL(f.calls, 1);
}

static void wrap_stop(void)
{
	struct fake f = fake_make();
	struct target_stop stop;

	f.base.ops = &f.ops;
	CU_ASSERT_EQUAL(target_stop(&f.base, none, &stop), TARGET_OK);
	CU_ASSERT_EQUAL(stop.core, -1);
	CU_ASSERT_EQUAL(target_stop(&f.base, good, &stop), TARGET_OK);
	CU_ASSERT_EQUAL(target_stop(&f.base, (struct target_tid){ 1, 0 }, &stop), TARGET_NO_THREAD);
}

static void wrap_reg_read(void)
{
	struct fake f = fake_make();
	uint8_t buf[ARCH_REG_MAX_BYTES];
	bool valid = true;

	f.base.ops = &f.ops;
	CU_ASSERT_EQUAL(target_reg_read(&f.base, good, 1, buf, &valid), TARGET_OK);
	CU_ASSERT(valid && buf[0] == 1);
	CU_ASSERT_EQUAL(target_reg_read(&f.base, good, 2, buf, &valid), TARGET_INVALID);
	CU_ASSERT(!valid);
	CU_ASSERT_STRING_EQUAL(f.base.message, "there is no register 2, the last is 1");
	CU_ASSERT_EQUAL(target_reg_read(&f.base, other, 0, buf, &valid), TARGET_NO_THREAD);
	CU_ASSERT_STRING_EQUAL(f.base.message, "there is no thread 1.3");
}

static void wrap_mem_read(void)
{
	struct fake f = fake_make();
	uint8_t buf[16];
	size_t done = 9;

	f.base.ops = &f.ops;
	CU_ASSERT_EQUAL(target_mem_read(&f.base, good, 0x100, buf, 16, &done), TARGET_OK);
	CU_ASSERT_EQUAL(done, 4);
	CU_ASSERT_STRING_EQUAL(f.base.message, "");
	f.calls = 0;
	CU_ASSERT_EQUAL(target_mem_read(&f.base, good, 0x100, buf, 0, &done), TARGET_OK);
	CU_ASSERT(done == 0 && f.calls == 0);
	CU_ASSERT_EQUAL(target_mem_read(&f.base, none, 0x100, buf, 4, &done), TARGET_NO_THREAD);
	CU_ASSERT_EQUAL(f.calls, 0);
	f.answer = TARGET_FAULT;
	CU_ASSERT_EQUAL(target_mem_read(&f.base, good, 0x100, buf, 4, &done), TARGET_FAULT);
	CU_ASSERT_STRING_EQUAL(target_words(&f.base, TARGET_FAULT), "words of a failure");
}

static void wrap_mem_end(void)
{
	struct fake f = fake_make();
	uint8_t buf[16];
	size_t done;

	f.base.ops = &f.ops;
	CU_ASSERT_EQUAL(target_mem_read(&f.base, good, UINT64_MAX - 2, buf, 16, &done), TARGET_OK);
	CU_ASSERT_EQUAL(f.last_n, 3);
	CU_ASSERT_EQUAL(target_mem_read(&f.base, good, UINT64_MAX, buf, 16, &done), TARGET_OK);
	CU_ASSERT_EQUAL(f.last_n, 1);
	CU_ASSERT_EQUAL(target_mem_read(&f.base, good, 0, buf, 16, &done), TARGET_OK);
	CU_ASSERT_EQUAL(f.last_n, 16);
}

/* Everything a bare target cannot do, with words; and the two that are always fine. */
static void wrap_nothing(void)
{
	struct fake f = fake_make();
	struct target *t = &f.base;
	struct target_action action = { .kind = TARGET_CONTINUE };
	struct target_point point = { .kind = TARGET_SW_BREAK };
	struct target_stop stop;
	bool got = true;

	t->ops = &f.ops;
	CU_ASSERT_EQUAL(target_caps(t), 0);
	CU_ASSERT_EQUAL(target_resume(t, &action, 1), TARGET_UNSUPPORTED);
	CU_ASSERT(strlen(t->message) > 0);
	CU_ASSERT_EQUAL(target_interrupt(t), TARGET_UNSUPPORTED);
	CU_ASSERT_EQUAL(target_event_fd(t), -1);
	CU_ASSERT_EQUAL(target_next_event(t, &stop, &got), TARGET_OK);
	CU_ASSERT(!got);
	CU_ASSERT_EQUAL(target_detach(t, 1), TARGET_OK);
	CU_ASSERT_EQUAL(target_kill(t, 1), TARGET_OK);
	CU_ASSERT_EQUAL(target_point_set(t, 1, &point), TARGET_UNSUPPORTED);
	CU_ASSERT_EQUAL(target_point_clear(t, 1, &point), TARGET_UNSUPPORTED);
	CU_ASSERT_EQUAL(target_mem_write(t, good, 0, "x", 1), TARGET_UNSUPPORTED);
	CU_ASSERT_STRING_EQUAL(t->message, "this target cannot write memory");
	CU_ASSERT_EQUAL(target_reg_write(t, good, 0, "x"), TARGET_UNSUPPORTED);
}

static void wrap_no_view(void)
{
	struct fake f = fake_make();
	struct target *t = &f.base;
	struct target_text text = { 0 };
	struct target_region region;
	struct target_table table;
	const char *const argv[] = { "help" };
	const void *data;
	size_t n = 1;

	t->ops = &f.ops;
	CU_ASSERT_EQUAL(target_thread_name(t, good, &text), TARGET_UNSUPPORTED);
	CU_ASSERT_EQUAL(target_thread_text(t, good, &text), TARGET_UNSUPPORTED);
	CU_ASSERT_EQUAL(target_exec_file(t, 1, &text), TARGET_UNSUPPORTED);
	CU_ASSERT_EQUAL(target_libraries(t, 1, NULL, NULL), TARGET_UNSUPPORTED);
	CU_ASSERT_EQUAL(target_region(t, good, 0, &region), TARGET_UNSUPPORTED);
	CU_ASSERT_EQUAL(target_file(t, "/x", &data, &n), TARGET_UNSUPPORTED);
	CU_ASSERT_EQUAL(n, 0);
	CU_ASSERT_PTR_NULL(target_tables(t, &n));
	CU_ASSERT_EQUAL(target_table(t, "x", &table), TARGET_UNSUPPORTED);
	CU_ASSERT_EQUAL(target_command(t, good, 1, argv, &text), TARGET_UNSUPPORTED);
	CU_ASSERT_STRING_EQUAL(target_help(t), "");
	CU_ASSERT_PTR_NULL(text.data);
}

/* --- a target with everything --- */

static enum target_status yes_reg(struct target *t, struct target_tid tid, size_t reg,
				  const void *value)
{
	(void)tid, (void)reg, (void)value;
	of(t)->calls++;
	return TARGET_OK;
}

static enum target_status yes_mem(struct target *t, struct target_tid tid, uint64_t at,
				  const void *data, size_t n)
{
	(void)tid, (void)at, (void)data, (void)n;
	of(t)->calls++;
	return TARGET_OK;
}

static enum target_status yes_resume(struct target *t, const struct target_action *a, size_t n)
{
	(void)a, (void)n;
	of(t)->calls++;
	return TARGET_OK;
}

static enum target_status yes(struct target *t)
{
	of(t)->calls++;
	return TARGET_OK;
}

static enum target_status yes_pid(struct target *t, uint32_t pid)
{
	(void)pid;
	of(t)->calls++;
	return TARGET_OK;
}

static int yes_fd(const struct target *t)
{
	(void)t;
	return 5;
}

static enum target_status yes_event(struct target *t, struct target_stop *out, bool *got)
{
	(void)t;
	out->signal = TARGET_SIGNAL_TRAP;
	*got = true;
	return TARGET_OK;
}

static enum target_status yes_point(struct target *t, uint32_t pid, const struct target_point *p)
{
	(void)pid, (void)p;
	of(t)->calls++;
	return TARGET_OK;
}

static enum target_status yes_name(struct target *t, struct target_tid tid, struct target_text *out)
{
	(void)t, (void)tid;
	target_text_add(out, "name");
	return TARGET_OK;
}

static enum target_status yes_region(struct target *t, struct target_tid tid, uint64_t at,
				     struct target_region *out)
{
	(void)t, (void)tid, (void)at;
	out->mapped = true;
	return TARGET_OK;
}

static enum target_status full_table(struct target *t, const char *name, struct target_table *out)
{
	(void)t, (void)name;
	target_table_init(out, columns);
	out->cells.failed = true;
	return TARGET_OK;
}

static const struct target_table_info *yes_tables(const struct target *t, size_t *count)
{
	(void)t;
	*count = 0;
	return NULL;
}

static const struct target_write_ops write_ops = { yes_reg, yes_mem };
static const struct target_run_ops run_ops = {
	.resume = yes_resume,
	.interrupt = yes,
	.event_fd = yes_fd,
	.next_event = yes_event,
	.detach = yes_pid,
	.kill = yes_pid,
};
static const struct target_point_ops point_ops = { .set = yes_point, .clear = yes_point };
static const struct target_view_ops view_ops = {
	.thread_name = yes_name,
	.thread_text = yes_name,
	.region = yes_region,
	.tables = yes_tables,
	.table = full_table,
};

static struct fake full_make(void)
{
	struct fake f = fake_make();

	f.ops.write = &write_ops;
	f.ops.run = &run_ops;
	f.ops.points = &point_ops;
	f.ops.view = &view_ops;
	return f;
}

static void wrap_full_run(void)
{
	struct fake f = full_make();
	struct target *t = &f.base;
	struct target_action action = { .kind = TARGET_CONTINUE };
	struct target_point point = { .kind = TARGET_SW_BREAK };
	struct target_stop stop;
	bool got = false;

	t->ops = &f.ops;
	CU_ASSERT_EQUAL(target_resume(t, &action, 1), TARGET_OK);
	CU_ASSERT_EQUAL(target_interrupt(t), TARGET_OK);
	CU_ASSERT_EQUAL(target_detach(t, 1), TARGET_OK);
	CU_ASSERT_EQUAL(target_kill(t, 1), TARGET_OK);
	CU_ASSERT_EQUAL(target_point_set(t, 1, &point), TARGET_OK);
	CU_ASSERT_EQUAL(target_point_clear(t, 1, &point), TARGET_OK);
	CU_ASSERT_EQUAL(f.calls, 6);
	CU_ASSERT_EQUAL(target_resume(t, &action, 0), TARGET_INVALID);
	point.kind = (enum target_point_kind)9;
	CU_ASSERT_EQUAL(target_point_set(t, 1, &point), TARGET_INVALID);
	CU_ASSERT_EQUAL(f.calls, 6);
	CU_ASSERT_EQUAL(target_event_fd(t), 5);
	CU_ASSERT_EQUAL(target_next_event(t, &stop, &got), TARGET_OK);
	CU_ASSERT(got && stop.signal == TARGET_SIGNAL_TRAP);
}

static void wrap_full_write(void)
{
	struct fake f = full_make();
	struct target *t = &f.base;

	t->ops = &f.ops;
	CU_ASSERT_EQUAL(target_mem_write(t, good, 0, "x", 1), TARGET_OK);
	CU_ASSERT_EQUAL(target_reg_write(t, good, 0, "x"), TARGET_OK);
	f.calls = 0;
	CU_ASSERT_EQUAL(target_mem_write(t, good, 0, "x", 0), TARGET_OK);
	CU_ASSERT_EQUAL(target_mem_write(t, none, 0, "x", 1), TARGET_NO_THREAD);
	CU_ASSERT_EQUAL(target_mem_write(t, good, UINT64_MAX, "xy", 2), TARGET_INVALID);
	CU_ASSERT_EQUAL(f.calls, 0);
	CU_ASSERT_EQUAL(target_mem_write(t, good, UINT64_MAX, "x", 1), TARGET_OK);
	CU_ASSERT_EQUAL(target_reg_write(t, good, 5, "x"), TARGET_INVALID);
	CU_ASSERT_EQUAL(target_reg_write(t, other, 0, "x"), TARGET_NO_THREAD);
}

static void wrap_full_view(void)
{
	struct fake f = full_make();
	struct target *t = &f.base;
	struct target_text text = { 0 };
	struct target_region region;
	struct target_table table;

	t->ops = &f.ops;
	CU_ASSERT_EQUAL(target_thread_name(t, good, &text), TARGET_OK);
	CU_ASSERT_STRING_EQUAL(text.data, "name");
	CU_ASSERT_EQUAL(target_thread_name(t, none, &text), TARGET_NO_THREAD);
	CU_ASSERT_EQUAL(target_thread_text(t, none, &text), TARGET_NO_THREAD);
	CU_ASSERT_EQUAL(target_region(t, good, 0, &region), TARGET_OK);
	CU_ASSERT_EQUAL(target_region(t, none, 0, &region), TARGET_NO_THREAD);
	CU_ASSERT_EQUAL(target_table(t, "x", &table), TARGET_SYSTEM);
	target_table_deinit(&table);
	target_text_deinit(&text);
}

static void caps(void)
{
	struct fake f = full_make();

	f.base.ops = &f.ops;
	CU_ASSERT_EQUAL(target_caps(&f.base), TARGET_CAN_RUN | TARGET_CAN_WRITE | TARGET_CAN_BREAK |
						      TARGET_HAS_NAMES | TARGET_HAS_REGIONS |
						      TARGET_HAS_TABLES);
	f.ops.run = NULL;
	f.ops.points = NULL;
	CU_ASSERT_EQUAL(target_caps(&f.base) & (TARGET_CAN_RUN | TARGET_CAN_BREAK), 0);
}

static void words(void)
{
	struct fake f = fake_make();

	for (int s = TARGET_OK; s <= TARGET_GONE; s++)
		CU_ASSERT(strlen(target_words(&f.base, (enum target_status)s)) > 0);
	CU_ASSERT(strlen(target_words(&f.base, (enum target_status)99)) > 0);
	CU_ASSERT_EQUAL(target_fail(&f.base, TARGET_FAULT, "%300d", 1), TARGET_FAULT);
	CU_ASSERT_EQUAL(strlen(f.base.message), TARGET_MESSAGE - 1);
	CU_ASSERT_STRING_EQUAL(target_words(&f.base, TARGET_OK), "no error");
}

static void note(void *ctx, enum target_log_level level, const char *text)
{
	CU_ASSERT_EQUAL(level, TARGET_LOG_WARN);
	CU_ASSERT_STRING_EQUAL(text, "thing: 3 things");
	++*(int *)ctx;
}

static void told(void *ctx, const char *text)
{
	CU_ASSERT_STRING_EQUAL(text, "3 things");
	*(int *)ctx += 10;
}

static void log_lines(void)
{
	int n = 0;
	struct target_log log = { .write = note, .ctx = &n };
	struct target_log both = { note, &n, told };
	struct target_log silent = { 0 };

	target_logf(&log, TARGET_LOG_WARN, "thing: %d things", 3);
	target_logf(&silent, TARGET_LOG_WARN, "thing: %d things", 3);
	CU_ASSERT_EQUAL(n, 1);
	/* what is told is logged too, and told only where somebody listens */
	target_tell(&log, TARGET_LOG_WARN, "thing", "%d things", 3);
	target_tell(&silent, TARGET_LOG_WARN, "thing", "%d things", 3);
	CU_ASSERT_EQUAL(n, 2);
	target_tell(&both, TARGET_LOG_WARN, "thing", "%d things", 3);
	CU_ASSERT_EQUAL(n, 13);
}

static const struct unit_test tests[] = {
	{ "threads", wrap_threads },
	{ "stop", wrap_stop },
	{ "register read", wrap_reg_read },
	{ "memory read", wrap_mem_read },
	{ "memory read at the last address", wrap_mem_end },
	{ "a target that only looks", wrap_nothing },
	{ "a target without a view", wrap_no_view },
	{ "run and points", wrap_full_run },
	{ "writes", wrap_full_write },
	{ "view", wrap_full_view },
	{ "capabilities", caps },
	{ "words of failures", words },
	{ "log", log_lines },
};

int main(void)
{
	return unit_run("target", tests, sizeof(tests) / sizeof(*tests));
}
