/*
 * Sample operator: z = x + y in half precision on AIV cores, tile by tile through UB, with the
 * vector unit.
 */
#include "target/sim/sim_kernel.h"

typedef _Float16 half;
typedef unsigned int u32;
typedef unsigned long u64;

struct tiling {
	u64 total; /* elements of all blocks */
	u32 tile;  /* elements that are in UB at a time */
};

/* The buffers of one core in UB. */
struct local {
	__ubuf__ half *x;
	__ubuf__ half *y;
	__ubuf__ half *z;
};

static void copy_in(struct local *ub, __gm__ const half *x, __gm__ const half *y, u32 n)
{
	copy_gm_to_ubuf(ub->x, x, n * sizeof(half));
	copy_gm_to_ubuf(ub->y, y, n * sizeof(half));
}

static u32 compute(struct local *ub, u32 n)
{
	vector_op(SIM_ADD, SIM_F16, ub->z, ub->x, ub->y, n);
	return n;
}

static void copy_out(struct local *ub, __gm__ half *z, u32 n)
{
	copy_ubuf_to_gm(z, ub->z, n * sizeof(half));
}

static void process(__gm__ half *x, __gm__ half *y, __gm__ half *z, u64 n, u32 tile)
{
	struct local ub;
	u64 done = 0;

	ub.x = (half *)0x0;
	ub.y = (half *)0x4000;
	ub.z = (half *)0x8000;
	while (done < n) {
		u32 now = n - done < tile ? (u32)(n - done) : tile;

		copy_in(&ub, x + done, y + done, now);
		compute(&ub, now);
		copy_out(&ub, z + done, now);
		done += now;
	}
}

void add_custom(half *x, half *y, half *z, const struct tiling *t)
{
	u64 block = get_block_idx();
	u64 n = t->total / get_block_num();
	u64 first = n * block;

	if (block == get_block_num() - 1)
		n = t->total - first;
	process(x + first, y + first, z + first, n, t->tile);
}
