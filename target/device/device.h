#ifndef TARGET_DEVICE_DEVICE_H
#define TARGET_DEVICE_DEVICE_H

#include "target/device/link.h"
#include "target/set.h"

/**
 * Live Ascend devices as one kind of target: each device that an app opens is a process, each core
 * with a task a thread. It has nothing to show until an app that was started with its environment
 * (device_environment) tells of a launch over the runtime stubs' socket.
 */

/** Device n is process DEVICE_PROCESS + n: above every number Linux gives to a process. */
enum { DEVICE_PROCESS = TARGET_SET_DEVICES, DEVICE_MAX = 64 };

/** Texts are borrowed as long as the target lives. */
struct device_options {
	device_link_open_fn open; /* how a device is reached */
	const char *sim;  /* ... where, with the simulated NPU: programs are told; NULL: no such */
	const char *stub; /* path of libascend-rt-stub.so */
	int64_t only;	  /* id of the one device to show, -1: every one */
	const struct chip *chip; /* goes before those of the tables; NULL: none */
};

/** NULL: out of memory or descriptors, errno says which. */
struct target *device_open(const struct device_options *options, struct target_log log);

/** Variables for an app, "NAME=VALUE", NULL-terminated; borrowed until the target is closed. */
const char *const *device_environment(const struct target *t);
/** Where runtime stubs of such apps connect; borrowed likewise. */
const struct unix_socket *device_socket(const struct target *t);

/**
 * Programs that have a file open, other than the server: "4711 (msdebug), 4712 (x)" in out; how
 * many. Only root sees those of other users.
 */
size_t device_holders(const char *path, char *out, size_t cap);

#endif
