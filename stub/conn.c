/*
 * A connection to one client: reads bytes, frames packets, acknowledges, sends each reply with one
 * write. Driven by server.c; sockets are set up in comm.c.
 */
#include "stub/conn.h"

#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "stub/pages.h"

enum {
	INPUT = 1 << 16,
	SEND_TIMEOUT_MS = 10000, /* a client that takes no byte for so long is given up */
	MOMENT = 50000,		 /* ns without going to sleep */
	MOMENTS = 4,		 /* a stop is followed by some packets */
};

bool conn_init(struct conn *c, size_t packet, struct packet_log *log, struct stats *stats)
{
	*c = (struct conn){ .in = -1, .out = -1, .log = log, .stats = stats, .stop = -1 };
	c->storage = malloc(packet + 1);
	c->sent = malloc(RSP_FRAME_ROOM(packet) + 1);
	c->input = malloc(INPUT);
	if (!c->storage || !c->sent || !c->input) {
		conn_deinit(c);
		return false;
	}
	rsp_frame_init(&c->frame, c->storage, packet + 1);
	return true;
}

void conn_deinit(struct conn *c)
{
	conn_close(c);
	free(c->storage);
	free(c->sent);
	free(c->input);
	*c = (struct conn){ .in = -1, .out = -1, .stop = -1 };
}

void conn_open(struct conn *c, int in, int out, bool guarded)
{
	conn_close(c);
	c->in = in;
	c->out = out;
	c->no_ack = c->lost = c->ack_due = c->foreign = false;
	c->begun = c->whole = !guarded;
	c->moments = 0;
	c->sent_n = c->input_at = c->input_n = 0;
	rsp_frame_init(&c->frame, c->storage, c->frame.cap);
}

void conn_trim(struct conn *c, size_t keep)
{
	pages_give_back(c->sent, 2 * keep, RSP_FRAME_ROOM(c->frame.cap - 1));
	if (c->frame.len < keep)
		pages_give_back(c->storage, keep, c->frame.cap);
}

void conn_close(struct conn *c)
{
	if (c->in >= 0)
		close(c->in);
	if (c->out >= 0 && c->out != c->in)
		close(c->out);
	c->in = c->out = -1;
}

/* Until the client takes bytes again; false: it does not, or the server ends. */
static bool wait_writable(const struct conn *c)
{
	struct pollfd p[] = { { .fd = c->out, .events = POLLOUT },
			      { .fd = c->stop, .events = POLLIN } };

	return poll(p, 2, SEND_TIMEOUT_MS) != 0 && !p[1].revents;
}

/*
 * Sockets do not block. A pipe blocks a write of more than it has room for, and poll promises room
 * for PIPE_BUF bytes (pipe(7)).
 */
static ssize_t write_some(const struct conn *c, const char *data, size_t n)
{
	if (c->in == c->out)
		return write(c->out, data, n);
	if (!wait_writable(c)) {
		errno = ETIMEDOUT;
		return -1;
	}
	return write(c->out, data, n < PIPE_BUF ? n : PIPE_BUF);
}

static void write_all(struct conn *c, const char *data, size_t n)
{
	packet_log_bytes(c->log, PACKET_TO_CLIENT, data, n);
	c->stats->bytes_out += n;
	while (n && !c->lost) {
		ssize_t done = write_some(c, data, n);

		if (done > 0) {
			data += done;
			n -= (size_t)done;
		} else if (done < 0 && errno != EAGAIN && errno != EINTR) {
			c->lost = true;
		} else if (!wait_writable(c)) {
			c->lost = true;
		}
	}
}

/* The room in front of `sent` lets the acknowledgement travel in the same write. */
void conn_send(struct conn *c, const char *payload, size_t n)
{
	bool ack = c->ack_due && !c->no_ack;

	packet_ring_add(c->recent, PACKET_TO_CLIENT, payload, n);
	c->ack_due = false;
	c->sent[0] = '+';
	c->sent_n = rsp_frame_encode('$', payload, n, true, c->sent + 1);
	write_all(c, c->sent + !ack, c->sent_n + ack);
}

void conn_tell(struct conn *c, const char *payload, size_t n)
{
	conn_send(c, payload, n);
	c->moments = moment_pays(&c->moment) ? MOMENTS : 0;
	moment_begin(&c->moment);
}

