/*
 * The thin wrappers between stub/ and the operations of a target: each checks its arguments,
 * answers for an operation that is NULL, and holds the implementation to its contract.
 * Called by stub/ and by tests; what the answers look like on the wire is stub/reply.c's.
 */
#include "target/target.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

enum target_status target_fail(struct target *t, enum target_status status, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	if (vsnprintf(t->message, sizeof(t->message), fmt, args) < 0)
		t->message[0] = '\0';
	va_end(args);
	return status;
}

static const char *status_words(enum target_status status)
{
	switch (status) {
	case TARGET_OK:
		return "no error";
	case TARGET_UNSUPPORTED:
		return "this target cannot do that";
	case TARGET_INVALID:
		return "the argument makes no sense";
	case TARGET_NO_THREAD:
		return "there is no such thread";
	case TARGET_FAULT:
		return "there is no memory at this address";
	case TARGET_UNAVAILABLE:
		return "the value was not saved";
	case TARGET_RUNNING:
		return "the target is running";
	case TARGET_SYSTEM:
		return "a system call failed";
	case TARGET_DENIED:
		return "this has been ruled out";
	case TARGET_GONE:
		return "the target is gone";
	}
	return "unknown error";
}

const char *target_words(const struct target *t, enum target_status status)
{
	return status != TARGET_OK && t->message[0] ? t->message : status_words(status);
}

/* --- required operations --- */

static void begin(struct target *t)
{
	t->message[0] = '\0';
}

/* A message left over from a step that was recovered from is not the message of a success. */
static enum target_status end(struct target *t, enum target_status status)
{
	if (status == TARGET_OK)
		t->message[0] = '\0';
	return status;
}

static enum target_status unsupported(struct target *t, const char *what)
{
	return target_fail(t, TARGET_UNSUPPORTED, "this target cannot %s", what);
}

static bool is_real(struct target_tid tid)
{
	return tid.pid && tid.tid;
}

static enum target_status no_thread(struct target *t, struct target_tid tid)
{
	return target_fail(t, TARGET_NO_THREAD, "there is no thread %u.%u", tid.pid, tid.tid);
}

void target_close(struct target *t)
{
	if (t)
		t->ops->close(t);
}

enum target_status target_threads(struct target *t, struct target_tid *out, size_t cap,
				  size_t *count)
{
	begin(t);
	*count = 0;
	if (!out && cap)
		return target_fail(t, TARGET_INVALID, "no room for thread ids was given");
	return end(t, t->ops->threads(t, out, cap, count));
}

bool target_has_thread(struct target *t, struct target_tid tid)
{
	return target_arch(t, tid) != NULL;
}

const struct arch_desc *target_arch(struct target *t, struct target_tid tid)
{
	return is_real(tid) ? t->ops->arch(t, tid) : NULL;
}

enum target_status target_stop(struct target *t, struct target_tid tid, struct target_stop *out)
{
	begin(t);
	*out = (struct target_stop){ .core = -1 };
	bool any = !tid.pid && !tid.tid;
	if (!any && !is_real(tid))
		return no_thread(t, tid);
	enum target_status status = t->ops->stop(t, tid, out);
	assert(status != TARGET_OK || any || target_tid_equal(out->tid, tid));
	return end(t, status);
}

/* The layout of the thread, with `reg` inside it. */
static enum target_status check_reg(struct target *t, struct target_tid tid, size_t reg)
{
	const struct arch_desc *desc = target_arch(t, tid);

	if (!desc)
		return no_thread(t, tid);
	if (reg >= desc->reg_count)
		return target_fail(t, TARGET_INVALID, "there is no register %zu, the last is %zu",
				   reg, desc->reg_count - 1);
	return TARGET_OK;
}

enum target_status target_reg_read(struct target *t, struct target_tid tid, size_t reg, void *buf,
				   bool *valid)
{
	begin(t);
	*valid = false;
	enum target_status status = check_reg(t, tid, reg);
	if (status != TARGET_OK)
		return status;
	return end(t, t->ops->reg_read(t, tid, reg, buf, valid));
}

enum target_status target_mem_read(struct target *t, struct target_tid tid, uint64_t at, void *buf,
				   size_t n, size_t *done)
{
	begin(t);
	*done = 0;
	if (!tid.pid)
		return no_thread(t, tid);
	if (!n)
		return TARGET_OK;
	/* 2^64 - at bytes are left; at 0 that is no limit for a size_t */
	if (at && n > UINT64_MAX - at + 1)
		n = (size_t)(UINT64_MAX - at + 1);
	enum target_status status = t->ops->mem_read(t, tid, at, buf, n, done);
	assert(*done <= n);
	assert(status != TARGET_OK || *done > 0);
	return end(t, status);
}

