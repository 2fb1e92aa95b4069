#ifndef TARGET_SIM_DEBUG_PRIV_H
#define TARGET_SIM_DEBUG_PRIV_H

#include "target/sim/sim_priv.h"

/** SQE and CQE (live facts 2.3, 2.4). */
enum {
	SIM_SQE_COMMAND = 0,
	SIM_SQE_RETURN = 4,
	SIM_SQE_MESSAGE = 8,
	SIM_SQE_LENGTH = 12,
	SIM_SQE_PARAMS = 16,
	SIM_SQE_PARAMS_MAX = 48,
	SIM_CQE_COMMAND = 8,
	SIM_CQE_RESULT = 12,
	SIM_CQE_MESSAGE = 16,
	SIM_CQE_PAYLOAD = 20,
	SIM_CQE_PAYLOAD_MAX = 44,
};

enum sim_command {
	SIM_ENABLE_DEBUG_MODE = 0,
	SIM_DISABLE_DEBUG_MODE = 1,
	SIM_SET_HARD_BREAKPOINT = 2,
	SIM_UNSET_HARD_BREAKPOINT = 3,
	SIM_INVALID_INSTR_CACHE = 4,
	SIM_SINGLE_STEP = 5,
	SIM_RESUME = 6,
	SIM_SUSPEND = 7,
	SIM_GET_DEVICES_INFO = 8,
	SIM_GET_CORES_INFO = 9,
	SIM_READ_REGISTER = 10,
	SIM_READ_LOCAL_MEMORY = 11,
	SIM_GET_WARP_INFO = 12,
	SIM_TASK_KILL = 14,
	SIM_INTERRUPT_EVENT = 101,
};

/** Where a core can stand, by live facts 2.6. */
enum sim_position { SIM_AT_SCALAR = 0, SIM_AT_SIMT = 2 };

/** Dimensions of the SIMT function that the core executes: three of 2 bytes. */
void sim_debug_put_dim(const struct sim_core *c, uint8_t *out);
/** A core stopped: queues the event and wakes the debugger. */
void sim_debug_event(struct sim_core *c);
/** Leaves debug mode: code as it was, every core goes on. */
void sim_debug_disable(struct sim_device *d);
/** Executes a command; payload: SIM_CQE_PAYLOAD_MAX zeroed bytes. Returns the CQE's result. */
uint32_t sim_debug_command(struct sim_device *d, const uint8_t *sqe, uint8_t *payload);

static inline uint64_t sim_get(const uint8_t *p, unsigned n)
{
	uint64_t v = 0;

	while (n-- > 0)
		v = v << 8 | p[n];
	return v;
}

static inline void sim_put(uint8_t *p, uint64_t v, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		p[i] = (uint8_t)(v >> (8 * i));
}

#endif
