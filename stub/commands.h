#ifndef STUB_COMMANDS_H
#define STUB_COMMANDS_H

#include <stdbool.h>
#include <stddef.h>

#include "rsp/args.h"
#include "rsp/buf.h"
#include "stub/session.h"

/**
 * THE packet table. To add a packet: 1. a row in stub/commands.c; 2. its handler in the cmd_*.c of
 * its family: typed arguments in, reply buffer out, status back; 3. tests/protocol/<name>.rsp with
 * the good case, the malformed one and the "target cannot" one. Nothing in rsp/ changes.
 */

/** What the packet is owed. */
enum command_reply {
	REPLY_DATA, /* what the handler wrote; nothing written = empty = unsupported */
	REPLY_BARE, /* data of which E.text could be taken as content: errors are numbers */
	REPLY_OK,   /* "OK" unless the handler wrote something */
	REPLY_STOP, /* a stop reply, when the target stops; now if the handler wrote one */
	REPLY_NONE, /* no reply at all */
};

struct command {
	const char *name;    /* the packet begins with it; the longest name wins */
	const char *grammar; /* rsp_args_parse of what follows; "" = the packet ends there */
	enum target_status (*run)(struct session *s, const struct rsp_args *a, struct rsp_buf *out);
	unsigned need;       /* TARGET_*, SESSION_* and MAY_* bits that must all be there */
	enum command_reply reply;
	bool must;           /* cannot: an error instead of an empty reply (GDB 13 hangs on an empty
	                      * reply to c and s, and takes one to M or X for success) */
	const char *feature; /* what qSupported says while the row is usable, or NULL */
};

extern const struct command commands[];
extern const size_t command_count;

/** The row of a packet, or NULL. */
const struct command *command_find(const char *data, size_t n);

/* cmd_query.c */
enum target_status cmd_supported(struct session *s, const struct rsp_args *a, struct rsp_buf *out);
enum target_status cmd_no_ack(struct session *s, const struct rsp_args *a, struct rsp_buf *out);
enum target_status cmd_extended(struct session *s, const struct rsp_args *a, struct rsp_buf *out);
enum target_status cmd_attached(struct session *s, const struct rsp_args *a, struct rsp_buf *out);
enum target_status cmd_non_stop(struct session *s, const struct rsp_args *a, struct rsp_buf *out);
enum target_status cmd_pass_signals(struct session *s, const struct rsp_args *a,
				    struct rsp_buf *out);
enum target_status cmd_thread_events(struct session *s, const struct rsp_args *a,
				     struct rsp_buf *out);
enum target_status cmd_catch_calls(struct session *s, const struct rsp_args *a,
				   struct rsp_buf *out);
enum target_status cmd_allow(struct session *s, const struct rsp_args *a, struct rsp_buf *out);
enum target_status cmd_program_signals(struct session *s, const struct rsp_args *a,
				       struct rsp_buf *out);

/* cmd_symbol.c */
enum target_status cmd_symbol(struct session *s, const struct rsp_args *a, struct rsp_buf *out);
enum target_status cmd_tls_address(struct session *s, const struct rsp_args *a,
				   struct rsp_buf *out);

/* cmd_thread.c */
enum target_status cmd_status(struct session *s, const struct rsp_args *a, struct rsp_buf *out);
enum target_status cmd_select(struct session *s, const struct rsp_args *a, struct rsp_buf *out);
enum target_status cmd_alive(struct session *s, const struct rsp_args *a, struct rsp_buf *out);
enum target_status cmd_current(struct session *s, const struct rsp_args *a, struct rsp_buf *out);
enum target_status cmd_list_first(struct session *s, const struct rsp_args *a, struct rsp_buf *out);
enum target_status cmd_list_next(struct session *s, const struct rsp_args *a, struct rsp_buf *out);
enum target_status cmd_extra_info(struct session *s, const struct rsp_args *a, struct rsp_buf *out);

/* cmd_regs.c */
enum target_status cmd_regs_read(struct session *s, const struct rsp_args *a, struct rsp_buf *out);
enum target_status cmd_regs_write(struct session *s, const struct rsp_args *a, struct rsp_buf *out);
enum target_status cmd_reg_read(struct session *s, const struct rsp_args *a, struct rsp_buf *out);
enum target_status cmd_reg_write(struct session *s, const struct rsp_args *a, struct rsp_buf *out);

/* cmd_mem.c */
enum target_status cmd_mem_read(struct session *s, const struct rsp_args *a, struct rsp_buf *out);
enum target_status cmd_mem_read_binary(struct session *s, const struct rsp_args *a,
				       struct rsp_buf *out);
