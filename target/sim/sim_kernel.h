#ifndef TARGET_SIM_SIM_KERNEL_H
#define TARGET_SIM_SIM_KERNEL_H

#include "target/sim/sim_intrinsics.h"

/**
 * What kernels for the simulated NPU include: intrinsics as functions. Kernels are freestanding
 * AArch64 code. A pointer of a core into its UB (AIV) or L1 (AIC) is a small address, 0 being the
 * first byte; L0A, L0B and L0C can be reached by intrinsics alone. The qualifiers say which memory
 * a pointer means; for AArch64 gcc ignores address_space, clang 14 writes no DW_AT_address_class.
 */
#define __gm__
#define __ubuf__
#define __cbuf__
#define __ca__
#define __cb__
#define __cc__

typedef unsigned long sim_u64;

/* The number is a constant of the instruction; no variables, which `info locals` would show. */
#define SIM_DO(number, a, b, c, d, e, f, g, h)                                                     \
	__asm__ volatile("mov x0, %0\n\tmov x1, %1\n\tmov x2, %2\n\tmov x3, %3\n\t"                \
			 "mov x4, %4\n\tmov x5, %5\n\tmov x6, %6\n\tmov x7, %7\n\t"                \
			 "svc %8"                                                                  \
			 :                                                                         \
			 : "r"((sim_u64)(a)), "r"((sim_u64)(b)), "r"((sim_u64)(c)),                \
			   "r"((sim_u64)(d)), "r"((sim_u64)(e)), "r"((sim_u64)(f)),                \
			   "r"((sim_u64)(g)), "r"((sim_u64)(h)), "i"(number)                       \
			 : "x0", "x1", "x2", "x3", "x4", "x5", "x6", "x7", "memory")

/* Those that only tell something are functions. */
#define SIM_TELL(name, number)                                                                     \
	static __attribute__((always_inline, artificial, unused)) inline sim_u64 name(void)        \
	{                                                                                          \
		sim_u64 told;                                                                      \
		__asm__ volatile("svc %1\n\tmov %0, x0" : "=r"(told) : "i"(number) : "x0");        \
		return told;                                                                       \
	}
SIM_TELL(get_block_idx, SIM_GET_BLOCK_IDX)
SIM_TELL(get_block_num, SIM_GET_BLOCK_NUM)
SIM_TELL(get_subblockid, SIM_GET_SUB_BLOCK_IDX)
SIM_TELL(get_coreid, SIM_GET_CORE_ID)
SIM_TELL(get_sys_cnt, SIM_GET_SYS_CNT)
SIM_TELL(get_simt_thread, SIM_SIMT_THREAD)
SIM_TELL(get_simt_dim, SIM_SIMT_DIM)

#define pipe_barrier()	    SIM_DO(SIM_PIPE_BARRIER, 0, 0, 0, 0, 0, 0, 0, 0)
#define sync_all()	    SIM_DO(SIM_SYNC_ALL, 0, 0, 0, 0, 0, 0, 0, 0)
#define cross_core_set(id)  SIM_DO(SIM_CROSS_SET, id, 0, 0, 0, 0, 0, 0, 0)
#define cross_core_wait(id) SIM_DO(SIM_CROSS_WAIT, id, 0, 0, 0, 0, 0, 0, 0)

/**
 * A SIMT function on an AIV core of a chip that has such: x * y * z threads (up to 2048) run it in
 * warps of 32, each with its own registers and stack. Threads of a warp execute one instruction
 * together where they stand at the same one; those at the lowest address go first. The call is over
 * when all of them have returned.
 */
#define simt_call(function, x, y, z, a, b, c, d)                                                   \
	SIM_DO(SIM_SIMT_CALL, function, SIM_PACK(x, y, z), a, b, c, d, 0, 0)
#define SIM_PACK(x, y, z) ((sim_u64)(x) | (sim_u64)(y) << 16 | (sim_u64)(z) << 32)
#define simt_sync() SIM_DO(SIM_SIMT_SYNC, 0, 0, 0, 0, 0, 0, 0, 0)

/** n bytes; the name says from where to where. */
#define SIM_MOVE(to_class, to, from_class, from, n)                                                \
	SIM_DO(SIM_COPY, to_class, to, from_class, from, n, 0, 0, 0)
#define copy_gm_to_ubuf(to, from, n) SIM_MOVE(SIM_CLASS_UB, to, SIM_CLASS_GM, from, n)
#define copy_ubuf_to_gm(to, from, n) SIM_MOVE(SIM_CLASS_GM, to, SIM_CLASS_UB, from, n)
#define copy_gm_to_cbuf(to, from, n) SIM_MOVE(SIM_CLASS_L1, to, SIM_CLASS_GM, from, n)
#define load_cbuf_to_ca(to, from, n) SIM_MOVE(SIM_CLASS_L0A, to, SIM_CLASS_L1, from, n)
#define load_cbuf_to_cb(to, from, n) SIM_MOVE(SIM_CLASS_L0B, to, SIM_CLASS_L1, from, n)

#define set_vector_mask(low, high)	 SIM_DO(SIM_SET_MASK, low, high, 0, 0, 0, 0, 0, 0)
#define vector_op(op, type, to, a, b, n) SIM_DO(SIM_VECTOR, op, type, to, a, b, n, 0, 0)
#define vector_scalar(op, type, to, a, bits, n)                                                    \
	SIM_DO(SIM_VECTOR_SCALAR, op, type, to, a, bits, n, 0, 0)
#define mmad(to, a, b, m, k, n, type, add) SIM_DO(SIM_MMAD, to, a, b, m, k, n, type, add)
#define fixpipe_l0c_to_gm(to, from, rows, columns, stride)                                         \
	SIM_DO(SIM_FIXPIPE, to, from, rows, columns, stride, 0, 0, 0)

/**
 * How many arguments a kernel has, of 8 bytes each: for launches that bring an array of them
 * without a count. Stands once, outside of functions; real kernels have it in metadata.
 */
#define SIM_KERNEL_ARGS(name, n)                                                                   \
	__asm__(".globl " #name SIM_ARGS_SUFFIX "\n.set " #name SIM_ARGS_SUFFIX ", " #n)

#endif
