/*
 * SHA-256 of kernel files, by nettle: the identity under which a kernel is known to clients and to
 * the runtime stub.
 */
#include <nettle/sha2.h>

#include "target/symbols/symbols.h"

void symbols_sha256(const void *data, size_t n, char out[SYMBOLS_SHA256_TEXT])
{
	static const char digits[] = "0123456789abcdef";
	uint8_t raw[SHA256_DIGEST_SIZE];
	struct sha256_ctx ctx;

	sha256_init(&ctx);
	sha256_update(&ctx, n, data);
	sha256_digest(&ctx, sizeof(raw), raw);
	for (size_t i = 0; i < sizeof(raw); i++) {
		out[2 * i] = digits[raw[i] >> 4];
		out[2 * i + 1] = digits[raw[i] & 15];
	}
	out[SYMBOLS_SHA256_TEXT - 1] = '\0';
}
