#ifndef TARGET_ASCEND_SOURCE_H
#define TARGET_ASCEND_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "target/types.h"

/** What a device comes from - a dump, a link - does for target/ascend. */

struct ascend;
struct ascend_core;

/** A breakpoint of the client in a kernel. */
struct ascend_point {
	uint64_t at;
	bool wanted;	  /* the client has it now; gdb takes all out while it shows a prompt */
	bool patched;	  /* it stands in the memory of the device */
	bool conditional; /* with conditions or commands that run in the server */
};

/** What executes next of a warp. */
struct ascend_warp {
	uint64_t pc;   /* 0: all its threads have ended */
	uint32_t mask; /* those at this place */
};

/** Where bytes come from. Every call may fail; none may block longer than a deadline. */
struct ascend_source_ops {
	/** First n bytes (1..32) of register entry `addr`; false: the device did not give it. */
	bool (*reg)(struct ascend *a, const struct ascend_core *core, uint64_t addr, void *buf,
		    size_t n);
	/** Bytes of local[index] from offset. FAULT beyond its end, UNAVAILABLE when not saved. */
	enum target_status (*local)(struct ascend *a, size_t index, uint64_t offset, void *buf,
				    size_t n, size_t *done);
	/** Device memory as stored (no cache): good prefix in *done. */
	enum target_status (*global)(struct ascend *a, uint64_t at, void *buf, size_t n,
				     size_t *done);
	/** Stacks as a core sees them, its own at the alias. NULL: as device memory has them. */
	enum target_status (*stack)(struct ascend *a, const struct ascend_core *core, uint64_t at,
				    void *buf, size_t n, size_t *done);
	/** A warp of the SIMT function in which the core stands; false: the device did not say.
	 * NULL: the registers say it. */
	bool (*warp)(struct ascend *a, const struct ascend_core *core, unsigned warp,
		     struct ascend_warp *out);
	/** From now to the core's next stop this thread of its SIMT function is meant. NULL: the
	 * core's `stop` is all there is. */
	void (*look)(struct ascend *a, const struct ascend_core *core, uint16_t thread);
	/** The index-th breakpoint; false: there are no more. NULL: nothing runs. */
	bool (*point)(struct ascend *a, size_t index, struct ascend_point *out);
	/** The index-th device of the same session, or NULL. NULL: a is the only one. */
	struct ascend *(*peer)(struct ascend *a, size_t index);
	void (*close)(struct ascend *a); /* frees a, after ascend_deinit */
};

#endif
