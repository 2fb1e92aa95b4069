#ifndef TARGET_SIM_TASK_PRIV_H
#define TARGET_SIM_TASK_PRIV_H

#include "target/sim/sim_priv.h"

/** Errors of the runtime that tasks end with (rt_error_codes of the public runtime). */
enum {
	SIM_ERROR_ABORTED = 107022,
	SIM_ERROR_AIC_TIMEOUT = 507014,
	SIM_ERROR_AIC_EXCEPTION = 507015,
	SIM_ERROR_AIV_TIMEOUT = 507034,
	SIM_ERROR_AIV_EXCEPTION = 507035,
};

struct sim_launch {
	struct sim_function *function;
	uint32_t blocks;
	uint64_t simt_dim;   /* of a SIMT kernel: threads of each block, as SIM_SIMT_DIM; else 0 */
	const uint8_t *args; /* copied to the device */
	size_t args_size;
	const uint32_t *places; /* pairs: at args+first stands a pointer to args+second */
	size_t place_count;
};

struct sim_stream *sim_stream_create(struct sim_space *space, struct sim_device *device);
/** Ends its tasks. */
void sim_stream_destroy(struct sim_stream *stream);
/** By id; 0: the device's own stream of that process, made when it is first asked for. */
struct sim_stream *sim_stream_find(struct sim_space *space, struct sim_device *device, uint32_t id);
/** Nothing left to wait for: the list is empty, or its first task was killed. */
bool sim_stream_is_done(const struct sim_stream *stream);
/** The error of the first task that failed since the last call. */
int32_t sim_stream_error(struct sim_stream *stream);

/** 0: no memory for the arguments, they are not as they should be, or the kernel cannot run as a
 * SIMT function; else the task's id. */
uint32_t sim_task_launch(struct sim_stream *stream, const struct sim_launch *launch);
/** Gives blocks to idle cores. */
void sim_device_schedule(struct sim_device *d);
/** A core came to the end of its block. */
void sim_task_part_done(struct sim_core *c);
/** Takes the task off all its cores and ends it, and those behind it, with an error. */
void sim_task_fail(struct sim_task *task, int32_t error);
/** Stops all its cores for the debugger; the stream has an error from now on. */
void sim_task_kill(struct sim_task *task);
/** Ends the task of a core that was killed or had an exception. */
void sim_task_release(struct sim_core *c);
bool sim_task_is_mixed(const struct sim_task *task);

/* crash_dump.c */
/** Writes the core file of a task with a faulted core; the reason goes to stderr when it fails. */
void sim_crash_dump(struct sim_task *task);

#endif
