/*
 * Framing of the remote protocol (GDB manual, "Overview" of the remote protocol): bytes to packets
 * and packets to bytes. The connection feeds it; what a packet means is decided in stub/.
 */
#include "rsp/frame.h"

#include <string.h>

#include "rsp/hex.h"

enum {
	INTERRUPT = 3,
	RLE_BIAS = 29,     /* repeat count r is sent as the character r + 29 */
	RLE_MIN = 3,       /* shorter repeats do not pay */
	RLE_MAX = 126 - RLE_BIAS,
};

void rsp_frame_init(struct rsp_frame *f, char *storage, size_t cap)
{
	*f = (struct rsp_frame){ .data = storage, .cap = cap, .state = RSP_IDLE };
}

bool rsp_frame_in_packet(const struct rsp_frame *f)
{
	return f->state != RSP_IDLE;
}

static void start(struct rsp_frame *f)
{
	f->state = RSP_BODY;
	f->len = 0;
	f->sum = 0;
	f->broken = false;
	f->too_long = false;
}

static enum rsp_event idle(struct rsp_frame *f, uint8_t c)
{
	switch (c) {
	case '$':
		start(f);
		return RSP_MORE;
	case '+':
		return RSP_ACK;
	case '-':
		return RSP_NACK;
	case INTERRUPT:
		return RSP_INTERRUPT;
	default:
		return RSP_MORE; /* noise between packets is not ours to judge */
	}
}

static void keep(struct rsp_frame *f, uint8_t c)
{
	if (f->len + 1 < f->cap)
		f->data[f->len++] = (char)c;
	else
		f->too_long = true;
}

static enum rsp_event body(struct rsp_frame *f, uint8_t c)
{
	if (c == '$') { /* never inside a packet: the end of the last one was lost */
		start(f);
		return RSP_BAD;
	}
	if (c == '#') {
		f->broken |= f->state == RSP_ESCAPE;
		f->state = RSP_SUM_1;
		return RSP_MORE;
	}
	f->sum = (uint8_t)(f->sum + c);
	if (f->state == RSP_ESCAPE) {
		keep(f, c ^ 0x20);
		f->state = RSP_BODY;
	} else if (c == '}') {
		f->state = RSP_ESCAPE;
	} else {
		keep(f, c);
	}
	return RSP_MORE;
}

static enum rsp_event finish(struct rsp_frame *f, uint8_t c)
{
	int lo = rsp_hex_digit(c);

	f->state = RSP_IDLE;
	if (lo < 0 || f->broken || (f->want << 4 | lo) != f->sum)
		return RSP_BAD;
	f->data[f->len] = '\0';
	return f->too_long ? RSP_TOO_LONG : RSP_PACKET;
}

static enum rsp_event sum(struct rsp_frame *f, uint8_t c)
{
	if (c == INTERRUPT)
		return RSP_INTERRUPT;
	if (f->state == RSP_SUM_2)
		return finish(f, c);
	int hi = rsp_hex_digit(c);
	f->broken |= hi < 0;
	f->want = (uint8_t)(hi < 0 ? 0 : hi);
	f->state = RSP_SUM_2;
	return RSP_MORE;
}

static enum rsp_event step(struct rsp_frame *f, uint8_t c)
{
	switch (f->state) {
	case RSP_IDLE:
		return idle(f, c);
	case RSP_BODY:
	case RSP_ESCAPE:
		return body(f, c);
	case RSP_SUM_1:
	case RSP_SUM_2:
	default:
		return sum(f, c);
	}
}

enum rsp_event rsp_frame_feed(struct rsp_frame *f, const void *bytes, size_t n, size_t *eaten)
{
	const uint8_t *p = bytes;

	for (size_t i = 0; i < n; i++) {
		enum rsp_event ev = step(f, p[i]);

		if (ev != RSP_MORE) {
			*eaten = i + 1;
			return ev;
		}
	}
	*eaten = n;
	return RSP_MORE;
}

/* How often p[0] is repeated behind itself, at most RLE_MAX and within n bytes. */
static size_t repeats(const char *p, size_t n)
{
	size_t r = 0;

	while (r + 1 < n && r < RLE_MAX && p[r + 1] == p[0])
		r++;
	/* '#' and '$' as a count would look like framing */
	while (r + RLE_BIAS == '#' || r + RLE_BIAS == '$')
		r--;
	return r;
}

/*
 * First place at or behind `at` where four equal bytes begin, n when there is none. Two unequal
 * neighbours rule out three places at once.
 */
static size_t next_run(const char *p, size_t at, size_t n)
{
	while (at + RLE_MIN < n) {
		if (p[at + 3] != p[at + 2])
			at += 3;
		else if (p[at + 2] != p[at + 1])
			at += 2;
		else if (p[at + 1] != p[at])
			at += 1;
		else
			return at;
	}
	return n;
}

static size_t encode_runs(const char *payload, size_t n, char *out)
{
	char *to = out;

	for (size_t i = 0; i < n;) {
		size_t run = next_run(payload, i, n);

		memcpy(to, payload + i, run - i);
		to += run - i;
		if (run == n)
			break;
		size_t r = repeats(payload + run, n - run);
		*to++ = payload[run];
		*to++ = '*';
		*to++ = (char)(r + RLE_BIAS);
		i = run + 1 + r;
	}
	return (size_t)(to - out);
}

size_t rsp_frame_encode(char lead, const char *payload, size_t n, bool rle, char *out)
{
	out[0] = lead;
	if (rle)
		n = encode_runs(payload, n, out + 1);
	else if (n)
		memcpy(out + 1, payload, n);
	uint8_t check = rsp_checksum(out + 1, n);
	out[n + 1] = '#';
	rsp_hex_encode(&check, 1, out + n + 2);
	return n + 4;
}

size_t rsp_frame_expand(const char *payload, size_t n, char *out, size_t cap)
{
	size_t len = 0;

	for (size_t i = 0; i < n; i++) {
		size_t count = 1;
		char c = payload[i];

		if (c == '*') {
			int sign = i + 1 < n ? payload[++i] : 0;

			if (!len || sign <= RLE_BIAS || sign > RLE_BIAS + RLE_MAX)
				return SIZE_MAX;
			count = (size_t)(sign - RLE_BIAS);
			c = out[len - 1];
		}
		if (count > cap - len)
			return SIZE_MAX;
		memset(out + len, c, count);
		len += count;
	}
	return len;
}
