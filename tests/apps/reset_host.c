/*
 * Sample host that gives the device back and takes it again: nothing of the first time is there the
 * second time, and everything is at the same addresses.
 */
#include <stdio.h>

#include "tests/apps/host.h"
#include "tests/apps/scale.h"

enum { ROUNDS = 2, BLOCKS = 4 };

static int run(int round)
{
	static struct scale scale;
	static int32_t out[SCALE_ELEMENTS];
	aclrtStream stream;
	int wrong;

	CHECK(aclrtSetDevice(0));
	CHECK(aclrtCreateStream(&stream));
	scale_open(&scale, 30 * round, 5 + round);
	scale_launch(&scale, scale_load(), BLOCKS, stream);
	wrong = scale_close(&scale, 1, stream, out);
	host_keep(out, sizeof(out));
	CHECK(aclrtResetDevice(0));
	return wrong;
}

int main(void)
{
	int wrong = 0;

	CHECK(aclInit(NULL));
	for (int i = 0; i < ROUNDS; i++)
		wrong += run(i);
	CHECK(aclFinalize());
	printf("reset: %d rounds, %d wrong\n", ROUNDS, wrong);
	return wrong != 0;
}
