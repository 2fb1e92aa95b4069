/*
 * Arithmetic of vector and cube elements given as bits, the same on every host. Called by the
 * intrinsics.
 */
#include <math.h>
#include <string.h>

#include "target/sim/number_priv.h"

static float as_float(uint32_t bits)
{
	float f;

	memcpy(&f, &bits, sizeof(f));
	return f;
}

static uint32_t as_bits(float f)
{
	uint32_t bits;

	memcpy(&bits, &f, sizeof(bits));
	return bits;
}

float sim_half_to_float(uint16_t h)
{
	uint32_t sign = (uint32_t)(h & 0x8000) << 16, exponent = h >> 10 & 0x1f, part = h & 0x3ff;
	float value = (float)part / (float)(1 << 24); /* a subnormal */

	if (exponent == 0x1f)
		return as_float(sign | 0x7f800000 | part << 13);
	if (exponent == 0)
		return sign != 0 ? -value : value;
	return as_float(sign | (exponent + 112) << 23 | part << 13);
}

uint16_t sim_float_to_half(float f)
{
	uint32_t bits = as_bits(f), sign = bits >> 16 & 0x8000, rest = bits & 0x7fffffff;
	uint32_t shift, part, half, lost;

	if (rest > 0x7f800000)
		return (uint16_t)(sign | 0x7e00); /* not a number */
	if (rest >= 0x47800000)
		return (uint16_t)(sign | 0x7c00); /* 65536 and more */
	if (rest < 0x33000000)
		return (uint16_t)sign; /* less than half of the smallest */
	if (rest >= 0x38800000) {
		half = (rest - 0x38000000) >> 13;
		lost = rest & 0x1fff;
		shift = 13;
	} else {
		shift = 126 - (rest >> 23);
		part = (rest & 0x7fffff) | 0x800000;
		half = part >> shift;
		lost = part & ((UINT32_C(1) << shift) - 1);
	}
	part = UINT32_C(1) << (shift - 1);
	half += lost > part || (lost == part && (half & 1) != 0);
	return (uint16_t)(sign | half);
}

unsigned sim_type_size(uint64_t type)
{
	switch (type) {
	case SIM_F16:
	case SIM_I16:
		return 2;
	case SIM_F32:
	case SIM_I32:
		return 4;
	case SIM_I8:
		return 1;
	default:
		return 0;
	}
}

static float float_op(enum sim_vector_op op, float a, float b)
{
	switch (op) {
	case SIM_ADD:
		return a + b;
	case SIM_SUB:
		return a - b;
	case SIM_MUL:
		return a * b;
	case SIM_DIV:
		return a / b;
	case SIM_MAX:
		return fmaxf(a, b);
	case SIM_MIN:
		return fminf(a, b);
	case SIM_COMPARE_LT:
		return a < b ? 1.0F : 0.0F;
	case SIM_COMPARE_EQ:
	case SIM_SELECT:
		break;
	}
	return a == b ? 1.0F : 0.0F;
}

static int64_t integer_op(enum sim_vector_op op, int64_t a, int64_t b)
{
	switch (op) {
	case SIM_ADD:
		return a + b;
	case SIM_SUB:
		return a - b;
	case SIM_MUL:
		return a * b;
	case SIM_DIV:
		return b != 0 ? a / b : 0;
	case SIM_MAX:
		return a > b ? a : b;
	case SIM_MIN:
		return a < b ? a : b;
	case SIM_COMPARE_LT:
		return a < b;
	case SIM_COMPARE_EQ:
	case SIM_SELECT:
		break;
	}
	return a == b;
}

static int64_t as_integer(enum sim_type type, uint32_t bits)
{
	return type == SIM_I8 ? (int8_t)bits : type == SIM_I16 ? (int16_t)bits : (int32_t)bits;
}

static float real_of(enum sim_type type, uint32_t bits)
{
	return type == SIM_F16 ? sim_half_to_float((uint16_t)bits) : as_float(bits);
}

uint32_t sim_number_op(enum sim_vector_op op, enum sim_type type, uint32_t a, uint32_t b)
{
	bool real = type == SIM_F16 || type == SIM_F32;
	float f;

	if (!real)
		return (uint32_t)integer_op(op, as_integer(type, a), as_integer(type, b));
	f = float_op(op, real_of(type, a), real_of(type, b));
	if (op == SIM_COMPARE_LT || op == SIM_COMPARE_EQ)
		return f > 0.5F;
	return type == SIM_F16 ? sim_float_to_half(f) : as_bits(f);
}

uint32_t sim_number_mac(enum sim_type type, uint32_t sum, uint32_t a, uint32_t b)
{
	if (type == SIM_F16 || type == SIM_F32)
		return as_bits(as_float(sum) + real_of(type, a) * real_of(type, b));
	return sum + (uint32_t)(as_integer(type, a) * as_integer(type, b));
}
