#ifndef STUB_SAY_H
#define STUB_SAY_H

/**
 * Words for whoever started the server, on standard error: lines that people and scripts wait for
 * ("Child exited with status 0"), no messages of the log (log.h). At most SAY_MAX bytes are
 * written; what nobody takes is given up (log_write_all()), so that a launcher that stopped reading
 * does not stop the server.
 */
enum { SAY_MAX = 2048 };

void say_to_user(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif
