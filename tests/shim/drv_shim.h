#ifndef TESTS_SHIM_DRV_SHIM_H
#define TESTS_SHIM_DRV_SHIM_H

#include "tests/fake/fake_npu.h"

/**
 * A model of the driver with its traps (live facts 2.7) in place of /dev/drv_debug: preloaded, so
 * that the link runs as it is. The device behind it is a fake_npu.
 */
struct drv_model {
	struct fake_npu npu;
	bool missing;	  /* there is no node */
	int debug_switch; /* what /proc/debug_switch would say */
	bool created;	  /* the channel is there: the switch is not read again */
	int owner;	  /* 0 nobody, 1 us, else another process */
	bool other_is_dead;
	bool old;	     /* does not know GM_COPY */
	bool ancient;	     /* ... nor any other call */
	bool copies_nothing; /* GM_COPY says yes and does nothing */
	unsigned full;	     /* so many sends find the queue full */
	unsigned signals;    /* so many receives end at once, as by a signal */
	unsigned opens, closes, calls, longest_wait_ms;
	bool cloexec; /* the last open asked for it */
};

/** Found in the preloaded library by name. */
typedef struct drv_model *(*drv_shim_model_fn)(void);
struct drv_model *drv_shim_model(void);

#endif
