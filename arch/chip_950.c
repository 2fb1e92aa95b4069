/*
 * The 950 (A5), chip type 15, and its V5, chip type 16: the same registers and memories, other
 * error masks. Error groups and PC correction: coredump facts 4.2. Cores: 2.6. Memory sizes: 5.1.
 * What single error bits mean is not public. Reached through chips[] in chips.c; the registers
 * are in chip_950_regs.c.
 */
#include "arch/chip_fault.h"
#include "arch/chip_priv.h"

static const struct chip_mem_info mems[] = {
	{ CHIP_L0A, "L0A", 65536, CHIP_ON_AIC },      { CHIP_L0B, "L0B", 65536, CHIP_ON_AIC },
	{ CHIP_L0C, "L0C", 262144, CHIP_ON_AIC },     { CHIP_UB, "UB", 253952, CHIP_ON_AIV },
	{ CHIP_L1, "L1", 524288, CHIP_ON_AIC },	      { CHIP_FB, "FB", 4096, CHIP_ON_AIC },
	{ CHIP_OUT_MEM, "OUT_MEM", 0, CHIP_ON_BOTH }, { CHIP_DCACHE, "DCACHE", 0, CHIP_ON_BOTH },
	{ CHIP_ICACHE, "ICACHE", 0, CHIP_ON_BOTH },
};

static const struct chip_pc_patch su_pc[] = { { "SU_ERR_INFO_T0_0", 0, 16, 2 } };
static const struct chip_pc_patch mte_pc[] = { { "MTE_ERR_INFO_T0_0", 0, 16, 2 } };
static const struct chip_pc_patch vec_pc[] = {
	{ "VEC_ERR_INFO_T0_1", 0, 32, 0 },
	{ "VEC_ERR_INFO_T0_2", 0, 17, 32 },
};
/* at 0x8734: the second CUBE info register by either count (coredump facts 4.2) */
static const struct chip_pc_patch cube_pc[] = { { "CUBE_ERR_INFO_T0_2", 0, 16, 2 } };
static const struct chip_pc_patch l1_pc[] = { { "L1_ERR_INFO_T0_1", 0, 16, 2 } };

/* An error register whose bits all mean one reason. */
#define ERROR(name, mask, reason, patches)                                                         \
	{                                                                                          \
		name,                                                                              \
			&(const struct chip_error_group){ mask, reason, patches,                   \
							  CHIP_COUNT(patches) },                   \
			1, NULL, 0                                                                 \
	}
#define LOW_BITS(n) ((uint32_t)((UINT64_C(1) << (n)) - 1))

static const struct chip_error_reg errors[] = {
	{ "SC_ERROR_T0_0", NULL, 0, NULL, 0 },
	ERROR("SU_ERROR_T0_0", LOW_BITS(32), "SU_ERROR", su_pc),
	ERROR("MTE_ERROR_T0_0", LOW_BITS(32), "MTE_ERROR", mte_pc),
	ERROR("MTE_ERROR_T1_0", LOW_BITS(32), "MTE_ERROR", mte_pc),
	ERROR("VEC_ERROR_T0_0", LOW_BITS(26), "VEC_ERROR", vec_pc),
	ERROR("VEC_ERROR_T0_2", LOW_BITS(2), "VEC_ERROR", vec_pc),
	ERROR("CUBE_ERROR_T0_0", LOW_BITS(16), "CUBE_ERROR", cube_pc),
	ERROR("CUBE_ERROR_T0_1", LOW_BITS(10), "CUBE_ERROR", cube_pc),
	ERROR("L1_ERROR_T0_0", LOW_BITS(31), "L1_ERROR", l1_pc),
	ERROR("L1_ERROR_T0_1", LOW_BITS(22), "L1_ERROR", l1_pc),
};

