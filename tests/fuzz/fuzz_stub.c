/*
 * Fuzz target: any bytes as what a runtime stub says.
 */
#include <stdlib.h>
#include <string.h>

#include "target/stub_message.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *copy = malloc(size + 1);
	struct stub_message m;

	demand(copy != NULL);
	memcpy(copy, data, size);
	if (!stub_message_parse(copy, size, &m)) {
		demand(strlen(m.name) < STUB_NAME && strlen(m.soc) < 64 && strlen(m.key) < 128);
		demand(!*m.hash || strlen(m.hash) == STUB_HASH);
		demand(m.kind != STUB_KERNEL || *m.name);
		demand(!m.binary || (m.binary >= (uint8_t *)copy &&
				     m.binary + m.binary_n <= (uint8_t *)copy + size));
	}
	free(copy);
	return 0;
}
