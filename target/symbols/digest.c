/*
 * SHA-256 of kernel files, by libcrypto: the identity under which a kernel is known to clients
 * and to the runtime stub.
 */
#include <openssl/evp.h>

#include "target/symbols/symbols.h"

void symbols_sha256(const void *data, size_t n, char out[SYMBOLS_SHA256_TEXT])
{
	static const char digits[] = "0123456789abcdef";
	unsigned char raw[EVP_MAX_MD_SIZE] = { 0 };
	unsigned raw_n = 0;

	EVP_Digest(data, n, raw, &raw_n, EVP_sha256(), NULL);
	for (size_t i = 0; i < (SYMBOLS_SHA256_TEXT - 1) / 2; i++) {
		out[2 * i] = digits[raw[i] >> 4];
		out[2 * i + 1] = digits[raw[i] & 15];
	}
	out[SYMBOLS_SHA256_TEXT - 1] = '\0';
}
