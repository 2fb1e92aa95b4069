/*
 * A client's end of a connection: framing, acknowledgements, run lengths, with a time limit for
 * every wait. It is strict where stock clients are lenient: a missing '+' or a wrong sum fails.
 */
#include <errno.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "rsp/buf.h"
#include "rsp/frame.h"
#include "rsp/hex.h"
#include "tests/tools/play.h"

void wire_init(struct play_wire *w)
{
	*w = (struct play_wire){ .in = -1, .out = -1 };
}

void wire_close(struct play_wire *w)
{
	if (w->in >= 0)
		close(w->in);
	if (w->out >= 0 && w->out != w->in)
		close(w->out);
	play_text_deinit(&w->input);
	wire_init(w);
}

void wire_use(struct play_wire *w, int in, int out)
{
	wire_close(w);
	w->in = in;
	w->out = out;
}

bool wire_connect_tcp(struct play_wire *w, const char *host, const char *port)
{
	struct addrinfo want = { .ai_socktype = SOCK_STREAM }, *list = NULL;
	bool ok = false;

	if (getaddrinfo(host, port, &want, &list) != 0)
		return false;
	for (struct addrinfo *a = list; a && !ok; a = a->ai_next) {
		int fd = socket(a->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);

		ok = fd >= 0 && connect(fd, a->ai_addr, a->ai_addrlen) == 0;
		/* '+' and the next packet are two small writes, which would wait for each other */
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &(int){ 1 }, sizeof(int));
		if (ok)
			wire_use(w, fd, fd);
		else if (fd >= 0)
			close(fd);
	}
	freeaddrinfo(list);
	return ok;
}

bool wire_connect_unix(struct play_wire *w, const char *path)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || strlen(path) >= sizeof(a.sun_path))
		return false;
	memcpy(a.sun_path, path, strlen(path) + 1);
	if (connect(fd, (struct sockaddr *)&a, sizeof(a)) != 0) {
		close(fd);
		return false;
	}
	wire_use(w, fd, fd);
	return true;
}

/* --- bytes in --- */

static enum play_got fill(struct play_wire *w, int ms)
{
	struct pollfd p = { .fd = w->in, .events = POLLIN };
	char bytes[1 << 16];

	if (w->in < 0)
		return PLAY_CLOSED;
	if (poll(&p, 1, ms) <= 0)
		return PLAY_TIMEOUT;
	ssize_t n = read(w->in, bytes, sizeof(bytes));
	if (n <= 0)
		return PLAY_CLOSED;
	if (w->at == w->input.n)
		w->at = w->input.n = 0;
	play_text_add(&w->input, bytes, (size_t)n);
	return PLAY_GOT;
}

static enum play_got next_byte(struct play_wire *w, char *out)
{
	enum play_got got = w->at < w->input.n ? PLAY_GOT : fill(w, PLAY_STEP_MS);

	for (unsigned i = 0; i < w->patience && got == PLAY_TIMEOUT; i++)
		got = fill(w, PLAY_STEP_MS);
	if (got == PLAY_GOT)
		*out = w->input.p[w->at++];
	return got;
}

/* Notifications may come before the '+' of a packet, and behind it. */
static enum play_got skip_notices(struct play_wire *w, char mark)
{
	enum play_got got = PLAY_GOT;
	char c = '%';

	while (w->skips_notices && mark != '%' && got == PLAY_GOT) {
		got = next_byte(w, &c);
		if (got != PLAY_GOT)
			return got;
		if (c != '%') {
			w->at--;
			return got;
		}
		while (got == PLAY_GOT && c != '#')
			got = next_byte(w, &c);
		for (int i = 0; got == PLAY_GOT && i < 2; i++)
			got = next_byte(w, &c);
	}
	return got;
}

/* Eats the '+' that is due for a packet we sent. */
static enum play_got take_ack(struct play_wire *w)
{
	bool due = w->ack_due;
	char c = '+';

	w->ack_due = false;
	enum play_got got = due ? skip_notices(w, '+') : PLAY_GOT;
	if (due && got == PLAY_GOT)
		got = next_byte(w, &c);
	return got == PLAY_GOT && c != '+' ? PLAY_BROKEN : got;
}

/* --- sending --- */

static bool send_all(struct play_wire *w, const char *p, size_t n)
{
	while (n) {
		ssize_t done = write(w->out, p, n);

		if (done < 0 && errno != EINTR)
			return false;
		p += done > 0 ? done : 0;
		n -= done > 0 ? (size_t)done : 0;
	}
	return true;
}

