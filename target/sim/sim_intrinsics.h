#ifndef TARGET_SIM_SIM_INTRINSICS_H
#define TARGET_SIM_SIM_INTRINSICS_H

/** Behind a kernel's name: the absolute symbol that says how many arguments it has. */
#define SIM_ARGS_SUFFIX ".args"

/**
 * Numbers of the intrinsics: kernels call them by SVC #number (sim_kernel.h), arguments and result
 * in x0..x7. Addresses of local memories are offsets.
 */
enum sim_intrinsic {
	SIM_GET_BLOCK_IDX = 1,
	SIM_GET_BLOCK_NUM,
	SIM_GET_SUB_BLOCK_IDX, /* 0 or 1 on the AIV cores of a mixed block */
	SIM_GET_CORE_ID,       /* unified */
	SIM_GET_SYS_CNT,       /* instructions so far */
	SIM_PIPE_BARRIER,      /* everything is in order already */
	SIM_COPY,	       /* to class, to, from class, from, bytes */
	SIM_SET_MASK,	       /* low, high: lanes of a 256-byte repeat that vectors act on */
	SIM_VECTOR,	       /* enum sim_vector_op, enum sim_type, to, a, b, count: all in UB */
	SIM_VECTOR_SCALAR,     /* the same with a value (its bits) in place of b */
	SIM_MMAD,	       /* to (L0C), a (L0A), b (L0B), m, k, n, enum sim_type, add */
	SIM_FIXPIPE,	       /* to (GM), from (L0C), rows, columns, bytes from row to row */
	SIM_CROSS_SET,	       /* flag: the other side of a mixed block may go on */
	SIM_CROSS_WAIT,
	SIM_SYNC_ALL,  /* all cores of this type that have a block of the task */
	SIM_SIMT_CALL, /* function, threads as SIM_SIMT_DIM has them, its arguments: up to six */
	/* in SIMT functions, where of the others only the first five are: */
	SIM_SIMT_THREAD, /* which one this is: x, y and z in 16 bits each, x the lowest */
	SIM_SIMT_DIM,	 /* how many there are of each */
	SIM_SIMT_SYNC,	 /* all threads of the core */
};

/** Classes of memory: the bits that DW_AT_address_class and msDebug use. */
enum sim_class {
	SIM_CLASS_GM = 1,
	SIM_CLASS_L1 = 2,
	SIM_CLASS_L0A = 4,
	SIM_CLASS_L0B = 8,
	SIM_CLASS_L0C = 16,
	SIM_CLASS_UB = 32,
};

enum sim_type { SIM_F16, SIM_F32, SIM_I16, SIM_I32, SIM_I8 };

enum sim_vector_op {
	SIM_ADD,
	SIM_SUB,
	SIM_MUL,
	SIM_DIV,
	SIM_MAX,
	SIM_MIN,
	SIM_COMPARE_LT, /* result: bits of CMPMASK, lane by lane of the first repeat */
	SIM_COMPARE_EQ,
	SIM_SELECT, /* a where CMPMASK has a bit, else b */
};

#endif
