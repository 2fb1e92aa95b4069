#ifndef TARGET_SIM_SIM_KERNEL_H
#define TARGET_SIM_SIM_KERNEL_H

#include "target/sim/sim_intrinsics.h"

/**
 * What kernels for the simulated NPU include: intrinsics as functions. Kernels are freestanding
 * AArch64 code. A pointer of a core into its UB (AIV) or L1 (AIC) is a small address, 0 being the
 * first byte; L0A, L0B and L0C can be reached by intrinsics alone. The qualifiers say which memory
 * a pointer means; compilers for AArch64 have no address classes to record that with.
 */
#define __gm__
#define __ubuf__
#define __cbuf__
#define __ca__
#define __cb__
#define __cc__

typedef unsigned int sim_u32;
typedef unsigned long sim_u64;

#define SIM_AT(p) ((sim_u64)(p))

/* The number has to be a constant of the instruction, hence a macro and not a function. */
#define SIM_CALL(number, ...)                                                                      \
	__extension__({                                                                            \
		const sim_u64 a_[8] = { __VA_ARGS__ };                                             \
		register sim_u64 x0_ __asm__("x0") = a_[0];                                        \
		register sim_u64 x1_ __asm__("x1") = a_[1];                                        \
		register sim_u64 x2_ __asm__("x2") = a_[2];                                        \
		register sim_u64 x3_ __asm__("x3") = a_[3];                                        \
		register sim_u64 x4_ __asm__("x4") = a_[4];                                        \
		register sim_u64 x5_ __asm__("x5") = a_[5];                                        \
		register sim_u64 x6_ __asm__("x6") = a_[6];                                        \
		register sim_u64 x7_ __asm__("x7") = a_[7];                                        \
		__asm__ volatile("svc %8"                                                          \
				 : "+r"(x0_)                                                       \
				 : "r"(x1_), "r"(x2_), "r"(x3_), "r"(x4_), "r"(x5_), "r"(x6_),     \
				   "r"(x7_), "i"(number)                                           \
				 : "memory");                                                      \
		x0_;                                                                               \
	})

#define get_block_idx()	    SIM_CALL(SIM_GET_BLOCK_IDX, 0)
#define get_block_num()	    SIM_CALL(SIM_GET_BLOCK_NUM, 0)
#define get_subblockid()    SIM_CALL(SIM_GET_SUB_BLOCK_IDX, 0)
#define get_coreid()	    SIM_CALL(SIM_GET_CORE_ID, 0)
#define get_sys_cnt()	    SIM_CALL(SIM_GET_SYS_CNT, 0)
#define pipe_barrier()	    SIM_CALL(SIM_PIPE_BARRIER, 0)
#define sync_all()	    SIM_CALL(SIM_SYNC_ALL, 0)
#define cross_core_set(id)  SIM_CALL(SIM_CROSS_SET, id)
#define cross_core_wait(id) SIM_CALL(SIM_CROSS_WAIT, id)

/** n bytes; the name says from where to where. */
#define SIM_MOVE(to_class, to, from_class, from, n)                                                \
	SIM_CALL(SIM_COPY, to_class, SIM_AT(to), from_class, SIM_AT(from), n)
#define copy_gm_to_ubuf(to, from, n) SIM_MOVE(SIM_CLASS_UB, to, SIM_CLASS_GM, from, n)
#define copy_ubuf_to_gm(to, from, n) SIM_MOVE(SIM_CLASS_GM, to, SIM_CLASS_UB, from, n)
#define copy_gm_to_cbuf(to, from, n) SIM_MOVE(SIM_CLASS_L1, to, SIM_CLASS_GM, from, n)
#define load_cbuf_to_ca(to, from, n) SIM_MOVE(SIM_CLASS_L0A, to, SIM_CLASS_L1, from, n)
#define load_cbuf_to_cb(to, from, n) SIM_MOVE(SIM_CLASS_L0B, to, SIM_CLASS_L1, from, n)

#define set_vector_mask(low, high) SIM_CALL(SIM_SET_MASK, low, high)
#define vector_op(op, type, to, a, b, n)                                                           \
	SIM_CALL(SIM_VECTOR, op, type, SIM_AT(to), SIM_AT(a), SIM_AT(b), n)
#define vector_scalar(op, type, to, a, bits, n)                                                    \
	SIM_CALL(SIM_VECTOR_SCALAR, op, type, SIM_AT(to), SIM_AT(a), bits, n)
#define mmad(to, a, b, m, k, n, type, add)                                                         \
	SIM_CALL(SIM_MMAD, SIM_AT(to), SIM_AT(a), SIM_AT(b), m, k, n, type, add)
#define fixpipe_l0c_to_gm(to, from, rows, columns, stride)                                         \
	SIM_CALL(SIM_FIXPIPE, SIM_AT(to), SIM_AT(from), rows, columns, stride)

#endif