enum target_status cmd_mem_write(struct session *s, const struct rsp_args *a, struct rsp_buf *out);
enum target_status cmd_mem_write_binary(struct session *s, const struct rsp_args *a,
					struct rsp_buf *out);
enum target_status cmd_crc(struct session *s, const struct rsp_args *a, struct rsp_buf *out);
enum target_status cmd_search(struct session *s, const struct rsp_args *a, struct rsp_buf *out);
enum target_status cmd_region(struct session *s, const struct rsp_args *a, struct rsp_buf *out);

/* cmd_run.c */
enum target_status cmd_resume_actions(struct session *s, const struct rsp_args *a,
				      struct rsp_buf *out);
enum target_status cmd_resume(struct session *s, const struct rsp_args *a, struct rsp_buf *out);
enum target_status cmd_resume_signal(struct session *s, const struct rsp_args *a,
				     struct rsp_buf *out);
enum target_status cmd_step(struct session *s, const struct rsp_args *a, struct rsp_buf *out);
enum target_status cmd_step_signal(struct session *s, const struct rsp_args *a,
				   struct rsp_buf *out);
enum target_status cmd_resume_kinds(struct session *s, const struct rsp_args *a,
				    struct rsp_buf *out);
enum target_status cmd_stopped(struct session *s, const struct rsp_args *a, struct rsp_buf *out);
enum target_status cmd_interrupt(struct session *s, const struct rsp_args *a, struct rsp_buf *out);
enum target_status cmd_point_set(struct session *s, const struct rsp_args *a, struct rsp_buf *out);
enum target_status cmd_point_clear(struct session *s, const struct rsp_args *a,
				   struct rsp_buf *out);

/* cmd_process.c */
enum target_status cmd_detach(struct session *s, const struct rsp_args *a, struct rsp_buf *out);
enum target_status cmd_kill(struct session *s, const struct rsp_args *a, struct rsp_buf *out);
enum target_status cmd_kill_process(struct session *s, const struct rsp_args *a,
				    struct rsp_buf *out);
enum target_status cmd_attach(struct session *s, const struct rsp_args *a, struct rsp_buf *out);
enum target_status cmd_run_program(struct session *s, const struct rsp_args *a,
				   struct rsp_buf *out);
enum target_status cmd_restart(struct session *s, const struct rsp_args *a, struct rsp_buf *out);
enum target_status cmd_with_shell(struct session *s, const struct rsp_args *a, struct rsp_buf *out);
enum target_status cmd_randomization(struct session *s, const struct rsp_args *a,
				     struct rsp_buf *out);
enum target_status cmd_env_set(struct session *s, const struct rsp_args *a, struct rsp_buf *out);
enum target_status cmd_env_unset(struct session *s, const struct rsp_args *a, struct rsp_buf *out);
enum target_status cmd_env_reset(struct session *s, const struct rsp_args *a, struct rsp_buf *out);
enum target_status cmd_working_dir(struct session *s, const struct rsp_args *a,
				   struct rsp_buf *out);

/* cmd_xfer.c, cmd_monitor.c, vfile.c */
enum target_status cmd_xfer(struct session *s, const struct rsp_args *a, struct rsp_buf *out);
enum target_status cmd_monitor(struct session *s, const struct rsp_args *a, struct rsp_buf *out);
enum target_status cmd_file(struct session *s, const struct rsp_args *a, struct rsp_buf *out);

/** Features of the qXfer objects that are usable, each with a ';' in front. */
void xfer_features(const struct session *s, struct rsp_buf *out);

/* cmd_lldb.c */
enum target_status cmd_thread_suffix(struct session *s, const struct rsp_args *a,
				     struct rsp_buf *out);
enum target_status cmd_list_threads(struct session *s, const struct rsp_args *a,
				    struct rsp_buf *out);
enum target_status cmd_error_strings(struct session *s, const struct rsp_args *a,
				     struct rsp_buf *out);
enum target_status cmd_host_info(struct session *s, const struct rsp_args *a, struct rsp_buf *out);
enum target_status cmd_process_info(struct session *s, const struct rsp_args *a,
				    struct rsp_buf *out);
enum target_status cmd_offsets(struct session *s, const struct rsp_args *a, struct rsp_buf *out);
enum target_status cmd_link_word(struct session *s, const struct rsp_args *a,
				 struct rsp_buf *out);
enum target_status cmd_thread_stop_info(struct session *s, const struct rsp_args *a,
					struct rsp_buf *out);
enum target_status cmd_echo(struct session *s, const struct rsp_args *a, struct rsp_buf *out);
enum target_status cmd_server_version(struct session *s, const struct rsp_args *a,
				      struct rsp_buf *out);

#endif
