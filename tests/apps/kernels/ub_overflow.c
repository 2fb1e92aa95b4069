/* Sample operator with a mistake: its last vector runs off the end of UB. */
#include "target/sim/sim_kernel.h"

typedef _Float16 half;
typedef unsigned int u32;
typedef unsigned long u64;

static void double_all(u64 at, u32 n)
{
	vector_op(SIM_ADD, SIM_F16, at, at, at, n);
}

void ub_overflow(half *x, u64 n, u64 ub_bytes)
{
	u64 at = 0;

	copy_gm_to_ubuf(at, x, n * sizeof(half));
	double_all(at, (u32)n);
	at = ub_bytes - n;
	double_all(at, (u32)n);
	copy_ubuf_to_gm(x, 0, n * sizeof(half));
}
