/* Sample operator with a mistake: it writes behind the end of its output. */
#include "target/sim/sim_kernel.h"

typedef unsigned long u64;

static void store(__gm__ int *to, u64 n)
{
	copy_ubuf_to_gm(to, 0, n * sizeof(int));
}

void gm_overflow(int *x, u64 n, u64 beyond)
{
	copy_gm_to_ubuf(0, x, n * sizeof(int));
	store(x, n);
	store(x + beyond, n);
}
