#ifndef TARGET_AGENT_H
#define TARGET_AGENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * GDB's agent expressions (GDB manual, "The GDB Agent Expression Mechanism"): small programs of a
 * stack machine that a client sends as conditions and commands of breakpoints. No I/O of their own:
 * what they see and print goes through struct agent_access.
 */

enum {
	AGENT_BYTES = 0xffff, /* jumps have 16 bits */
	AGENT_STACK = 100,
	AGENT_STEPS = 100000, /* a run that takes more instructions is an endless loop */
};

/** One expression, borrowed. */
struct agent_code {
	const uint8_t *bytes;
	size_t n;
};

struct agent_access {
	/** false: there is no such register, or it cannot be had. */
	bool (*reg)(void *ctx, unsigned number, uint64_t *value);
	/** All n bytes or false. */
	bool (*mem)(void *ctx, uint64_t at, void *buf, size_t n);
	void *ctx; /* of both */
	void (*print)(void *to, const char *text, size_t n);
	void *to;
};

/**
 * Whether an expression may run: every instruction is whole and known, jumps land on one, the stack
 * has one depth at every point whichever way it was reached, and every path comes to an end or
 * stays in the code. NULL: it may; else why not.
 */
const char *agent_check(const struct agent_code *code);

/**
 * Runs a checked expression. NULL: *result is its value, 0 when it leaves none; else what failed in
 * the middle.
 */
const char *agent_run(const struct agent_code *code, const struct agent_access *access,
		      uint64_t *result);

#endif
