/*
 * Sample operators that are chosen by tiling key, and one with many arguments: what launches by
 * handle and by host arguments need.
 */
#include "target/sim/sim_kernel.h"

typedef unsigned long u64;

void keys_1(__gm__ u64 *out)
{
	out[get_block_idx()] = 100 + get_block_idx();
}

/* a mixed one: all three cores of a block write */
void keys_2_mix_aic(__gm__ u64 *out)
{
	out[4 * get_block_idx()] = 200;
}

void keys_2_mix_aiv(__gm__ u64 *out)
{
	out[4 * get_block_idx() + 1 + get_subblockid()] = 201 + get_subblockid();
}

SIM_KERNEL_ARGS(many, 10);
void many(__gm__ u64 *out, u64 a, u64 b, u64 c, u64 d, u64 e, u64 f, u64 g, u64 h, u64 i)
{
	out[0] = a + 2 * b + 3 * c + 4 * d + 5 * e + 6 * f + 7 * g + 8 * h + 9 * i;
}

/* *in: host data that came with the arguments */
void follow(__gm__ u64 *out, __gm__ const u64 *in)
{
	out[0] = in[0] + in[1];
}
