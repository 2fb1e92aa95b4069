#ifndef TARGET_LINUX_HURRY_H
#define TARGET_LINUX_HURRY_H

#include <stdbool.h>
#include <stdint.h>

struct linux_target;
struct linux_thread;

/** Short waits for threads: hurry.c. */

/**
 * Waits a moment for the end of the step that was just begun, or for what mostly comes at once: it
 * takes less time than a turn of the server's loop. true: there is something to tell.
 */
bool linux_hurry(struct linux_target *l);
/**
 * The next status of one thread, which comes in a moment. What others do meanwhile is sorted: a
 * leader that was killed is heard of only behind them. false: there is no such thread any more.
 */
bool linux_wait_thread(struct linux_target *l, const struct linux_thread *th, int *status);

#endif
