/*
 * Hex digits and the packet checksum. Used by every packet, so encoding goes through a table of
 * byte pairs; nothing here knows what the bytes mean.
 */
#include "rsp/hex.h"

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

void rsp_hex_encode(const void *in, size_t n, char *out)
{
	const uint8_t *p = in;

	for (size_t i = 0; i < n; i++) {
		out[2 * i] = digits[p[i] >> 4];
		out[2 * i + 1] = digits[p[i] & 15];
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

uint8_t rsp_checksum(const void *data, size_t n)
{
	const uint8_t *p = data;
	unsigned sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += p[i];
	return (uint8_t)sum;
}
