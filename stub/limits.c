/*
 * Names of what can be ruled out: for refusals (session.c) and for QAllow (cmd_query.c).
 */
#include "stub/limits.h"

#include <string.h>

static const struct {
	unsigned may;
	const char *what;
} rows[] = {
	{ MAY_WRITE_REGISTERS, "registers cannot be changed" },
	{ MAY_WRITE_MEMORY, "memory cannot be changed" },
	{ MAY_BREAK, "breakpoints cannot be set" },
	{ MAY_STOP, "nothing can be stopped" },
	{ MAY_RESUME, "nothing can be resumed" },
	{ MAY_START, "nothing can be started or attached to" },
	{ MAY_END, "nothing can be ended" },
	{ MAY_MONITOR, "there are no monitor commands" },
	{ MAY_FILES, "files cannot be read" },
	{ MAY_WRITE_FILES, "files cannot be written" },
};

enum { ROWS = sizeof(rows) / sizeof(rows[0]) };

static size_t find(unsigned may)
{
	size_t i = 0;

	while (i < ROWS - 1 && !(rows[i].may & may))
		i++;
	return i;
}

const char *limits_what(unsigned may)
{
	return rows[find(may)].what;
}

const char *limits_option(unsigned may, unsigned denied)
{
	static const struct {
		unsigned bits;
		const char *name;
	} options[] = {
		{ LIMITS_READ_ONLY, "--read-only" },
		{ LIMITS_NO_RUN, "--no-run" },
		{ LIMITS_NO_MONITOR, "--no-monitor" },
		{ LIMITS_NO_FILES, "--no-files" },
	};
	unsigned one = rows[find(may)].may;

	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++)
		if (options[i].bits & one && !(options[i].bits & ~denied))
			return options[i].name;
	return "";
}

bool limits_operation(const char *name, size_t n, unsigned *may)
{
	static const struct {
		const char *name;
		unsigned may;
	} operations[] = {
		{ "WriteReg", MAY_WRITE_REGISTERS },
		{ "WriteMem", MAY_WRITE_MEMORY },
		{ "InsertBreak", MAY_BREAK },
		{ "InsertTrace", 0 }, /* there are no tracepoints */
		{ "InsertFastTrace", 0 },
		{ "Stop", MAY_STOP },
	};

	for (size_t i = 0; i < sizeof(operations) / sizeof(operations[0]); i++)
		if (strlen(operations[i].name) == n && !memcmp(operations[i].name, name, n)) {
			*may = operations[i].may;
			return true;
		}
	return false;
}
