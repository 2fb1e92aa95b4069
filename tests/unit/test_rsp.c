/*
 * rsp/: hex, reply buffer and framing. Bytes are fed in every possible split, payloads are random
 * with a fixed seed, so a failure repeats. The argument grammar has its own program, test_args.c.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rsp/buf.h"
#include "rsp/frame.h"
#include "rsp/hex.h"
#include "tests/unit/unit.h"

enum { ROOM = 4096 };

/* Same numbers in every run (a linear congruential generator). */
static unsigned next_random(unsigned *state)
{
	*state = *state * 1103515245u + 12345u;
	return *state >> 16 & 0x7fff;
}

/* --- hex --- */

static void test_hex_digits(void)
{
	for (int c = 0; c < 256; c++) {
		char text[2] = { (char)c, 0 };
		char *end;
		long want = c && strchr("0123456789abcdefABCDEF", c) ? strtol(text, &end, 16) : -1;

		CU_ASSERT_EQUAL(rsp_hex_digit((unsigned char)c), want);
	}
}

static void test_hex_round_trip(void)
{
	uint8_t in[256], out[256];
	char text[512];

	for (size_t i = 0; i < sizeof(in); i++)
		in[i] = (uint8_t)i;
	rsp_hex_encode(in, sizeof(in), text);
	CU_ASSERT_NSTRING_EQUAL(text, "000102", 6);
	CU_ASSERT_NSTRING_EQUAL(text + 506, "fdfeff", 6);
	CU_ASSERT_TRUE(rsp_hex_decode(text, sizeof(text), out));
	CU_ASSERT_EQUAL(memcmp(in, out, sizeof(in)), 0);
	CU_ASSERT_TRUE(rsp_hex_decode(text, sizeof(text), text)); /* in place */
	CU_ASSERT_EQUAL(memcmp(in, text, sizeof(in)), 0);
}

static void test_hex_hostile(void)
{
	uint8_t out[4];

	CU_ASSERT_TRUE(rsp_hex_decode("", 0, out));
	CU_ASSERT_TRUE(rsp_hex_decode("aB", 2, out) && out[0] == 0xab);
	CU_ASSERT_FALSE(rsp_hex_decode("abc", 3, out));
	CU_ASSERT_FALSE(rsp_hex_decode("0g", 2, out));
	CU_ASSERT_FALSE(rsp_hex_decode("g0", 2, out));
	CU_ASSERT_FALSE(rsp_hex_decode("12-4", 4, out));
	CU_ASSERT_EQUAL(rsp_checksum("OK", 2), 0x9a);
	CU_ASSERT_EQUAL(rsp_checksum("", 0), 0);
	CU_ASSERT_EQUAL(rsp_checksum("\xff\xff", 2), 0xfe);
}

/* --- buf --- */

static void is_buf(const struct rsp_buf *b, const char *want)
{
	CU_ASSERT_FALSE(b->overflow);
	CU_ASSERT_EQUAL(b->len, strlen(want));
	CU_ASSERT_EQUAL(memcmp(b->data, want, b->len), 0);
}

static void test_buf_appends(void)
{
	char storage[128];
	struct rsp_buf b;

	rsp_buf_init(&b, storage, sizeof(storage));
	rsp_buf_char(&b, 'T');
	rsp_buf_text(&b, "05");
	rsp_buf_format(&b, "%s:%x;", "core", 11u);
	rsp_buf_number(&b, 0);
	rsp_buf_number(&b, UINT64_MAX);
	rsp_buf_hex(&b, "\x01\xfe", 2);
	rsp_buf_unavailable(&b, 2);
	rsp_buf_hex_text(&b, "OK");
	rsp_buf_raw(&b, NULL, 0);
	is_buf(&b, "T05core:b;0ffffffffffffffff01fexxxx4f4b");
	CU_ASSERT_EQUAL(rsp_buf_room(&b), sizeof(storage) - b.len);
	rsp_buf_reset(&b);
	is_buf(&b, "");
}

