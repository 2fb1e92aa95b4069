#ifndef TESTS_FAKE_FAKE_LINK_H
#define TESTS_FAKE_FAKE_LINK_H

#include "target/device/link.h"
#include "tests/fake/fake_npu.h"

/** A link straight into a fake device, which is borrowed. Freed by device_link_close. */
struct device_link *fake_link_create(struct fake_npu *npu);

#endif
