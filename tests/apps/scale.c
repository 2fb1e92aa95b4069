/* The work that several sample hosts give to a device: integers times a factor. */
#include "tests/apps/scale.h"

#include <stddef.h>

#include "tests/apps/host.h"

aclrtFuncHandle scale_load(void)
{
	aclrtBinHandle bin;
	aclrtFuncHandle f;

	CHECK(aclrtBinaryLoadFromFile(host_kernel("two_ops"), NULL, &bin));
	CHECK(aclrtBinaryGetFunction(bin, "scale", &f));
	return f;
}

void scale_open(struct scale *s, int32_t seed, int32_t factor)
{
	for (int32_t i = 0; i < SCALE_ELEMENTS; i++)
		s->values[i] = seed + i * 5;
	s->factor = factor;
	CHECK(aclrtMalloc(&s->x, sizeof(s->values), ACL_MEM_MALLOC_HUGE_FIRST));
	CHECK(aclrtMemcpy(s->x, sizeof(s->values), s->values, sizeof(s->values),
			  ACL_MEMCPY_HOST_TO_DEVICE));
}

void scale_launch(struct scale *s, aclrtFuncHandle f, uint32_t blocks, aclrtStream stream)
{
	uint64_t args[] = { (uintptr_t)s->x, SCALE_ELEMENTS, (uint64_t)s->factor };

	CHECK(aclrtLaunchKernel(f, blocks, args, sizeof(args), stream));
}

int scale_close(struct scale *s, unsigned launches, aclrtStream stream, int32_t *out)
{
	int wrong = 0;

	CHECK(aclrtSynchronizeStream(stream));
	CHECK(aclrtMemcpy(out, sizeof(s->values), s->x, sizeof(s->values),
			  ACL_MEMCPY_DEVICE_TO_HOST));
	CHECK(aclrtFree(s->x));
	for (int i = 0; i < SCALE_ELEMENTS; i++) {
		int32_t want = s->values[i];

		for (unsigned k = 0; k < launches; k++)
			want *= s->factor;
		wrong += out[i] != want;
	}
	return wrong;
}