/* What every append does when it no longer fits: nothing, and it is remembered. */
static void test_buf_overflow(void)
{
	char storage[8];
	struct rsp_buf b;

	rsp_buf_init(&b, storage, sizeof(storage));
	rsp_buf_text(&b, "1234567");
	rsp_buf_hex(&b, "\1", 1);
	CU_ASSERT_TRUE(b.overflow);
	CU_ASSERT_EQUAL(b.len, 7);
	rsp_buf_char(&b, '8'); /* it would fit, but a reply with a gap is worse than none */
	CU_ASSERT_EQUAL(b.len, 7);
	CU_ASSERT_EQUAL(rsp_buf_room(&b), 0);
	rsp_buf_reset(&b);
	rsp_buf_format(&b, "%s", "12345678");
	CU_ASSERT_TRUE(b.overflow);
	rsp_buf_reset(&b);
	rsp_buf_text(&b, "12345678");
	CU_ASSERT_FALSE(b.overflow);
	CU_ASSERT_EQUAL(rsp_buf_room(&b), 0);
	rsp_buf_format(&b, "%s", "");
	CU_ASSERT_TRUE(b.overflow);
	rsp_buf_reset(&b);
	rsp_buf_hex(&b, storage, SIZE_MAX / 2 + 4); /* twice that wraps to 6 */
	CU_ASSERT_TRUE(b.overflow);
	CU_ASSERT_EQUAL(b.len, 0);
	rsp_buf_reset(&b);
	rsp_buf_unavailable(&b, 5);
	CU_ASSERT_TRUE(b.overflow);
}

static void test_buf_binary(void)
{
	char storage[8];
	struct rsp_buf b;

	rsp_buf_init(&b, storage, sizeof(storage));
	CU_ASSERT_EQUAL(rsp_buf_binary(&b, "a#$}*", 5), 4);
	is_buf(&b, "a}\x03}\x04}]");
	CU_ASSERT_EQUAL(rsp_buf_binary(&b, "*", 1), 0); /* half an escape never goes out */
	CU_ASSERT_EQUAL(rsp_buf_binary(&b, "xy", 2), 1);
	CU_ASSERT_EQUAL(rsp_buf_binary(&b, "z", 1), 0);
	CU_ASSERT_FALSE(b.overflow);
	CU_ASSERT_EQUAL(b.len, 8);
}

static void test_buf_xml(void)
{
	static const struct {
		const char *in, *want;
	} rows[] = {
		{ "a<b>&\"c'", "a&lt;b&gt;&amp;&quot;c&apos;" },
		{ "tab\tnl\ncr\resc\033del", "tab\tnl\ncr?esc?del" },
		{ "h\xc3\xa9 \xe6\xa0\xb8 \xf0\x9f\x98\x80",
		  "h\xc3\xa9 \xe6\xa0\xb8 \xf0\x9f\x98\x80" },
		{ "\xff-\xc3-\x80-\xe6\xa0-\xc3", "?-?-?-?"
						  "?-?" }, /* not UTF-8 */
		{ "\xc0\x80 \xe0\x80\xaf \xed\xa0\x80 \xf4\x90\x80\x80", "?"
									 "? ?"
									 "?"
									 "? ?"
									 "?"
									 "? ?"
									 "?"
									 "?"
									 "?" },
		{ "\xef\xbf\xbe \xef\xbf\xbf", "?"
					       "?"
					       "? ?"
					       "?"
					       "?" }, /* not characters of XML */
	};
	char storage[128];
	struct rsp_buf b;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		rsp_buf_init(&b, storage, sizeof(storage));
		rsp_buf_xml(&b, rows[i].in);
		is_buf(&b, rows[i].want);
	}
}

/* --- framing, bytes to events --- */

/* The events of a byte stream as letters, packets as <payload>. */
struct record {
	char text[1024];
	size_t n;
};

static void note(struct record *r, const struct rsp_frame *f, enum rsp_event ev)
{
	static const char letters[] = {
		[RSP_MORE] = '.',      [RSP_ACK] = '+', [RSP_NACK] = '-',
		[RSP_INTERRUPT] = 'I', [RSP_BAD] = 'B', [RSP_TOO_LONG] = 'L'
	};
	struct rsp_buf b;

	rsp_buf_init(&b, r->text + r->n, sizeof(r->text) - 1 - r->n);
	if (ev == RSP_PACKET) {
		rsp_buf_char(&b, '<');
		rsp_buf_raw(&b, f->data, f->len);
		rsp_buf_char(&b, '>');
		CU_ASSERT_EQUAL(f->data[f->len], '\0');
	} else if (ev != RSP_MORE) {
		rsp_buf_char(&b, letters[ev]);
	}
	CU_ASSERT_FALSE(b.overflow);
	r->n += b.len;
	r->text[r->n] = '\0';
}

static void feed(struct rsp_frame *f, const char *p, size_t n, struct record *r)
{
	while (n) {
		/* a copy of exactly n bytes, so that a sanitizer sees every byte read too many */
		char *copy = memcpy(malloc(n), p, n);
		size_t eaten = 0;
		enum rsp_event ev = rsp_frame_feed(f, copy, n, &eaten);

		free(copy);
		CU_ASSERT_TRUE(eaten > 0 && eaten <= n);
		CU_ASSERT_TRUE(ev != RSP_MORE || eaten == n);
		note(r, f, ev);
		p += eaten;
		n -= eaten;
	}
}

struct frame_row {
	const char *name, *in, *want;
};

static const struct frame_row frame_rows[] = {
	{ "packet", "$g#67", "<g>" },
	{ "empty packet", "$#00", "<>" },
	{ "upper-case sum", "$z0,4000000,4#8A", "<z0,4000000,4>" },
	{ "acks around", "+$g#67-+", "+<g>-+" },
	{ "noise between", "hello\n$g#67\r\n$?#3f", "<g><?>" },
	{ "two at once", "$g#67$?#3f", "<g><?>" },
	{ "wrong sum", "$g#68$?#3f", "B<?>" },
	{ "sum not hex, first", "$g#x7$?#3f", "B<?>" },
	{ "sum not hex, second", "$g#6x$?#3f", "B<?>" },
	{ "sum not hex at all", "$g##+$?#3f", "B<?>" },
	{ "interrupt between", "\003$g#67\003", "I<g>I" },
	{ "interrupt between the sum's digits", "$g#\0036\0037", "II<g>" },
	{ "interrupt inside is data", "$X\003#5b", "<X\003>" },
	{ "escape",
	  "$a}\x03}\x04}]}\x0a"
	  "b#25",
	  "<a#$}*b>" },
	{ "escape of a plain byte", "$}A#be", "<a>" },
	{ "escape at the end", "$a}#de$?#3f", "B<?>" },
	{ "dollar inside", "$m12$g#67", "B<g>" },
	{ "dollar after escape", "$m}$g#67", "B<g>" },
	{ "dollar in the sum", "$m1#$g#67", "B" },
	{ "plus inside is data", "$+-#58", "<+->" },
	{ "fits exactly", "$0123456789abcde#fc", "<0123456789abcde>" },
	{ "one too long", "$0123456789abcdef#62$g#67", "L<g>" },
	{ "too long and damaged", "$0123456789abcdef#63$g#67", "B<g>" },
	{ "too long by escapes only", "$0123456789ab}C}D}E#13", "<0123456789abcde>" },
	{ "unfinished", "$abc", "" },
};

enum { FRAME_ROWS = sizeof(frame_rows) / sizeof(frame_rows[0]), SMALL = 16 };

static void is_record(const struct frame_row *row, size_t split, const struct record *r)
{
	if (strcmp(r->text, row->want) != 0)
		printf("  %s, split at %zu: %s\n", row->name, split, r->text);
	CU_ASSERT_STRING_EQUAL(r->text, row->want);
}

static void test_frame_splits(void)
{
	for (size_t i = 0; i < FRAME_ROWS; i++) {
		const struct frame_row *row = &frame_rows[i];
		size_t n = strlen(row->in);

		for (size_t split = 0; split <= n; split++) {
			char storage[SMALL];
			struct rsp_frame f;
			struct record r = { .n = 0 };

			rsp_frame_init(&f, storage, sizeof(storage));
			feed(&f, row->in, split, &r);
			feed(&f, row->in + split, n - split, &r);
			is_record(row, split, &r);
		}
	}
}

static void test_frame_byte_by_byte(void)
{
	for (size_t i = 0; i < FRAME_ROWS; i++) {
		char storage[SMALL];
		struct rsp_frame f;
		struct record r = { .n = 0 };

		rsp_frame_init(&f, storage, sizeof(storage));
		for (const char *p = frame_rows[i].in; *p; p++)
			feed(&f, p, 1, &r);
		is_record(&frame_rows[i], 0, &r);
	}
}

