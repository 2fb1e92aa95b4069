#ifndef TARGET_SIM_APP_WIRE_H
#define TARGET_SIM_APP_WIRE_H

#include "target/sim/sim_wire.h"

/**
 * What the runtime library asks of the simulated NPU, over the frames of sim_wire.h. Every payload
 * is a struct sim_app_request, then bytes; every answer a struct sim_app_answer. All connections
 * of a process share what it has on the device: blocking requests go over one of their own.
 */
enum sim_app_kind {
	SIM_APP_ATTACH = SIM_APP_FIRST, /* bytes: folder of core files or none; -> base, size; the
					   memory file comes with the answer */
	SIM_APP_DEVICE,			/* device -> AIC cores, AIV cores that are enabled */
	SIM_APP_MALLOC,			/* size -> address */
	SIM_APP_FREE,			/* address */
	SIM_APP_LOAD,			/* is cube; bytes: ELF -> kernel, base */
	SIM_APP_UNLOAD,			/* kernel */
	SIM_APP_FUNCTION,   /* kernel, by key, key; bytes: name -> AIC address, AIV address,
			       arguments or 0; bytes of the answer: its name */
	SIM_APP_STREAM,	    /* device -> stream */
	SIM_APP_STREAM_END, /* device, stream */
	SIM_APP_LAUNCH,	    /* device, stream, kernel, blocks (and in the next 48 bits what
			       SIM_SIMT_DIM says, of SIMT kernels), bytes of the name, of the
			       arguments, pairs; bytes: name, arguments, u32 pairs
			       -> task, stream */
	SIM_APP_SYNC,	    /* device, stream (UINT32_MAX: all), ms (-1: for ever) */
	SIM_APP_RESET,	    /* everything of the process */
	SIM_APP_STREAM_ID,  /* device, stream (0: default) -> id */
	SIM_APP_RANGE,	    /* address -> base, size */
	SIM_APP_LAST,
};

enum { SIM_APP_VALUES = 7 };

struct sim_app_request {
	uint64_t v[SIM_APP_VALUES];
};

struct sim_app_answer {
	int32_t error; /* of the runtime; 0: fine */
	uint32_t reserved;
	uint64_t v[SIM_APP_VALUES];
};

_Static_assert(sizeof(struct sim_app_request) == 56, "wire");
_Static_assert(sizeof(struct sim_app_answer) == 64, "wire");

#endif
