#ifndef STUB_SIGNALS_H
#define STUB_SIGNALS_H

#include <signal.h>

/** The signals that end a server in order: SIGTERM; SIGINT and SIGHUP unless they are ignored. */

/** They wait from here on. before: what was blocked until now; may be NULL. */
void signals_hold(sigset_t *before);
/** Holds them and returns a descriptor (signalfd(2), nonblocking) that tells of them; -1: errno. */
int signals_open(void);

#endif
