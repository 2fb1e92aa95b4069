#ifndef TARGET_AGENT_PRIV_H
#define TARGET_AGENT_PRIV_H

#include "target/agent.h"

/** The printf of agent expressions: a format with the escapes of a C string. */

/** text: up to its NUL. NULL: it takes `args` arguments and knows all of them; else why not. */
const char *agent_format_check(const char *text, unsigned args);

/** A checked format. NULL: printed; else what failed. */
const char *agent_format_print(const char *text, const uint64_t *args,
			       const struct agent_access *access);

#endif
