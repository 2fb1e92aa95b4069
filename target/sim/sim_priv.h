#ifndef TARGET_SIM_SIM_PRIV_H
#define TARGET_SIM_SIM_PRIV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "arch/chip.h"
#include "target/sim/sim_wire.h"

/**
 * The simulated NPU (ascend-npu-sim). One process, one thread: server.c polls sockets, and while
 * cores have work it runs them in turn, a slice of instructions each. A device has cores and a
 * debug channel; an app (by tgid) has a space: its global memory, kernels and streams.
 */

#define SIM_GM_BASE    UINT64_C(0x12c000000000)
#define SIM_GM_SIZE    (UINT64_C(1) << 36)
#define SIM_STACK_BASE UINT64_C(0xff000000000) /* in GM: coredump facts 6.1 */
#define SIM_ALIAS_BASE UINT64_C(0x100000)      /* the core's own stack, seen from itself */
#define SIM_SIMT_STACK UINT64_C(0x500000)      /* stacks of its SIMT threads, seen from itself */
#define SIM_RETURN_AT  UINT64_C(0)	       /* return address of a block: debuggers end at it */
#define SIM_BREAK      UINT32_C(0x41800000)

enum {
	SIM_PAGE = 4096,
	SIM_LINE = 128, /* bytes of an instruction cache line */
	SIM_STACK_SIZE = 0x8000,
	SIM_LOCAL_END = 0x100000, /* addresses below are UB (AIV) or L1 (AIC) */
	SIM_FLAGS = 16,
	SIM_SUBS = 2, /* AIV cores beside an AIC core in a mixed block */
	SIM_DEVICES = 8,
	SIM_HARD_SLOTS = 8,
	SIM_ARGS_MAX = 65536,
	SIM_BLOCKS_MAX = 65535,
};

struct sim;
struct sim_client;
struct sim_engine;
struct sim_function;
struct sim_kernel;
struct sim_range;
struct sim_simt;
struct sim_space;

/** Core status of the debug channel (live facts 2.6). */
enum sim_status {
	SIM_IDLE = 0, /* no block */
	SIM_RUNNING = 1,
	SIM_AT_BREAK = 2,
	SIM_STEPPED = 3,
	SIM_EXCEPTION = 4,
	SIM_KILLED = 5,
};

struct sim_flags {
	uint32_t to_aic[SIM_SUBS][SIM_FLAGS];
	uint32_t to_aiv[SIM_SUBS][SIM_FLAGS];
};

struct sim_task {
	struct sim_task *next;
	struct sim_stream *stream;
	struct sim_function *function;
	uint32_t id;
	uint32_t blocks, started; /* blocks */
	uint32_t parts, ended;	  /* blocks by the cores each of them takes */
	uint64_t args_at, args_size;
	uint64_t simt_dim;	       /* the kernel itself is a SIMT function */
	struct sim_flags *flags;       /* one per block of a mixed kernel */
	uint32_t arrived[2], round[2]; /* sync_all, by core type */
	bool killed;		       /* by the debugger: stays until its cores are let go */
};

struct sim_stream {
	struct sim_stream *next;
	struct sim_space *space;
	struct sim_device *device;
	uint32_t id;
	bool is_default;
	struct sim_task *first, *last; /* the first one runs */
	int32_t error;		       /* of the first task that failed, until it was told */
};

/** A copy of code as the core fetches it. */
struct sim_image {
	struct sim_kernel *kernel;
	uint64_t base, size;
	uint8_t *bytes;
};

struct sim_core {
	struct sim_device *device;
	enum chip_core_type type;
	uint16_t id, unified;
	bool enabled;
	struct sim_engine *engine; /* NULL before the first block */
	uint8_t *local[CHIP_MEM_END];
	uint8_t *stack;
	enum sim_status status;
	bool stepping;
	bool waits;		 /* for another core: nothing to do in this round */
	struct sim_task *task;	 /* NULL: idle */
	struct sim_space *space; /* whose memory is mapped */
	uint32_t block, sub;
	bool arrived;		      /* at sync_all ... */
	uint32_t round;		      /* ... of this round */
	uint64_t mask[2], compare[2]; /* vector registers MASK and CMPMASK */
	struct sim_simt *simt;	      /* the SIMT function it executes, or NULL */
	uint64_t cycles;	      /* instructions, ever */
	uint64_t used;		      /* in this block, waiting included: the watchdog's measure */
	uint32_t *errors; /* values of the chip's 4-byte error and info registers, by row */
	bool has_error;
	uint8_t call_fault; /* enum chip_fault of the intrinsic that failed */
	uint64_t skip_at;   /* where it was let go: a hardware breakpoint there is left behind */
	struct sim_image *images;
	size_t image_count;
	struct sim_range *maps; /* of global memory in the engine */
	size_t map_count;
};

/** A word of code that a debugger made a BREAK. */
struct sim_patch {
	struct sim_space *space;
	uint64_t at;
	uint32_t word;
};

struct sim_debug {
	pid_t owner;
	struct sim_client *client; /* whose close is the release */
	bool channel;		   /* made while the switch was 1 */
	bool enabled;
	uint8_t ring[SIM_RING][64];
	unsigned first, count;
	unsigned sends, waits, events, replies; /* so far: --traps */
	struct sim_patch *patches;
	size_t patch_count;
	uint64_t hard[SIM_HARD_SLOTS]; /* hardware breakpoints; 0: free */
	unsigned hard_count;
};

struct sim_device {
	struct sim *sim;
	uint32_t id;
	struct sim_core *cores;
	size_t core_count;
	size_t cursor; /* next core to run */
	uint32_t next_task, next_stream;
	struct sim_debug debug;
};

struct sim_options {
	const struct chip *chip;
	const char *socket;
	unsigned devices;
	uint64_t aic_mask, aiv_mask[2];
	int debug_switch;
	uint64_t slice;	   /* instructions of a turn */
	uint64_t watchdog; /* instructions of a block; 0: none */
	bool traps;	   /* what seldom goes wrong in the driver often does */
	bool once;	   /* ends with its last client */
	bool with_parent;  /* ends with the process that started it, and its last app */
	pid_t parent;	   /* that process; 0: whichever it is when this one begins */
	bool own_folder;   /* the folder of the socket goes at the end, too */
};

struct sim {
	struct sim_options options;
	const struct chip *chip;
	int debug_switch;
	struct sim_device *devices;
	size_t device_count;
	struct sim_space *spaces;
	struct sim_client **clients;
	size_t client_count;
	int listener;
	int stop_fd; /* readable: end */
	int parent_fd; /* readable: the parent has ended; -1: it does not matter, or it has */
	int64_t orphan_since; /* sim_now() when it was; 0: it is there */
	bool had_client, had_app;
	bool again;  /* something happened that somebody may wait for: look at once */
};

/** Room for one more item of n bytes in an array of count items; ends the program when there is no
 * memory: a device has nobody to tell. The others: zeroed; sim_pages: whole pages. */
void *sim_grow(void *array, size_t count, size_t n);
void *sim_alloc(size_t n);
void *sim_pages(size_t n);
char *sim_text(const char *text);

#endif
