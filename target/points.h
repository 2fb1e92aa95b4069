#ifndef TARGET_POINTS_H
#define TARGET_POINTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * Software breakpoints of one address space, of a process or a device. Setting and clearing edits a
 * table only: gdb removes and re-inserts every breakpoint at every stop. The difference to what is
 * patched is written when something is about to run (points_sync), so most of it is never written.
 */

enum { POINTS_INSN_MAX = 8 };

struct rescue;

/** Access to the memory that is patched; n is the size of the breakpoint instruction. */
struct points_memory {
	bool (*read)(void *ctx, uint64_t at, void *buf, size_t n);
	bool (*write)(void *ctx, uint64_t at, const void *data, size_t n);
	void *ctx;
	struct rescue *rescue; /* patches are noted there before they are made; NULL: nowhere */
	uint32_t pid;          /* whose they are */
};

struct points;

/** insn: the breakpoint instruction, n <= POINTS_INSN_MAX bytes, copied. NULL: out of memory. */
struct points *points_create(const void *insn, size_t n);
/** Forgets all without writing: after the address space is gone. NULL is fine. */
void points_destroy(struct points *p);
/**
 * The same table for the copy of an address space that a fork made; NULL: out of memory. What is
 * patched in it is noted nowhere until points_note_all.
 */
struct points *points_copy(const struct points *p);
/** Notes what is patched now; due after points_keep too, before the data is written. */
void points_note_all(struct points *p, const struct points_memory *m);

/** Counted: as many clears as sets. false: out of memory. */
bool points_set(struct points *p, uint64_t at);
/** false: there is none. */
bool points_clear(struct points *p, uint64_t at);
/**
 * Notices that the patch at `at` is gone from memory, as after a library was mapped there anew: the
 * next sync writes it again.
 */
void points_verify(struct points *p, uint64_t at, const struct points_memory *m);
/** The same for every patch of n bytes at at, with a read for each; true: some are gone. */
bool points_verify_range(struct points *p, uint64_t at, uint64_t n, const struct points_memory *m);
/** It is set, whether it is patched yet or not. */
bool points_is_set(const struct points *p, uint64_t at);
/** A breakpoint instruction stands at this address now. */
bool points_is_patched(const struct points *p, uint64_t at);

/** The index-th by address, set or patched or both; false: there are no more. */
bool points_get(const struct points *p, size_t index, uint64_t *at, bool *set, bool *patched);

/** What is patched is not what is set: points_sync has something to write. */
bool points_differ(const struct points *p);
/**
 * Writes the difference. false: one could not be written, *failed (may be NULL) is its address; the
 * others have been.
 */
bool points_sync(struct points *p, const struct points_memory *m, uint64_t *failed);
/** Takes one patch out of memory for a moment: to step over it. false: there is none. */
bool points_lift(struct points *p, uint64_t at, const struct points_memory *m);
void points_put_back(struct points *p, uint64_t at, const struct points_memory *m);
/** Takes all patches out of memory; what is set is written again by the next sync. */
void points_unpatch(struct points *p, const struct points_memory *m);
/** Nothing is patched any more: the memory was restored by other means. */
void points_forget_patches(struct points *p);
/** Takes all patches out of memory and empties the table. */
bool points_remove_all(struct points *p, const struct points_memory *m);

/** Replaces patches in n bytes that were read from at by what the program has there. */
void points_hide(const struct points *p, uint64_t at, void *buf, size_t n);
/**
 * n bytes are about to be written at at: keeps what falls under patches for later and puts the
 * patches back into data, so that they stay in memory.
 */
void points_keep(struct points *p, uint64_t at, void *data, size_t n);

#endif
