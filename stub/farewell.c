/*
 * What is said of programs when the server ends. Called by server.c; what becomes of them is the
 * target's.
 */
#include "stub/farewell.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <sys/pidfd.h>
#include <unistd.h>

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

void farewell_await(uint32_t pid, int signals)
{
	struct pollfd fds[] = {
		{ .fd = signals, .events = POLLIN },
		{ .fd = pidfd_open((pid_t)pid, 0), .events = POLLIN },
	};

	if (fds[1].fd < 0)
		return;
	while (poll(fds, 2, -1) < 0 && errno == EINTR)
		;
	close(fds[1].fd);
}
