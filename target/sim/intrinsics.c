/*
 * What SVC #number does: copies between memories, vectors over UB, the cube, and waiting for other
 * cores. An operand that is not there sets the error of the unit the hardware would use. Called by
 * core.c while a core executes.
 */
#include <string.h>

#include "target/sim/core_priv.h"
#include "target/sim/number_priv.h"
#include "target/sim/sim_intrinsics.h"
#include "target/sim/simt_priv.h"

enum { REPEAT = 256 }; /* bytes of a vector repeat: as many lanes as fit are in the mask */

static enum sim_call fail(struct sim_core *c, enum chip_fault fault)
{
	c->call_fault = (uint8_t)fault;
	return SIM_CALL_FAULT;
}

/* --- who am I */

static enum sim_call get_block_idx(struct sim_core *c, uint64_t x[8])
{
	x[0] = c->block;
	return SIM_CALL_DONE;
}

static enum sim_call get_block_num(struct sim_core *c, uint64_t x[8])
{
	x[0] = c->task->blocks;
	return SIM_CALL_DONE;
}

static enum sim_call get_sub_block_idx(struct sim_core *c, uint64_t x[8])
{
	x[0] = c->sub;
	return SIM_CALL_DONE;
}

static enum sim_call get_core_id(struct sim_core *c, uint64_t x[8])
{
	x[0] = c->unified;
	return SIM_CALL_DONE;
}

static enum sim_call get_sys_cnt(struct sim_core *c, uint64_t x[8])
{
	x[0] = c->cycles;
	return SIM_CALL_DONE;
}

static enum sim_call pipe_barrier(struct sim_core *c, uint64_t x[8])
{
	(void)c;
	x[0] = 0;
	return SIM_CALL_DONE;
}

/* --- copies */

static uint8_t class_mem(uint64_t class)
{
	switch (class) {
	case SIM_CLASS_L1:
		return CHIP_L1;
	case SIM_CLASS_L0A:
		return CHIP_L0A;
	case SIM_CLASS_L0B:
		return CHIP_L0B;
	case SIM_CLASS_UB:
		return CHIP_UB;
	default:
		return CHIP_MEM_END; /* the L0C has no plain copies */
	}
}

static uint8_t *operand(struct sim_core *c, uint64_t class, uint64_t at, uint64_t n)
{
	if (class == SIM_CLASS_GM)
		return sim_core_global(c, at, n);
	return class_mem(class) < CHIP_MEM_END ? sim_core_local(c, class_mem(class), at, n) : NULL;
}

static enum sim_call copy(struct sim_core *c, uint64_t x[8])
{
	uint8_t *to = operand(c, x[0], x[1], x[4]);
	const uint8_t *from = operand(c, x[2], x[3], x[4]);

	if (to == NULL)
		return fail(c,
			    x[0] == SIM_CLASS_GM ? CHIP_FAULT_MTE_GM : CHIP_FAULT_MTE_LOCAL_WRITE);
	if (from == NULL)
		return fail(c,
			    x[2] == SIM_CLASS_GM ? CHIP_FAULT_MTE_GM : CHIP_FAULT_MTE_LOCAL_READ);
	memmove(to, from, x[4]);
	return SIM_CALL_DONE;
}

/* --- vectors */

static enum sim_call set_mask(struct sim_core *c, uint64_t x[8])
{
	c->mask[0] = x[0];
	c->mask[1] = x[1];
	return SIM_CALL_DONE;
}

static uint32_t load(const uint8_t *p, unsigned n)
{
	uint32_t v = 0;

	memcpy(&v, p, n);
	return v;
}

static bool bit_of(const uint64_t words[2], unsigned lane)
{
	return (words[lane / 64 & 1] >> (lane & 63) & 1) != 0;
}

struct vector {
	enum sim_vector_op op;
	enum sim_type type;
	unsigned size;
	uint8_t *to;
	const uint8_t *a, *b; /* b NULL: a scalar */
	uint32_t scalar;
	uint64_t count;
};

static void vector_lane(struct sim_core *c, const struct vector *v, uint64_t i)
{
	unsigned lane = (unsigned)(i % (REPEAT / v->size));
	uint32_t a = load(v->a + i * v->size, v->size);
	uint32_t b = v->b != NULL ? load(v->b + i * v->size, v->size) : v->scalar;
	uint32_t value;

	if (!bit_of(c->mask, lane))
		return;
	if (v->op == SIM_COMPARE_LT || v->op == SIM_COMPARE_EQ) {
		uint64_t bit = UINT64_C(1) << (lane & 63);

		c->compare[lane / 64] &= ~bit;
		if (sim_number_op(v->op, v->type, a, b) != 0)
			c->compare[lane / 64] |= bit;
		return;
	}
	value = v->op == SIM_SELECT ? (bit_of(c->compare, lane) ? a : b)
				    : sim_number_op(v->op, v->type, a, b);
	memcpy(v->to + i * v->size, &value, v->size);
}

