/*
 * A library of operators as a framework opens one when it needs it: the kernel file is inside it,
 * in the section where compilers of mixed sources put it.
 */
#include "tests/apps/late.h"

#include "tests/apps/host.h"
#include "tests/apps/scale.h"

__asm__(".pushsection .aicore_binary, \"a\"\n"
	"late_kernel: .incbin \"" LATE_KERNEL "\"\n"
	"late_kernel_end:\n"
	".popsection");
extern const uint8_t late_kernel[], late_kernel_end[];

enum { BLOCKS = 8 };

int late_run(int32_t seed)
{
	static struct scale scale;
	static int32_t out[SCALE_ELEMENTS];
	aclrtBinHandle bin;
	aclrtFuncHandle f;
	int wrong;

	CHECK(aclrtBinaryLoadFromData(late_kernel, (size_t)(late_kernel_end - late_kernel), NULL,
				      &bin));
	CHECK(aclrtBinaryGetFunction(bin, "scale", &f));
	scale_open(&scale, seed, 3);
	scale_launch(&scale, f, BLOCKS, NULL);
	wrong = scale_close(&scale, 1, NULL, out);
	host_keep(out, sizeof(out));
	CHECK(aclrtBinaryUnLoad(bin));
	return wrong;
}
