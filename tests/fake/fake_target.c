/*
 * The fake behind the tests and fuzzers of stub/: three threads, a few registers, memory with
 * holes, files, tables, names that need escaping. What it is asked to do it notes for the test.
 */
#include "tests/fake/fake_target.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "stub/session.h"

static struct fake_target *fake(struct target *t)
{
	return (struct fake_target *)t;
}

static const struct arch_feature features[] = {
	{ "org.gnu.gdb.aarch64.core", "" },
	{ "org.ascend.fake", "<vector id=\"v32u8\" type=\"uint8\" count=\"32\"/>" },
};

static const struct arch_reg regs[FAKE_REGS] = {
	[FAKE_PC] = { "pc", "code_ptr", NULL, 64, 0, ARCH_PC, -1, 0, 0 },
	[FAKE_SP] = { "sp", "data_ptr", NULL, 64, 0, ARCH_SP, 31, 0, 0 },
	[FAKE_X29] = { "x29", "int64", NULL, 64, 0, ARCH_FP, 29, 0, 0 },
	[FAKE_X30] = { "x30", "code_ptr", NULL, 64, 0, ARCH_RA, 30, 0, 0 },
	[FAKE_X0] = { "x0", "int64", NULL, 64, 0, ARCH_PLAIN, 0, 0, 0 },
	[FAKE_X1] = { "x1", "int64", NULL, 64, 0, ARCH_PLAIN, 1, 0, 0 },
	[FAKE_LOST] = { "lost", "int64", "ascend", 64, 1, ARCH_PLAIN, -1, 0, 0 },
	[FAKE_V0] = { "v0", "v32u8", "vector", 256, 1, ARCH_PLAIN, -1, 0, 0 },
	[FAKE_FLAG] = { "flag", "uint8", "ascend", 8, 1, ARCH_FLAGS, -1, 0, 0 },
};

static const struct arch_desc arch = {
	.name = "aarch64",
	.osabi = "none",
	.features = features,
	.feature_count = 2,
	.regs = regs,
	.reg_count = FAKE_REGS,
	.g_count = 4,
	.pc = FAKE_PC,
	.sp = FAKE_SP,
	.fp = FAKE_X29,
};

static uint32_t pid_of(const struct fake_target *f, uint32_t tid)
{
	return f->flags & FAKE_TWO_PROCESSES && tid == 3 ? 2 : 1;
}

static bool exists(const struct fake_target *f, struct target_tid tid)
{
	return tid.tid >= 1 && tid.tid <= FAKE_THREADS && tid.pid == pid_of(f, tid.tid) &&
	       !f->ended[tid.pid];
}

static enum target_status gone(struct target *t)
{
	return target_fail(t, TARGET_GONE, "the fake was switched off");
}

static void fake_close(struct target *t)
{
	free(t);
}

static enum target_status fake_threads(struct target *t, struct target_tid *out, size_t cap,
				       size_t *count)
{
	*count = 0;
	for (uint32_t tid = 1; tid <= FAKE_THREADS; tid++) {
		struct target_tid id = { pid_of(fake(t), tid), tid };

		if (!exists(fake(t), id))
			continue;
		if (*count < cap)
			out[*count] = id;
		++*count;
	}
	return TARGET_OK;
}

static const struct arch_desc *fake_arch(struct target *t, struct target_tid tid)
{
	return exists(fake(t), tid) ? &arch : NULL;
}

static enum target_status fake_stop(struct target *t, struct target_tid tid,
				    struct target_stop *out)
{
	if (fake(t)->gone)
		return gone(t);
	/* thread 2 stopped first, so a test sees that no default is "thread 1" */
	if (!tid.pid)
		tid = (struct target_tid){ 1, 2 };
	if (!exists(fake(t), tid))
		return TARGET_NO_THREAD;
	*out = (struct target_stop){
		.kind = TARGET_STOP_SIGNAL,
		.tid = tid,
		.signal = tid.tid == 2 ? TARGET_SIGNAL_SEGV : TARGET_SIGNAL_NONE,
		.core = (int)tid.tid + 9,
		.text = tid.tid == 2 ? "read <of> UB" : NULL,
	};
	return TARGET_OK;
}