static int poll_for(struct conn *c, struct pollfd *fds, nfds_t n, int timeout_ms)
{
	int ready = 0;

	if (!c->moments)
		return poll(fds, n, timeout_ms);
	c->moments--;
	moment_begin(&c->moment);
	while (!ready && moment_goes_on(&c->moment, MOMENT))
		ready = poll(fds, n, 0);
	if (ready)
		return ready;
	c->moments = 0;
	return poll(fds, n, timeout_ms);
}

/* The kernel refuses more places than a process may have descriptors, empty ones included. */
int conn_poll(struct conn *c, struct pollfd *fds, nfds_t n, int timeout_ms)
{
	struct pollfd used[CONN_POLL_MAX];
	nfds_t place[CONN_POLL_MAX], count = 0;

	assert(n <= CONN_POLL_MAX);
	for (nfds_t i = 0; i < n; i++)
		if (fds[i].fd >= 0) {
			place[count] = i;
			used[count++] = fds[i];
		}
	int ready = poll_for(c, used, count, timeout_ms);
	for (nfds_t i = 0; i < count; i++)
		fds[place[i]].revents = used[i].revents;
	return ready;
}

void conn_notify(struct conn *c, const char *text, size_t n)
{
	packet_ring_add(c->recent, PACKET_TO_CLIENT, text, n);
	c->sent_n = rsp_frame_encode('%', text, n, true, c->sent + 1);
	write_all(c, c->sent + 1, c->sent_n);
	c->sent_n = 0;
}

void conn_flush_ack(struct conn *c)
{
	if (c->ack_due && !c->no_ack)
		write_all(c, "+", 1);
	c->ack_due = false;
}

static void answer(struct conn *c, enum rsp_event ev)
{
	switch (ev) {
	case RSP_INTERRUPT:
		packet_ring_add(c->recent, PACKET_FROM_CLIENT, "\3", 1);
		break;
	case RSP_PACKET:
		c->stats->packets++;
		packet_ring_add(c->recent, PACKET_FROM_CLIENT, c->frame.data, c->frame.len);
		c->ack_due = true;
		break;
	case RSP_TOO_LONG:
		c->stats->damaged++;
		c->ack_due = true;
		break;
	case RSP_BAD:
		c->stats->damaged++;
		if (!c->no_ack)
			write_all(c, "-", 1);
		break;
	case RSP_NACK:
		/* in no-ack mode GDB still emits '-' at a time-out: it is not a request then */
		if (!c->no_ack && c->sent_n)
			write_all(c, c->sent + 1, c->sent_n);
		break;
	default:
		break;
	}
}

/*
 * A page of the web can have a browser send packets here, but only behind a method, or as one. A
 * method may begin with '+', so all counts that stands in front of the first packet.
 */
static void note_beginning(struct conn *c)
{
	static const char between[] = { '+', '-', 3 };
	size_t at = 0;

	while (at < c->input_n && memchr(between, c->input[at], sizeof(between)))
		at++;
	if (at == c->input_n || c->begun)
		return;
	c->begun = true;
	c->lost = c->foreign = c->input[at] != '$';
}

/* Behind a method is a blank. */
static void note_first(struct conn *c)
{
	if (!c->whole && c->input_at < c->input_n)
		c->lost = c->foreign = c->input[c->input_at] == ' ';
	c->whole = true;
}

enum rsp_event conn_next(struct conn *c)
{
	size_t eaten = 0;

	if (c->lost || c->input_at == c->input_n)
		return RSP_MORE;
	enum rsp_event ev =
		rsp_frame_feed(&c->frame, c->input + c->input_at, c->input_n - c->input_at, &eaten);
	c->input_at += eaten;
	if (ev == RSP_PACKET)
		note_first(c);
	if (c->foreign)
		return RSP_MORE;
	answer(c, ev);
	return ev;
}

void conn_fill(struct conn *c)
{
	ssize_t n = read(c->in, c->input, INPUT);

	moment_end(&c->moment, moment_now());
	c->input_at = c->input_n = 0;
	if (n > 0) {
		c->input_n = (size_t)n;
		note_beginning(c);
		packet_log_bytes(c->log, PACKET_FROM_CLIENT, c->input, c->input_n);
		c->stats->bytes_in += c->input_n;
	} else if (n == 0 || (errno != EAGAIN && errno != EINTR)) {
		c->lost = true;
	}
}
