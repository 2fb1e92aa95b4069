#ifndef STUB_COMM_H
#define STUB_COMM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "target/unix_socket.h"

/**
 * COMM, the place where clients connect: its grammar (pure), and the listening sockets. Unlike
 * gdbserver, which listens on every interface whatever HOST says, HOST is honoured.
 */

enum { COMM_HOST = 256, COMM_PATH = UNIX_SOCKET_PATH, COMM_WORDS = 256, COMM_SOCKETS = 8 };

enum comm_kind { COMM_TCP, COMM_UNIX, COMM_STDIO, COMM_LINE };

struct comm {
	enum comm_kind kind;
	int family;           /* TCP: AF_UNSPEC, AF_INET (tcp4:), AF_INET6 (tcp6:) */
	char host[COMM_HOST]; /* TCP: "" = every interface; an IPv6 address without brackets */
	uint16_t port;        /* TCP: 0 = any free one */
	char path[COMM_PATH]; /* UNIX, LINE */
};

/** Sockets that accept clients; all zero is none. */
struct comm_listener {
	int fds[COMM_SOCKETS]; /* nonblocking, close-on-exec */
	size_t count;
	uint16_t port;        /* TCP: the port in use, the same for every socket */
	struct unix_socket place; /* UNIX: removed at close */
};

/** A connection that is there from the start; descriptors are close-on-exec. */
struct comm_wire {
	int in, out; /* the same for a serial line */
	bool line;   /* it does not tell when a client leaves or another one comes */
};

/** Who connected; for "Remote debugging from host H, port P". */
struct comm_peer {
	char host[COMM_HOST]; /* numeric address, "" for a Unix socket */
	uint16_t port;
};

/**
 * Reads "-" "stdio" ":PORT" "HOST:PORT" "[V6]:PORT" "unix:PATH" "/dev/NAME", with "tcp:" "tcp4:" or
 * "tcp6:" before the three TCP forms. false: why (COMM_WORDS bytes) says what to write.
 */
bool comm_parse(const char *text, struct comm *out, char *why);

/** c needs nobody to connect: stdin and stdout, or a serial line. */
static inline bool comm_is_wired(const struct comm *c)
{
	return c->kind == COMM_STDIO || c->kind == COMM_LINE;
}

/**
 * Opens what comm_is_wired. A serial line is made to pass all bytes as they are, at the speed it is
 * set to (stty(1)). Stdout leads to stderr from here on: what is printed must not come between
 * packets. false: why says what to do.
 */
bool comm_open(const struct comm *c, struct comm_wire *out, char *why);
/** Closes what comm_open opened. */
void comm_hang_up(const struct comm_wire *w);

/**
 * Listens on every address that c means (TCP and UNIX only). IPv6 being off is no error as long as
 * another address works. false: why says what to do; nothing is left open then.
 */
bool comm_listen(const struct comm *c, struct comm_listener *out, char *why);
/** Closes all and removes the Unix socket. All zero is fine. */
void comm_close(struct comm_listener *l);

/**
 * The next client of a listening descriptor: nonblocking, close-on-exec, TCP_NODELAY, keep-alive.
 * -1: none is waiting (errno EAGAIN), or it could not be had (another errno).
 */
int comm_accept(int fd, struct comm_peer *out);

#endif