/* --- groups that may be missing --- */

enum target_status target_reg_write(struct target *t, struct target_tid tid, size_t reg,
				    const void *value)
{
	begin(t);
	const struct target_write_ops *w = t->ops->write;
	if (!w || !w->reg)
		return unsupported(t, "write registers");
	enum target_status status = check_reg(t, tid, reg);
	if (status != TARGET_OK)
		return status;
	return end(t, w->reg(t, tid, reg, value));
}

enum target_status target_mem_write(struct target *t, struct target_tid tid, uint64_t at,
				    const void *data, size_t n)
{
	begin(t);
	const struct target_write_ops *w = t->ops->write;
	if (!w || !w->mem)
		return unsupported(t, "write memory");
	if (!is_real(tid))
		return no_thread(t, tid);
	if (!n)
		return TARGET_OK;
	if (n - 1 > UINT64_MAX - at)
		return target_fail(t, TARGET_INVALID, "the write ends behind the last address");
	return end(t, w->mem(t, tid, at, data, n));
}

enum target_status target_resume(struct target *t, const struct target_action *a, size_t n)
{
	begin(t);
	if (!t->ops->run)
		return unsupported(t, "run: it only shows what was saved");
	if (!n)
		return target_fail(t, TARGET_INVALID, "nothing to resume was named");
	return end(t, t->ops->run->resume(t, a, n));
}

enum target_status target_interrupt(struct target *t)
{
	begin(t);
	if (!t->ops->run)
		return unsupported(t, "be interrupted: it never runs");
	return end(t, t->ops->run->interrupt(t));
}

int target_event_fd(const struct target *t)
{
	return t->ops->run ? t->ops->run->event_fd(t) : -1;
}

enum target_status target_next_event(struct target *t, struct target_stop *out, bool *got)
{
	begin(t);
	*got = false;
	*out = (struct target_stop){ .core = -1 };
	if (!t->ops->run)
		return TARGET_OK;
	return end(t, t->ops->run->next_event(t, out, got));
}

enum target_status target_detach(struct target *t, uint32_t pid)
{
	begin(t);
	return t->ops->run ? end(t, t->ops->run->detach(t, pid)) : TARGET_OK;
}

enum target_status target_kill(struct target *t, uint32_t pid)
{
	begin(t);
	return t->ops->run ? end(t, t->ops->run->kill(t, pid)) : TARGET_OK;
}

static enum target_status check_list(struct target *t, const char *what,
				     const struct agent_code *list, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const char *why = agent_check(&list[i]);

		if (why)
			return target_fail(t, TARGET_INVALID, "%s %zu: %s", what, i + 1, why);
	}
	return TARGET_OK;
}

static enum target_status check_code(struct target *t, const struct target_point *p)
{
	const struct target_point_code *code = p->code;

	if (!t->ops->points->persists || p->kind > TARGET_HW_BREAK)
		return target_fail(t, TARGET_INVALID,
				   "conditions and commands are for breakpoints of a program");
	enum target_status status = check_list(t, "condition", code->conditions, code->condition_n);
	return status == TARGET_OK ? check_list(t, "command", code->commands, code->command_n)
				   : status;
}

static enum target_status check_point(struct target *t, const struct target_point *p)
{
	if (!t->ops->points)
		return unsupported(t, "have breakpoints: it never runs");
	if (p->kind > TARGET_ACCESS_WATCH)
		return target_fail(t, TARGET_INVALID, "there is no kind of breakpoint %d",
				   (int)p->kind);
	return p->code ? check_code(t, p) : TARGET_OK;
}

void target_wish(struct target *t, unsigned wishes)
{
	if (t->ops->run && t->ops->run->wish)
		t->ops->run->wish(t, wishes);
}

enum target_status target_catch_calls(struct target *t, uint32_t pid, bool on, const int64_t *calls,
				      size_t n)
{
	begin(t);
	if (!t->ops->run || !t->ops->run->catch_calls)
		return unsupported(t, "catch system calls");
	return end(t, t->ops->run->catch_calls(t, pid, on, calls, n));
}

bool target_non_stop(struct target *t, bool on)
{
	if (!t->ops->run || !t->ops->run->non_stop)
		return !on;
	t->ops->run->non_stop(t, on);
	return true;
}