static const struct chip_error_reg errors_v5[] = {
	{ "SC_ERROR_T0_0", NULL, 0, NULL, 0 },
	ERROR("SU_ERROR_T0_0", LOW_BITS(32), "SU_ERROR", su_pc),
	ERROR("SU_ERROR_T0_1", LOW_BITS(4), "SU_ERROR", su_pc),
	ERROR("MTE_ERROR_T0_0", LOW_BITS(32), "MTE_ERROR", mte_pc),
	ERROR("MTE_ERROR_T1_0", LOW_BITS(32), "MTE_ERROR", mte_pc),
	ERROR("VEC_ERROR_T0_0", LOW_BITS(30), "VEC_ERROR", vec_pc),
	ERROR("VEC_ERROR_T0_2", LOW_BITS(13), "VEC_ERROR", vec_pc),
	ERROR("CUBE_ERROR_T0_0", LOW_BITS(19), "CUBE_ERROR", cube_pc),
	ERROR("CUBE_ERROR_T0_1", LOW_BITS(10), "CUBE_ERROR", cube_pc),
	ERROR("L1_ERROR_T0_0", LOW_BITS(31), "L1_ERROR", l1_pc),
	ERROR("L1_ERROR_T0_1", LOW_BITS(23), "L1_ERROR", l1_pc),
};

/* Names of the runtime: live facts 7. */
static const char *const socs[] = { "Ascend950", NULL };

static const char *const sharing[] = { "Ascend950DT", NULL }; /* live facts 2.9 */

static const struct chip_channel channel = {
	.wide_masks = true,
	.hw_breaks = true,
	.locked_code = true,
	.socs = socs,
	.sharing = sharing,
};

/* Which unit sees what is known; which of its bits says so is not public: one each. */
static const struct chip_fault_bit faults[CHIP_FAULTS] = {
	[CHIP_FAULT_ILLEGAL] = { "SU_ERROR_T0_0", 0 },
	[CHIP_FAULT_SCALAR_GM] = { "SU_ERROR_T0_0", 1 },
	[CHIP_FAULT_SCALAR_LOCAL] = { "SU_ERROR_T0_0", 2 },
	[CHIP_FAULT_MTE_GM] = { "MTE_ERROR_T0_0", 0 },
	[CHIP_FAULT_MTE_LOCAL_WRITE] = { "MTE_ERROR_T0_0", 1 },
	[CHIP_FAULT_MTE_LOCAL_READ] = { "MTE_ERROR_T0_0", 2 },
	[CHIP_FAULT_VEC_LOCAL] = { "VEC_ERROR_T0_0", 0 },
	[CHIP_FAULT_VEC_ALIGN] = { "VEC_ERROR_T0_0", 1 },
	[CHIP_FAULT_VEC_CONFIG] = { "VEC_ERROR_T0_0", 2 },
	[CHIP_FAULT_CUBE_L0A] = { "CUBE_ERROR_T0_0", 0 },
	[CHIP_FAULT_CUBE_L0B] = { "CUBE_ERROR_T0_0", 1 },
	[CHIP_FAULT_CUBE_L0C] = { "CUBE_ERROR_T0_0", 2 },
	[CHIP_FAULT_CUBE_CONFIG] = { "CUBE_ERROR_T0_0", 3 },
	[CHIP_FAULT_FIXP_L0C] = { "L1_ERROR_T0_0", 0 },
	[CHIP_FAULT_FIXP_GM] = { "L1_ERROR_T0_0", 1 },
};

const struct chip chip_950 = {
	.name = "950",
	.product = "A5",
	.soc = "Ascend950PR_9579",
	.type = 15,
	.aic_max = 36,
	.aiv_max = 72,
	.aiv_offset = 36,
	.reg_entry_size = 48,
	.simt = true,
	.channel = &channel,
	.regs = chip_950_regs,
	.reg_count = CHIP_950_REGS,
	.mems = mems,
	.mem_count = CHIP_COUNT(mems),
	.errors = errors,
	.error_count = CHIP_COUNT(errors),
	.faults = faults,
};

/* Product: msDebug does not know this chip; CANN calls it CLOUD_V5 (coredump facts 2.5). */
const struct chip chip_950v5 = {
	.name = "950V5",
	.product = "CLOUD_V5",
	.soc = "Ascend950PR_957b",
	.type = 16,
	.aic_max = 36,
	.aiv_max = 72,
	.aiv_offset = 36,
	.reg_entry_size = 48,
	.simt = true,
	.regs = chip_950_regs,
	.reg_count = CHIP_950V5_REGS,
	.mems = mems,
	.mem_count = CHIP_COUNT(mems),
	.errors = errors_v5,
	.error_count = CHIP_COUNT(errors_v5),
	.faults = faults,
};
