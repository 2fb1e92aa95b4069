/*
 * Parts of replies that several packets share: thread ids, stop replies, errors, registers. The
 * dispatcher sends; nothing here does.
 */
#include "stub/reply.h"

#include <inttypes.h>
#include <string.h>

#include "stub/disable.h"

/* Errno values of the wire (GDB manual, "Errno Values"; the stub owes numbers, not the host's). */
static const unsigned wire_numbers[] = {
	[TARGET_OK] = 0,           [TARGET_UNSUPPORTED] = 22, [TARGET_INVALID] = 22,
	[TARGET_NO_THREAD] = 3,    [TARGET_FAULT] = 14,       [TARGET_UNAVAILABLE] = 61,
	[TARGET_RUNNING] = 16,     [TARGET_SYSTEM] = 5,       [TARGET_GONE] = 19,
	[TARGET_DENIED] = 1,
};

void reply_tid(const struct session *s, struct rsp_buf *out, struct target_tid tid)
{
	if (s->client.multiprocess)
		rsp_buf_format(out, "p%" PRIx32 ".", tid.pid);
	rsp_buf_number(out, tid.tid);
}

/* Words as they may stand in an error packet: one line, nothing that looks like framing. */
static void add_words(struct rsp_buf *out, const char *words)
{
	for (; *words; words++) {
		bool plain = (unsigned char)*words >= ' ' && !strchr("#$*}", *words);

		rsp_buf_char(out, plain ? *words : ' ');
	}
}

void reply_error(const struct session *s, enum command_reply kind, enum target_status status,
		 const char *words, struct rsp_buf *out)
{
	bool text = s->client.error_message || (kind != REPLY_BARE && !s->client.lldb);

	rsp_buf_reset(out);
	if (text) {
		rsp_buf_text(out, "E.");
		add_words(out, words);
		return;
	}
	rsp_buf_format(out, "E%02x", wire_numbers[status]);
	if (s->client.error_strings) {
		rsp_buf_char(out, ';');
		rsp_buf_hex_text(out, words);
	}
}

enum target_status reply_register(struct session *s, struct target_tid tid, size_t reg,
				  struct rsp_buf *out)
{
	const struct arch_desc *d = target_arch(s->target, tid);
	uint8_t value[ARCH_REG_MAX_BYTES];
	bool valid = false;

	if (!d)
		return TARGET_NO_THREAD;
	if (reg >= d->reg_count)
		return TARGET_INVALID;
	enum target_status status = target_reg_read(s->target, tid, reg, value, &valid);
	if (status != TARGET_OK)
		return status;
	if (valid)
		rsp_buf_hex(out, value, arch_reg_size(&d->regs[reg]));
	else
		rsp_buf_unavailable(out, arch_reg_size(&d->regs[reg]));
	return TARGET_OK;
}

static void expedite(struct session *s, struct target_tid tid, size_t reg, struct rsp_buf *out)
{
	uint8_t value[ARCH_REG_MAX_BYTES];
	bool valid = false;
	const struct arch_desc *d = target_arch(s->target, tid);

	if (target_reg_read(s->target, tid, reg, value, &valid) != TARGET_OK || !valid)
		return;
	rsp_buf_format(out, "%02zx:", reg);
	rsp_buf_hex(out, value, arch_reg_size(&d->regs[reg]));
	rsp_buf_char(out, ';');
}

/* 0 when it cannot be read. */
static uint64_t program_counter(struct session *s, struct target_tid tid)
{
	const struct arch_desc *d = target_arch(s->target, tid);
	uint8_t value[ARCH_REG_MAX_BYTES] = { 0 };
	uint64_t pc = 0;
	bool valid;

	if (d && target_reg_read(s->target, tid, d->pc, value, &valid) == TARGET_OK)
		memcpy(&pc, value, sizeof(pc));
	return pc;
}

/* All threads and their program counters: saves lldb two packets per thread. */
static void list_threads(struct session *s, struct rsp_buf *out)
{
	size_t n = session_threads(s);

	rsp_buf_text(out, "threads:");
	for (size_t i = 0; i < n; i++) {
		if (i)
			rsp_buf_char(out, ',');
		reply_tid(s, out, s->threads[i]);
	}
	rsp_buf_text(out, ";thread-pcs:");
	for (size_t i = 0; i < n; i++) {
		rsp_buf_format(out, "%s%" PRIx64, i ? "," : "", program_counter(s, s->threads[i]));
	}
	rsp_buf_char(out, ';');
}

static void lldb_extras(struct session *s, const struct target_stop *stop, struct rsp_buf *out)
{
	struct target_text name = { 0 };

	if (target_thread_name(s->target, stop->tid, &name) == TARGET_OK && name.len) {
		rsp_buf_text(out, "hexname:");
		rsp_buf_hex_text(out, name.data);
		rsp_buf_char(out, ';');
	}
	target_text_deinit(&name);
	if (stop->kind == TARGET_STOP_SWBREAK || stop->kind == TARGET_STOP_HWBREAK)
		rsp_buf_text(out, "reason:breakpoint;");
	else if (stop->text) {
		rsp_buf_text(out, "reason:exception;description:");
		rsp_buf_hex_text(out, stop->text);
		rsp_buf_char(out, ';');
	}
	if (s->client.list_threads)
		list_threads(s, out);
}

