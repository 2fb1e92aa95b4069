/*
 * Operators that go wrong in one way each, named after what the hardware calls it. x is memory of
 * the device; those of the cube are the AIC part of a mixed kernel that has no other.
 */
#include "target/sim/sim_kernel.h"

typedef unsigned long u64;

enum { UB_END = 0x30000, NOWHERE_LOCAL = 0xf0000 };
#define NOWHERE ((volatile int *)0x700000000000)

void illegal_instr(void)
{
	__asm__ volatile(".inst 0");
}

void null_call(void)
{
	((void (*)(void))0)();
}

int scalar_load(void)
{
	return *NOWHERE;
}

void scalar_store(void)
{
	*NOWHERE = 1;
}

int scalar_local(void)
{
	return *(volatile int *)NOWHERE_LOCAL;
}

void copy_nowhere(void)
{
	copy_gm_to_ubuf(0, NOWHERE, 32);
}

void copy_write_overflow(__gm__ int *x)
{
	copy_gm_to_ubuf(UB_END - 16, x, 32);
}

void copy_read_overflow(__gm__ int *x)
{
	copy_ubuf_to_gm(x, UB_END - 16, 32);
}

void vector_wrap(void)
{
	vector_op(SIM_ADD, SIM_F16, UB_END - 64, 0, 0, 64);
}

void vector_misaligned(void)
{
	vector_op(SIM_ADD, SIM_F16, 1, 0, 0, 64);
}

void vector_config(void)
{
	vector_op(99, SIM_F16, 0, 0, 0, 64);
}

void l0a_wrap_mix_aic(void)
{
	mmad(0, 0x10000 - 32, 0, 16, 16, 16, SIM_F16, 0);
}

void l0b_wrap_mix_aic(void)
{
	mmad(0, 0, 0x10000 - 32, 16, 16, 16, SIM_F16, 0);
}

void l0c_wrap_mix_aic(void)
{
	mmad(0x40000, 0, 0, 16, 16, 16, SIM_F16, 0);
}

void cube_input_mix_aic(void)
{
	mmad(0, 0, 0, 16, 16, 16, 77, 0);
}

void fixpipe_read_mix_aic(__gm__ float *x)
{
	fixpipe_l0c_to_gm(x, 0x40000, 1, 16, 64);
}

void fixpipe_write_mix_aic(void)
{
	fixpipe_l0c_to_gm(NOWHERE, 0, 1, 16, 64);
}
