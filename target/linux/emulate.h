#ifndef TARGET_LINUX_EMULATE_H
#define TARGET_LINUX_EMULATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "target/text.h"

struct linux_target;
struct linux_process;
struct linux_thread;

/**
 * Steps that the server executes itself, without letting the thread run: a stop for every
 * instruction costs more than all the rest of a step. It is done only where the program could not
 * tell the difference; else, and now and then anyway, the CPU steps. host_emulate() is the CPU's
 * part.
 */

enum { LINUX_EXECUTED = 8 };

/** Pages that the CPU has executed code of since anything but a plain instruction ran. */
struct linux_executed {
	uint64_t pages[LINUX_EXECUTED];
	unsigned n; /* how many were noted */
};

/** A thread's part of it. */
struct linux_emulation {
	bool trapped;  /* the kernel holds it in a trap of the CPU */
	bool moved;    /* it has been stepped here since: what the kernel says of the trap is old */
	bool plain;    /* host_may_emulate(), asked since it ran */
	uint64_t from; /* where the CPU began a step; 0: it runs otherwise */
};

/** Executes as much as can be of the step that a thread is to do. true: the step is over. */
bool linux_emulate_step(struct linux_target *l, struct linux_thread *th);
/** Executes the instruction under a breakpoint; false: the CPU has to. */
bool linux_emulate_over(struct linux_target *l, struct linux_thread *th);

/** A thread is about to run; stepping: it executes one instruction, without a signal. */
void linux_emulate_runs(struct linux_target *l, struct linux_thread *th, bool stepping);
/** It has stopped with a trap of the CPU. */
void linux_emulate_trapped(struct linux_target *l, struct linux_thread *th);
/** The CPU has executed what stands there. */
void linux_emulate_executed(struct linux_process *p, uint64_t at);
/** Nothing is known of the memory of a process any more: something else has run in it. */
void linux_emulate_forget(struct linux_process *p);
/** The kernel's word on the stop of a thread is to be read: it becomes that of the last step. */
void linux_emulate_settle(struct linux_target *l, struct linux_thread *th);

/** `monitor set emulate on|off`: value NULL only says how it is. false: neither on nor off. */
bool linux_emulate_set(struct linux_target *l, const char *value, struct target_text *out);

#endif
