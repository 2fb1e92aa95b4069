/*
 * Signals that end the server. main holds them while there is something that nobody else would
 * remove; the server's loop reads them.
 */
#include "stub/signals.h"

#include <stddef.h>
#include <sys/signalfd.h>

static sigset_t end_signals(void)
{
	static const int may_be_ignored[] = { SIGINT, SIGHUP }; /* by nohup(1), by shells */
	struct sigaction now;
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	for (size_t i = 0; i < sizeof(may_be_ignored) / sizeof(may_be_ignored[0]); i++)
		if (sigaction(may_be_ignored[i], NULL, &now) == 0 && now.sa_handler != SIG_IGN)
			sigaddset(&set, may_be_ignored[i]);
	return set;
}

void signals_hold(sigset_t *before)
{
	sigset_t set = end_signals();

	sigprocmask(SIG_BLOCK, &set, before);
}

int signals_open(void)
{
	sigset_t set = end_signals();

	signals_hold(NULL);
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}
