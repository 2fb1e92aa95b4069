/*
 * Vector kernel of the tests: z = x + y in float16, tile by tile through the unified buffer (UB),
 * the way an operator does it. Runs on AIV cores of the recipes in tests/recipes, stopped somewhere
 * below add_pair to give a call stack with locals. UB is at the small addresses of the core.
 */
typedef _Float16 half;
typedef unsigned int u32;
typedef unsigned long u64;

struct tiling {
	u64 total; /* elements of all blocks */
	u32 tile;  /* elements that are in UB at a time */
	u32 blocks;
};

/* The buffers of one core in UB. */
struct local {
	half *x;
	half *y;
	half *z;
};

static half add_pair(half a, half b)
{
	half sum = a + b;
	return sum;
}

static void copy(half *to, const half *from, u32 n)
{
	for (u32 i = 0; i < n; i++)
		to[i] = from[i];
}

static void compute(struct local *ub, u32 n)
{
	for (u32 i = 0; i < n; i++)
		ub->z[i] = add_pair(ub->x[i], ub->y[i]);
}

static void process(half *x, half *y, half *z, u64 n, u32 tile)
{
	struct local ub;
	ub.x = (half *)0x0;
	ub.y = (half *)0x4000;
	ub.z = (half *)0x8000;
	for (u64 done = 0; done < n; done += tile) {
		copy(ub.x, x + done, tile);
		copy(ub.y, y + done, tile);
		compute(&ub, tile);
		copy(z + done, ub.z, tile);
	}
}

void add_custom(half *x, half *y, half *z, const struct tiling *t, u32 block)
{
	u64 n = t->total / t->blocks;
	u64 first = n * block;
	process(x + first, y + first, z + first, n, t->tile);
}
