#ifndef TARGET_TYPES_H
#define TARGET_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "target/agent.h"

/** The words of the contract: what calls take and return. */

enum target_status {
	TARGET_OK,
	TARGET_UNSUPPORTED, /* this target cannot do that at all */
	TARGET_INVALID,     /* argument makes no sense */
	TARGET_NO_THREAD,
	TARGET_FAULT,       /* no memory there */
	TARGET_UNAVAILABLE, /* it exists but its value was not saved or cannot be had now */
	TARGET_RUNNING,
	TARGET_SYSTEM, /* a system call failed; the message has the reason */
	TARGET_DENIED, /* it could be done, but has been ruled out */
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
	TARGET_STOP_SIGNALED, /* process: signal, value = the number it has on the host */
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
	const char *text; /* path, or why in words; borrowed until the next call; or NULL */
};

/** Events that are told only to clients that asked for them (qSupported). */
enum target_wish {
	TARGET_WISH_FORK = 1,
	TARGET_WISH_VFORK = 2,
	TARGET_WISH_EXEC = 4,
	TARGET_WISH_THREADS = 8, /* each thread that begins or ends */
};

/** What one thread shall do. Actions are searched in order, the first that matches counts. */
enum target_action_kind { TARGET_CONTINUE, TARGET_STEP, TARGET_RANGE_STEP, TARGET_HALT };

struct target_action {
	enum target_action_kind kind;
	int64_t pid, tid; /* as on the wire: -1 = all */
	int signal;       /* to deliver, GDB's number, 0 = none */
	uint64_t start, end; /* TARGET_RANGE_STEP: [start, end) */
};

enum target_point_kind {
	TARGET_SW_BREAK = 0,
	TARGET_HW_BREAK = 1,
	TARGET_WRITE_WATCH = 2,
	TARGET_READ_WATCH = 3,
	TARGET_ACCESS_WATCH = 4,
};

/** What the target runs at a hit of a breakpoint, instead of asking its client. */
struct target_point_code {
	const struct agent_code *conditions; /* the hit counts when one of them holds */
	size_t condition_n;
	const struct agent_code *commands; /* run at a hit that counts, of which nothing is told */
	size_t command_n;
	bool persist; /* the commands shall go on when the client has gone */
};

struct target_point {
	enum target_point_kind kind;
	uint64_t at;
	uint64_t size; /* the "kind" field of Z0/Z1, length of a watch */
	const struct target_point_code *code; /* NULL: none; borrowed for the call */
};

struct target_library {
	const char *name;
	const uint64_t *sections; /* load address of each SHF_ALLOC section, in file order */
	size_t section_count;
};
typedef void (*target_library_fn)(void *ctx, const struct target_library *lib);

/** One entry of a dynamic linker's list (struct link_map). */
struct target_link_map {
	bool main;        /* the program itself, the first of all: only lm counts */
	const char *name; /* path, never "" */
	uint64_t lm;      /* where the entry is */
	uint64_t base;    /* l_addr: added to the addresses of the file */
	uint64_t dynamic; /* l_ld */
	uint64_t space;   /* the namespace: address of its r_debug */
};
typedef void (*target_link_map_fn)(void *ctx, const struct target_link_map *map);

/** Where to start in them; lm 0: at the beginning, all namespaces. */
struct target_link_start {
	uint64_t lm;
	uint64_t previous; /* the entry before lm */
	uint64_t space;    /* what lm belongs to */
};

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
	const char *label; /* a heading for user interfaces; NULL: the name */
};

enum target_log_level { TARGET_LOG_ERROR, TARGET_LOG_WARN, TARGET_LOG_INFO, TARGET_LOG_DEBUG };

/** The one way back from a target to the server; given at open. */
struct target_log {
	void (*write)(void *ctx, enum target_log_level level, const char *text);
	void *ctx;
	void (*tell)(void *ctx, const char *text); /* to who debugs; NULL: nobody */
};

#endif
