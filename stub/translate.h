#ifndef STUB_TRANSLATE_H
#define STUB_TRANSLATE_H

#include "stub/options.h"
#include "target/target.h"

/**
 * --translate KERNEL.o -o OUT.o [-f]: writes the kernel as stock clients read it. OUT.o appears
 * whole or not at all. Prints what went wrong; returns the exit status.
 */
int translate_file(const struct options *o, struct target_log log);

#endif
