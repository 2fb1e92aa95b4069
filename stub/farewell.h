#ifndef STUB_FAREWELL_H
#define STUB_FAREWELL_H

#include "target/target.h"

/** Says on stderr, in gdbserver's words, which processes end with the server and which go on. */
void farewell(struct target *t);

#endif
