#ifndef TARGET_ASCEND_ASCEND_H
#define TARGET_ASCEND_ASCEND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arch/chip.h"
#include "target/ascend/source.h"
#include "target/symbols/image.h"
#include "target/symbols/symbols.h"
#include "target/target.h"

/**
 * An Ascend device as clients see it, whatever it comes from: cores as threads, registers in
 * costume, memory classes as plain addresses, tables, `monitor ascend`. A dump (target/core) or a
 * live link (target/device) fills struct ascend and its source operations; everything stub/ asks
 * is answered here, the same for both.
 */

enum { ASCEND_NAME = 256, ASCEND_DIMS = 25 };

/** One core that can be looked at = one thread; tid = unified + 1. */
struct ascend_core {
	enum chip_core_type type;
	uint16_t id;	  /* within its type */
	uint16_t unified; /* facts 2.6 */
	bool has_stop;	  /* `stop` was read since the core last stopped */
	bool running;	  /* live: it does not stand still, `stop` is from a moment ago */
	struct chip_stop stop;
	uint16_t dim[3]; /* live: threads of its SIMT function; 0: the registers say it */
	/* -1: unknown (a dump does not say) */
	int64_t block, task, stream;
	struct ascend *device; /* set by ascend_init */
};

/** Kinds of GM blocks: GlobalDataType of the coredump facts 2.4. */
enum ascend_block_type {
	ASCEND_INVALID_TENSOR = 0,
	ASCEND_GENERAL_TENSOR = 1,
	ASCEND_INPUT_TENSOR = 2,
	ASCEND_OUTPUT_TENSOR = 3,
	ASCEND_WORKSPACE_TENSOR = 4,
	ASCEND_MC2_CTX = 6,
	ASCEND_TILING_DATA = 7,
	ASCEND_SHAPE_TENSOR = 12,
	ASCEND_ARGS = 101,
	ASCEND_STACK = 102,
	ASCEND_KERNEL_OBJECT = 103,
	ASCEND_SIMT_STACK = 104,
};

/** A block of device memory that is known by name. */
struct ascend_block {
	uint16_t type; /* enum ascend_block_type or a number nobody knows */
	uint64_t at;
	uint64_t size;
	bool failed;	  /* the bytes could not be copied from the device: unreadable */
	int core;	  /* stacks: unified id of their core; -1 else */
	size_t dim_count; /* <= ASCEND_DIMS */
	uint64_t dims[ASCEND_DIMS];
	enum symbols_element element;
	bool has_element; /* false: nobody said what the elements are; bytes */
	size_t ordinal;	  /* how many blocks before it have the same name (set by ascend_init) */
};

/** A cached or local memory of one core. For caches `at` is the device address of the copy. */
struct ascend_local {
	uint8_t mem;   /* enum chip_mem */
	uint16_t core; /* unified id */
	uint64_t size;
	bool failed;
	uint64_t at;	 /* DCACHE, ICACHE: device address of its first byte; else 0 */
	uint64_t window; /* offset of its first byte in its class' window (set by ascend_init) */
};

/** A kernel that is loaded on the device. */
struct ascend_kernel {
	char name[ASCEND_NAME];
	char path[ASCEND_NAME + 64];   /* /ascend/dev<N>/<name>-<sha256 prefix>.o */
	struct symbols_object *object; /* owned; NULL when there is no usable file */
	uint64_t base;
	uint64_t size;
	char origin[64]; /* where the file came from, in words */
	bool differs;	 /* its code is not what the device ran: functions and lines may be wrong */
};

struct ascend {
	struct target base;
	const struct ascend_source_ops *source;
	const struct chip *chip;
	uint32_t device;	 /* id */
	uint32_t pid;		 /* number of its process */
	char title[ASCEND_NAME]; /* what `info devices` says of its origin: "core file", ... */
	/* arrays are owned, allocated by the source, freed by ascend_deinit */
	struct ascend_core *cores; /* AIC before AIV, each by id */
	size_t core_count;
	struct ascend_block *blocks; /* file order = Id column of `info summary` */
	size_t block_count;
	struct ascend_local *locals;
	size_t local_count;
	struct ascend_kernel *kernels;
	size_t kernel_count;
	char launched[ASCEND_NAME]; /* live: name of the kernel launched last */
	/* set by ascend_init */
	size_t focus; /* index of the core a client sees first */
	struct arch_desc *desc;
	void *image; /* generated device image */
	size_t image_size;
	char image_path[64];
	struct target_text help; /* one line per monitor command */
	struct target_text why;	 /* words of the last target_stop */
	struct ascend_map *map;	 /* region.c: ranges of the core asked about last */
};

