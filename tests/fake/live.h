#ifndef TESTS_FAKE_LIVE_H
#define TESTS_FAKE_LIVE_H

#include <signal.h>
#include <stdatomic.h>
#include <sys/types.h>

#include "target/linux/linux.h"

/** A real Linux target and the children of a test that it debugs. */
struct live {
	struct target *t;
	uint32_t pid; /* the process debugged, 0 none */
};

/** Never fails (a test that has no target aborts). */
void live_open(struct live *l);
/** Kills what is debugged, closes. */
void live_close(struct live *l);
/** Path of a program of tests/apps that was built; false and a line "skipped: ..." without it. */
bool live_app(const char *name, char *path, size_t n);
/** Starts a program with one argument (or NULL), stopped at its first instruction. */
bool live_start(struct live *l, const char *path, const char *arg);
bool live_attach(struct live *l, pid_t pid);
/** Lets everything run, until the next stop; false: none within 10 seconds. */
bool live_run(struct live *l, struct target_stop *stop);
/** The next stop of what runs; false: none within 10 seconds. */
bool live_event(struct live *l, struct target_stop *stop);
/** A child that runs `body`, which must not return; it is killed with the test. */
pid_t live_child(void (*body)(void *ctx), void *ctx);
/** Zeroed memory that children have in common with the test; never fails, given up with munmap. */
void *live_shared(size_t n);
/** Waits up to 10 seconds until *value >= want. */
bool live_reaches(const atomic_int *value, int want);
/** Ends a child that is not debugged. */
void live_reap(pid_t pid);

#endif
