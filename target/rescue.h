#ifndef TARGET_RESCUE_H
#define TARGET_RESCUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * What has to be undone in other processes when the server dies before it could do so: each patch
 * is noted here before its first byte is written. The table lies in memory that forked processes
 * share, so that another process still has it then. One process writes it, the server; rows are
 * whole at every moment, so it may be read after the writer died anywhere. A full table loses rows
 * and nothing else.
 *
 * A process id in it means the same process as long as the server lives (what it traces stays a
 * zombie until the server has waited for it, and is forgotten then).
 */

enum {
	RESCUE_PROCESSES = 1 << 10,
	RESCUE_HELD = 1 << 8,
	RESCUE_PATCHES = 1 << 16,
	RESCUE_PATCH_MAX = 8, /* bytes of a patch at most */
};

/** Bytes that the server puts into a process, and what the program has there. */
struct rescue_patch {
	uint32_t pid;
	uint32_t n;
	uint64_t at;
	uint8_t saved[RESCUE_PATCH_MAX];
	uint8_t put[RESCUE_PATCH_MAX];
};

struct rescue;

/** An empty table; NULL: out of memory. */
struct rescue *rescue_create(void);
/** In this process only. NULL is fine. */
void rescue_destroy(struct rescue *r);

/* For the writer. With r NULL nothing is kept and nobody restores anything. */

/** A process that has to go on without the server. */
void rescue_add(struct rescue *r, uint32_t pid);
/** The process was let go or has ended: it and its patches. */
void rescue_forget(struct rescue *r, uint32_t pid);
/** A process, not traced, that the server stops by SIGSTOP; and it does so no more. */
void rescue_hold(struct rescue *r, uint32_t pid);
void rescue_unhold(struct rescue *r, uint32_t pid);
/** Its memory is another: its patches. */
void rescue_forget_patches(struct rescue *r, uint32_t pid);
/**
 * Before the bytes are written. slot: what was returned for this patch before, 0 for a new one;
 * what is returned belongs to the patch until rescue_drop, 0: there was no room.
 */
uint32_t rescue_note(struct rescue *r, uint32_t slot, const struct rescue_patch *patch);
/** After the program's bytes are back. slot 0 is fine. */
void rescue_drop(struct rescue *r, uint32_t slot);

/* For whoever comes after. All of it may be called by a signal handler. */

/** The n-th process, or 0: n is RESCUE_PROCESSES or more, or the row is free. */
uint32_t rescue_process(const struct rescue *r, size_t n);
/** The same of those that were stopped by SIGSTOP; RESCUE_HELD. */
uint32_t rescue_held(const struct rescue *r, size_t n);
/** There may be something to restore, or somebody to let go. */
bool rescue_due(const struct rescue *r);
/** Opens /proc/PID/NAME, a short name; -1: it cannot be. */
int rescue_open(uint32_t pid, const char *name, int flags);
/** A patch of that process starts there. */
bool rescue_is_patched(const struct rescue *r, uint32_t pid, uint64_t at);
/**
 * Puts the program's bytes back into all processes (pid 0) or one, wherever the server's bytes
 * still stand. How many patches there were.
 */
size_t rescue_restore(const struct rescue *r, uint32_t pid);

#endif