static enum target_status fake_reg_read(struct target *t, struct target_tid tid, size_t reg,
					void *buf, bool *valid)
{
	if (fake(t)->gone)
		return gone(t);
	*valid = reg != FAKE_LOST;
	if (*valid)
		memcpy(buf, fake(t)->regs[tid.tid - 1][reg], arch_reg_size(&regs[reg]));
	return TARGET_OK;
}

/* --- memory --- */

struct range {
	uint64_t start, end; /* end 0: the end of the address space */
	const char *name;
	bool writable;
};

static const struct range ranges[] = {
	{ FAKE_TEXT, FAKE_HOLE, "text", false },
	{ FAKE_RAM, FAKE_RAM + 0x1000, "ram", true },
	{ FAKE_BYTES, FAKE_BYTES + 0x100, "<bytes>", false },
	{ FAKE_OWN, FAKE_OWN + 16, "", false },
	{ FAKE_BIG, FAKE_BIG + (2 << 20), "big", false },
	{ FAKE_LAST, 0, "last", false },
};

enum { RANGES = sizeof(ranges) / sizeof(ranges[0]) };

static const struct range *range_at(uint64_t at)
{
	for (size_t i = 0; i < RANGES; i++)
		if (at >= ranges[i].start && at - 1 < ranges[i].end - 1)
			return &ranges[i];
	return NULL;
}

static uint8_t byte_at(struct fake_target *f, struct target_tid tid, uint64_t start, uint64_t at)
{
	switch (start) {
	case FAKE_RAM:
		return f->ram[at - FAKE_RAM];
	case FAKE_BYTES:
		return (uint8_t)at;
	case FAKE_OWN:
		return (uint8_t)tid.tid;
	case FAKE_LAST:
		return 0;
	default: /* digit number at % 16 of the address */
		return (uint8_t) "0123456789abcdef"[(at & ~15ull) >> 4 * (15 - at % 16) & 15];
	}
}

static enum target_status fake_mem_read(struct target *t, struct target_tid tid, uint64_t at,
					void *buf, size_t n, size_t *done)
{
	const struct range *r = range_at(at);

	if (fake(t)->gone)
		return gone(t);
	if (!r)
		return target_fail(t, TARGET_FAULT, "nothing at %#" PRIx64, at);
	uint64_t left = r->end - at; /* wraps rightly when the end is 2^64 */
	if (n > left)
		n = (size_t)left;
	for (size_t i = 0; i < n; i++)
		((uint8_t *)buf)[i] = byte_at(fake(t), tid, r->start, at + i);
	*done = n;
	return TARGET_OK;
}

static enum target_status fake_reg_write(struct target *t, struct target_tid tid, size_t reg,
					 const void *value)
{
	if (reg == FAKE_LOST)
		return target_fail(t, TARGET_UNAVAILABLE, "lost cannot be written");
	memcpy(fake(t)->regs[tid.tid - 1][reg], value, arch_reg_size(&regs[reg]));
	return TARGET_OK;
}

static enum target_status fake_mem_write(struct target *t, struct target_tid tid, uint64_t at,
					 const void *data, size_t n)
{
	const struct range *r = range_at(at);

	(void)tid;
	if (!r || !r->writable || n > r->end - at)
		return target_fail(t, TARGET_FAULT, "no writable memory at %#" PRIx64, at);
	memcpy(fake(t)->ram + (at - FAKE_RAM), data, n);
	return TARGET_OK;
}

static const struct target_write_ops write_ops = { .reg = fake_reg_write, .mem = fake_mem_write };

/* --- running --- */

static enum target_status fake_resume(struct target *t, const struct target_action *a, size_t n)
{
	struct fake_target *f = fake(t);

