#ifndef RSP_HEX_H
#define RSP_HEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Value 0..15 of one hex digit, -1 for any other byte. */
int rsp_hex_digit(unsigned char c);

/** Writes 2*n lower-case digits to out; no NUL. out must hold 2*n bytes and may not overlap in. */
void rsp_hex_encode(const void *in, size_t n, char *out);

/**
 * Decodes digits/2 bytes. false when digits is odd or a byte is not a hex digit; then out holds
 * what was decoded so far. out may be the start of in (decoding in place).
 */
bool rsp_hex_decode(const char *in, size_t digits, void *out);

/** Sum of n bytes modulo 256: the checksum of a packet (GDB manual, "Overview" of the protocol). */
uint8_t rsp_checksum(const void *data, size_t n);

#endif
