/*
 * Sample operator with a SIMT function: each thread doubles an element, or turns the sign of a
 * negative one, and adds what its neighbour in the row has made. For chips that have such.
 */
#include "target/sim/sim_kernel.h"

typedef unsigned int u32;
typedef unsigned long u64;

enum { COLUMNS = 40, ROWS = 2 };

static float turn(float value)
{
	float turned = -value;

	return turned;
}

static void scale(__gm__ float *x, __gm__ float *z, __ubuf__ float *made)
{
	u64 place = get_simt_thread();
	u32 column = place & 0xffff;
	u32 row = place >> 16 & 0xffff;
	u32 i = row * COLUMNS + column;
	float value = x[i];

	if (value < 0)
		value = turn(value);
	else
		value = value * 2;
	made[i] = value;
	simt_sync();
	z[i] = value + made[row * COLUMNS + (column + 1) % COLUMNS];
}

void simt_scale(float *x, float *z)
{
	u64 first = get_block_idx() * COLUMNS * ROWS;

	simt_call(scale, COLUMNS, ROWS, 1, x + first, z + first, 0x1000, 0);
	pipe_barrier();
}

/* The same as a SIMT kernel: every thread of the launch begins here. */
void simt_launch(float *x, float *z)
{
	u64 first = get_block_idx() * COLUMNS * ROWS;

	scale(x + first, z + first, (float *)0x1000);
}
SIM_KERNEL_ARGS(simt_launch, 2);
