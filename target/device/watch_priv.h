#ifndef TARGET_DEVICE_WATCH_PRIV_H
#define TARGET_DEVICE_WATCH_PRIV_H

#include "target/device/message.h"
#include "target/types.h"

/** How cores move and what stops them beside breakpoints in their code. */

struct device;
struct device_core;

/** Cores that are let go together. */
struct device_moves {
	struct device_mask step, run;
};
/** A core that stands; c shall go. */
void device_moves_add(const struct device *d, struct device_moves *m, const struct device_core *c);
/** Sends what there is to send. */
void device_moves_go(struct device *d, const struct device_moves *m);

enum { DEVICE_WATCHES = 16 };

struct device_watch {
	uint64_t at;
	uint8_t n; /* 1 to 8 bytes */
};

/**
 * Watchpoints for writing. No chip has them in the debug channel: while there are some, cores that
 * go on do so by single steps, and after each what is watched is read. An address means what it
 * means to each core.
 */
struct device_watches {
	struct device_watch all[DEVICE_WATCHES];
	size_t count;
};

enum target_status device_watch_point(struct device *d, const struct target_point *p, bool set);
bool device_watch_is_set(const struct device *d, uint64_t at);
/** Notes what is there, before the core goes on. */
void device_watch_note(struct device *d, struct device_core *c);
/** The core has done an instruction; true: *at is the watchpoint whose value is another now. */
bool device_watch_hit(struct device *d, const struct device_core *c, uint64_t *at);

/* --- hard.c --- */
enum { DEVICE_HARDS = 16 };

/** A hardware breakpoint that the device has. */
struct device_hard {
	uint64_t at;
	uint16_t stream;
	bool wanted; /* else it is taken away when something is about to run */
};
struct device_hards {
	struct device_hard all[DEVICE_HARDS];
	size_t count;
};

enum target_status device_hard_point(struct device *d, uint64_t at, bool set);
bool device_hard_is_set(struct device *d, uint64_t at);
/** Takes away what is not wanted; the others follow to the stream of the last launch. */
void device_hard_sync(struct device *d);
void device_hard_clear(struct device *d);

#endif