/* 0x03 put before every byte: outside a body it is an interrupt, inside it is a byte of it. */
static void test_frame_interrupt_anywhere(void)
{
	static const char in[] = "+$g#67";

	for (size_t at = 0; at <= strlen(in); at++) {
		char storage[SMALL];
		struct rsp_frame f;
		struct record r = { .n = 0 };

		rsp_frame_init(&f, storage, sizeof(storage));
		feed(&f, in, at, &r);
		bool in_packet = rsp_frame_in_packet(&f);
		feed(&f, "\003", 1, &r);
		feed(&f, in + at, strlen(in) - at, &r);
		bool in_body = at == 2 || at == 3;
		CU_ASSERT_EQUAL(in_packet, at > 1 && at < strlen(in));
		CU_ASSERT_EQUAL(strchr(r.text, 'I') == NULL, in_body);
		CU_ASSERT_EQUAL(strchr(r.text, 'B') != NULL, in_body); /* the sum no longer fits */
	}
}

static void test_frame_tiny_storage(void)
{
	char storage[2];
	struct rsp_frame f;
	struct record r = { .n = 0 };

	rsp_frame_init(&f, storage, sizeof(storage));
	feed(&f, "$#00$g#67$gg#ce", 15, &r);
	CU_ASSERT_STRING_EQUAL(r.text, "<><g>L");
}

/* Any bytes at all: every byte is eaten, nothing is written outside (the sanitizer looks). */
static void test_frame_random_bytes(void)
{
	static const char likely[] = "$$##}}+-\003*0123456789abcdefgmX";
	unsigned state = 7;

	for (int round = 0; round < 2000; round++) {
		char bytes[128];
		char *storage = malloc(SMALL);
		struct rsp_frame f;
		size_t eaten, at = 0;

		for (size_t i = 0; i < sizeof(bytes); i++) {
			unsigned v = next_random(&state);
			bytes[i] = v & 1 ? (char)(v >> 1) : likely[(v >> 1) % (sizeof(likely) - 1)];
		}
		rsp_frame_init(&f, storage, SMALL);
		for (; at < sizeof(bytes); at += eaten)
			rsp_frame_feed(&f, bytes + at, sizeof(bytes) - at, &eaten);
		CU_ASSERT_EQUAL(at, sizeof(bytes));
		free(storage);
	}
}

/* --- framing, payload to bytes --- */

/* Encodes, reads the frame back as a client does, and compares; the encoded length. */
static size_t round_trip(const char *payload, size_t n, bool rle)
{
	char *wire = malloc(RSP_FRAME_ROOM(n));
	char *back = malloc(n + 1);
	size_t len = rsp_frame_encode('$', payload, n, rle, wire);
	uint8_t sum;

	CU_ASSERT_TRUE(len >= 4 && len <= RSP_FRAME_ROOM(n));
	CU_ASSERT_EQUAL(wire[0], '$');
	CU_ASSERT_EQUAL(wire[len - 3], '#');
	CU_ASSERT_PTR_NULL(memchr(wire + 1, '#', len - 4));
	CU_ASSERT_PTR_NULL(memchr(wire + 1, '$', len - 4));
	CU_ASSERT_TRUE(rsp_hex_decode(wire + len - 2, 2, &sum));
	CU_ASSERT_EQUAL(sum, rsp_checksum(wire + 1, len - 4));
	if (rle) {
		CU_ASSERT_EQUAL(rsp_frame_expand(wire + 1, len - 4, back, n), n);
	} else {
		memcpy(back, wire + 1, n);
	}
	CU_ASSERT_EQUAL(memcmp(back, payload, n), 0);
	free(wire);
	free(back);
	return len;
}

static void test_encode_all_run_lengths(void)
{
	for (size_t n = 0; n < 600; n++) {
		char payload[602];

		memset(payload, '0', sizeof(payload));
		size_t len = round_trip(payload, n, true);
		CU_ASSERT_TRUE(n < 4 || len < n + 4); /* four of a kind are shorter as a run */
		payload[n] = 'x';
		round_trip(payload, n + 1, true);
		memmove(payload + 1, payload, n);
		payload[0] = 'y';
		round_trip(payload, n + 1, true);
		CU_ASSERT_EQUAL(round_trip(payload, n, false), n + 4);
	}
}

