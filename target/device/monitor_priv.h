#ifndef TARGET_DEVICE_MONITOR_PRIV_H
#define TARGET_DEVICE_MONITOR_PRIV_H

#include "target/device/device_priv.h"

/** Monitor commands about all devices, whichever thread is looked at. */

/* --- doctor.c: `monitor doctor` --- */
void devices_doctor(struct target *t, struct doctor *r);

/* --- choose.c: `monitor ascend device` --- */
#define DEVICES_CHOOSE_HELP                                                                        \
	"ascend device N|all -- which of the devices that programs open from now on is shown\n"
/** argv: what stands behind the words. */
enum target_status devices_choose(struct devices *ds, size_t argc, const char *const *argv,
				  struct target_text *out);

#endif
