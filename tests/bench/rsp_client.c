/*
 * The client of the benchmarks. Replies are found by their '#': in a reply it occurs only as the
 * end of the payload.
 */
#include "tests/bench/rsp_client.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "rsp/frame.h"

enum { INPUT = 4 << 20, REQUEST = 4096 };

static bool send_packet(struct rsp_client *c, const char *packet)
{
	char out[REQUEST];
	size_t n = strlen(packet);

	if (RSP_FRAME_ROOM(n) > sizeof(out))
		return false;
	n = rsp_frame_encode('$', packet, n, false, out);
	return write(c->fd, out, n) == (ssize_t)n;
}

/* Reads up to the checksum of one reply. */
static bool receive(struct rsp_client *c, const char **reply, size_t *n)
{
	const char *start = NULL, *end = NULL;
	size_t seen = 0;

	for (c->in_n = 0; !end || c->in + c->in_n < end + 3;) {
		ssize_t got = read(c->fd, c->in + c->in_n, c->in_cap - c->in_n);

		if (got <= 0)
			return false;
		c->in_n += (size_t)got;
		if (!start)
			start = memchr(c->in, '$', c->in_n);
		if (start && !end)
			end = memchr(c->in + seen, '#', c->in_n - seen);
		seen = start ? c->in_n : 0;
	}
	*reply = start + 1;
	*n = (size_t)(end - start - 1);
	return true;
}

bool rsp_client_ask(struct rsp_client *c, const char *packet, const char **reply, size_t *n)
{
	c->round_trips++;
	return send_packet(c, packet) && receive(c, reply, n);
}

bool rsp_client_open(struct rsp_client *c, const char *port)
{
	struct sockaddr_in to = { .sin_family = AF_INET,
				  .sin_port = htons((uint16_t)strtoul(port, NULL, 10)),
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	const char *reply;
	size_t n;
	int one = 1;

	*c = (struct rsp_client){ .in_cap = INPUT };
	c->in = malloc(INPUT);
	c->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	return c->in && c->fd >= 0 && connect(c->fd, (void *)&to, sizeof(to)) == 0 &&
	       rsp_client_ask(c, "qSupported:swbreak+;hwbreak+;binary-upload+", &reply, &n) &&
	       write(c->fd, "+", 1) == 1 && rsp_client_ask(c, "QStartNoAckMode", &reply, &n) &&
	       write(c->fd, "+", 1) == 1 && rsp_client_ask(c, "?", &reply, &n);
}

void rsp_client_close(struct rsp_client *c)
{
	if (c->fd >= 0)
		close(c->fd);
	free(c->in);
}
