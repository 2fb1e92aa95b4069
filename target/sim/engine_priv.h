#ifndef TARGET_SIM_ENGINE_PRIV_H
#define TARGET_SIM_ENGINE_PRIV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Executes AArch64 code for one core. Only engine.c sees libunicorn. */
struct sim_engine;

/** Why sim_engine_run came back. */
enum sim_end {
	SIM_END_SLICE,	  /* the instructions are used up */
	SIM_END_RETURNED, /* the block is done */
	SIM_END_BREAK,	  /* stands at a BREAK word or a hardware breakpoint */
	SIM_END_WAIT,	  /* stands at an intrinsic that has to wait for another core */
	SIM_END_ILLEGAL,  /* stands at an illegal instruction */
	SIM_END_ACCESS,	  /* stands at an instruction whose address nothing is at */
	SIM_END_CALL,	  /* stands behind an intrinsic that failed */
	SIM_END_ENTER,	  /* stands behind the call of a SIMT function */
};

enum sim_call { SIM_CALL_DONE, SIM_CALL_WAIT, SIM_CALL_FAULT, SIM_CALL_ENTER };

enum { SIM_GPRS = 32, SIM_VECTORS = 32 };

/** Everything of the engine that instructions can change but memory. */
struct sim_context {
	uint64_t gpr[SIM_GPRS]; /* by the device's numbers: sim_engine_get */
	uint64_t pc, flags;
	uint8_t v[SIM_VECTORS][16];
};

/** What the engine asks of the core; ctx is that of sim_engine_create. */
struct sim_engine_ops {
	/** Maps the memory at the address; false: there is none, or it was mapped before. */
	bool (*map)(void *ctx, uint64_t at);
	/** Intrinsic `number`; x: registers x0..x7, in and out. */
	enum sim_call (*call)(void *ctx, unsigned number, uint64_t x[8]);
	/** Is there a hardware breakpoint? */
	bool (*stops)(void *ctx, uint64_t pc);
};

/** NULL: libunicorn does not start. */
struct sim_engine *sim_engine_create(const struct sim_engine_ops *ops, void *ctx);
void sim_engine_destroy(struct sim_engine *e);
/** Whole pages; host memory stays the caller's and must live until the unmap. */
bool sim_engine_map(struct sim_engine *e, uint64_t at, void *host, size_t n, bool writable);
void sim_engine_unmap(struct sim_engine *e, uint64_t at, size_t n);
/** Code at at..at+n changed. */
void sim_engine_forget(struct sim_engine *e, uint64_t at, size_t n);
/** Runs up to `budget` instructions; *done gets how many it were, *at the address of an access. */
enum sim_end sim_engine_run(struct sim_engine *e, uint64_t budget, uint64_t *done, uint64_t *at);
/** x0..x29 as 0..29, sp as 30, x30 as 31: the device's numbers of its GPRs. */
uint64_t sim_engine_get(struct sim_engine *e, unsigned gpr);
void sim_engine_set(struct sim_engine *e, unsigned gpr, uint64_t value);
uint64_t sim_engine_pc(const struct sim_engine *e);
void sim_engine_set_pc(struct sim_engine *e, uint64_t pc);
void sim_engine_save(struct sim_engine *e, struct sim_context *out);
void sim_engine_load(struct sim_engine *e, const struct sim_context *context);
/** Condition flags, NZCV in bits 31..28. */
uint64_t sim_engine_flags(struct sim_engine *e);

#endif
