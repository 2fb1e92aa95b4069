#ifndef TARGET_OPS_H
#define TARGET_OPS_H

#include <sys/types.h>

#include "arch/arch.h"
#include "target/table.h"
#include "target/text.h"
#include "target/types.h"

/**
 * What a kind of target fills in. A missing operation is a NULL pointer; capabilities are computed
 * from the pointers (target_caps). A dump has run == NULL, so every resume packet is refused.
 * To add a kind of target: 1. target/<kind>/<kind>_target.c with a static const struct target_ops,
 * `struct target base` first; 2. a way to open it from stub/main.c; 3. keys in config/keys.c if it
 * has settings; 4. its recipe or fake in tests/, which skip by capability.
 */

struct target;
struct doctor;

struct target_run_ops {
	/** Starts the threads the actions name; at least one action. */
	enum target_status (*resume)(struct target *t, const struct target_action *a, size_t n);
	/** Asks for a stop; the stop comes through next_event. */
	enum target_status (*interrupt)(struct target *t);
	/** Readable when next_event has something; it is asked behind a resume too. -1: never. */
	int (*event_fd)(const struct target *t);
	/** *got = false: nothing to report now. */
	enum target_status (*next_event)(struct target *t, struct target_stop *out, bool *got);
	/** NO_THREAD: no such process. One whose end has not been told is still there for both. */
	enum target_status (*detach)(struct target *t, uint32_t pid);
	enum target_status (*kill)(struct target *t, uint32_t pid);
	/** Non-stop: a thread stops alone, TARGET_HALT stops one that runs. NULL: all-stop only. */
	void (*non_stop)(struct target *t, bool on);
	/** ... the client has taken that stop. Until then a resume of all threads leaves it out. */
	void (*heard)(struct target *t, struct target_tid tid);
	/** Stands still with no stop to tell: another kind has one. NULL: never one of several. */
	void (*pause)(struct target *t);
	/** Resumed, nothing of it would move and nothing be told. NULL: something would. */
	bool (*idle)(const struct target *t);
	/** Which events a client wants to hear of: enum target_wish bits. NULL: none exist. */
	void (*wish)(struct target *t, unsigned wishes);
	/** System calls stop the threads of a process: those numbers, n == 0 all; or none. */
	enum target_status (*catch_calls)(struct target *t, uint32_t pid, bool on,
					  const int64_t *calls, size_t n);
	/** Signals that a program keeps when it is let go with them: all until this is called. */
	void (*program)(struct target *t, const uint8_t *bits, size_t n);
	/** ... that go to the program without a stop; a set bit per number of GDB's. */
	void (*pass)(struct target *t, const uint8_t *bits, size_t n);
};

struct target_point_ops {
	/** A breakpoint set again is not set twice, it has other code. */
	enum target_status (*set)(struct target *t, uint32_t pid, const struct target_point *p);
	enum target_status (*clear)(struct target *t, uint32_t pid, const struct target_point *p);
	/** Some commands shall go on without a client. NULL: no conditions and commands at all. */
	bool (*persists)(const struct target *t, uint32_t pid);
};

struct target_write_ops {
	/** value: arch_reg_size bytes, little-endian. */
	enum target_status (*reg)(struct target *t, struct target_tid tid, size_t reg,
				  const void *value);
	enum target_status (*mem)(struct target *t, struct target_tid tid, uint64_t at,
				  const void *data, size_t n);
};

/** How a program is started. Every string is borrowed for the call. */
struct target_launch {
	const char *const *argv;    /* NULL-terminated; argv[0] is found by PATH */
	const char *const *wrapper; /* NULL-terminated words in front of it, or NULL */
	const char *const *env;     /* NULL-terminated environment; NULL: the server's own */
	const char *cwd;            /* NULL: the server's own */
	bool shell;                 /* through $SHELL -c, so that words are expanded */
	bool no_randomization;      /* addresses are the same in every run */
	bool quiet_stdio;           /* stdin is /dev/null and stdout goes to stderr */
	bool outlives;              /* it goes on when the server dies */
};

