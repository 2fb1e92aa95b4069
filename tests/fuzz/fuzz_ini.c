/*
 * Fuzz target: any bytes as a config file. What comes out must be a struct whose members are within
 * their bounds, or a failure with a line and words.
 */
#include <string.h>

#include "config/config.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct config c;
	struct config_error err;

	config_init(&c);
	bool ok = config_parse(&c, (const char *)data, size, &err);
	demand(ok || err.text[0]);
	demand(c.log_level <= 3 && c.max_core_bytes && c.max_local_bytes);
	demand(memchr(c.listen, 0, sizeof(c.listen)) && memchr(c.log_file, 0, sizeof(c.log_file)));
	return 0;
}
