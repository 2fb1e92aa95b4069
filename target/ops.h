#ifndef TARGET_OPS_H
#define TARGET_OPS_H

#include "arch/arch.h"
#include "target/table.h"
#include "target/text.h"
#include "target/types.h"

/**
 * What a kind of target fills in. A missing operation is a NULL pointer and nothing else says what
 * a target can do: capabilities are computed from the pointers (target_caps). A dump has
 * run == NULL, and with that every resume packet is refused without a line of code in the dump.
 *
 * To add a kind of target: 1. target/<kind>/<kind>_target.c with a static const struct target_ops,
 * `struct target base` first in its object; 2. a way to open it from stub/main.c; 3. keys in
 * config/keys.c if it has settings; 4. its recipe or fake in tests/. The protocol suite runs
 * against every target and skips by capability, never by name.
 */

struct target;

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
	/**
	 * Reads up to n bytes; *done = good prefix. FAULT only when not even one byte is there.
	 * tid.tid 0: a client that names no thread when it reads memory (lldb).
	 */
	enum target_status (*mem_read)(struct target *t, struct target_tid tid, uint64_t at,
				       void *buf, size_t n, size_t *done);
	/* NULL: cannot */
	const struct target_write_ops *write;
	const struct target_run_ops *run;
	const struct target_point_ops *points;
	const struct target_view_ops *view;
};

#endif