void target_heard(struct target *t, struct target_tid tid)
{
	if (t->ops->run && t->ops->run->heard)
		t->ops->run->heard(t, tid);
}

void target_program(struct target *t, const uint8_t *bits, size_t n)
{
	if (t->ops->run && t->ops->run->program)
		t->ops->run->program(t, bits, n);
}

void target_pass(struct target *t, const uint8_t *bits, size_t n)
{
	if (t->ops->run && t->ops->run->pass)
		t->ops->run->pass(t, bits, n);
}

enum target_status target_start(struct target *t, const struct target_launch *how, uint32_t *pid)
{
	begin(t);
	*pid = 0;
	if (!t->ops->process)
		return unsupported(t, "start programs");
	return end(t, t->ops->process->start(t, how, pid));
}

bool target_attached(const struct target *t, uint32_t pid)
{
	return !t->ops->process || t->ops->process->attached(t, pid);
}

enum target_status target_attach(struct target *t, uint32_t pid)
{
	begin(t);
	if (!t->ops->process)
		return unsupported(t, "attach to processes");
	return end(t, t->ops->process->attach(t, pid));
}

enum target_status target_point_set(struct target *t, uint32_t pid, const struct target_point *p)
{
	begin(t);
	enum target_status status = check_point(t, p);
	return status == TARGET_OK ? end(t, t->ops->points->set(t, pid, p)) : status;
}

enum target_status target_point_clear(struct target *t, uint32_t pid, const struct target_point *p)
{
	begin(t);
	enum target_status status = check_point(t, p);
	return status == TARGET_OK ? end(t, t->ops->points->clear(t, pid, p)) : status;
}

bool target_point_persists(const struct target *t, uint32_t pid)
{
	return t->ops->points && t->ops->points->persists && t->ops->points->persists(t, pid);
}

/* --- view --- */

static const struct target_view_ops no_view;

static const struct target_view_ops *view(const struct target *t)
{
	return t->ops->view ? t->ops->view : &no_view;
}

enum target_status target_thread_name(struct target *t, struct target_tid tid,
				      struct target_text *out)
{
	begin(t);
	if (!view(t)->thread_name)
		return unsupported(t, "name its threads");
	if (!is_real(tid))
		return no_thread(t, tid);
	return end(t, view(t)->thread_name(t, tid, out));
}

enum target_status target_thread_text(struct target *t, struct target_tid tid,
				      struct target_text *out)
{
	begin(t);
	if (!view(t)->thread_text)
		return unsupported(t, "describe its threads");
	if (!is_real(tid))
		return no_thread(t, tid);
	return end(t, view(t)->thread_text(t, tid, out));
}

enum target_status target_exec_file(struct target *t, uint32_t pid, struct target_text *out)
{
	begin(t);
	if (!view(t)->exec_file)
		return unsupported(t, "name the program it runs");
	return end(t, view(t)->exec_file(t, pid, out));
}

enum target_status target_libraries(struct target *t, uint32_t pid, target_library_fn fn, void *ctx)
{
	begin(t);
	if (!view(t)->libraries)
		return unsupported(t, "list libraries");
	return end(t, view(t)->libraries(t, pid, fn, ctx));
}

enum target_status target_region(struct target *t, struct target_tid tid, uint64_t at,
				 struct target_region *out)
{
	begin(t);
	*out = (struct target_region){ 0 };
	if (!view(t)->region)
		return unsupported(t, "describe its address space");
	if (!is_real(tid))
		return no_thread(t, tid);
	enum target_status status = view(t)->region(t, tid, at, out);
	assert(status != TARGET_OK || (out->start <= at && (!out->end || at < out->end)));
	return end(t, status);
}

enum target_status target_file(struct target *t, const char *path, const void **data, size_t *n)
{
	begin(t);
	*data = NULL;
	*n = 0;
	if (!view(t)->file)
		return unsupported(t, "serve files of its own");
	enum target_status status = view(t)->file(t, path, data, n);
	assert(status != TARGET_OK || *data || !*n);
	return end(t, status);
}

const struct target_table_info *target_tables(const struct target *t, size_t *count)
{
	*count = 0;
	return view(t)->tables ? view(t)->tables(t, count) : NULL;
}

enum target_status target_table(struct target *t, const char *name, struct target_table *out)
{
	begin(t);
	*out = (struct target_table){ 0 };
	if (!view(t)->table)
		return unsupported(t, "show tables");
	enum target_status status = view(t)->table(t, name, out);
	if (status == TARGET_OK && out->cells.failed)
		return target_fail(t, TARGET_SYSTEM, "table %s does not fit into memory", name);
	assert(status != TARGET_OK || !out->column_count ||
	       out->cell_count % out->column_count == 0);
	return end(t, status);
}

