/*
 * launches [COUNT]: the program that the benchmarks of kernels debug. Launches an operator on 48
 * vector cores, one on 25 cube cores and the 50 vector cores beside them, and COUNT times a short
 * one on one core, of which it says what a launch took; and has 16 MiB of device memory.
 */
#include <acl/acl.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "tests/apps/host.h"

enum { CORES = 48, TILES = 4, TILE = 64, ELEMENTS = CORES * TILES * TILE };
enum { BLOCKS = 25, ROWS = 4, DEPTH = 8, COLUMNS = 8, BIG = 16 << 20 };

struct tiling {
	uint64_t total;
	uint32_t tile;
};

struct shape {
	uint32_t rows, depth, columns;
	float bias;
};

static void *zeros(size_t n)
{
	void *at;

	CHECK(aclrtMalloc(&at, n, ACL_MEM_MALLOC_HUGE_FIRST));
	CHECK(aclrtMemset(at, n, 0, n));
	return at;
}

static void *copy_of(const void *from, size_t n)
{
	void *at = zeros(n);

	CHECK(aclrtMemcpy(at, n, from, n, ACL_MEMCPY_HOST_TO_DEVICE));
	return at;
}

static aclrtFuncHandle function(const char *file, const char *name)
{
	aclrtFuncHandle f;
	aclrtBinHandle bin;

	CHECK(aclrtBinaryLoadFromFile(host_kernel(file), NULL, &bin));
	CHECK(aclrtBinaryGetFunction(bin, name, &f));
	return f;
}

static void launch(aclrtFuncHandle f, uint32_t blocks, void *args, size_t n)
{
	CHECK(aclrtLaunchKernel(f, blocks, args, n, NULL));
	CHECK(aclrtSynchronizeStream(NULL));
}

static void launch_vector(void)
{
	const struct tiling tiling = { ELEMENTS, TILE };
	void *args[] = { zeros(2 * ELEMENTS), zeros(2 * ELEMENTS), zeros(2 * ELEMENTS),
			 copy_of(&tiling, sizeof(tiling)) };

	launch(function("add_custom", "add_custom"), CORES, args, sizeof(args));
}

static void launch_mixed(void)
{
	const struct shape shape = { ROWS, DEPTH, COLUMNS, 0.5F };
	void *args[] = { zeros(2 * BLOCKS * ROWS * DEPTH), zeros(2 * DEPTH * COLUMNS),
			 zeros(4 * BLOCKS * ROWS * COLUMNS), zeros(4 * BLOCKS * ROWS * COLUMNS),
			 copy_of(&shape, sizeof(shape)) };

	launch(function("matmul", "matmul"), BLOCKS, args, sizeof(args));
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void launch_short(void *x, unsigned count)
{
	struct {
		void *x;
		uint64_t n, factor;
	} args = { x, 16, 3 };
	aclrtFuncHandle scale = function("two_ops", "scale");

	launch(scale, 1, &args, sizeof(args)); /* the first brings the kernel */
	double start = now();
	for (unsigned i = 0; i < count; i++)
		launch(scale, 1, &args, sizeof(args));
	printf("launches: %.3f ms each\n", (now() - start) * 1000 / count);
}

int main(int argc, char **argv)
{
	unsigned count = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 0) : 200;

	CHECK(aclInit(NULL));
	CHECK(aclrtSetDevice(0));
	void *big = zeros(BIG);
	launch_vector();
	launch_mixed();
	launch_short(big, count ? count : 1);
	CHECK(aclrtResetDevice(0));
	CHECK(aclFinalize());
	return 0;
}
