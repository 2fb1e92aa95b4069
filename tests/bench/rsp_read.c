/*
 * rsp_read PORT ADDRESS BYTES CHUNK m|x: reads memory through a server and prints MiB/s and round
 * trips. `make bench` runs it against this server and its peers in one run.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tests/bench/rsp_client.h"

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
	struct rsp_client c;
	const char *reply;
	size_t n;

	if (argc != 6 || !rsp_client_open(&c, argv[1])) {
		fprintf(stderr, "usage: rsp_read PORT ADDRESS BYTES CHUNK m|x, with a server\n");
		return 1;
	}
	uint64_t at = strtoull(argv[2], NULL, 16), left = strtoull(argv[3], NULL, 0);
	uint64_t chunk = strtoull(argv[4], NULL, 0), total = left;
	double start = now();
	while (left) {
		uint64_t want = left < chunk ? left : chunk;
		char packet[64];

		snprintf(packet, sizeof(packet), "%c%" PRIx64 ",%" PRIx64, argv[5][0], at, want);
		if (!rsp_client_ask(&c, packet, &reply, &n) || (n && reply[0] == 'E') || !n) {
			fprintf(stderr, "rsp_read: %s failed: %.*s\n", packet, (int)n, reply);
			return 1;
		}
		at += want;
		left -= want;
	}
	double seconds = now() - start;
	printf("%.0f MiB/s, %zu round trips\n", (double)total / seconds / (1 << 20), c.round_trips);
	rsp_client_close(&c);
	return 0;
}