static enum sim_call run_vector(struct sim_core *c, const uint64_t x[8], bool with_scalar)
{
	struct vector v = { .op = (enum sim_vector_op)x[0],
			    .type = (enum sim_type)x[1],
			    .size = sim_type_size(x[1]),
			    .scalar = (uint32_t)x[4],
			    .count = x[5] };

	if (c->type != CHIP_AIV || x[0] > SIM_SELECT || v.size == 0 || v.type == SIM_I8)
		return fail(c, CHIP_FAULT_VEC_CONFIG);
	if (((x[2] | x[3] | (with_scalar ? 0 : x[4])) & 31) != 0)
		return fail(c, CHIP_FAULT_VEC_ALIGN);
	if (v.count > UINT32_MAX)
		return fail(c, CHIP_FAULT_VEC_LOCAL);
	v.to = sim_core_local(c, CHIP_UB, x[2], v.count * v.size);
	v.a = sim_core_local(c, CHIP_UB, x[3], v.count * v.size);
	v.b = with_scalar ? NULL : sim_core_local(c, CHIP_UB, x[4], v.count * v.size);
	if (v.to == NULL || v.a == NULL || (v.b == NULL && !with_scalar))
		return fail(c, CHIP_FAULT_VEC_LOCAL);
	for (uint64_t i = 0; i < v.count; i++)
		vector_lane(c, &v, i);
	return SIM_CALL_DONE;
}

static enum sim_call vector(struct sim_core *c, uint64_t x[8])
{
	return run_vector(c, x, false);
}

static enum sim_call vector_scalar(struct sim_core *c, uint64_t x[8])
{
	return run_vector(c, x, true);
}

/* --- the cube: row-major matrices, results of 4 bytes */

static uint32_t product(const struct sim_core *c, const uint64_t x[8], uint64_t row, uint64_t col)
{
	unsigned size = sim_type_size(x[6]);
	uint64_t k_count = x[4], columns = x[5];
	const uint8_t *a = c->local[CHIP_L0A] + x[1], *b = c->local[CHIP_L0B] + x[2];
	uint32_t at = sim_core_l0c(c, (uint32_t)(x[0] + (row * columns + col) * 4));
	uint32_t sum = x[7] != 0 ? load(c->local[CHIP_L0C] + at, 4) : 0;

	for (uint64_t k = 0; k < k_count; k++)
		sum = sim_number_mac((enum sim_type)x[6], sum,
				     load(a + (row * k_count + k) * size, size),
				     load(b + (k * columns + col) * size, size));
	return sum;
}

static enum sim_call mmad(struct sim_core *c, uint64_t x[8])
{
	uint64_t m = x[3], k = x[4], n = x[5];
	unsigned size = sim_type_size(x[6]);

	if (c->type != CHIP_AIC || size == 0 || m > 4096 || k > 4096 || n > 4096)
		return fail(c, CHIP_FAULT_CUBE_CONFIG);
	if (sim_core_local(c, CHIP_L0A, x[1], m * k * size) == NULL)
		return fail(c, CHIP_FAULT_CUBE_L0A);
	if (sim_core_local(c, CHIP_L0B, x[2], k * n * size) == NULL)
		return fail(c, CHIP_FAULT_CUBE_L0B);
	if (sim_core_local(c, CHIP_L0C, x[0], m * n * 4) == NULL)
		return fail(c, CHIP_FAULT_CUBE_L0C);
	for (uint64_t row = 0; row < m; row++) {
		for (uint64_t col = 0; col < n; col++) {
			uint32_t sum = product(c, x, row, col);
			uint32_t at = (uint32_t)(x[0] + (row * n + col) * 4);

			memcpy(c->local[CHIP_L0C] + sim_core_l0c(c, at), &sum, sizeof(sum));
		}
	}
	return SIM_CALL_DONE;
}

static enum sim_call fixpipe(struct sim_core *c, uint64_t x[8])
{
	uint64_t rows = x[2], columns = x[3], stride = x[4];

	if (c->type != CHIP_AIC || rows > 4096 || columns > 4096)
		return fail(c, CHIP_FAULT_CUBE_CONFIG);
	if (sim_core_local(c, CHIP_L0C, x[1], rows * columns * 4) == NULL)
		return fail(c, CHIP_FAULT_FIXP_L0C);
	for (uint64_t row = 0; row < rows; row++) {
		uint8_t *to = sim_core_global(c, x[0] + row * stride, columns * 4);

		if (to == NULL)
			return fail(c, CHIP_FAULT_FIXP_GM);
		for (uint64_t col = 0; col < columns; col++) {
			uint32_t at = (uint32_t)(x[1] + (row * columns + col) * 4);

			memcpy(to + 4 * col, c->local[CHIP_L0C] + sim_core_l0c(c, at), 4);
		}
	}
	return SIM_CALL_DONE;
}

/* --- other cores */

static enum sim_call cross_set(struct sim_core *c, uint64_t x[8])
{
	struct sim_flags *f = c->task->flags;

