/*
 * What is said of programs when the server ends. Called by server.c; what becomes of them is the
 * target's.
 */
#include "stub/farewell.h"

#include <stdio.h>

static void tell(struct target *t, bool attached, const char *what)
{
	struct target_tid tids[64];
	size_t n = 0, told = 0;

	if (target_threads(t, tids, 64, &n) != TARGET_OK)
		return;
	for (size_t i = 0; i < n && i < 64; i++) {
		uint32_t pid = tids[i].pid;
		bool again = i && pid == tids[i - 1].pid;

		if (again || target_attached(t, pid) != attached)
			continue;
		if (!told++)
			fprintf(stderr, "%s process(es):", what);
		fprintf(stderr, " %u", pid);
	}
	if (told)
		fputc('\n', stderr);
}

void farewell(struct target *t)
{
	if (!(target_caps(t) & TARGET_CAN_START))
		return;
	tell(t, false, "Killing");
	tell(t, true, "Detaching");
}
