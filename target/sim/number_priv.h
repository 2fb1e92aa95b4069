#ifndef TARGET_SIM_NUMBER_PRIV_H
#define TARGET_SIM_NUMBER_PRIV_H

#include <stdbool.h>
#include <stdint.h>

#include "target/sim/sim_intrinsics.h"

/** Elements of vectors. Host compilers have no half precision everywhere, so it is done by hand. */
float sim_half_to_float(uint16_t h);
/** Rounds to nearest, ties to even. */
uint16_t sim_float_to_half(float f);

/** Bytes of an element; 0: no such type. */
unsigned sim_type_size(uint64_t type);
/** The result of a op b as the bits of an element. Integers wrap; x / 0 of integers is 0. */
uint32_t sim_number_op(enum sim_vector_op op, enum sim_type type, uint32_t a, uint32_t b);
/** Sum and product for the cube: a * b added to the bits of a float (or of an i32 for I8). */
uint32_t sim_number_mac(enum sim_type type, uint32_t sum, uint32_t a, uint32_t b);

#endif