	if (f == NULL || x[0] >= SIM_FLAGS)
		return fail(c, CHIP_FAULT_ILLEGAL);
	f += c->block;
	if (c->type == CHIP_AIV) {
		f->to_aic[c->sub][x[0]]++;
		return SIM_CALL_DONE;
	}
	for (unsigned i = 0; i < SIM_SUBS; i++)
		f->to_aiv[i][x[0]]++;
	return SIM_CALL_DONE;
}

static enum sim_call cross_wait(struct sim_core *c, uint64_t x[8])
{
	struct sim_flags *f = c->task->flags;

	if (f == NULL || x[0] >= SIM_FLAGS)
		return fail(c, CHIP_FAULT_ILLEGAL);
	f += c->block;
	if (c->type == CHIP_AIV) {
		if (f->to_aiv[c->sub][x[0]] == 0)
			return SIM_CALL_WAIT;
		f->to_aiv[c->sub][x[0]]--;
		return SIM_CALL_DONE;
	}
	for (unsigned i = 0; i < SIM_SUBS; i++) {
		if (f->to_aic[i][x[0]] == 0)
			return SIM_CALL_WAIT;
	}
	for (unsigned i = 0; i < SIM_SUBS; i++)
		f->to_aic[i][x[0]]--;
	return SIM_CALL_DONE;
}

static uint32_t cores_of_task(const struct sim_core *c)
{
	uint64_t per_block = c->task->flags != NULL && c->type == CHIP_AIV ? SIM_SUBS : 1;

	return (uint32_t)(c->task->blocks * per_block);
}

static enum sim_call sync_all(struct sim_core *c, uint64_t x[8])
{
	struct sim_task *t = c->task;

	if (!c->arrived) {
		c->arrived = true;
		c->round = t->round[c->type];
		if (++t->arrived[c->type] == cores_of_task(c)) {
			t->arrived[c->type] = 0;
			t->round[c->type]++;
		}
	}
	if (c->round == t->round[c->type])
		return SIM_CALL_WAIT;
	c->arrived = false;
	x[0] = 0;
	return SIM_CALL_DONE;
}

/* --- SIMT functions */

static enum sim_call simt_call(struct sim_core *c, uint64_t x[8])
{
	return sim_simt_prepare(c, x) ? SIM_CALL_ENTER : fail(c, CHIP_FAULT_ILLEGAL);
}

static uint64_t packed(uint64_t x, uint64_t y, uint64_t z)
{
	return x | y << 16 | z << 32;
}

static enum sim_call simt_thread(struct sim_core *c, uint64_t x[8])
{
	const uint16_t *dim = sim_simt_dim(c->simt);
	uint32_t i = sim_simt_current(c->simt);

	x[0] = packed(i % dim[0], i / dim[0] % dim[1], i / dim[0] / dim[1]);
	return SIM_CALL_DONE;
}

static enum sim_call simt_dim(struct sim_core *c, uint64_t x[8])
{
	const uint16_t *dim = sim_simt_dim(c->simt);

	x[0] = packed(dim[0], dim[1], dim[2]);
	return SIM_CALL_DONE;
}

static enum sim_call simt_sync(struct sim_core *c, uint64_t x[8])
{
	x[0] = 0;
	return sim_simt_arrive(c->simt) ? SIM_CALL_DONE : SIM_CALL_WAIT;
}

typedef enum sim_call (*intrinsic_fn)(struct sim_core *c, uint64_t x[8]);

static const intrinsic_fn intrinsics[] = {
	[SIM_GET_BLOCK_IDX] = get_block_idx,
	[SIM_GET_BLOCK_NUM] = get_block_num,
	[SIM_GET_SUB_BLOCK_IDX] = get_sub_block_idx,
	[SIM_GET_CORE_ID] = get_core_id,
	[SIM_GET_SYS_CNT] = get_sys_cnt,
	[SIM_PIPE_BARRIER] = pipe_barrier,
	[SIM_COPY] = copy,
	[SIM_SET_MASK] = set_mask,
	[SIM_VECTOR] = vector,
	[SIM_VECTOR_SCALAR] = vector_scalar,
	[SIM_MMAD] = mmad,
	[SIM_FIXPIPE] = fixpipe,
	[SIM_CROSS_SET] = cross_set,
	[SIM_CROSS_WAIT] = cross_wait,
	[SIM_SYNC_ALL] = sync_all,
	[SIM_SIMT_CALL] = simt_call,
	[SIM_SIMT_THREAD] = simt_thread,
	[SIM_SIMT_DIM] = simt_dim,
	[SIM_SIMT_SYNC] = simt_sync,
};

/** Threads of a SIMT function have no other units of the core; the scalar unit is no thread. */
static bool is_allowed(const struct sim_core *c, unsigned number)
{
	if (number <= SIM_GET_SYS_CNT)
		return true;
	return (c->simt != NULL) == (number >= SIM_SIMT_THREAD);
}

enum sim_call sim_intrinsic(struct sim_core *c, unsigned number, uint64_t x[8])
{
	if (number >= sizeof(intrinsics) / sizeof(intrinsics[0]) || intrinsics[number] == NULL ||
	    !is_allowed(c, number))
		return fail(c, CHIP_FAULT_ILLEGAL);
	return intrinsics[number](c, x);
}
