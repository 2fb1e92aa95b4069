/*
 * Sample host with the rt calls below ACL: two operators of one binary, first on two streams at
 * the same time, then one after the other on one stream; every form of launch once.
 */
#include <fcntl.h>
#include <runtime/rt.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/apps/host.h"

enum { ELEMENTS = 1024, BLOCKS = 4, FACTOR = 3 };

static int data[ELEMENTS];
static const char scale_stub, sum_stub;

static void *read_kernel(size_t *n)
{
	int fd = open(host_kernel("two_ops"), O_RDONLY | O_CLOEXEC);
	struct stat st;
	void *bytes;

	if (fd < 0 || fstat(fd, &st) != 0)
		exit(2);
	*n = (size_t)st.st_size;
	bytes = malloc(*n);
	if (bytes == NULL || read(fd, bytes, *n) != (ssize_t)*n)
		exit(2);
	close(fd);
	return bytes;
}

static void *register_kernels(void)
{
	rtDevBinary_t bin = { .magic = RT_DEV_BINARY_MAGIC_ELF_AIVEC };
	void *handle;
	size_t n;

	bin.data = read_kernel(&n);
	bin.length = n;
	CHECK(rtDevBinaryRegister(&bin, &handle));
	CHECK(rtFunctionRegister(handle, &scale_stub, "scale", "scale", 0));
	CHECK(rtFunctionRegister(handle, &sum_stub, "running_sum", "running_sum", 0));
	free((void *)(uintptr_t)bin.data);
	return handle;
}

static void *device_copy(void)
{
	void *at;

	CHECK(rtMalloc(&at, sizeof(data), 0, 0));
	CHECK(rtMemcpy(at, sizeof(data), data, sizeof(data), RT_MEMCPY_HOST_TO_DEVICE));
	return at;
}

static void launch_scale(void *x, rtStream_t stream)
{
	uint64_t args[] = { (uintptr_t)x, ELEMENTS, FACTOR };

	CHECK(rtKernelLaunch(&scale_stub, BLOCKS, args, sizeof(args), NULL, stream));
}

static void launch_sum(void *x, void *out, rtStream_t stream)
{
	uint64_t values[] = { (uintptr_t)x, (uintptr_t)out, ELEMENTS };
	rtArgsEx_t args = { .args = values, .argsSize = sizeof(values) };

	CHECK(rtKernelLaunchWithFlagV2(&sum_stub, BLOCKS, &args, NULL, stream, 0, NULL));
}

static int sum_wrong(void *out, int factor)
{
	int sums[BLOCKS], wrong = 0;

	CHECK(rtMemcpy(sums, sizeof(sums), out, sizeof(sums), RT_MEMCPY_DEVICE_TO_HOST));
	host_keep(sums, sizeof(sums));
	for (int block = 0; block < BLOCKS; block++) {
		int sum = 0;

		for (int i = 0; i < ELEMENTS / BLOCKS; i++)
			sum += factor * data[block * (ELEMENTS / BLOCKS) + i];
		wrong += sums[block] != sum;
	}
	return wrong;
}

static int scale_wrong(void *x)
{
	static int got[ELEMENTS];
	int wrong = 0;

	CHECK(rtMemcpy(got, sizeof(got), x, sizeof(got), RT_MEMCPY_DEVICE_TO_HOST));
	host_keep(got, sizeof(got));
	for (int i = 0; i < ELEMENTS; i++)
		wrong += got[i] != FACTOR * data[i];
	return wrong;
}

int main(void)
{
	rtStream_t one, two;
	void *handle, *x, *y, *out;
	int wrong;

	for (int i = 0; i < ELEMENTS; i++)
		data[i] = i * 7 - 1000;
	CHECK(rtSetDevice(0));
	CHECK(rtStreamCreate(&one, 0));
	CHECK(rtStreamCreate(&two, 0));
	handle = register_kernels();
	x = device_copy();
	y = device_copy();
	out = device_copy();
	launch_scale(x, one);
	launch_sum(y, out, two);
	CHECK(rtStreamSynchronize(one));
	CHECK(rtStreamSynchronizeWithTimeout(two, 60000));
	wrong = scale_wrong(x) + sum_wrong(out, 1);
	launch_sum(x, out, one);
	CHECK(rtStreamSynchronize(one));
	wrong += sum_wrong(out, FACTOR);
	printf("two_ops: %d wrong\n", wrong);
	CHECK(rtFree(x));
	CHECK(rtDevBinaryUnRegister(handle));
	CHECK(rtDeviceReset(0));
	return wrong != 0;
}
