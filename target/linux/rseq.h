#ifndef TARGET_LINUX_RSEQ_H
#define TARGET_LINUX_RSEQ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct linux_target;
struct linux_thread;

/** What the kernel and a thread say to each other in its struct rseq: rseq(2). */

struct linux_rseq {
	bool known;	  /* the rest holds until the thread runs */
	unsigned writes;  /* ... and until its client writes: linux_target.writes */
	uint64_t at;	  /* address of the struct; 0: it has none, or nobody has asked yet */
	uint64_t section; /* the restartable sequence it may be in, 0 none */
	int32_t cpu;	  /* that it ran on last; below 0: not known */
};

/** Bytes of the program to be read; n becomes 0 where one of the pieces cannot. */
struct linux_piece {
	uint64_t at;
	void *buf;
	size_t n;
};

enum { LINUX_PIECES = 2 };

/**
 * Fills th->rseq of a thread that stands, and reads LINUX_PIECES pieces (NULL: none), with one
 * system call for all. false: the kernel is too old to say (before 5.13), or the thread is gone.
 */
bool linux_rseq_look(const struct linux_target *l, struct linux_thread *th,
		     struct linux_piece *pieces);

/** Where rseq_cs lies in the struct; it has 8 bytes. */
enum { LINUX_RSEQ_SECTION_AT = 8 };

#endif
