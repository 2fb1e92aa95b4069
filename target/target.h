#ifndef TARGET_TARGET_H
#define TARGET_TARGET_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "target/ops.h"

/**
 * THE contract between the protocol server (stub/) and whatever is debugged: a Linux process, a
 * live device, a dump. stub/ calls only the target_* functions below; they check arguments, answer
 * for operations that are NULL, and hold the implementation to its contract. Words are in
 * target/types.h, what a kind of target fills in is in target/ops.h.
 */

enum { TARGET_MESSAGE = 256 };

/** First member of every target's object. */
struct target {
	const struct target_ops *ops;
	struct target_log log;
	char message[TARGET_MESSAGE];  /* words of the last failure, "" when there are none */
	const uint64_t *link_requests; /* sent to devices so far; NULL: there is none */
};

/** Capability bits, computed from the operations. */
enum {
	TARGET_CAN_RUN = 1,
	TARGET_CAN_WRITE = 2,
	TARGET_CAN_BREAK = 4,
	TARGET_HAS_EXEC_FILE = 8,
	TARGET_HAS_LIBRARIES = 16,
	TARGET_HAS_REGIONS = 32,
	TARGET_HAS_TABLES = 64,
	TARGET_HAS_FILES = 128,
	TARGET_HAS_NAMES = 256,
	TARGET_HAS_COMMANDS = 512,
	TARGET_HAS_AUXV = 1024,
	TARGET_HAS_LINK_MAPS = 2048,
	TARGET_HAS_SIGINFO = 4096,
	TARGET_HAS_HOST_FILES = 8192,
	TARGET_CAN_START = 16384,
	TARGET_CAN_EVALUATE = 32768,
	TARGET_HAS_LINK_WORD = 65536,
	TARGET_CAN_NON_STOP = 131072,
	TARGET_HAS_EVENTS = 262144, /* that a client may wish for */
};
unsigned target_caps(const struct target *t);

