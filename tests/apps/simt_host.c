/*
 * Sample host of a kernel with a SIMT function: 2 blocks of 40 x 2 threads, every element checked.
 * With the argument "launch" the kernel is launched as such a function itself, with "array" the
 * same with an array of arguments, with "crash" it writes where nothing is. On a chip that has no
 * SIMT functions it ends with an error, too.
 */
#include <acl/acl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "tests/apps/host.h"

enum { COLUMNS = 40, ROWS = 2, BLOCKS = 2, ELEMENTS = COLUMNS * ROWS * BLOCKS };

struct arguments {
	void *x, *z;
};

static float input(int i)
{
	return (float)(i % 7 - 3);
}

static float made(int i)
{
	return input(i) < 0 ? -input(i) : 2 * input(i);
}

static int count_wrong(void *z)
{
	float out[ELEMENTS];
	int wrong = 0;

	CHECK(aclrtMemcpy(out, sizeof(out), z, sizeof(out), ACL_MEMCPY_DEVICE_TO_HOST));
	host_keep(out, sizeof(out));
	for (int i = 0; i < ELEMENTS; i++) {
		int next = i / COLUMNS * COLUMNS + (i % COLUMNS + 1) % COLUMNS;

		wrong += out[i] != made(i) + made(next);
	}
	return wrong;
}

static void launch(aclrtBinHandle bin, aclrtStream stream, struct arguments *args, const char *how)
{
	const dim3 grid = { BLOCKS, 1, 1 }, block = { COLUMNS, ROWS, 1 };
	bool array = strcmp(how, "array") == 0, simt = array || strcmp(how, "launch") == 0;
	void *each[] = { &args->x, &args->z };
	aclrtFuncHandle kernel;

	CHECK(aclrtBinaryGetFunction(bin, simt ? "simt_launch" : "simt_scale", &kernel));
	if (array)
		CHECK(aclrtLaunchSIMTKernelWithArgsArray(kernel, grid, block, 0, stream, NULL,
							 each));
	else if (simt)
		CHECK(aclrtLaunchSIMTKernelWithHostArgs(kernel, grid, block, 0, stream, NULL, args,
							sizeof(*args), NULL, 0));
	else
		CHECK(aclrtLaunchKernel(kernel, BLOCKS, args, sizeof(*args), stream));
	CHECK(aclrtSynchronizeStream(stream));
}

int main(int argc, char **argv)
{
	float x[ELEMENTS];
	struct arguments args;
	aclrtStream stream;
	aclrtBinHandle bin;
	int wrong;

	for (int i = 0; i < ELEMENTS; i++)
		x[i] = input(i);
	CHECK(aclInit(NULL));
	CHECK(aclrtSetDevice(0));
	CHECK(aclrtCreateStream(&stream));
	CHECK(aclrtBinaryLoadFromFile(host_kernel("simt_scale"), NULL, &bin));
	CHECK(aclrtMalloc(&args.x, sizeof(x), ACL_MEM_MALLOC_HUGE_FIRST));
	CHECK(aclrtMalloc(&args.z, sizeof(x), ACL_MEM_MALLOC_HUGE_FIRST));
	CHECK(aclrtMemcpy(args.x, sizeof(x), x, sizeof(x), ACL_MEMCPY_HOST_TO_DEVICE));
	if (argc > 1 && strcmp(argv[1], "crash") == 0)
		args.z = (char *)args.z + (INT64_C(1) << 30);
	launch(bin, stream, &args, argc > 1 ? argv[1] : "");
	wrong = count_wrong(args.z);
	printf("simt: %d elements, %d wrong\n", ELEMENTS, wrong);
	CHECK(aclrtFree(args.x));
	CHECK(aclrtFree(args.z));
	CHECK(aclrtBinaryUnLoad(bin));
	CHECK(aclrtDestroyStream(stream));
	CHECK(aclrtResetDevice(0));
	CHECK(aclFinalize());
	return wrong != 0;
}
