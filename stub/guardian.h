#ifndef STUB_GUARDIAN_H
#define STUB_GUARDIAN_H

#include <stdbool.h>
#include <sys/types.h>

#include "target/rescue.h"
#include "target/unix_socket.h"

/**
 * Two processes instead of one, so that the death of the server leaves nothing behind. The process
 * that the user started becomes the guardian: it waits, passes signals on and ends as the server
 * does. Its child is the server. If the guardian is killed, the server gets SIGTERM and ends in
 * order. A server that does not end within 5 seconds of a second signal is killed by the guardian.
 * If the server is killed, the guardian restores what the table of patches (target/rescue.h) says,
 * and removes the Unix sockets.
 */

struct guardian;

/** How the processes of the table are let go; orphans: nobody traces them any more. */
typedef void (*guardian_let_go)(const struct rescue *r, bool orphans);

/**
 * Forks. Returns in the child, the server; NULL: errno, nothing has happened. To be called before
 * anything is opened that two processes must not hold.
 */
struct guardian *guardian_split(guardian_let_go let_go);
/** The process that the user knows. */
pid_t guardian_pid(const struct guardian *g);
/** It was killed: that is why the server ends. */
bool guardian_is_gone(const struct guardian *g);
/** Where the target notes its patches; borrowed. */
struct rescue *guardian_rescue(const struct guardian *g);
/**
 * A Unix socket to be removed when the server is killed; nothing with an empty path. To be called
 * once for COMM, for the port of the devices, and for the runtime stubs.
 */
void guardian_note_socket(struct guardian *g, const struct unix_socket *s);
/** Lets the processes go and removes the Unix sockets, by the server; for signal handlers. */
void guardian_undo(const struct guardian *g);

#endif
