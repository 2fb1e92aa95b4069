#ifndef TARGET_LINUX_HOLD_H
#define TARGET_LINUX_HOLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "target/text.h"

struct linux_target;
struct target_table;

/**
 * Children that no client follows and that shall wait for a debugger. From its first instruction
 * on such a child is watched (watch.c): traced, but neither shown nor stopped, nor are its own
 * children. Once it is a program that is wanted it is held (hold.c): in a job-control stop and not
 * traced, so that any debugger can attach to it.
 */

struct linux_watched; /* a thread */
struct linux_held;    /* a process */

struct linux_hold {
	bool on;
	bool at_fork;  /* hold before the first instruction, else when a program is executed */
	char *pattern; /* of the program, NULL: all */
	struct linux_watched *watched;
	struct linux_held *held;
	size_t held_count;
};

/* --- watch.c --- */
/**
 * Lets go of a child in a ptrace stop that is in no table: it is held, watched, or free. vfork:
 * its parent waits until it has executed a program; signal: the host's, goes with it, 0 none.
 */
void linux_child_leave(struct linux_target *l, pid_t pid, bool vfork, int signal);
/** What waitpid said of a thread that is watched; false: it is not. */
bool linux_watch_handle(struct linux_target *l, pid_t tid, int status);
/** The thread is traced already and is its caller's from now on; false: it is not watched. */
bool linux_watch_take(struct linux_target *l, pid_t tid);
/** A running thread that is of no use any more: it is let go when it comes to a stop. */
void linux_watch_leave(struct linux_target *l, pid_t pid, pid_t tid);
/** Lets all of them go. */
void linux_watch_drop(struct linux_target *l);

/* --- hold.c --- */
/** The program of a process is one to hold. */
bool linux_hold_wants(const struct linux_target *l, pid_t pid);
/** Holds a process that is in a ptrace stop. */
void linux_hold(struct linux_target *l, pid_t pid);
/** It is held here, and stands. */
bool linux_hold_has(struct linux_target *l, pid_t pid);
/** It is not held any more, whether it stands or not. */
void linux_hold_forget(struct linux_target *l, pid_t pid);
/** Lets all go on that no other debugger has attached to. */
void linux_hold_drop(struct linux_target *l);
/** The table "held". */
void linux_hold_table(struct linux_target *l, struct target_table *out);

#endif
