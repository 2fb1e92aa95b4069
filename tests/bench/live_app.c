/*
 * live_app THREADS BYTES: the program that the benchmarks of live processes debug. Prints where its
 * parts are, then calls hit(0) .. hit(PERIOD - 1) and range() for ever, with THREADS idle threads
 * beside it. Ends with the process that started it.
 */
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "tests/bench/live_app.h"

void hit(uint64_t n);
void range(void);
extern const char range_end[];

/* A range step from range to range_end executes LIVE_RANGE instructions. */
__asm__(".text\n"
	".globl range, range_end\n"
	"range:\n"
	"	mov $" LIVE_RANGE_TURNS ", %ecx\n"
	"1:	dec %ecx\n"
	"	jnz 1b\n"
	"range_end:\n"
	"	ret\n");

__attribute__((noinline)) void hit(uint64_t n)
{
	__asm__ volatile("" : : "r"(n) : "memory");
}

static void *idle(void *unused)
{
	for (;;)
		pause();
	return unused;
}

/* Bytes that no run-length encoding makes shorter (Marsaglia, "Xorshift RNGs"). */
static void fill(uint64_t *p, size_t n)
{
	uint64_t x = 88172645463325252u;

	for (size_t i = 0; i < n; i++) {
		x ^= x << 13;
		x ^= x >> 7;
		x ^= x << 17;
		p[i] = x;
	}
}

int main(int argc, char **argv)
{
	size_t threads = argc > 1 ? strtoull(argv[1], NULL, 0) : 0;
	size_t bytes = argc > 2 ? strtoull(argv[2], NULL, 0) : 8;
	uint64_t *memory = malloc(bytes);
	pthread_attr_t attr;
	pthread_t id;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, 64 << 10);
	for (size_t i = 0; i < threads; i++)
		if (pthread_create(&id, &attr, idle, NULL))
			return 1;
	if (!memory)
		return 1;
	fill(memory, bytes / sizeof(*memory));
	printf("%lx %lx %lx %lx\n", (unsigned long)(uintptr_t)hit, (unsigned long)(uintptr_t)range,
	       (unsigned long)(uintptr_t)range_end, (unsigned long)(uintptr_t)memory);
	fflush(stdout);
	for (;;) {
		for (uint64_t n = 0; n < LIVE_PERIOD; n++)
			hit(n);
		range();
	}
}
