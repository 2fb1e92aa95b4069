#ifndef TARGET_LINUX_LINUX_H
#define TARGET_LINUX_LINUX_H

#include "target/rescue.h"
#include "target/target.h"

/**
 * Linux processes by ptrace. One target holds all processes and threads that are debugged; it may
 * hold none (`--multi`). All ptrace calls come from the thread that opened it.
 */

/** An empty target. NULL: out of memory or descriptors, errno says which. */
struct target *linux_open(struct target_log log);
/** From now on what is done to processes that go on without us is noted there; borrowed. */
void linux_set_rescue(struct target *t, struct rescue *r);
/** What was started to outlive us counts as attached from now on: it is detached at the end. */
void linux_spare_started(struct target *t);

/**
 * Lets all processes of the table go on, without a struct target: their threads are stopped, their
 * code and debug registers restored, a pc behind a breakpoint goes back to it; those that are held
 * by SIGSTOP get SIGCONT. By system calls only, within seconds whatever the threads do; a signal
 * handler may call it. The caller traces them (orphans false), or nobody does any more.
 */
void linux_let_go(const struct rescue *r, bool orphans);

/**
 * From now on children of debugged processes that no client follows are held for a debugger, and
 * their children too. rule: "exec", "fork" (before their first instruction), "exec:PATTERN",
 * "fork:PATTERN", or PATTERN alone for exec: fnmatch(3) on the name of the program, on its path
 * when the pattern has a slash. Held ones are let go when the target is closed. false: out of
 * memory.
 */
bool linux_hold_children(struct target *t, const char *rule);

#endif