	if (f->gone)
		return gone(t);
	for (size_t i = 0; i < n; i++)
		if (a[i].tid > FAKE_THREADS)
			return target_fail(t, TARGET_NO_THREAD, "there is no thread %" PRId64,
					   a[i].tid);
	f->resumes++;
	f->action_count = n < FAKE_ACTIONS ? n : FAKE_ACTIONS;
	memcpy(f->actions, a, f->action_count * sizeof(*a));
	return TARGET_OK;
}

static enum target_status fake_interrupt(struct target *t)
{
	struct fake_target *f = fake(t);

	f->interrupts++;
	f->has_event = true;
	f->event = (struct target_stop){ .tid = { 1, 1 }, .signal = TARGET_SIGNAL_INT, .core = -1 };
	return TARGET_OK;
}

static int fake_event_fd(const struct target *t)
{
	(void)t;
	return -1;
}

static enum target_status fake_next_event(struct target *t, struct target_stop *out, bool *got)
{
	struct fake_target *f = fake(t);

	if (f->gone)
		return gone(t);
	*got = f->has_event;
	if (f->has_event)
		*out = f->event;
	f->has_event = false;
	return TARGET_OK;
}

static bool is_there(struct target *t, uint32_t pid)
{
	return pid && pid <= 2 && !fake(t)->ended[pid];
}

static enum target_status fake_detach(struct target *t, uint32_t pid)
{
	if (!is_there(t, pid))
		return TARGET_NO_THREAD;
	fake(t)->detached = pid;
	fake(t)->ended[pid] = true;
	return TARGET_OK;
}

static enum target_status fake_kill(struct target *t, uint32_t pid)
{
	if (!is_there(t, pid))
		return TARGET_NO_THREAD;
	fake(t)->killed = pid;
	fake(t)->ended[pid] = true;
	return TARGET_OK;
}

static void fake_non_stop(struct target *t, bool on)
{
	fake(t)->non_stop = on;
}

static void fake_pause(struct target *t)
{
	fake(t)->pauses++;
}

static void fake_wish(struct target *t, unsigned wishes)
{
	fake(t)->wishes = wishes;
}

static enum target_status fake_catch(struct target *t, uint32_t pid, bool on, const int64_t *calls,
				     size_t n)
{
	struct fake_target *f = fake(t);

	if (pid != 1)
		return target_fail(t, TARGET_INVALID, "process %u cannot be watched", pid);
	f->catching = on;
	f->call_count = n;
	f->last_call = n ? calls[n - 1] : -1;
	return TARGET_OK;
}

static void fake_pass(struct target *t, const uint8_t *bits, size_t n)
{
	memcpy(fake(t)->pass, bits, n < sizeof(fake(t)->pass) ? n : sizeof(fake(t)->pass));
}

static const struct target_run_ops run_ops = {
	.resume = fake_resume,
	.interrupt = fake_interrupt,
	.event_fd = fake_event_fd,
	.next_event = fake_next_event,
	.detach = fake_detach,
	.kill = fake_kill,
};

/* Of a target that starts programs: what an operating system adds. */
static const struct target_run_ops live_run_ops = {
	.resume = fake_resume,
	.interrupt = fake_interrupt,
	.event_fd = fake_event_fd,
	.next_event = fake_next_event,
	.detach = fake_detach,
	.kill = fake_kill,
	.non_stop = fake_non_stop,
	.pause = fake_pause,
	.wish = fake_wish,
	.catch_calls = fake_catch,
	.pass = fake_pass,
};

static enum target_status fake_set(struct target *t, uint32_t pid, const struct target_point *p)
{
	(void)pid;
	if (!range_at(p->at))
		return target_fail(t, TARGET_FAULT, "nothing at %#" PRIx64, p->at);
	fake(t)->points_set++;
	fake(t)->point = *p;
	return TARGET_OK;
}

static enum target_status fake_clear(struct target *t, uint32_t pid, const struct target_point *p)
{
	(void)pid;
	fake(t)->points_cleared++;
	fake(t)->point = *p;
	return TARGET_OK;
}

