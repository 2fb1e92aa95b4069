/*
 * Hex digits and the packet checksum. Used by every packet, so encoding takes four bytes at a time;
 * nothing here knows what the bytes mean.
 */
#include "rsp/hex.h"

#include <endian.h>
#include <string.h>

static const char digits[] = "0123456789abcdef";

int rsp_hex_digit(unsigned char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* The eight digits of four bytes, first byte lowest: a nibble to a byte, then all at once ASCII. */
static uint64_t eight_digits(uint32_t bytes)
{
	const uint64_t ones = 0x0101010101010101;
	uint64_t x = bytes;

	x = (x | x << 16) & 0x0000ffff0000ffff;
	x = (x | x << 8) & 0x00ff00ff00ff00ff;
	x = (x >> 4 | x << 8) & 0x0f0f0f0f0f0f0f0f;
	/* a nibble above 9 carries into the high half when 6 is added */
	uint64_t letters = (x + 6 * ones) >> 4 & ones;
	return x + '0' * ones + letters * ('a' - '0' - 10);
}

void rsp_hex_encode(const void *in, size_t n, char *out)
{
	const uint8_t *p = in;

	for (; n >= 4; n -= 4, p += 4, out += 8) {
		uint32_t bytes;

		memcpy(&bytes, p, sizeof(bytes));
		uint64_t text = htole64(eight_digits(le32toh(bytes)));
		memcpy(out, &text, sizeof(text));
	}
	for (; n; n--, p++) {
		*out++ = digits[*p >> 4];
		*out++ = digits[*p & 15];
	}
}

bool rsp_hex_decode(const char *in, size_t n, void *out)
{
	uint8_t *q = out;

	if (n % 2)
		return false;
	for (size_t i = 0; i < n; i += 2) {
		int hi = rsp_hex_digit((unsigned char)in[i]);
		int lo = rsp_hex_digit((unsigned char)in[i + 1]);

		if (hi < 0 || lo < 0)
			return false;
		*q++ = (uint8_t)(hi << 4 | lo);
	}
	return true;
}

/* Eight bytes at a time in four 16-bit lanes, which hold 128 rounds of at most 510. */
static unsigned sum_words(const uint8_t *p, size_t words)
{
	const uint64_t even = 0x00ff00ff00ff00ff;
	unsigned sum = 0;

	while (words) {
		size_t round = words < 128 ? words : 128;
		uint64_t lanes = 0;

		for (size_t i = 0; i < round; i++, p += 8) {
			uint64_t x;

			memcpy(&x, p, sizeof(x));
			lanes += (x & even) + (x >> 8 & even);
		}
		sum += (unsigned)(lanes + (lanes >> 16) + (lanes >> 32) + (lanes >> 48)) & 0xffff;
		words -= round;
	}
	return sum;
}

uint8_t rsp_checksum(const void *data, size_t n)
{
	const uint8_t *p = data;
	unsigned sum = sum_words(p, n / 8);

	for (size_t i = n - n % 8; i < n; i++)
		sum += p[i];
	return (uint8_t)sum;
}
