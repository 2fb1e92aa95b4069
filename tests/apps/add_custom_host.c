/*
 * Sample host with aclrt calls: adds two vectors on 8 AIV cores (as many as the first argument
 * says) and checks every element.
 */
#include <acl/acl.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/apps/host.h"

enum { ELEMENTS = 8 * 2048, TILE = 512 };

struct tiling {
	uint64_t total;
	uint32_t tile;
};

struct arguments {
	void *x, *y, *z, *tiling;
};

static void *to_device(const void *from, size_t n)
{
	void *at;

	CHECK(aclrtMalloc(&at, n, ACL_MEM_MALLOC_HUGE_FIRST));
	CHECK(aclrtMemcpy(at, n, from, n, ACL_MEMCPY_HOST_TO_DEVICE));
	return at;
}

static struct arguments make_arguments(void)
{
	static uint16_t x[ELEMENTS], y[ELEMENTS];
	const struct tiling tiling = { ELEMENTS, TILE };

	for (int i = 0; i < ELEMENTS; i++) {
		x[i] = host_half(i % 1000);
		y[i] = host_half(1000 - i % 7);
	}
	return (struct arguments){ to_device(x, sizeof(x)), to_device(y, sizeof(y)),
				   to_device(x, sizeof(x)), to_device(&tiling, sizeof(tiling)) };
}

static int count_wrong(void *z)
{
	static uint16_t out[ELEMENTS];
	int wrong = 0;

	CHECK(aclrtMemcpy(out, sizeof(out), z, sizeof(out), ACL_MEMCPY_DEVICE_TO_HOST));
	host_keep(out, sizeof(out));
	for (int i = 0; i < ELEMENTS; i++)
		wrong += host_from_half(out[i]) != i % 1000 + 1000 - i % 7;
	return wrong;
}

int main(int argc, char **argv)
{
	uint32_t blocks = argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 0) : 8;
	struct arguments args;
	aclrtStream stream;
	aclrtBinHandle bin;
	aclrtFuncHandle add;
	int wrong;

	CHECK(aclInit(NULL));
	CHECK(aclrtSetDevice(0));
	CHECK(aclrtCreateStream(&stream));
	CHECK(aclrtBinaryLoadFromFile(host_kernel("add_custom"), NULL, &bin));
	CHECK(aclrtBinaryGetFunction(bin, "add_custom", &add));
	args = make_arguments();
	CHECK(aclrtLaunchKernel(add, blocks, &args, sizeof(args), stream));
	CHECK(aclrtSynchronizeStream(stream));
	wrong = count_wrong(args.z);
	printf("add_custom: %d elements on %u cores, %d wrong\n", ELEMENTS, blocks, wrong);
	CHECK(aclrtFree(args.x));
	CHECK(aclrtFree(args.y));
	CHECK(aclrtFree(args.z));
	CHECK(aclrtFree(args.tiling));
	CHECK(aclrtBinaryUnLoad(bin));
	CHECK(aclrtDestroyStream(stream));
	CHECK(aclrtResetDevice(0));
	CHECK(aclFinalize());
	return wrong != 0;
}
