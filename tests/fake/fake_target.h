#ifndef TESTS_FAKE_FAKE_TARGET_H
#define TESTS_FAKE_FAKE_TARGET_H

#include "target/target.h"

/**
 * A target that is all in memory, for tests and fuzzers of stub/. Its data explains itself: each
 * register holds its own name and the thread, memory at FAKE_TEXT its own address in digits.
 * Capabilities are chosen at creation; without any it is as dead as a dump.
 */

enum {
	FAKE_RUN = 1,
	FAKE_WRITE = 2,
	FAKE_POINTS = 4,
	FAKE_VIEW = 8,
	FAKE_ALL = 15,
	/* starts "programs" and attaches: process 1 is there again; non-stop, system calls, TLS */
	FAKE_START = 32,
	FAKE_TWO_PROCESSES = 16, /* thread 3 is process 2's */
};

enum { FAKE_THREADS = 3, FAKE_REGS = 9, FAKE_ACTIONS = 4 };

/** Registers by number; the first four are those of the g packet. */
enum { FAKE_PC, FAKE_SP, FAKE_X29, FAKE_X30, FAKE_X0, FAKE_X1, FAKE_LOST, FAKE_V0, FAKE_FLAG };

/* Memory. Each 16 bytes at FAKE_TEXT and FAKE_BIG are their own address in 16 hex digits. */
#define FAKE_TEXT     0x1000ull /* 0x2000 bytes, then a hole */
#define FAKE_HOLE     0x3000ull
#define FAKE_RAM      0x4000ull	  /* 0x1000 bytes of zeros that can be written */
#define FAKE_BYTES    0x6000ull	  /* 0x100 bytes: 0, 1, 2 ... */
#define FAKE_OWN      0x7000ull	  /* 16 bytes, the tid in each: another thread sees its own */
#define FAKE_BIG      0x100000ull /* 2 MiB */
#define FAKE_LAST     0xfffffffffffff000ull /* the last page: zeros */
#define FAKE_LINK_MAP 0xaa00ull		    /* of the one library with thread-local storage */

/** What tests look at and steer; the target is the first member. */
struct fake_target {
	struct target base;
	struct target_ops ops;
	unsigned flags;
	uint8_t regs[FAKE_THREADS][FAKE_REGS][32];
	uint8_t ram[0x1000];
	uint8_t file[5000]; /* content of /ascend/dev0/device */
	bool file_gone;	    /* ... which it has no more */
	/* run */
	bool gone; /* every operation says TARGET_GONE */
	bool ended[3];
	unsigned pauses;				/* beside another target */
	unsigned resumes, interrupts, detached, killed; /* how often, which pid last */
	size_t action_count;
	struct target_action actions[FAKE_ACTIONS];
	bool has_event;
	struct target_stop event; /* next_event hands it out once */
	/* start */
	unsigned starts, attaches;
	/* how: settings, "wrapper|", "word|" ..., "env:NAME=VALUE|" ..., "cwd:" */
	char started[1024];
	bool non_stop, catching;
	unsigned wishes; /* enum target_wish */
	size_t call_count;
	int64_t last_call; /* -1: all */
	uint8_t pass[32];
	size_t asked;	   /* symbols */
	char symbols[256]; /* "PID NAME=VALUE|" or "PID NAME=?|" ... */
	/* points */
	unsigned points_set, points_cleared;
	struct target_point point;
};

/** flags: FAKE_*. Never NULL (a test that is out of memory aborts). Close with target_close. */
/** fake_start.c */
extern const struct target_process_ops fake_process_ops;

struct fake_target *fake_target_create(unsigned flags);

#endif
