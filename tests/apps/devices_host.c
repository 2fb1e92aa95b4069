/*
 * Sample host that uses every device: work for all of them is under way at once, from one thread,
 * which goes from device to device.
 */
#include <stdio.h>

#include "tests/apps/host.h"
#include "tests/apps/scale.h"

enum { DEVICES = 8, BLOCKS = 4 };

int main(void)
{
	static struct scale scale[DEVICES];
	static int32_t out[SCALE_ELEMENTS];
	aclrtStream streams[DEVICES];
	uint32_t count;
	int wrong = 0;

	CHECK(aclInit(NULL));
	CHECK(aclrtGetDeviceCount(&count));
	count = count < DEVICES ? count : DEVICES;
	for (uint32_t i = 0; i < count; i++) {
		CHECK(aclrtSetDevice((int32_t)i));
		CHECK(aclrtCreateStream(&streams[i]));
		scale_open(&scale[i], 10 * (int32_t)i, 7 + (int32_t)i);
		scale_launch(&scale[i], scale_load(), BLOCKS, streams[i]);
	}
	for (uint32_t i = 0; i < count; i++) {
		CHECK(aclrtSetDevice((int32_t)i));
		wrong += scale_close(&scale[i], 1, streams[i], out);
		host_keep(out, sizeof(out));
	}
	printf("devices: %u devices, %d wrong\n", count, wrong);
	for (uint32_t i = 0; i < count; i++)
		CHECK(aclrtResetDevice((int32_t)i));
	CHECK(aclFinalize());
	return wrong != 0;
}
