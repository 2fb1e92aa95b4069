/*
 * Names of what can be ruled out: for refusals (session.c) and for QAllow (cmd_query.c).
 */
#include "stub/limits.h"

#include <string.h>

static const struct {
	unsigned may;
	const char *what, *option;
} rows[] = {
	{ MAY_WRITE_REGISTERS, "registers cannot be changed", "--read-only" },
	{ MAY_WRITE_MEMORY, "memory cannot be changed", "--read-only" },
	{ MAY_BREAK, "breakpoints cannot be set", "--read-only" },
	{ MAY_STOP, "nothing can be stopped", "" },
	{ MAY_RESUME, "nothing can be resumed", "--read-only" },
	{ MAY_START, "nothing can be started or attached to", "--no-run or --read-only" },
	{ MAY_END, "nothing can be ended", "--read-only" },
	{ MAY_MONITOR, "there are no monitor commands", "--no-monitor" },
	{ MAY_FILES, "files cannot be read", "--no-files" },
	{ MAY_WRITE_FILES, "files cannot be written", "--read-only, --no-files or --file-root" },
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

const char *limits_option(unsigned may)
{
	return rows[find(may)].option;
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