enum target_status target_command(struct target *t, struct target_tid tid, size_t argc,
				  const char *const *argv, struct target_text *out)
{
	begin(t);
	if (!view(t)->command || !argc)
		return unsupported(t, "do this monitor command");
	return end(t, view(t)->command(t, tid, argc, argv, out));
}

const char *target_help(const struct target *t)
{
	return view(t)->help ? view(t)->help(t) : "";
}

/* --- the operating system --- */

static const struct target_os_ops no_os;

static const struct target_os_ops *os(const struct target *t)
{
	return t->ops->os ? t->ops->os : &no_os;
}

enum target_status target_auxv(struct target *t, uint32_t pid, struct target_text *out)
{
	begin(t);
	if (!os(t)->auxv)
		return unsupported(t, "show an auxiliary vector");
	return end(t, os(t)->auxv(t, pid, out));
}

enum target_status target_link_maps(struct target *t, uint32_t pid,
				    const struct target_link_start *from, target_link_map_fn fn,
				    void *ctx)
{
	begin(t);
	if (!os(t)->link_maps)
		return unsupported(t, "list shared libraries");
	return end(t, os(t)->link_maps(t, pid, from, fn, ctx));
}

enum target_status target_link_word(struct target *t, uint32_t pid, uint64_t *out)
{
	begin(t);
	if (!os(t)->link_word)
		return unsupported(t, "tell where the linker's lists are");
	return end(t, os(t)->link_word(t, pid, out));
}

enum target_status target_siginfo_read(struct target *t, struct target_tid tid,
				       struct target_text *out)
{
	begin(t);
	if (!os(t)->siginfo_read)
		return unsupported(t, "describe signals");
	if (!is_real(tid))
		return no_thread(t, tid);
	return end(t, os(t)->siginfo_read(t, tid, out));
}

enum target_status target_siginfo_write(struct target *t, struct target_tid tid, uint64_t offset,
					const void *data, size_t n)
{
	begin(t);
	if (!os(t)->siginfo_write)
		return unsupported(t, "change signals");
	if (!is_real(tid))
		return no_thread(t, tid);
	return end(t, os(t)->siginfo_write(t, tid, offset, data, n));
}

int target_thread_core(struct target *t, struct target_tid tid)
{
	int core = -1;

	begin(t);
	if (!os(t)->thread_core || !is_real(tid) || os(t)->thread_core(t, tid, &core) != TARGET_OK)
		return -1;
	return core;
}

const char *target_symbol_wanted(struct target *t, uint32_t pid, bool first)
{
	begin(t);
	return os(t)->symbol_wanted ? os(t)->symbol_wanted(t, pid, first) : NULL;
}

void target_symbol_found(struct target *t, uint32_t pid, const char *name, const uint64_t *value)
{
	if (os(t)->symbol_found)
		os(t)->symbol_found(t, pid, name, value);
}

enum target_status target_tls_address(struct target *t, struct target_tid tid, uint64_t lm,
				      uint64_t offset, uint64_t *out)
{
	begin(t);
	if (!os(t)->tls_address)
		return unsupported(t, "find thread-local storage");
	if (!is_real(tid))
		return no_thread(t, tid);
	return end(t, os(t)->tls_address(t, tid, lm, offset, out));
}

enum target_status target_thread_handle(struct target *t, struct target_tid tid,
					struct target_text *out)
{
	begin(t);
	if (!os(t)->thread_handle)
		return unsupported(t, "give handles of threads");
	if (!is_real(tid))
		return no_thread(t, tid);
	return end(t, os(t)->thread_handle(t, tid, out));
}

enum target_status target_thread_db_path(struct target *t, const char *path, const char **now)
{
	begin(t);
	if (!os(t)->thread_db_path)
		return unsupported(t, "use libthread_db");
	return end(t, os(t)->thread_db_path(t, path, now));
}

int target_file_open(struct target *t, uint32_t pid, const char *path, int flags, mode_t mode)
{
	begin(t);
	return t->ops->files ? t->ops->files->open(t, pid, path, flags, mode) : -ENOSYS;
}

int target_file_unlink(struct target *t, uint32_t pid, const char *path)
{
	begin(t);
	return t->ops->files ? t->ops->files->unlink(t, pid, path) : -ENOSYS;
}
