#ifndef TARGET_LINUX_LINUX_H
#define TARGET_LINUX_LINUX_H

#include "target/target.h"

/**
 * Linux processes by ptrace. One target holds all processes and threads that are debugged; it may
 * hold none (`--multi`). All ptrace calls come from the thread that opened it.
 */

/** An empty target. NULL: out of memory or descriptors, errno says which. */
struct target *linux_open(struct target_log log);

#endif
