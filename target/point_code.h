#ifndef TARGET_POINT_CODE_H
#define TARGET_POINT_CODE_H

#include "target/agent.h"
#include "target/types.h"

/**
 * Conditions and commands of the breakpoints of one address space: copies, by kind and address. At
 * a hit the target runs them (target/agent.h) instead of asking its client.
 */

struct point_code {
	enum target_point_kind kind;
	uint64_t at;
	struct target_point_code code; /* owned copies */
};

struct point_codes {
	struct point_code **all; /* sorted by address and kind */
	size_t count, cap;
};

/** Takes what p->code says in place of what was there; NULL: nothing. false: out of memory. */
bool point_codes_set(struct point_codes *c, const struct target_point *p);
/** NULL: the point has none, or there is no such point. */
const struct target_point_code *point_codes_find(const struct point_codes *c,
						 enum target_point_kind kind, uint64_t at);
/** *to is empty. What memory is short for is left out: such a point tells of every hit. */
void point_codes_copy(struct point_codes *to, const struct point_codes *from);
void point_codes_clear(struct point_codes *c);

/**
 * Runs the conditions, then the commands of a point that holds; what those print goes to stdout.
 * code NULL: the point has none. thread: how they see the thread that hit; its print is set here.
 * true: the client is to hear of the hit; so it is when an expression fails, which is logged.
 */
bool point_code_tells(const struct target_point_code *code, struct agent_access thread,
		      const struct target_log *log);

#endif
