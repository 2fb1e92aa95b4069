#ifndef STUB_POINT_OPTIONS_H
#define STUB_POINT_OPTIONS_H

#include "rsp/args.h"
#include "target/types.h"

/** Conditions and commands of a Z packet (GDB manual, "Packets", z0). */

enum { POINT_CODES = 64 }; /* of each sort */

struct point_options {
	struct target_point_code code; /* its lists are the two below */
	struct agent_code conditions[POINT_CODES];
	struct agent_code commands[POINT_CODES];
};

/**
 * text: what follows the kind of the packet. The decoded bytes go into store, cap bytes. NULL:
 * fine; else why not.
 */
const char *point_options_parse(struct rsp_text text, uint8_t *store, size_t cap,
				struct point_options *out);

#endif
