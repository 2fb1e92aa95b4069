#ifndef TARGET_SIM_SIMT_PRIV_H
#define TARGET_SIM_SIMT_PRIV_H

#include "target/sim/engine_priv.h"
#include "target/sim/sim_priv.h"

/**
 * SIMT functions (live facts 7): up to 2048 threads of a core in warps of 32. In every round each
 * warp executes one instruction: that of its lowest PC, for the threads that stand there. What the
 * core shows as its own registers are those of the thread in focus.
 */

enum {
	SIM_WARP = 32,
	SIM_THREADS_MAX = 2048,
	SIM_WARPS_MAX = 64,
	SIM_THREAD_STACK = 4096,
	SIM_SIMT_ARGUMENTS = 6, /* of 8 bytes each */
};

/** What the channel says of a warp. */
struct sim_warp {
	uint64_t pc;   /* of the threads that execute next; 0: all have ended */
	uint32_t mask; /* which ones that are */
};

/** Threads by their packed dimensions (SIM_SIMT_DIM); 0: too many, or none. */
uint32_t sim_simt_count(uint64_t dim);
/** Checks the call of a SIMT function and prepares it; x: arguments of SIM_SIMT_CALL. false: there
 * can be none, here or with so many threads. */
bool sim_simt_prepare(struct sim_core *c, const uint64_t x[8]);
/** Begins what was prepared; the engine stands behind the call. */
void sim_simt_enter(struct sim_core *c);
/** The block of a SIMT kernel: the core, which is set up for the kernel, has nothing else to do. */
void sim_simt_begin(struct sim_core *c, uint64_t dim);
/** Rounds of all warps, about `budget` instructions; when the function is over the core stands
 * behind its call, or has RETURNED when there was none. Like sim_engine_run. */
enum sim_end sim_simt_run(struct sim_core *c, uint64_t budget, uint64_t *done, uint64_t *at);
/** The core is let go; warp: the only one that goes, or -1. */
void sim_simt_go(struct sim_core *c, int warp);
/** Ends it wherever it stands; NULL is fine. */
void sim_simt_drop(struct sim_core *c);

uint32_t sim_simt_threads(const struct sim_simt *s);
/** Number of warps. */
unsigned sim_simt_warps(const struct sim_simt *s);
/** Number of a thread by its place; false: there is no such thread. */
bool sim_simt_thread(const struct sim_simt *s, const uint16_t at[3], uint32_t *out);
const uint16_t *sim_simt_dim(const struct sim_simt *s); /* x, y, z */
uint32_t sim_simt_focus(const struct sim_simt *s);	/* number of a thread */
struct sim_warp sim_simt_warp(const struct sim_simt *s, unsigned warp);
/** Number of the thread that executes, for intrinsics. */
uint32_t sim_simt_current(const struct sim_simt *s);
/** The thread that executes waits for all others; true: it need not any more. */
bool sim_simt_arrive(struct sim_simt *s);
/** A register entry that exists per function, warp or eight threads; false: none such is here. */
bool sim_simt_register(const struct sim_core *c, uint64_t addr, uint8_t *buf, size_t n);
/** Host address of n bytes of the threads' stacks; NULL: not all there. */
uint8_t *sim_simt_stack(const struct sim_simt *s, uint64_t at, uint64_t n);

#endif
