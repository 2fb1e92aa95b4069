/*
 * Packets that only lldb sends. The first of them tells us who the client is: several replies have
 * another form for lldb.
 */
#include <inttypes.h>
#include <string.h>

#include "stub/commands.h"
#include "stub/reply.h"
#include "stub/version.h"

enum target_status cmd_thread_suffix(struct session *s, const struct rsp_args *a,
				     struct rsp_buf *out)
{
	(void)a;
	(void)out;
	s->client.lldb = s->client.thread_suffix = true;
	return TARGET_OK;
}

enum target_status cmd_list_threads(struct session *s, const struct rsp_args *a,
				    struct rsp_buf *out)
{
	(void)a;
	(void)out;
	s->client.lldb = s->client.list_threads = true;
	return TARGET_OK;
}

enum target_status cmd_error_strings(struct session *s, const struct rsp_args *a,
				     struct rsp_buf *out)
{
	(void)a;
	(void)out;
	s->client.lldb = s->client.error_strings = true;
	return TARGET_OK;
}

/* The machine part of a triple as lldb spells it. */
static const char *triple(struct session *s)
{
	const struct arch_desc *d = target_arch(s->target, session_thread(s));

	return d && !strcmp(d->name, "aarch64") ? "aarch64-unknown-unknown"
						: "x86_64-unknown-linux-gnu";
}

static void add_triple(struct session *s, struct rsp_buf *out)
{
	rsp_buf_text(out, "triple:");
	rsp_buf_hex_text(out, triple(s));
	rsp_buf_text(out, ";endian:little;ptrsize:8;");
}

enum target_status cmd_host_info(struct session *s, const struct rsp_args *a, struct rsp_buf *out)
{
	(void)a;
	s->client.lldb = true;
	add_triple(s, out);
	/* a device answers slower than a process on this machine */
	rsp_buf_text(out, "default_packet_timeout:14;");
	return TARGET_OK;
}

enum target_status cmd_process_info(struct session *s, const struct rsp_args *a,
				    struct rsp_buf *out)
{
	uint32_t pid = session_thread(s).pid;

	(void)a;
	if (!pid)
		return TARGET_NO_THREAD;
	rsp_buf_format(out, "pid:%" PRIx32 ";", pid);
	add_triple(s, out);
	return TARGET_OK;
}

struct only_library {
	size_t count;
	uint64_t at; /* of its first section */
};

static void count_library(void *ctx, const struct target_library *lib)
{
	struct only_library *only = ctx;

	only->count++;
	only->at = lib->section_count ? lib->sections[0] : 0;
}

/*
 * Where lldb shall put its executable, a file linked at 0: the one that `target create` was given
 * for the only kernel there is. gdb has another executable and must not move it.
 */
enum target_status cmd_offsets(struct session *s, const struct rsp_args *a, struct rsp_buf *out)
{
	struct only_library only = { 0 };
	uint32_t pid = session_thread(s).pid;

	(void)a;
	if (!s->client.lldb || !pid ||
	    target_libraries(s->target, pid, count_library, &only) != TARGET_OK || only.count != 1)
		return TARGET_UNSUPPORTED;
	rsp_buf_format(out, "TextSeg=%" PRIx64, only.at);
	return TARGET_OK;
}

/* Where lldb finds the dynamic linker's lists, which it reads itself. */
enum target_status cmd_link_word(struct session *s, const struct rsp_args *a, struct rsp_buf *out)
{
	uint64_t at;

	(void)a;
	enum target_status status = target_link_word(s->target, session_thread(s).pid, &at);
	if (status == TARGET_OK)
		rsp_buf_format(out, "%" PRIx64, at);
	return status;
}

enum target_status cmd_thread_stop_info(struct session *s, const struct rsp_args *a,
					struct rsp_buf *out)
{
	struct target_stop stop;
	struct target_tid tid;

	if (!session_resolve(s, &a->tid[0], &tid))
		return TARGET_NO_THREAD;
	enum target_status status = target_stop(s->target, tid, &stop);
	if (status == TARGET_OK)
		reply_stop(s, &stop, out);
	return status;
}

enum target_status cmd_echo(struct session *s, const struct rsp_args *a, struct rsp_buf *out)
{
	(void)s;
	rsp_buf_text(out, "qEcho:");
	rsp_buf_binary(out, a->rest.p, a->rest.n);
	return TARGET_OK;
}

enum target_status cmd_server_version(struct session *s, const struct rsp_args *a,
				      struct rsp_buf *out)
{
	(void)s;
	(void)a;
	rsp_buf_text(out, "name:ascend-gdbserver;version:" VERSION_TEXT ";");
	return TARGET_OK;
}
