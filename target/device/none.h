#ifndef TARGET_DEVICE_NONE_H
#define TARGET_DEVICE_NONE_H

#include "target/ascend/ascend.h"

/** A device on which nothing ever happens, in place of that one. NULL: out of memory. */
struct ascend *device_none_create(uint32_t device, struct target_log log);
void device_none_close(struct ascend *a);

#endif
