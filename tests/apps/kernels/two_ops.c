/*
 * Two sample operators in one file on AIV cores: scale by a number, and a running sum, which needs
 * the scalar unit. Used on two streams.
 */
#include "target/sim/sim_kernel.h"

typedef unsigned int u32;
typedef unsigned long u64;

void scale(__gm__ int *x, u64 n, u64 factor)
{
	u64 part = n / get_block_num();
	__gm__ int *mine = x + get_block_idx() * part;

	copy_gm_to_ubuf(0, mine, part * sizeof(int));
	vector_scalar(SIM_MUL, SIM_I32, 0, 0, factor, part);
	copy_ubuf_to_gm(mine, 0, part * sizeof(int));
}

static int sum_to(__ubuf__ const int *x, u64 n)
{
	int sum = 0;

	for (u64 i = 0; i < n; i++)
		sum += x[i];
	return sum;
}

void running_sum(__gm__ const int *x, __gm__ int *out, u64 n)
{
	__ubuf__ int *in = (int *)0x100;
	u64 part = n / get_block_num();
	u64 first = get_block_idx() * part;

	copy_gm_to_ubuf(in, x + first, part * sizeof(int));
	sync_all();
	out[get_block_idx()] = sum_to(in, part);
}