bool wire_send(struct play_wire *w, const struct play_text *payload)
{
	if (take_ack(w) != PLAY_GOT)
		return false;
	char *escaped = malloc(2 * payload->n + 1);
	char *frame = malloc(RSP_FRAME_ROOM(2 * payload->n + 1));
	struct rsp_buf b;

	if (!escaped || !frame)
		abort();
	rsp_buf_init(&b, escaped, 2 * payload->n + 1);
	rsp_buf_binary(&b, payload->p, payload->n);
	size_t n = rsp_frame_encode('$', b.data, b.len, false, frame);
	bool ok = send_all(w, frame, n);
	w->ack_due = !w->no_ack;
	w->asks_no_ack = !strcmp(payload->p, "QStartNoAckMode");
	free(escaped);
	free(frame);
	return ok;
}

bool wire_send_raw(struct play_wire *w, const struct play_text *bytes)
{
	const struct timespec pause = { .tv_nsec = PLAY_PAUSE_MS * 1000000 };
	const char *p = bytes->p, *end = p + bytes->n;

	while (p < end) {
		const char *stop = memmem(p, (size_t)(end - p), "\\p", 2);

		if (!send_all(w, p, (size_t)((stop ? stop : end) - p)))
			return false;
		if (stop)
			nanosleep(&pause, NULL);
		p = stop ? stop + 2 : end;
	}
	return true;
}

/* --- receiving --- */

/* Eats the '+' that is due and the '$' of the reply or the '%' of a notification. */
static enum play_got packet_start(struct play_wire *w, char mark)
{
	enum play_got got = take_ack(w);
	char c = 0;

	if (got == PLAY_GOT)
		got = skip_notices(w, mark);
	if (got == PLAY_GOT)
		got = next_byte(w, &c);
	return got == PLAY_GOT && c != mark ? PLAY_BROKEN : got;
}

static bool unpack(const struct play_text *body, uint8_t sum, struct play_text *out)
{
	enum { ROOM = 8 << 20 };
	char *plain = malloc(ROOM);

	if (!plain)
		abort();
	size_t n = rsp_frame_expand(body->p, body->n, plain, ROOM);
	bool ok = n != SIZE_MAX && sum == rsp_checksum(body->p, body->n);
	for (size_t i = 0; ok && i < n; i++) {
		char c = plain[i];

		if (c == '}' && i + 1 < n)
			c = plain[++i] ^ 0x20;
		play_text_add(out, &c, 1);
	}
	free(plain);
	return ok;
}

static enum play_got receive(struct play_wire *w, char mark, struct play_text *out)
{
	struct play_text body = { 0 };
	char c = 0, digits[2] = { 0 };
	uint8_t sum = 0;

	play_text_add(out, "", 0);
	play_text_add(&body, "", 0);
	enum play_got got = packet_start(w, mark);
	while (got == PLAY_GOT && (got = next_byte(w, &c)) == PLAY_GOT && c != '#')
		play_text_add(&body, &c, 1);
	for (int i = 0; got == PLAY_GOT && i < 2; i++)
		got = next_byte(w, &digits[i]);
	if (got == PLAY_GOT && (!rsp_hex_decode(digits, 2, &sum) || !unpack(&body, sum, out)))
		got = PLAY_BROKEN;
	play_text_deinit(&body);
	return got;
}

enum play_got wire_notice(struct play_wire *w, struct play_text *out)
{
	return receive(w, '%', out);
}

enum play_got wire_packet(struct play_wire *w, struct play_text *out)
{
	enum play_got got = receive(w, '$', out);

	if (got == PLAY_GOT && !w->no_ack)
		send_all(w, "+", 1);
	if (got == PLAY_GOT && w->asks_no_ack && !strcmp(out->p, "OK"))
		w->no_ack = true;
	return got;
}

enum play_got wire_raw(struct play_wire *w, size_t n, struct play_text *out)
{
	enum play_got got = PLAY_GOT;
	char c;

	play_text_add(out, "", 0);
	while (out->n < n && (got = next_byte(w, &c)) == PLAY_GOT)
		play_text_add(out, &c, 1);
	w->ack_due = false;
	return got;
}

enum play_got wire_silence(struct play_wire *w, int ms)
{
	take_ack(w);
	return w->at < w->input.n ? PLAY_GOT : fill(w, ms);
}

enum play_got wire_eof(struct play_wire *w)
{
	take_ack(w);
	return w->at < w->input.n ? PLAY_GOT : fill(w, PLAY_STEP_MS);
}