static const struct target_point_ops point_ops = { .set = fake_set, .clear = fake_clear };

/* --- view --- */

static enum target_status fake_name(struct target *t, struct target_tid tid,
				    struct target_text *out)
{
	(void)t;
	target_text_format(out, "AIV \"%u\"", tid.tid);
	return TARGET_OK;
}

static enum target_status fake_text(struct target *t, struct target_tid tid,
				    struct target_text *out)
{
	(void)t;
	target_text_format(out, "stopped & <%u>", tid.tid);
	return TARGET_OK;
}

static enum target_status fake_exec_file(struct target *t, uint32_t pid, struct target_text *out)
{
	if (pid != 1)
		return target_fail(t, TARGET_UNAVAILABLE, "process %u has no program", pid);
	target_text_add(out, "/ascend/dev0/device");
	return TARGET_OK;
}

static enum target_status fake_libraries(struct target *t, uint32_t pid, target_library_fn fn,
					 void *ctx)
{
	static const uint64_t at[] = { 0x1000, 0xfffffffffffff000 };
	const struct target_library lib = { "/ascend/dev0/add<float>&.o", at, 2 };

	(void)t;
	(void)pid;
	fn(ctx, &lib);
	return TARGET_OK;
}

static enum target_status fake_region(struct target *t, struct target_tid tid, uint64_t at,
				      struct target_region *out)
{
	(void)t;
	(void)tid;
	for (size_t i = 0; i < RANGES; i++) {
		const struct range *r = &ranges[i];

		if (at < r->start) {
			out->end = r->start;
			return TARGET_OK;
		}
		if (at - 1 < r->end - 1) {
			*out = (struct target_region){ r->start,    r->end, true, true,
						       r->writable, false,  "" };
			snprintf(out->name, sizeof(out->name), "%s", r->name);
			return TARGET_OK;
		}
		out->start = r->end;
	}
	return TARGET_OK;
}

static enum target_status fake_file(struct target *t, const char *path, const void **data,
				    size_t *n)
{
	if (!strcmp(path, "/ascend/empty")) {
		*data = "";
		return TARGET_OK;
	}
	if (strcmp(path, "/ascend/dev0/device") != 0 || fake(t)->file_gone)
		return target_fail(t, TARGET_INVALID, "there is no file %s", path);
	*data = fake(t)->file;
	*n = sizeof(fake(t)->file);
	return TARGET_OK;
}

static const struct target_table_info *fake_tables(const struct target *t, size_t *count)
{
	static const struct target_table_info info[] = {
		{ "ascend-cores", "Cores & <what> they did", NULL },
		{ "ascend-empty", "No columns", NULL },
	};

	(void)t;
	*count = 2;
	return info;
}

static enum target_status fake_table(struct target *t, const char *name, struct target_table *out)
{
	static const char *const columns[] = { "Core", "State", NULL };

	if (!strcmp(name, "ascend-empty"))
		return TARGET_OK;
	if (strcmp(name, "ascend-cores") != 0)
		return target_fail(t, TARGET_INVALID, "there is no table %s", name);
	target_table_init(out, columns);
	for (unsigned i = 1; i <= FAKE_THREADS; i++) {
		target_table_cell(out, "AIV %u", i);
		target_table_cell(out, "%s", i == 2 ? "read <of> UB" : "");
	}
	return TARGET_OK;
}

static enum target_status fake_command(struct target *t, struct target_tid tid, size_t argc,
				       const char *const *argv, struct target_text *out)
{
	if (!strcmp(argv[0], "fail"))
		return target_fail(t, TARGET_INVALID, "it did not work");
	if (!strcmp(argv[0], "big"))
		target_text_format(out, "%*d\n", SESSION_PACKET_SIZE * 2 / 3, 1);
	else if (!strcmp(argv[0], "words"))
		target_text_format(out, "%zu words, thread %u\n", argc, tid.tid);
	else if (strcmp(argv[0], "nothing") != 0)
		return TARGET_UNSUPPORTED;
	return TARGET_OK;
}