/** Getting something to debug. NULL: the target has what it has. */
struct target_process_ops {
	/** Stops at the first instruction of the program; *pid is its process. */
	enum target_status (*start)(struct target *t, const struct target_launch *how,
				    uint32_t *pid);
	/** All threads of a running process, stopped. */
	enum target_status (*attach)(struct target *t, uint32_t pid);
	/** The process was there before us: a client that quits detaches from it. */
	bool (*attached)(const struct target *t, uint32_t pid);
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
	/** Content of a file that exists only in the server; borrowed until the next call. */
	enum target_status (*file)(struct target *t, const char *path, const void **data,
				   size_t *n);
	/** All tables, borrowed and static. table fills *out, zeroed; the caller deinits it. */
	const struct target_table_info *(*tables)(const struct target *t, size_t *count);
	enum target_status (*table)(struct target *t, const char *name, struct target_table *out);
	/** A monitor command of this kind of target; UNSUPPORTED: not one of mine. */
	enum target_status (*command)(struct target *t, struct target_tid tid, size_t argc,
				      const char *const *argv, struct target_text *out);
	/** That command lets something run or changes it. NULL: none does. */
	bool (*steers)(const struct target *t, size_t argc, const char *const *argv);
	/** One line per monitor command, for `monitor help`. */
	const char *(*help)(const struct target *t);
	/** Adds the checks that this kind can make to `monitor doctor` (target/doctor.h). */
	void (*doctor)(struct target *t, struct doctor *r);
};

/** What the operating system knows of a process beside its memory. Every member may be NULL. */
struct target_os_ops {
	/** The auxiliary vector, as it lies in the memory of the program. */
	enum target_status (*auxv)(struct target *t, uint32_t pid, struct target_text *out);
	/**
	 * The dynamic linker's lists. UNAVAILABLE: the program says of none (a client may still
	 * find one by symbols); no call of fn: the linker has not made it yet.
	 */
	enum target_status (*link_maps)(struct target *t, uint32_t pid,
					const struct target_link_start *from,
					target_link_map_fn fn, void *ctx);
	/** Address of the word that holds the address of the linker's r_debug, 0 at first. */
	enum target_status (*link_word)(struct target *t, uint32_t pid, uint64_t *out);
	/** siginfo_t of the thread's last signal in the layout of its program. */
	enum target_status (*siginfo_read)(struct target *t, struct target_tid tid,
					   struct target_text *out);
	enum target_status (*siginfo_write)(struct target *t, struct target_tid tid,
					    uint64_t offset, const void *data, size_t n);
	/** The CPU the thread is on or was on last. */
	enum target_status (*thread_core)(struct target *t, struct target_tid tid, int *core);
	/**
	 * The next symbol of a process for the client to look up; first: it has just offered to.
	 * NULL: none. Borrowed until the process ends. symbol_found: value NULL, no such symbol.
	 */
	const char *(*symbol_wanted)(struct target *t, uint32_t pid, bool first);
	void (*symbol_found)(struct target *t, uint32_t pid, const char *name,
			     const uint64_t *value);
	/** Where a thread has a variable: offset in the block of the module of that link map. */
	enum target_status (*tls_address)(struct target *t, struct target_tid tid, uint64_t lm,
					  uint64_t offset, uint64_t *out);
	/** What the program's thread library calls a thread (pthread_t), as it lies in memory. */
	enum target_status (*thread_handle)(struct target *t, struct target_tid tid,
					    struct target_text *out);
	/** Folders with colons where the thread library's helper is looked for; "": the preset. */
	enum target_status (*thread_db_path)(struct target *t, const char *path, const char **now);
};

/**
 * Real files. pid is the process whose mounts count, 0 is the server itself. Failures are negative
 * errno values of the host, since the protocol has a number for each. NULL: no real files.
 */
struct target_file_ops {
	/** open(2) with the host's flags; a descriptor, never one that blocks. */
	int (*open)(struct target *t, uint32_t pid, const char *path, int flags, mode_t mode);
	int (*unlink)(struct target *t, uint32_t pid, const char *path);
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
	const struct target_process_ops *process;
	const struct target_view_ops *view;
	const struct target_os_ops *os;
	const struct target_file_ops *files;
};

#endif
