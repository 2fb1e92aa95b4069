#ifndef TARGET_TARGET_H
#define TARGET_TARGET_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arch/arch.h"
#include "target/table.h"
#include "target/text.h"

/**
 * THE contract between the protocol server (stub/) and whatever is debugged: a Linux process, a
 * live device, a dump. stub/ calls only the target_* functions below; they check arguments, answer
 * for operations that are NULL, and hold the implementation to its contract.
 *
 * A missing operation is a NULL pointer and nothing else says what a target can do: capabilities
 * are computed from the pointers (target_caps). A dump has run == NULL, and with that every resume
 * packet is refused without a line of code in the dump.
 *
 * To add a kind of target: 1. target/<kind>/<kind>_target.c with a static const struct target_ops,
 * `struct target base` first in its object; 2. a way to open it from stub/main.c; 3. keys in
 * config/keys.c if it has settings; 4. its recipe or fake in tests/. The protocol suite runs
 * against every target and skips by capability, never by name.
 */

struct target;

enum target_status {
	TARGET_OK,
	TARGET_UNSUPPORTED, /* this target cannot do that at all */
	TARGET_INVALID,     /* argument makes no sense */
	TARGET_NO_THREAD,
	TARGET_FAULT,       /* no memory there */
	TARGET_UNAVAILABLE, /* it exists but its value was not saved or cannot be had now */
	TARGET_RUNNING,
	TARGET_SYSTEM, /* a system call failed; the message has the reason */
	TARGET_GONE,   /* the target is lost: the only fatal one */
};

#define TARGET_CHECKED __attribute__((warn_unused_result))

/** A real thread: both numbers are positive. */
struct target_tid {
	uint32_t pid;
	uint32_t tid;
};

static inline bool target_tid_equal(struct target_tid a, struct target_tid b)
{
	return a.pid == b.pid && a.tid == b.tid;
}

/** GDB's signal numbers (GDB manual, "Stop Reply Packets": they are not the host's). */
enum target_signal {
	TARGET_SIGNAL_NONE = 0,
	TARGET_SIGNAL_INT = 2,
	TARGET_SIGNAL_TRAP = 5,
	TARGET_SIGNAL_ABRT = 6,
	TARGET_SIGNAL_SEGV = 11,
};

enum target_stop_kind {
	TARGET_STOP_SIGNAL,
	TARGET_STOP_SWBREAK,
	TARGET_STOP_HWBREAK,
	TARGET_STOP_WATCH, /* addr */
	TARGET_STOP_RWATCH,
	TARGET_STOP_AWATCH,
	TARGET_STOP_FORK, /* child */
	TARGET_STOP_VFORK,
	TARGET_STOP_VFORK_DONE,
	TARGET_STOP_EXEC, /* text = path */
	TARGET_STOP_LIBRARY,
	TARGET_STOP_SYSCALL_ENTRY, /* value = number */
	TARGET_STOP_SYSCALL_RETURN,
	TARGET_STOP_CREATED,
	TARGET_STOP_EXITED,   /* process: value = exit code */
	TARGET_STOP_SIGNALED, /* process: signal */
	TARGET_STOP_THREAD_EXITED,
	TARGET_STOP_NO_RESUMED,
};

struct target_stop {
	enum target_stop_kind kind;
	struct target_tid tid;
	int signal; /* enum target_signal or another of GDB's numbers */
	uint64_t addr;
	int64_t value;
	struct target_tid child;
	int core;         /* for "core:", -1 unknown */
	const char *text; /* path, or why it stopped in words; borrowed until the next call; or NULL */
};

/** What one thread shall do. Actions are searched in order, the first that matches counts. */
enum target_action_kind { TARGET_CONTINUE, TARGET_STEP, TARGET_RANGE_STEP, TARGET_HALT };

struct target_action {
	enum target_action_kind kind;
	int64_t pid, tid; /* as on the wire: -1 = all */
	int signal;       /* to deliver, GDB's number, 0 = none */
	uint64_t start, end; /* TARGET_RANGE_STEP: [start, end) */
};

struct target_run_ops {
	/** Starts the threads the actions name; at least one action. */
	enum target_status (*resume)(struct target *t, const struct target_action *a, size_t n);
	/** Asks for a stop; the stop comes through next_event. */
	enum target_status (*interrupt)(struct target *t);
	/** Readable when next_event has something; -1: never. */
	int (*event_fd)(const struct target *t);
	/** *got = false: nothing to report now. */
	enum target_status (*next_event)(struct target *t, struct target_stop *out, bool *got);
	enum target_status (*detach)(struct target *t, uint32_t pid);
	enum target_status (*kill)(struct target *t, uint32_t pid);
};

enum target_point_kind {
	TARGET_SW_BREAK = 0,
	TARGET_HW_BREAK = 1,
	TARGET_WRITE_WATCH = 2,
	TARGET_READ_WATCH = 3,
	TARGET_ACCESS_WATCH = 4,
};

struct target_point {
	enum target_point_kind kind;
	uint64_t at;
	uint64_t size; /* the "kind" field of Z0/Z1, length of a watch */
};

