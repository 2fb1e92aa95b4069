#ifndef TARGET_SIM_CORE_PRIV_H
#define TARGET_SIM_CORE_PRIV_H

#include "arch/chip_fault.h"
#include "target/sim/engine_priv.h"
#include "target/sim/sim_priv.h"

void sim_device_init(struct sim_device *d, struct sim *s, uint32_t id);
void sim_device_deinit(struct sim_device *d);
/** Runs cores in turn, about `instructions` in all; false: no core has anything to do. */
bool sim_device_run(struct sim_device *d, uint64_t instructions);
/** Takes a range of memory, or everything of a space, out of the cores' sight. */
void sim_device_unmap(struct sim_device *d, const struct sim_space *space,
		      const struct sim_range *range);
void sim_device_forget_space(struct sim_device *d, const struct sim_space *space);

/** Begins a block on an idle core. */
void sim_core_start(struct sim_core *c, struct sim_task *task, uint32_t block, uint32_t sub);
/** The core has no block any more. */
void sim_core_idle(struct sim_core *c);
/** Stops a core that has a block, with an event for the debugger. */
void sim_core_stop(struct sim_core *c, enum sim_status status);
/** Lets a stopped core go; step: for one instruction; warp: only that of a SIMT function, or -1. */
void sim_core_go(struct sim_core *c, bool step, int warp);
/** The core runs into an error at an instruction. */
void sim_core_fault(struct sim_core *c, enum chip_fault fault, uint64_t pc);
static inline bool sim_core_is_stopped(const struct sim_core *c)
{
	return c->status > SIM_RUNNING;
}
uint64_t sim_core_pc(const struct sim_core *c);
/** The PC with what the error registers say about it. */
uint64_t sim_core_fault_pc(const struct sim_core *c);

/** Bytes of a register by its address on the debug channel, n of them, the rest zero. false: no. */
bool sim_core_register(struct sim_core *c, uint64_t addr, uint8_t *buf, size_t n);
/** Size of a local memory of the core; 0: it has none of that kind. */
uint32_t sim_core_local_size(const struct sim_core *c, uint8_t mem);
/** Host address of n bytes of device memory as the core sees it: global memory, any core's stack,
 * the alias of its own; NULL: not all there. */
uint8_t *sim_core_global(const struct sim_core *c, uint64_t at, uint64_t n);
/** Host address of n bytes of a local memory; NULL: not all there. */
uint8_t *sim_core_local(const struct sim_core *c, uint8_t mem, uint64_t at, uint64_t n);
/** Where a 4-byte element of the L0C is stored: the 910B family interleaves rows (live facts 5). */
uint32_t sim_core_l0c(const struct sim_core *c, uint32_t at);
/** Address of the core's stack in global memory. */
uint64_t sim_core_stack_at(const struct sim_core *c);

/* fetch.c */
/** Instruction cache: fetches the line at an address anew; all: every line. */
void sim_core_refresh(struct sim_core *c, uint64_t at, bool all);
/** Maps what is at an address in the core's space; false: nothing is, or it is mapped already. */
bool sim_core_map(struct sim_core *c, uint64_t at);
/** Unmaps everything and takes another space. */
void sim_core_take_space(struct sim_core *c, struct sim_space *space);
void sim_core_unmap(struct sim_core *c, const struct sim_range *range);

/* intrinsics.c */
enum sim_call sim_intrinsic(struct sim_core *c, unsigned number, uint64_t x[8]);

#endif
