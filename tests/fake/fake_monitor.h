#ifndef TESTS_FAKE_FAKE_MONITOR_H
#define TESTS_FAKE_FAKE_MONITOR_H

#include "tests/fake/fake_device.h"

/** Cores of fake_device_910b by unified id. */
enum { AIC3 = 3, AIV0 = 25, AIV11 = 36, PID = 7 };

/** Runs a line as a core's thread; words are divided by blanks. *out is emptied first. */
enum target_status fake_monitor(struct fake_device *f, unsigned unified, const char *line,
				struct target_text *out);
/** Asserts that the command prints exactly `want`. */
void fake_prints(struct fake_device *f, unsigned unified, const char *line, const char *want);
/** ... prints `part` somewhere. */
void fake_has(struct fake_device *f, unsigned unified, const char *line, const char *part);
/** ... fails with this status and these words. */
void fake_fails(struct fake_device *f, unsigned unified, const char *line,
		enum target_status status, const char *words);

#endif
