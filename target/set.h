#ifndef TARGET_SET_H
#define TARGET_SET_H

#include "target/target.h"

/**
 * The target set: programs of the host and the devices they use behind one contract. Process
 * numbers say whose a thread is. All-stop holds for both sides: what happens on one stops the
 * other, and a wildcard resume of one resumes the other too, unless that has a stop of its own to
 * be looked at.
 */

/** Processes from this number on are devices: Linux gives no such number. */
enum { TARGET_SET_DEVICES = (1 << 22) + 1 };

/** Takes both, whatever happens; both have target_run_ops.pause. NULL: out of memory. */
struct target *target_set_create(struct target *host, struct target *devices,
				 struct target_log log);

#endif
