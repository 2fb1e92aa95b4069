/*
 * Sample host with aclrt calls: a matrix product on AIC cores with an activation on the AIV cores
 * beside them, launched with the arguments put together one by one.
 */
#include <acl/acl.h>
#include <stdio.h>

#include "tests/apps/host.h"

enum { BLOCKS = 4, ROWS = 16, DEPTH = 32, COLUMNS = 32 };

struct shape {
	uint32_t rows, depth, columns;
	float bias;
};

static uint16_t a[BLOCKS * ROWS][DEPTH], b[DEPTH][COLUMNS];
static float y[BLOCKS * ROWS][COLUMNS];

static int a_at(int row, int k)
{
	return (row * 3 + k) % 11 - 5;
}

static int b_at(int k, int column)
{
	return (k + column * 5) % 13 - 6;
}

static void *to_device(const void *from, size_t n)
{
	void *at;

	CHECK(aclrtMalloc(&at, n, ACL_MEM_MALLOC_HUGE_FIRST));
	CHECK(aclrtMemcpy(at, n, from, n, ACL_MEMCPY_HOST_TO_DEVICE));
	return at;
}

static void fill(void)
{
	for (int row = 0; row < BLOCKS * ROWS; row++) {
		for (int k = 0; k < DEPTH; k++)
			a[row][k] = host_half(a_at(row, k));
	}
	for (int k = 0; k < DEPTH; k++) {
		for (int column = 0; column < COLUMNS; column++)
			b[k][column] = host_half(b_at(k, column));
	}
}

static int count_wrong(float bias)
{
	int wrong = 0;

	for (int row = 0; row < BLOCKS * ROWS; row++) {
		for (int column = 0; column < COLUMNS; column++) {
			int sum = 0;

			for (int k = 0; k < DEPTH; k++)
				sum += a_at(row, k) * b_at(k, column);
			wrong += y[row][column] != (float)(sum > 0 ? sum : 0) + bias;
		}
	}
	return wrong;
}

static void launch(aclrtFuncHandle matmul, void *values[], size_t count, aclrtStream stream)
{
	aclrtArgsHandle args;
	aclrtParamHandle param;

	CHECK(aclrtKernelArgsInit(matmul, &args));
	for (size_t i = 0; i < count; i++)
		CHECK(aclrtKernelArgsAppend(args, &values[i], sizeof(values[i]), &param));
	CHECK(aclrtKernelArgsFinalize(args));
	CHECK(aclrtLaunchKernelWithConfig(matmul, BLOCKS, stream, NULL, args, NULL));
}

int main(void)
{
	const struct shape shape = { ROWS, DEPTH, COLUMNS, 0.5F };
	void *values[5];
	aclrtContext context;
	aclrtStream stream;
	aclrtBinHandle bin;
	aclrtFuncHandle matmul;
	int wrong;

	fill();
	CHECK(aclInit(NULL));
	CHECK(aclrtCreateContext(&context, 0));
	CHECK(aclrtCreateStream(&stream));
	CHECK(aclrtBinaryLoadFromFile(host_kernel("matmul"), NULL, &bin));
	CHECK(aclrtBinaryGetFunction(bin, "matmul", &matmul));
	values[0] = to_device(a, sizeof(a));
	values[1] = to_device(b, sizeof(b));
	values[2] = to_device(y, sizeof(y));
	values[3] = to_device(y, sizeof(y));
	values[4] = to_device(&shape, sizeof(shape));
	launch(matmul, values, 5, stream);
	CHECK(aclrtSynchronizeStream(stream));
	CHECK(aclrtMemcpy(y, sizeof(y), values[3], sizeof(y), ACL_MEMCPY_DEVICE_TO_HOST));
	host_keep(y, sizeof(y));
	wrong = count_wrong(shape.bias);
	printf("matmul: %d x %d on %d blocks, %d wrong\n", BLOCKS * ROWS, COLUMNS, BLOCKS, wrong);
	CHECK(aclrtDestroyStream(stream));
	CHECK(aclrtDestroyContext(context));
	CHECK(aclFinalize());
	return wrong != 0;
}
