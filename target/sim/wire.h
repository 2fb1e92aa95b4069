#ifndef TARGET_SIM_WIRE_H
#define TARGET_SIM_WIRE_H

#include <stdbool.h>
#include <stddef.h>

#include "target/sim/sim_wire.h"

/** The clients' side of the wire, blocking: for the runtime library and for tests. */

struct sim_part {
	const void *at;
	size_t n;
};

/** A frame that came. */
struct sim_message {
	struct sim_frame frame;
	unsigned char *payload; /* frame.size bytes; caller frees */
	int fd;			/* that came with it; -1: none */
};

/** Connects and opens; -1: errno says why not, EACCES when the device refuses. */
int sim_wire_open(const char *path, enum sim_role role, struct sim_opened *out);
bool sim_wire_send(int fd, unsigned kind, uint32_t sequence, const struct sim_part *parts,
		   size_t count);
/** Waits for a frame; false: the other side is gone or out of its mind. */
bool sim_wire_receive(int fd, struct sim_message *out);

#endif