static void test_encode_known(void)
{
	char wire[64];
	static const struct {
		const char *payload, *want;
	} rows[] = {
		{ "", "$#00" },
		{ "OK", "$OK#9a" },
		{ "000", "$000#90" },
		{ "0000", "$0* #7a" },
		{ "0000000", "$0*\"0#ac" }, /* counts of 6 and 7 would be '#' and '$' */
		{ "00000000", "$0*\"00#dc" },
		{ "000000000", "$0*%#7f" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		size_t n =
			rsp_frame_encode('$', rows[i].payload, strlen(rows[i].payload), true, wire);
		CU_ASSERT_EQUAL(n, strlen(rows[i].want));
		CU_ASSERT_NSTRING_EQUAL(wire, rows[i].want, n);
	}
	CU_ASSERT_EQUAL(rsp_frame_encode('%', "Stop", 4, false, wire), 8);
	CU_ASSERT_NSTRING_EQUAL(wire, "%Stop#a6", 8);
}

/* Random payloads with many runs, escaped as handlers do, come back whole. */
static void test_encode_random(void)
{
	unsigned state = 1;

	for (int round = 0; round < 3000; round++) {
		char raw[ROOM / 2], escaped[ROOM];
		struct rsp_buf b;
		size_t n = 0;

		while (n < sizeof(raw) - 300 && next_random(&state) % 40) {
			size_t run = next_random(&state) % (next_random(&state) % 3 ? 5 : 250) + 1;
			memset(raw + n, (int)(next_random(&state) % 256), run);
			n += run;
		}
		rsp_buf_init(&b, escaped, sizeof(escaped));
		CU_ASSERT_EQUAL(rsp_buf_binary(&b, raw, n), n);
		round_trip(escaped, b.len, true);
		round_trip(escaped, b.len, false);
	}
}

/* What a client sends is what the framer gives back: binary data through both. */
static void test_encode_then_feed(void)
{
	char raw[256], escaped[600], wire[700], storage[300];
	struct rsp_frame f;
	struct rsp_buf b;
	size_t eaten = 0;

	for (size_t i = 0; i < sizeof(raw); i++)
		raw[i] = (char)i;
	rsp_buf_init(&b, escaped, sizeof(escaped));
	rsp_buf_binary(&b, raw, sizeof(raw));
	size_t n = rsp_frame_encode('$', escaped, b.len, false, wire);
	rsp_frame_init(&f, storage, sizeof(storage));
	CU_ASSERT_EQUAL(rsp_frame_feed(&f, wire, n, &eaten), RSP_PACKET);
	CU_ASSERT_EQUAL(eaten, n);
	CU_ASSERT_EQUAL(f.len, sizeof(raw));
	CU_ASSERT_EQUAL(memcmp(f.data, raw, sizeof(raw)), 0);
}

static void test_expand_hostile(void)
{
	static const char *const bad[] = {
		"*", "* ", "a*", "a*\x1d", "a*\x01", "a*\xff", "a*\x7f"
	};
	char out[100];

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CU_ASSERT_EQUAL(rsp_frame_expand(bad[i], strlen(bad[i]), out, sizeof(out)),
				SIZE_MAX);
	CU_ASSERT_EQUAL(rsp_frame_expand("a*~", 3, out, sizeof(out)), 98);
	CU_ASSERT_EQUAL(rsp_frame_expand("a*~", 3, out, 98), 98);
	CU_ASSERT_EQUAL(rsp_frame_expand("a*~", 3, out, 97), SIZE_MAX);
	CU_ASSERT_EQUAL(rsp_frame_expand("ab", 2, out, 1), SIZE_MAX);
	CU_ASSERT_EQUAL(rsp_frame_expand("", 0, out, 0), 0);
	CU_ASSERT_EQUAL(rsp_frame_expand("0* 1* ", 6, out, sizeof(out)), 8);
	CU_ASSERT_NSTRING_EQUAL(out, "00001111", 8);
}

static const struct unit_test tests[] = {
	{ "hex digits", test_hex_digits },
	{ "hex round trip", test_hex_round_trip },
	{ "hex hostile", test_hex_hostile },
	{ "buf appends", test_buf_appends },
	{ "buf overflow", test_buf_overflow },
	{ "buf binary", test_buf_binary },
	{ "buf xml", test_buf_xml },
	{ "frame: every split", test_frame_splits },
	{ "frame: byte by byte", test_frame_byte_by_byte },
	{ "frame: interrupt anywhere", test_frame_interrupt_anywhere },
	{ "frame: tiny storage", test_frame_tiny_storage },
	{ "frame: random bytes", test_frame_random_bytes },
	{ "encode: all run lengths", test_encode_all_run_lengths },
	{ "encode: known", test_encode_known },
	{ "encode: random", test_encode_random },
	{ "encode then feed", test_encode_then_feed },
	{ "expand: hostile", test_expand_hostile },
};

int main(void)
{
	return unit_run("rsp", tests, sizeof(tests) / sizeof(tests[0]));
}