/** Ready-made operations for base.ops of a device that only looks (a dump). */
extern const struct target_ops ascend_target_ops;

/**
 * Completes a filled device: costume, stop reasons and focus, window offsets, generated image.
 * On failure the words are in a->base.message and the caller closes it.
 */
enum target_status ascend_init(struct ascend *a) TARGET_CHECKED;
/** Frees what ascend_init and the arrays own; not a itself. */
void ascend_deinit(struct ascend *a);

/* --- threads.c: cores --- */
struct ascend_core *ascend_core_find(struct ascend *a,
				     struct target_tid tid); /* borrowed or NULL */
struct target_tid ascend_core_tid(const struct ascend *a, const struct ascend_core *core);
/** Stop reason, read once per stop. Borrowed. */
const struct chip_stop *ascend_core_stop(struct ascend *a, struct ascend_core *core);
struct chip_bus ascend_core_bus(struct ascend *a, struct ascend_core *core);

/* --- regs.c --- */
/** A register of the chip by its table index; false: unavailable. buf: ARCH_REG_MAX_BYTES. */
bool ascend_reg(struct ascend *a, struct ascend_core *core, const struct chip_reg *reg, void *buf);

/* --- memory.c: DESIGN section 3 --- */
/** What an address means to a core. */
struct ascend_where {
	enum ascend_at {
		ASCEND_AT_GLOBAL, ASCEND_AT_LOCAL, ASCEND_AT_BLOCK, ASCEND_AT_STACK,
		ASCEND_AT_NOTHING
	} kind;
	uint64_t at;	 /* GLOBAL: device address; STACK: the core's own */
	size_t index;	 /* LOCAL: into locals; BLOCK: into blocks */
	uint64_t offset; /* LOCAL, BLOCK: from their first byte */
	uint64_t room;	 /* bytes from here to the end of the range */
};
void ascend_resolve(struct ascend *a, const struct ascend_core *core, uint64_t at,
		    struct ascend_where *out);
/** Address of the window of a class: core NULL = the current thread's own. */
uint64_t ascend_window(uint8_t mem, const struct ascend_core *core);
/** As target_mem_read, with the words of a failure in a->base.message. */
enum target_status ascend_mem_read(struct ascend *a, const struct ascend_core *core, uint64_t at,
				   void *buf, size_t n, size_t *done) TARGET_CHECKED;
/** The same for a client that names no core: of the stacks, each core's own view. */
enum target_status ascend_mem_read_any(struct ascend *a, uint64_t at, void *buf, size_t n,
				       size_t *done) TARGET_CHECKED;
enum target_status ascend_region(struct ascend *a, const struct ascend_core *core, uint64_t at,
				 struct target_region *out) TARGET_CHECKED;

/* --- blocks.c: names --- */
/** "INPUT_TENSOR", as msDebug prints it (VF_STACK for 104). Never NULL. */
const char *ascend_block_type_name(uint16_t type);
/** C identifier of a block: input_0, output_1, workspace_0, tiling, args, stack_aiv11, ... */
void ascend_block_name(const struct ascend *a, size_t index, char *out, size_t cap);

/* --- kernels.c: symbols by device address --- */
struct ascend_kernel *ascend_kernel_at(struct ascend *a, uint64_t pc); /* or NULL */
/** false: pc is in no known function; *out zeroed. */
bool ascend_place(struct ascend *a, uint64_t pc, struct symbols_place *out);
/** Call stack of a core, innermost first; returns the number of frames (<= cap). */
size_t ascend_backtrace(struct ascend *a, struct ascend_core *core, uint64_t *pcs, size_t cap);

/* --- doctor.c --- */
/** Kernels, as far as `monitor doctor` has something to say of them. */
void ascend_doctor(struct target *t, struct doctor *r);

/* --- tables.c, commands.c: `info os ascend-*`, `monitor ascend ...` --- */
const struct target_table_info *ascend_tables(const struct target *t, size_t *count);
/** Those of a device that runs. */
const struct target_table_info *ascend_live_tables(size_t *count);
enum target_status ascend_table(struct target *t, const char *name, struct target_table *out);
enum target_status ascend_command(struct target *t, struct target_tid tid, size_t argc,
				  const char *const *argv, struct target_text *out);
const char *ascend_help(const struct target *t);
/** Unsigned number of a command line, decimal or 0x, at most max. */
bool ascend_number_parse(const char *s, uint64_t max, uint64_t *out);
/** The same text for a session that has no device yet. */
void ascend_help_add(struct target_text *out);

#endif
