#ifndef TARGET_DEVICE_PORT_H
#define TARGET_DEVICE_PORT_H

#include "target/device/device.h"

/**
 * The devices as all that a client sees. It takes `devices`, of device_open, and host: programs
 * that run by themselves from the first resume on; NULL: somebody else debugs them. device: whose
 * number the process has that a client sees before a program opens any. NULL: out of memory.
 */
struct target *device_port_create(struct target *devices, struct target *host, uint32_t device,
				  struct target_log log);

#endif
