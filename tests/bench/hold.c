/*
 * A process with BYTES of random-looking memory that waits to be read by the peer's server. Prints
 * the address of the memory, then sleeps.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	size_t n = argc > 1 ? strtoull(argv[1], NULL, 0) / 8 : 0;
	uint64_t *p = malloc(n * 8 + 8), x = 88172645463325252u;

	for (size_t i = 0; p && i < n; i++) {
		x ^= x << 13;
		x ^= x >> 7;
		x ^= x << 17;
		p[i] = x;
	}
	printf("%lx\n", (unsigned long)(uintptr_t)p);
	fflush(stdout);
	sleep(120);
	return 0;
}
