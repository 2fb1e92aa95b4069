#ifndef TARGET_MOMENT_H
#define TARGET_MOMENT_H

#include <stdbool.h>
#include <stdint.h>

/**
 * Short waits without sleeping, for what mostly comes at once: a program that runs from breakpoint
 * to breakpoint, a client that answers each stop with the next command. Who has gone to sleep is
 * woken later than such a thing takes, on a virtual machine by tens of microseconds. The kernel's
 * KVM does the same (halt_poll_ns). It learns: what did not come at once the last time is not
 * waited for so, and nothing is while others want the CPU.
 */
struct moment {
	int64_t since;	 /* when the wait began, monotonic ns; 0: nothing is waited for */
	int64_t crowded; /* others want the CPU until then, as far as is known */
	bool quick;	 /* what was waited for last came at once */
};

/** Nanoseconds of a clock that never goes back. */
int64_t moment_now(void);
/** What is waited for may come from now on. */
void moment_begin(struct moment *m);
/** It came, at a time of moment_now; nothing if nothing was waited for. */
void moment_end(struct moment *m, int64_t at);
/** The next one is to be waited for so. */
bool moment_pays(const struct moment *m);
/**
 * Lets others have the CPU, then it is time to look again. false: it was begun longer ago than
 * patience, in ns: time to sleep.
 */
bool moment_goes_on(struct moment *m, int64_t patience);

#endif
