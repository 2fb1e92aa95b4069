#ifndef STUB_FAREWELL_H
#define STUB_FAREWELL_H

#include "target/target.h"

/** Says on stderr, in gdbserver's words, which processes end with the server and which go on. */
void farewell(struct target *t);
/**
 * Waits until a process that was let go of has ended, or until `signals` is readable: it keeps the
 * terminal it was started at.
 */
void farewell_await(uint32_t pid, int signals);

#endif
