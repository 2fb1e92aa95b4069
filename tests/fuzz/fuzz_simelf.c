/*
 * Fuzz target: any bytes as a kernel file that an app loads on the simulated NPU. What is loaded
 * lies in the file, every name it tells ends, and a function it names can be found.
 */
#include <string.h>

#include "target/sim/space_priv.h"
#include "tests/fuzz/fuzz.h"

enum { NAMES = 64 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t at = 0, n = 0;
	uint64_t value;

	if (sim_elf_image(data, size, &at, &n))
		demand(n > 0 && at <= size && n <= size - at);
	for (size_t i = 0; i < NAMES; i++) {
		const char *name = sim_elf_function(data, size, i);

		if (name == NULL)
			break;
		demand(memchr(name, 0, size + 1) != NULL);
		demand(sim_elf_symbol(data, size, name, &value));
	}
	return 0;
}