/** Keeps the words of a failure at the target and returns status: return target_fail(t, ...). */
enum target_status target_fail(struct target *t, enum target_status status, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/** Words of the last failure, or a general sentence for its status; never NULL. */
const char *target_words(const struct target *t, enum target_status status);
void target_logf(const struct target_log *log, enum target_log_level level, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/**
 * One line for the user of the client that waits for this target, where the protocol has a place
 * for it: while the target runs. In the log it stands behind its event.
 */
void target_tell(const struct target_log *log, enum target_log_level level, const char *event,
		 const char *fmt, ...) __attribute__((format(printf, 4, 5)));

/* One thin wrapper per operation. t->message is "" unless the call failed with words. */
void target_close(struct target *t); /* NULL is fine */
enum target_status target_threads(struct target *t, struct target_tid *out, size_t cap,
				  size_t *count) TARGET_CHECKED;
bool target_has_thread(struct target *t, struct target_tid tid);
const struct arch_desc *target_arch(struct target *t, struct target_tid tid);
enum target_status target_stop(struct target *t, struct target_tid tid,
			       struct target_stop *out) TARGET_CHECKED;
/** buf: ARCH_REG_MAX_BYTES. */
enum target_status target_reg_read(struct target *t, struct target_tid tid, size_t reg, void *buf,
				   bool *valid) TARGET_CHECKED;
enum target_status target_reg_write(struct target *t, struct target_tid tid, size_t reg,
				    const void *value) TARGET_CHECKED;
/** Stops at the end of the address space instead of wrapping. n == 0 is OK with *done = 0. */
enum target_status target_mem_read(struct target *t, struct target_tid tid, uint64_t at, void *buf,
				   size_t n, size_t *done) TARGET_CHECKED;
enum target_status target_mem_write(struct target *t, struct target_tid tid, uint64_t at,
				    const void *data, size_t n) TARGET_CHECKED;
enum target_status target_resume(struct target *t, const struct target_action *a,
				 size_t n) TARGET_CHECKED;
enum target_status target_interrupt(struct target *t) TARGET_CHECKED;
int target_event_fd(const struct target *t);
enum target_status target_next_event(struct target *t, struct target_stop *out,
				     bool *got) TARGET_CHECKED;
/** Without run operations both are OK: there is nothing to let go of or to end. */
enum target_status target_detach(struct target *t, uint32_t pid) TARGET_CHECKED;
enum target_status target_kill(struct target *t, uint32_t pid) TARGET_CHECKED;
/** Events and signals a client wants told; nothing for targets that do not run. */
void target_wish(struct target *t, unsigned wishes);
enum target_status target_catch_calls(struct target *t, uint32_t pid, bool on, const int64_t *calls,
				      size_t n) TARGET_CHECKED;
/** false: the target knows all-stop only. */
bool target_non_stop(struct target *t, bool on);
/** Non-stop: the client has taken the stop of that thread; a thread that is gone is fine. */
void target_heard(struct target *t, struct target_tid tid);
void target_program(struct target *t, const uint8_t *bits, size_t n);
void target_pass(struct target *t, const uint8_t *bits, size_t n);
enum target_status target_start(struct target *t, const struct target_launch *how,
				uint32_t *pid) TARGET_CHECKED;
enum target_status target_attach(struct target *t, uint32_t pid) TARGET_CHECKED;
/** True for targets that start nothing. */
bool target_attached(const struct target *t, uint32_t pid);
enum target_status target_point_set(struct target *t, uint32_t pid,
				    const struct target_point *p) TARGET_CHECKED;
enum target_status target_point_clear(struct target *t, uint32_t pid,
				      const struct target_point *p) TARGET_CHECKED;
/** Commands of a breakpoint of that process shall go on without a client. */
bool target_point_persists(const struct target *t, uint32_t pid);
enum target_status target_thread_name(struct target *t, struct target_tid tid,
				      struct target_text *out) TARGET_CHECKED;
enum target_status target_thread_text(struct target *t, struct target_tid tid,
				      struct target_text *out) TARGET_CHECKED;
enum target_status target_exec_file(struct target *t, uint32_t pid,
				    struct target_text *out) TARGET_CHECKED;
enum target_status target_libraries(struct target *t, uint32_t pid, target_library_fn fn,
				    void *ctx) TARGET_CHECKED;
enum target_status target_region(struct target *t, struct target_tid tid, uint64_t at,
				 struct target_region *out) TARGET_CHECKED;
enum target_status target_file(struct target *t, const char *path, const void **data,
			       size_t *n) TARGET_CHECKED;
const struct target_table_info *target_tables(const struct target *t, size_t *count);
enum target_status target_table(struct target *t, const char *name,
				struct target_table *out) TARGET_CHECKED;
enum target_status target_command(struct target *t, struct target_tid tid, size_t argc,
				  const char *const *argv, struct target_text *out) TARGET_CHECKED;
/** A monitor command that lets something run or changes it. */
bool target_command_steers(const struct target *t, size_t argc, const char *const *argv);
const char *target_help(const struct target *t);
enum target_status target_auxv(struct target *t, uint32_t pid,
			       struct target_text *out) TARGET_CHECKED;
enum target_status target_link_maps(struct target *t, uint32_t pid,
				    const struct target_link_start *from, target_link_map_fn fn,
				    void *ctx) TARGET_CHECKED;
enum target_status target_link_word(struct target *t, uint32_t pid, uint64_t *out) TARGET_CHECKED;
enum target_status target_siginfo_read(struct target *t, struct target_tid tid,
				       struct target_text *out) TARGET_CHECKED;
enum target_status target_siginfo_write(struct target *t, struct target_tid tid, uint64_t offset,
					const void *data, size_t n) TARGET_CHECKED;
/** -1: unknown. */
int target_thread_core(struct target *t, struct target_tid tid);
/** NULL: no symbol is wanted. */
const char *target_symbol_wanted(struct target *t, uint32_t pid, bool first);
void target_symbol_found(struct target *t, uint32_t pid, const char *name, const uint64_t *value);
enum target_status target_tls_address(struct target *t, struct target_tid tid, uint64_t lm,
				      uint64_t offset, uint64_t *out) TARGET_CHECKED;
enum target_status target_thread_handle(struct target *t, struct target_tid tid,
					struct target_text *out) TARGET_CHECKED;
enum target_status target_thread_db_path(struct target *t, const char *path,
					 const char **now) TARGET_CHECKED;
/** A descriptor, or a negative errno of the host; ENOSYS without real files. */
int target_file_open(struct target *t, uint32_t pid, const char *path, int flags, mode_t mode);
int target_file_unlink(struct target *t, uint32_t pid, const char *path);

#endif