static const char *fake_help(const struct target *t)
{
	(void)t;
	return "  words ...            count words\n";
}

static const struct target_view_ops view_ops = {
	.thread_name = fake_name,
	.thread_text = fake_text,
	.exec_file = fake_exec_file,
	.libraries = fake_libraries,
	.region = fake_region,
	.file = fake_file,
	.tables = fake_tables,
	.table = fake_table,
	.command = fake_command,
	.help = fake_help,
};

/* --- symbols --- */

/* Two symbols are wanted, one after the other. */
static const char *fake_symbol_wanted(struct target *t, uint32_t pid, bool first)
{
	static const char *const names[] = { "one", "two" };
	struct fake_target *f = fake(t);

	(void)pid;
	if (first)
		f->asked = 0;
	return f->asked < 2 ? names[f->asked++] : NULL;
}

static void fake_symbol_found(struct target *t, uint32_t pid, const char *name,
			      const uint64_t *value)
{
	struct fake_target *f = fake(t);
	size_t n = strlen(f->symbols);

	if (value)
		snprintf(f->symbols + n, sizeof(f->symbols) - n, "%u %s=%" PRIx64 "|", pid, name,
			 *value);
	else
		snprintf(f->symbols + n, sizeof(f->symbols) - n, "%u %s=?|", pid, name);
}

static enum target_status fake_tls(struct target *t, struct target_tid tid, uint64_t lm,
				   uint64_t offset, uint64_t *out)
{
	if (lm != FAKE_LINK_MAP)
		return target_fail(t, TARGET_UNAVAILABLE, "no library at %#" PRIx64, lm);
	*out = 0x10000 * tid.tid + offset;
	return TARGET_OK;
}

static enum target_status fake_link_word(struct target *t, uint32_t pid, uint64_t *out)
{
	(void)t;
	(void)pid;
	*out = FAKE_LINK_MAP;
	return TARGET_OK;
}

static const struct target_os_ops os_ops = {
	.link_word = fake_link_word,
	.symbol_wanted = fake_symbol_wanted,
	.symbol_found = fake_symbol_found,
	.tls_address = fake_tls,
};

static const struct target_run_ops *run_of(unsigned flags)
{
	if (!(flags & FAKE_RUN))
		return NULL;
	return flags & FAKE_START ? &live_run_ops : &run_ops;
}

/* Each register spells its name; the last byte of the wide enough ones is the thread. */
static void fill_registers(struct fake_target *f)
{
	for (uint8_t tid = 1; tid <= FAKE_THREADS; tid++)
		for (size_t i = 0; i < FAKE_REGS; i++) {
			uint8_t *value = f->regs[tid - 1][i];
			size_t size = arch_reg_size(&regs[i]);

			memcpy(value, regs[i].name, strlen(regs[i].name));
			value[size - 1] = tid;
		}
}

struct fake_target *fake_target_create(unsigned flags)
{
	struct fake_target *f = calloc(1, sizeof(*f));

	if (!f)
		abort();
	f->flags = flags;
	f->ops = (struct target_ops){
		.close = fake_close,
		.threads = fake_threads,
		.arch = fake_arch,
		.stop = fake_stop,
		.reg_read = fake_reg_read,
		.mem_read = fake_mem_read,
		.write = flags & FAKE_WRITE ? &write_ops : NULL,
		.run = run_of(flags),
		.points = flags & FAKE_POINTS ? &point_ops : NULL,
		.process = flags & FAKE_START ? &fake_process_ops : NULL,
		.os = flags & FAKE_START ? &os_ops : NULL,
		.view = flags & FAKE_VIEW ? &view_ops : NULL,
	};
	f->base.ops = &f->ops;
	for (size_t i = 0; i < sizeof(f->file); i++)
		f->file[i] = (uint8_t)(i + i / 256);
	fill_registers(f);
	return f;
}
