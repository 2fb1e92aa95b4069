#ifndef TESTS_FAKE_FAKE_SIM_H
#define TESTS_FAKE_FAKE_SIM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "target/sim/app_wire.h"
#include "target/sim/wire.h"

/**
 * The simulated NPU as a process of a test, and the two sides that talk to it: a debugger (its
 * messages put together here, byte by byte) and an app.
 */

enum { FAKE_SIM_EVENTS = 256, FAKE_SIM_MS = 20000 };

struct fake_event {
	uint32_t type, status, core;
	uint64_t pc;
};

struct fake_debugger {
	int fd;
	struct fake_event events[FAKE_SIM_EVENTS]; /* that came between replies */
	size_t event_count;
};

struct fake_sim {
	pid_t pid;
	char folder[64], socket[96];
	int app, waiter; /* connections of the app; -1: none */
	uint8_t *gm;
	uint64_t gm_base;
	uint32_t sequence;
};

/** Starts build/ascend-npu-sim; arguments end with NULL, at most 8. false: it did not. */
bool fake_sim_start(struct fake_sim *s, const char *const *arguments);
/** Ends it; true when it ended by itself in order. */
bool fake_sim_stop(struct fake_sim *s);
/** Path of something that was built, e.g. "tests/apps/add_custom.o"; valid until the next call. */
const char *fake_sim_built(const char *name);
/** Runs a program of the samples with ASCEND_NPU_SIM and `variables` (NULL: none, else pairs that
 * end with NULL) and returns its exit status; argument may be NULL. */
int fake_sim_run(struct fake_sim *s, const char *program, const char *argument,
		 const char *const *variables);
/** The same for a program with any number of words, until NULL. */
int fake_sim_run_words(struct fake_sim *s, const char *const *argv, const char *const *variables);

/* --- the debugger's side */
bool fake_debugger_open(struct fake_debugger *d, const struct fake_sim *s);
void fake_debugger_close(struct fake_debugger *d);
/** The driver's ioctl; bytes (n of them) go with it or, when `in` is set, are expected. */
int32_t fake_ioctl(struct fake_debugger *d, uint32_t number, struct sim_argument *a, void *bytes,
		   size_t n);
int32_t fake_copy(struct fake_debugger *d, uint64_t at, void *bytes, size_t n, bool to_host);
/** A command with its reply: the result of its CQE, or -1 when none came. Events are kept. */
int fake_command(struct fake_debugger *d, uint32_t id, const void *params, size_t n,
		 uint8_t payload[44]);
/** The next event; false: none within the time. */
bool fake_event(struct fake_debugger *d, int ms, struct fake_event *out);

/* --- the app's side */
bool fake_app_open(struct fake_sim *s);
void fake_app_close(struct fake_sim *s);
/** A request; its error, answer in *out (may be NULL). */
int32_t fake_app(struct fake_sim *s, enum sim_app_kind kind, const uint64_t *v, size_t count,
		 const struct sim_part *bytes, struct sim_app_answer *out);
/** Loads a built kernel; its id. */
uint32_t fake_app_load(struct fake_sim *s, const char *name, uint64_t *base);
uint64_t fake_app_malloc(struct fake_sim *s, uint64_t n);
void *fake_app_memory(const struct fake_sim *s, uint64_t at);
/** Launches on a stream with 8-byte arguments; the task's id, 0: refused. */
uint32_t fake_app_launch(struct fake_sim *s, uint32_t kernel, const char *name, uint32_t blocks,
			 const uint64_t *args, size_t count);
/** Waits for everything: begins, and looks up to ms for the answer; false: not yet. */
void fake_app_sync_begin(struct fake_sim *s);
bool fake_app_sync_end(struct fake_sim *s, int ms, int32_t *error);

#endif
