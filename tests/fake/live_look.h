#ifndef TESTS_FAKE_LIVE_LOOK_H
#define TESTS_FAKE_LIVE_LOOK_H

#include <stdbool.h>
#include <sys/types.h>

/** What the system says of a process, for tests that look at it beside a server. */

/** The number behind "NAME:" in /proc/PID/status; -1: there is none. */
long live_status(pid_t pid, const char *name);
/** A thread of it is stopped, by a tracer or by job control. */
bool live_stands(pid_t pid);
/** How often its threads went to sleep until now; every stop is one more. */
long live_sleeps(pid_t pid);

#endif
