/*
 * Fuzz target: any bytes as what a client sends, and as a payload to send. However the bytes are
 * cut into pieces, the events are the same; what is encoded can be decoded.
 */
#include <stdlib.h>
#include <string.h>

#include "rsp/buf.h"
#include "rsp/frame.h"
#include "rsp/hex.h"
#include "tests/fuzz/fuzz.h"

enum { CAP = 64 };

static uint32_t mix(uint32_t hash, const void *data, size_t n)
{
	const uint8_t *p = data;

	for (size_t i = 0; i < n; i++)
		hash = (hash ^ p[i]) * 16777619u;
	return hash;
}

/* All events and packets of the stream in one number. */
static uint32_t events(const uint8_t *data, size_t size, size_t step)
{
	char *storage = malloc(CAP);
	struct rsp_frame f;
	uint32_t hash = 2166136261u;

	if (!storage)
		return 0;
	rsp_frame_init(&f, storage, CAP);
	for (size_t at = 0, eaten; at < size; at += eaten) {
		size_t n = size - at < step ? size - at : step;
		enum rsp_event ev = rsp_frame_feed(&f, data + at, n, &eaten);
		uint8_t letter = (uint8_t)ev;

		demand(eaten > 0 && eaten <= n && f.len < CAP);
		demand(ev != RSP_MORE || eaten == n);
		if (ev != RSP_MORE)
			hash = mix(hash, &letter, 1);
		if (ev == RSP_PACKET) {
			demand(storage[f.len] == '\0');
			hash = mix(hash, storage, f.len);
		}
	}
	free(storage);
	return hash;
}

static void round_trip(const uint8_t *data, size_t size)
{
	char *escaped = malloc(2 * size + 1), *wire = malloc(RSP_FRAME_ROOM(2 * size + 1));
	char *back = malloc(2 * size + 1);
	struct rsp_buf b;

	if (escaped && wire && back) {
		rsp_buf_init(&b, escaped, 2 * size + 1);
		demand(rsp_buf_binary(&b, data, size) == size && !b.overflow);
		size_t n = rsp_frame_encode('$', b.data, b.len, true, wire);
		demand(n >= 4 && n <= RSP_FRAME_ROOM(b.len));
		demand(!memchr(wire + 1, '#', n - 4) && !memchr(wire + 1, '$', n - 4));
		demand(rsp_frame_expand(wire + 1, n - 4, back, b.len) == b.len);
		demand(!memcmp(back, b.data, b.len));
	}
	free(escaped);
	free(wire);
	free(back);
}

/* Runs from anyone: within the room or refused. */
static void expand_any(const uint8_t *data, size_t size)
{
	char *out = malloc(CAP);
	size_t n = out ? rsp_frame_expand((const char *)data, size, out, CAP) : SIZE_MAX;

	demand(n == SIZE_MAX || n <= CAP);
	free(out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint32_t whole = events(data, size, size ? size : 1);

	demand(whole == events(data, size, 1));
	demand(whole == events(data, size, 7));
	round_trip(data, size);
	expand_any(data, size);
	return 0;
}