static void reply_process_end(const struct session *s, const struct target_stop *stop,
			      struct rsp_buf *out)
{
	bool exited = stop->kind == TARGET_STOP_EXITED;

	rsp_buf_format(out, "%c%02x", exited ? 'W' : 'X',
		       (unsigned)(exited ? stop->value : stop->signal) & 0xff);
	if (s->client.multiprocess)
		rsp_buf_format(out, ";process:%" PRIx32, stop->tid.pid);
}

static void add_child(const struct session *s, const char *what, const struct target_stop *stop,
		      struct rsp_buf *out)
{
	rsp_buf_format(out, "%s:", what);
	reply_tid(s, out, stop->child);
	rsp_buf_char(out, ';');
}

/* The part of a T packet that says what happened (GDB manual, "Stop Reply Packets"). */
static void add_reason(const struct session *s, const struct target_stop *stop, struct rsp_buf *out)
{
	switch (stop->kind) {
	case TARGET_STOP_SWBREAK:
		if (s->client.swbreak)
			rsp_buf_text(out, "swbreak:;");
		break;
	case TARGET_STOP_HWBREAK:
		if (s->client.hwbreak)
			rsp_buf_text(out, "hwbreak:;");
		break;
	case TARGET_STOP_WATCH:
		rsp_buf_format(out, "watch:%" PRIx64 ";", stop->addr);
		break;
	case TARGET_STOP_RWATCH:
		rsp_buf_format(out, "rwatch:%" PRIx64 ";", stop->addr);
		break;
	case TARGET_STOP_AWATCH:
		rsp_buf_format(out, "awatch:%" PRIx64 ";", stop->addr);
		break;
	case TARGET_STOP_FORK:
		add_child(s, "fork", stop, out);
		break;
	case TARGET_STOP_VFORK:
		add_child(s, "vfork", stop, out);
		break;
	case TARGET_STOP_VFORK_DONE:
		rsp_buf_text(out, "vforkdone:;");
		break;
	case TARGET_STOP_EXEC:
		rsp_buf_text(out, "exec:");
		rsp_buf_hex_text(out, stop->text ? stop->text : "");
		rsp_buf_char(out, ';');
		break;
	case TARGET_STOP_SYSCALL_ENTRY:
		rsp_buf_format(out, "syscall_entry:%" PRIx64 ";", (uint64_t)stop->value);
		break;
	case TARGET_STOP_SYSCALL_RETURN:
		rsp_buf_format(out, "syscall_return:%" PRIx64 ";", (uint64_t)stop->value);
		break;
	case TARGET_STOP_CREATED:
		rsp_buf_text(out, "create:;");
		break;
	case TARGET_STOP_LIBRARY:
		rsp_buf_text(out, "library:;");
		break;
	default:
		break;
	}
}

static void add_thread(struct session *s, const struct target_stop *stop, struct rsp_buf *out)
{
	int core = stop->core >= 0 ? stop->core : target_thread_core(s->target, stop->tid);

	rsp_buf_text(out, "thread:");
	reply_tid(s, out, stop->tid);
	rsp_buf_char(out, ';');
	if (core >= 0)
		rsp_buf_format(out, "core:%x;", (unsigned)core);
}

/* Ends of processes and threads. */
static bool reply_end(const struct session *s, const struct target_stop *stop, struct rsp_buf *out)
{
	switch (stop->kind) {
	case TARGET_STOP_EXITED:
	case TARGET_STOP_SIGNALED:
		reply_process_end(s, stop, out);
		return true;
	case TARGET_STOP_THREAD_EXITED:
		rsp_buf_format(out, "w%02x;", (unsigned)stop->value & 0xff);
		reply_tid(s, out, stop->tid);
		return true;
	case TARGET_STOP_NO_RESUMED:
		rsp_buf_text(out, s->client.no_resumed ? "N" : "E.No unwaited-for children left.");
		return true;
	default:
		return false;
	}
}

void reply_stop(struct session *s, const struct target_stop *stop, struct rsp_buf *out)
{
	if (reply_end(s, stop, out))
		return;
	bool full = !(s->disabled & DISABLE_STOP_FULL);
	rsp_buf_format(out, "%c%02x", full ? 'T' : 'S', (unsigned)stop->signal & 0xff);
	if (!full)
		return;
	add_reason(s, stop, out);
	const struct arch_desc *d = target_arch(s->target, stop->tid);
	/* of another program the client does not know the layout yet */
	if (d && stop->kind != TARGET_STOP_EXEC) {
		expedite(s, stop->tid, d->pc, out);
		expedite(s, stop->tid, d->sp, out);
		expedite(s, stop->tid, d->fp, out);
	}
	if (!(s->disabled & DISABLE_STOP_TID))
		add_thread(s, stop, out);
	if (s->client.lldb)
		lldb_extras(s, stop, out);
}
