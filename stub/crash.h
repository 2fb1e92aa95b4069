#ifndef STUB_CRASH_H
#define STUB_CRASH_H

#include <stdbool.h>

/**
 * The server's last words. A signal that says the server is broken (SIGSEGV, SIGABRT, ...) leaves
 * the last packets and a backtrace in the log; SIGTERM, SIGINT and SIGHUP end the server at once
 * wherever its loop does not take them, that is before it begins and once they have ended it. In
 * both cases what the server attached to is let go first, and then the signal does what it does.
 */

struct guardian;
struct log;
struct packet_ring;

/** All borrowed, and read when the end comes; NULL: there is none. */
struct crash_setup {
	const struct guardian *guardian;
	const struct log *log;
	const struct packet_ring *packets;
};

struct crash;

/** Installs the handlers. NULL: errno; then nothing is installed. */
struct crash *crash_watch(const struct crash_setup *setup);
/**
 * The loop took a signal and ends: from now on the handlers take the next. si_code as in siginfo_t
 * tells one that came through the guardian from one that came here too. c NULL is fine.
 */
void crash_server_ends(struct crash *c, int si_code);

#endif
