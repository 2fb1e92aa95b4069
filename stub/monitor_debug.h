#ifndef STUB_MONITOR_DEBUG_H
#define STUB_MONITOR_DEBUG_H

#include "stub/session.h"

/** What users switch and read while they debug: `monitor set`, `log` and `stats`. */

/**
 * argv: the words behind "set". UNSUPPORTED: there is no such setting; INVALID: out says what is
 * wrong with its value.
 */
enum target_status monitor_set(struct session *s, size_t argc, const char *const *argv,
			       struct target_text *out);
/** argv: the words behind "log"; none: how it is set. */
enum target_status monitor_log(struct session *s, size_t argc, const char *const *argv,
			       struct target_text *out);
enum target_status monitor_stats(struct session *s, struct target_text *out);
/** Its part of `monitor help`. */
void monitor_set_help(const struct session *s, struct target_text *out);

#endif
