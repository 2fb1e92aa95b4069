/*
 * A bounded cursor for DWARF bytes: fixed numbers, LEB128, sub-ranges. Called by everything in
 * this folder that reads DWARF by itself; knows nothing about what the numbers mean.
 */
#include "target/symbols/bytes_priv.h"

struct bytes bytes_of(const void *data, size_t n)
{
	static const uint8_t nothing; /* adding 0 to a null pointer is undefined */
	const uint8_t *p = data ? data : &nothing;

	return (struct bytes){ .at = p, .end = p + (data ? n : 0) };
}

size_t bytes_left(const struct bytes *b)
{
	return (size_t)(b->end - b->at);
}

static void fail(struct bytes *b)
{
	b->bad = true;
	b->at = b->end;
}

void bytes_skip(struct bytes *b, uint64_t n)
{
	if (n > bytes_left(b))
		fail(b);
	else
		b->at += n;
}

struct bytes bytes_take(struct bytes *b, uint64_t n)
{
	struct bytes out = { .at = b->at, .end = b->at };

	if (n > bytes_left(b)) {
		fail(b);
		out.bad = true;
		return out;
	}
	b->at += n;
	out.end = b->at;
	return out;
}

uint64_t bytes_fixed(struct bytes *b, size_t size)
{
	uint64_t value = 0;

	if (size > sizeof(value) || size > bytes_left(b)) {
		fail(b);
		return 0;
	}
	for (size_t i = 0; i < size; i++)
		value |= (uint64_t)b->at[i] << (8 * i);
	b->at += size;
	return value;
}

/* Bits beyond the 64th are dropped: producers pad LEBs, and a hostile one only hurts itself. */
static uint64_t leb(struct bytes *b, unsigned *bits, bool *negative)
{
	uint64_t value = 0;
	uint8_t byte;

	*bits = 0;
	*negative = false;
	do {
		if (b->at == b->end) {
			fail(b);
			return 0;
		}
		byte = *b->at++;
		if (*bits < 64)
			value |= (uint64_t)(byte & 0x7f) << *bits;
		*bits = *bits < 64 ? *bits + 7 : *bits;
	} while (byte & 0x80);
	*negative = byte & 0x40;
	return value;
}

uint64_t bytes_uleb(struct bytes *b)
{
	unsigned bits;
	bool negative;

	return leb(b, &bits, &negative);
}

int64_t bytes_sleb(struct bytes *b)
{
	unsigned bits;
	bool negative;
	uint64_t value = leb(b, &bits, &negative);

	if (negative && bits < 64)
		value |= ~UINT64_C(0) << bits;
	return (int64_t)value;
}

struct bytes bytes_unit(struct bytes *b, bool *wide)
{
	uint64_t n = bytes_fixed(b, 4);

	*wide = n == 0xffffffff;
	return bytes_take(b, *wide ? bytes_fixed(b, 8) : n);
}
