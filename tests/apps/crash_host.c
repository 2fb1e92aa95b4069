/*
 * Sample host for operators that do not end well: launches the kernel the program is named after
 * and says what the runtime said. ACL_JSON: a config file. Ends with status 0 when the launch was
 * fine, else 1.
 */
#include <acl/acl.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/apps/host.h"

enum { BYTES = 8192 };

int main(int argc, char **argv)
{
	const char *name = program_invocation_short_name;
	uint64_t a = argc > 1 ? strtoull(argv[1], NULL, 0) : 1024;
	uint64_t b = argc > 2 ? strtoull(argv[2], NULL, 0) : 196608;
	aclrtBinHandle bin;
	aclrtFuncHandle kernel;
	aclrtStream stream;
	struct {
		void *x;
		uint64_t a, b;
	} args = { .a = a, .b = b };
	int error;

	CHECK(aclInit(getenv("ACL_JSON")));
	CHECK(aclrtSetDevice(0));
	CHECK(aclrtCreateStream(&stream));
	CHECK(aclrtBinaryLoadFromFile(host_kernel(name), NULL, &bin));
	CHECK(aclrtBinaryGetFunction(bin, name, &kernel));
	CHECK(aclrtMalloc(&args.x, BYTES, ACL_MEM_MALLOC_HUGE_FIRST));
	CHECK(aclrtMemset(args.x, BYTES, 0, BYTES));
	CHECK(aclrtLaunchKernel(kernel, 2, &args, sizeof(args), stream));
	error = aclrtSynchronizeStream(stream);
	printf("%s: %d\n", name, error);
	CHECK(aclrtResetDevice(0));
	return error != 0;
}