struct target_point_ops {
	enum target_status (*set)(struct target *t, uint32_t pid, const struct target_point *p);
	enum target_status (*clear)(struct target *t, uint32_t pid, const struct target_point *p);
};

struct target_write_ops {
	/** value: arch_reg_size bytes, little-endian. */
	enum target_status (*reg)(struct target *t, struct target_tid tid, size_t reg,
				  const void *value);
	enum target_status (*mem)(struct target *t, struct target_tid tid, uint64_t at,
				  const void *data, size_t n);
};

struct target_library {
	const char *name;
	const uint64_t *sections; /* load address of each SHF_ALLOC section, in file order */
	size_t section_count;
};
typedef void (*target_library_fn)(void *ctx, const struct target_library *lib);

/** A stretch of the address space as one thread sees it. */
struct target_region {
	uint64_t start;
	uint64_t end; /* first address behind it; 0 = end of the address space */
	bool mapped;  /* false: nothing is readable in it */
	bool readable, writable, executable;
	char name[64]; /* "" when it has none */
};

struct target_table_info {
	const char *name;  /* "ascend-cores" */
	const char *title; /* one line for the list of `info os` */
};

/** What is shown beside registers and memory. Every member may be NULL. */
struct target_view_ops {
	/** Short name ("AIV 11"), and one line of state for `info threads`. */
	enum target_status (*thread_name)(struct target *t, struct target_tid tid,
					  struct target_text *out);
	enum target_status (*thread_text)(struct target *t, struct target_tid tid,
					  struct target_text *out);
	/** Path of the program of a process: a real path, or one that `file` serves. */
	enum target_status (*exec_file)(struct target *t, uint32_t pid, struct target_text *out);
	enum target_status (*libraries)(struct target *t, uint32_t pid, target_library_fn fn,
					void *ctx);
	/** The region that holds `at`; a hole reaches up to the next mapped address. */
	enum target_status (*region)(struct target *t, struct target_tid tid, uint64_t at,
				     struct target_region *out);
	/** Content of a file that exists only in the server; borrowed until close. */
	enum target_status (*file)(struct target *t, const char *path, const void **data,
				   size_t *n);
	/** All tables; the array is borrowed and static. */
	const struct target_table_info *(*tables)(const struct target *t, size_t *count);
	/** Fills *out, which the wrapper has zeroed and the caller deinits. */
	enum target_status (*table)(struct target *t, const char *name, struct target_table *out);
	/** A monitor command of this kind of target; UNSUPPORTED: not one of mine. */
	enum target_status (*command)(struct target *t, struct target_tid tid, size_t argc,
				      const char *const *argv, struct target_text *out);
	/** One line per monitor command, for `monitor help`. */
	const char *(*help)(const struct target *t);
};

struct target_ops {
	/* required */
	void (*close)(struct target *t); /* frees t */
	/** Fills at most cap ids, *count = how many there are; any order that stays the same. */
	enum target_status (*threads)(struct target *t, struct target_tid *out, size_t cap,
				      size_t *count);
	/** Layout of a thread's registers; all threads of one process share it. NULL: no thread. */
	const struct arch_desc *(*arch)(struct target *t, struct target_tid tid);
	/** Why this thread is stopped. tid {0,0}: the thread a client should see first. */
	enum target_status (*stop)(struct target *t, struct target_tid tid,
				   struct target_stop *out);
	/** Value of one register, little-endian; *valid = false: unavailable, buf untouched. */
	enum target_status (*reg_read)(struct target *t, struct target_tid tid, size_t reg,
				       void *buf, bool *valid);
	/** Reads up to n bytes; *done = good prefix. FAULT only when not even one byte is there. */
	enum target_status (*mem_read)(struct target *t, struct target_tid tid, uint64_t at,
				       void *buf, size_t n, size_t *done);
	/* NULL: cannot */
	const struct target_write_ops *write;
	const struct target_run_ops *run;
	const struct target_point_ops *points;
	const struct target_view_ops *view;
};

enum target_log_level { TARGET_LOG_ERROR, TARGET_LOG_WARN, TARGET_LOG_INFO, TARGET_LOG_DEBUG };

/** The one way back from a target to the server; given at open. */
struct target_log {
	void (*write)(void *ctx, enum target_log_level level, const char *text);
	void *ctx;
};

enum { TARGET_MESSAGE = 256 };

/** First member of every target's object. */
struct target {
	const struct target_ops *ops;
	struct target_log log;
	char message[TARGET_MESSAGE]; /* words of the last failure, "" when there are none */
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
};
unsigned target_caps(const struct target *t);

/** Keeps the words of a failure at the target and returns status: return target_fail(t, ...). */
enum target_status target_fail(struct target *t, enum target_status status, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/** Words of the last failure, or a general sentence for its status; never NULL. */
const char *target_words(const struct target *t, enum target_status status);
void target_logf(const struct target_log *log, enum target_log_level level, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

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
enum target_status target_point_set(struct target *t, uint32_t pid,
				    const struct target_point *p) TARGET_CHECKED;
enum target_status target_point_clear(struct target *t, uint32_t pid,
				      const struct target_point *p) TARGET_CHECKED;
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
const char *target_help(const struct target *t);

#endif
