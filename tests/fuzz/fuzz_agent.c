/*
 * Fuzz target: any bytes as an agent expression. What passes the check runs over memory that is
 * there at every other page, and ends: with a value or with the reason why not.
 */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "target/agent.h"
#include "tests/fuzz/fuzz.h"

enum { PRINTED_MAX = 64 << 20 };

static bool read_reg(void *ctx, unsigned number, uint64_t *value)
{
	(void)ctx;
	*value = UINT64_C(0x0101010101010101) * number;
	return number < 100;
}

static bool read_mem(void *ctx, uint64_t at, void *buf, size_t n)
{
	(void)ctx;
	if (at & 0x1000 || n > 4096 - at % 4096)
		return false;
	memset(buf, (int)(at >> 13 & 0xff), n);
	return true;
}

static void print(void *ctx, const char *text, size_t n)
{
	size_t *printed = ctx;

	demand(n && text);
	*printed += n;
	demand(*printed < PRINTED_MAX);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t printed = 0;
	struct agent_access access = { read_reg, read_mem, &printed, print, &printed };
	/* just its size, so that a sanitizer sees reads behind it */
	uint8_t *bytes = malloc(size ? size : 1);
	struct agent_code code = { bytes, size };
	uint64_t value, again;

	demand(bytes != NULL);
	memcpy(bytes, data, size);
	if (!agent_check(&code)) {
		const char *why = agent_run(&code, &access, &value);

		demand(why == agent_run(&code, &access, &again));
		demand(why || value == again);
		demand(!why || strcmp(why, "an unknown instruction") != 0);
	}
	free(bytes);
	return 0;
}
