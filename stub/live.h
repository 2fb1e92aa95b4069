#ifndef STUB_LIVE_H
#define STUB_LIVE_H

#include "config/config.h"
#include "target/target.h"

/**
 * What a live session debugs: programs of this machine, and beside them the devices they use, as
 * --device says. main opens it; launches get its environment.
 */

struct chip;

enum { LIVE_WORDS = 512, LIVE_PATH = 4096 };

struct live {
	struct target *target;	   /* owned by the caller once live_open succeeded */
	struct target *host; /* the programs' side of it */
	struct target *programs; /* where programs are started: target, or host */
	struct target *devices; /* shown elsewhere or nowhere; owned by the caller too; or NULL */
	char stub[LIVE_PATH];	   /* of the library that is preloaded into programs; "": none */
	char sim[LIVE_PATH];	   /* socket of the simulated NPU; "": not used */
	const char *way;	   /* to the devices: "drv", "sim", "none" */
	bool automatic;		   /* ... which nobody chose */
	const char *const *inject; /* variables for programs, NULL-terminated; NULL: none */
	const struct unix_socket *runtime_socket; /* where runtime stubs connect; NULL: none */
};

/** chip: as in struct device_options. false: why (LIVE_WORDS bytes) says what to do. */
bool live_open(struct live *l, const struct config *c, const struct chip *chip,
	       struct target_log log, char *why);

#endif
