/*
 * What is said of programs when the server ends. Called by server.c; what becomes of them is the
 * target's.
 */
#include "stub/farewell.h"

#include <errno.h>
#include <poll.h>
#include <sys/pidfd.h>
#include <unistd.h>

#include "stub/say.h"

static void tell(struct target *t, bool attached, const char *what)
{
	struct target_tid tids[64];
	struct target_text line = { 0 };
	size_t n = 0;

	if (target_threads(t, tids, 64, &n) != TARGET_OK)
		return;
	for (size_t i = 0; i < n && i < 64; i++) {
		uint32_t pid = tids[i].pid;
		bool again = i && pid == tids[i - 1].pid;

		if (again || target_attached(t, pid) != attached)
			continue;
		if (!line.len)
			target_text_format(&line, "%s process(es):", what);
		target_text_format(&line, " %u", pid);
	}
	if (line.len && !line.failed)
		say_to_user("%s\n", line.data);
	target_text_deinit(&line);
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
