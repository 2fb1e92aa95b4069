#ifndef TARGET_DOCTOR_H
#define TARGET_DOCTOR_H

#include <stdarg.h>

#include "target/target.h"

/**
 * A report of what stands between a user and a kernel (`monitor doctor`): each check is a line, and
 * each problem a second one with the command that mends it. Every kind of target adds the checks
 * that it alone can make; checks only look.
 */
struct doctor {
	struct target_text *out;
	const char *preload; /* path of the library that programs need; NULL: they need none */
	unsigned problems;
};

/** what: at most 16 letters, what was looked at. */
void doctor_ok(struct doctor *r, const char *what, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/** Neither good nor bad. */
void doctor_note(struct doctor *r, const char *what, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
void doctor_problem(struct doctor *r, const char *what, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/** Behind a problem: the command, or what to do. */
void doctor_mend(struct doctor *r, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/** Adds the checks of a target, none for one that makes none. */
void target_doctor(struct target *t, struct doctor *r);

#endif
