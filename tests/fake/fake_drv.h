#ifndef TESTS_FAKE_FAKE_DRV_H
#define TESTS_FAKE_FAKE_DRV_H

#include "tests/shim/drv_shim.h"

/**
 * The model of the driver that is preloaded in front of libc. When it is not there yet the program
 * starts itself once more with it; NULL: it was not built, and a line "skipped: ..." says so.
 */
struct drv_model *fake_drv(char **argv);

#endif
