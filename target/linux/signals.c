/*
 * Signal numbers: the protocol has its own (GDB manual, "Stop Reply Packets"; the numbers are those
 * of include/gdb/signals.def). One table, read both ways.
 */
#include <signal.h>
#include <stddef.h>

#include "target/linux/linux_priv.h"

static const struct {
	int host, gdb;
} numbers[] = {
	{ SIGHUP, 1 },	 { SIGINT, 2 },	   { SIGQUIT, 3 },  { SIGILL, 4 },	 { SIGTRAP, 5 },
	{ SIGABRT, 6 },	 { SIGFPE, 8 },	   { SIGKILL, 9 },  { SIGBUS, 10 },	 { SIGSEGV, 11 },
	{ SIGSYS, 12 },	 { SIGPIPE, 13 },  { SIGALRM, 14 }, { SIGTERM, 15 },	 { SIGURG, 16 },
	{ SIGSTOP, 17 }, { SIGTSTP, 18 },  { SIGCONT, 19 }, { SIGCHLD, 20 },	 { SIGTTIN, 21 },
	{ SIGTTOU, 22 }, { SIGIO, 23 },	   { SIGXCPU, 24 }, { SIGXFSZ, 25 },	 { SIGVTALRM, 26 },
	{ SIGPROF, 27 }, { SIGWINCH, 28 }, { SIGUSR1, 30 }, { SIGUSR2, 31 },	 { SIGPWR, 32 },
};

/* Real-time signals: 33..63 are 45..75, 32 and 64 came later. */
enum { RT_33 = 45, RT_63 = 75, RT_32 = 77, RT_64 = 78, UNKNOWN = 143 };

int linux_signal_to_gdb(int host)
{
	for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++)
		if (numbers[i].host == host)
			return numbers[i].gdb;
	if (host >= 33 && host <= 63)
		return RT_33 + host - 33;
	if (host == 32)
		return RT_32;
	return host == 64 ? RT_64 : UNKNOWN; /* SIGSTKFLT alone has no number there */
}

int linux_signal_from_gdb(int gdb)
{
	for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++)
		if (numbers[i].gdb == gdb)
			return numbers[i].host;
	if (gdb >= RT_33 && gdb <= RT_63)
		return gdb - RT_33 + 33;
	if (gdb == RT_32)
		return 32;
	if (gdb == UNKNOWN)
		return SIGSTKFLT;
	return gdb == RT_64 ? 64 : 0;
}
