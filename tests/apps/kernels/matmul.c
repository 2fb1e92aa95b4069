/*
 * Sample operator, mixed: c = a * b on AIC cores with the cube, y = max(c, 0) + bias on the two AIV
 * cores beside each of them. A block has some rows of c; the AIC tells its AIV cores by a flag
 * that they are in global memory.
 */
#include "target/sim/sim_kernel.h"

typedef _Float16 half;
typedef unsigned int u32;
typedef unsigned long u64;

struct shape {
	u32 rows; /* of a block */
	u32 depth;
	u32 columns;
	float bias;
};

enum { ROWS_READY = 3 };

static void multiply(__gm__ const half *a, __gm__ const half *b, __gm__ float *c,
		     const struct shape *s)
{
	u32 a_bytes = s->rows * s->depth * sizeof(half);
	u32 b_bytes = s->depth * s->columns * sizeof(half);

	copy_gm_to_cbuf(0x0, a, a_bytes);
	copy_gm_to_cbuf(0x10000, b, b_bytes);
	load_cbuf_to_ca(0x0, 0x0, a_bytes);
	load_cbuf_to_cb(0x0, 0x10000, b_bytes);
	mmad(0x0, 0x0, 0x0, s->rows, s->depth, s->columns, SIM_F16, 0);
	fixpipe_l0c_to_gm(c, 0x0, s->rows, s->columns, s->columns * sizeof(float));
}

void matmul_mix_aic(half *a, half *b, float *c, float *y, const struct shape *s)
{
	u64 block = get_block_idx();
	u64 first = block * s->rows;

	(void)y;
	multiply(a + first * s->depth, b, c + first * s->columns, s);
	cross_core_set(ROWS_READY);
}

static u32 bits_of(float value)
{
	union {
		float f;
		u32 u;
	} both = { value };

	return both.u;
}

static void activate(__gm__ const float *c, __gm__ float *y, u32 n, float bias)
{
	__ubuf__ float *in = (float *)0x0;
	__ubuf__ float *out = (float *)0x8000;

	copy_gm_to_ubuf(in, c, n * sizeof(float));
	vector_scalar(SIM_MAX, SIM_F32, out, in, 0, n);
	vector_scalar(SIM_ADD, SIM_F32, out, out, bits_of(bias), n);
	copy_ubuf_to_gm(y, out, n * sizeof(float));
}

void matmul_mix_aiv(half *a, half *b, float *c, float *y, const struct shape *s)
{
	u64 n = (u64)s->rows * s->columns / 2;
	u64 first = get_block_idx() * s->rows * s->columns + get_subblockid() * n;

	(void)a;
	(void)b;
	cross_core_wait(ROWS_READY);
	activate(c + first, y + first, (u32)n, s->bias);
}
