/*
 * The 910B and 910_93 (A2/A3), chip type 5. Registers: coredump facts 3.2. Error groups and
 * PC correction: 4.1. Cores: 2.6. Memory sizes: 5.1. Reached through chips[] in chips.c;
 * the meaning of single error bits is in chip_910b_bits.c.
 */
#include "arch/chip_fault.h"
#include "arch/chip_priv.h"

#define GPR(n)                                                                                     \
	{                                                                                          \
		"GPR" #n, "gpr", n, 8, CHIP_REG_PLAIN, CHIP_ON_BOTH, 64 + n, 0                     \
	}
#define SU(name, addr, cores) CHIP_ROW(name, "su", addr, 8, cores)
/* MASK, CMPMASK and VARF have 16 bytes in a dump; the low 8 are shown (coredump facts 3.2) */
#define VEC(name, low)	  CHIP_ROW(name, "vector", 0x100000000000000 + low, 8, CHIP_ON_AIV)
#define VARF(n)		  CHIP_ROW("VARF" #n, "vector", 0x101000000000000 + n, 8, CHIP_ON_AIV)
#define ERROR(name, addr) CHIP_ROW(name, "error", addr, 4, CHIP_ON_BOTH)
#define INFO(name, addr)  CHIP_ROW(name, "errinfo", addr, 4, CHIP_ON_BOTH)

static const struct chip_reg regs[] = {
	CHIP_32(GPR),
	{ "PC", "pc", 0x40, 8, CHIP_REG_PLAIN, CHIP_ON_BOTH, 513, 0 },
	SU("STATUS", 0x42, CHIP_ON_BOTH),
	SU("CTRL", 0x43, CHIP_ON_BOTH),
	SU("LPCNT", 0x44, CHIP_ON_BOTH),
	SU("CONDITION_FLAG", 0x45, CHIP_ON_BOTH),
	SU("COND", 0x46, CHIP_ON_BOTH),
	SU("SYS_CNT", 0x48, CHIP_ON_BOTH),
	SU("SAFETY_CRC_EN", 0x49, CHIP_ON_BOTH),
	SU("CALL_DEPTH_CNT", 0x4b, CHIP_ON_BOTH),
	SU("ICACHE_PRL_ST", 0x4c, CHIP_ON_BOTH),
	SU("ST_ATOMIC_CFG", 0x4d, CHIP_ON_BOTH),
	SU("FFTS_BASE_ADDR", 0x4e, CHIP_ON_BOTH),
	SU("VEC_EVENT_TABLE", 0x83, CHIP_ON_AIV),
	SU("CUBE_EVENT_TABLE", 0x84, CHIP_ON_AIC),
	SU("FIXP_EVENT_TABLE", 0x85, CHIP_ON_AIC),
	SU("SCALAR_EVENT_TABLE", 0x86, CHIP_ON_BOTH),
	SU("MTE1_EVENT_TABLE", 0x87, CHIP_ON_AIC),
	SU("MTE2_EVENT_TABLE", 0x88, CHIP_ON_BOTH),
	SU("MTE3_EVENT_TABLE", 0x89, CHIP_ON_AIV),
	VEC("MASK", 0x0),
	VEC("CMPMASK", 0x1),
	VEC("DEQSCALE", 0x2),
	VEC("RPN_COR_IR", 0x3),
	VEC("VMS4_SR", 0x4),
	VEC("DATA_EXP0", 0x5),
	VEC("DATA_EXP1", 0x6),
	VEC("DATA_EXP2", 0x7),
	VEC("DATA_EXP3", 0x8),
	VEC("RPN_OFFSET", 0x9),
	VEC("RSVD_CNT", 0xb),
	VEC("PNT_COE", 0xc),
	VEC("LRELU_ALPHA", 0xd),
	VEC("MAXMIN_CNT", 0xe),
	VEC("ACC_VAL", 0xf),
	CHIP_8(VARF),
	ERROR("AIC_ERROR_0", 0x700),
	ERROR("AIC_ERROR_1", 0x704),
	ERROR("AIC_ERROR_2", 0x760),
	ERROR("AIC_ERROR_3", 0x764),
	ERROR("AIC_ERROR_4", 0x780),
	ERROR("AIC_ERROR_5", 0x790),
	INFO("BIU_ERR_INFO_0", 0x710),
	INFO("BIU_ERR_INFO_1", 0x714),
	INFO("CCU_ERR_INFO_0", 0x718),
	INFO("CCU_ERR_INFO_1", 0x71c),
	INFO("CUBE_ERR_INFO", 0x720),
	/* no dump has BIU_ERR_INFO_2 and SU_DC_ECC_1BIT_ERR_INFO (coredump facts 1.6) */
	INFO("BIU_ERR_INFO_2", 0x724),
	INFO("IFU_ERR_INFO_0", 0x728),
	INFO("IFU_ERR_INFO_1", 0x72c),
	INFO("MTE_ERR_INFO_0", 0x730),
	INFO("MTE_ERR_INFO_1", 0x734),
	INFO("VEC_ERR_INFO_0", 0x738),
	INFO("VEC_ERR_INFO_1", 0x73c),
	INFO("FIXP_ERR_INFO_0", 0x78c),
	INFO("SU_DC_ECC_1BIT_ERR_INFO", 0x7c4),
	INFO("FIXP_ERR_INFO_1", 0x7c8),
};

static const struct chip_mem_info mems[] = {
	{ CHIP_L0A, "L0A", 65536, CHIP_ON_AIC },      { CHIP_L0B, "L0B", 65536, CHIP_ON_AIC },
	{ CHIP_L0C, "L0C", 131072, CHIP_ON_AIC },     { CHIP_UB, "UB", 196608, CHIP_ON_AIV },
	{ CHIP_L1, "L1", 524288, CHIP_ON_AIC },	      { CHIP_FB, "FB", 2048, CHIP_ON_AIC },
	{ CHIP_OUT_MEM, "OUT_MEM", 0, CHIP_ON_BOTH }, { CHIP_DCACHE, "DCACHE", 0, CHIP_ON_BOTH },
	{ CHIP_ICACHE, "ICACHE", 0, CHIP_ON_BOTH },
};

static const struct chip_pc_patch cube_pc[] = {
	{ "CUBE_ERR_INFO", 0, 8, 2 },
	{ "CUBE_ERR_INFO", 24, 8, 10 },
};
static const struct chip_pc_patch ccu_pc[] = {
	{ "CCU_ERR_INFO_0", 0, 8, 2 },
	{ "CCU_ERR_INFO_0", 23, 8, 10 },
};
static const struct chip_pc_patch mte_pc[] = {
	{ "MTE_ERR_INFO_0", 0, 8, 2 },
	{ "MTE_ERR_INFO_1", 0, 8, 10 },
};
static const struct chip_pc_patch vec_pc[] = {
	{ "VEC_ERR_INFO_0", 0, 8, 2 },
	{ "VEC_ERR_INFO_1", 0, 8, 10 },
};
static const struct chip_pc_patch fixp_pc[] = {
	{ "FIXP_ERR_INFO_0", 0, 8, 2 },
	{ "FIXP_ERR_INFO_1", 0, 8, 10 },
};

/* One row per error register, units in the order in which they are tested. */
#define GROUP(reason, mask, patches)                                                               \
	{                                                                                          \
		mask, reason, patches, 2                                                           \
	}
#define UNITS(cube, ccu, mte, vec, fixp)                                                           \
	{                                                                                          \
		GROUP("CUBE_ERROR", cube, cube_pc), GROUP("CCU_ERROR", ccu, ccu_pc),               \
			GROUP("MTE_ERROR", mte, mte_pc), GROUP("VEC_ERROR", vec, vec_pc),          \
			GROUP("FIXP_ERROR", fixp, fixp_pc)                                         \
	}

static const struct chip_error_group groups[6][5] = {
	UNITS(0x000ffe00, 0x000001fc, 0xffe00000, 0, 0),
	UNITS(0, 0, 0x0001ffff, 0x7ffe0000, 0),
	UNITS(0, 0xc0004101, 0x3fff0600, 0x000038fe, 0),
	UNITS(0x400c0000, 0x8f010007, 0x30f2c000, 0, 0x00001ff0),
	UNITS(0x00004000, 0x000018e0, 0x0001061f, 0, 0x0000a000),
	UNITS(0, 0, 0, 0x7fffffff, 0),
};

#define AIC_ERROR(n)                                                                               \
	{                                                                                          \
		"AIC_ERROR_" #n, groups[n], 5, chip_910b_bits[n], 32                               \
	}

static const struct chip_error_reg errors[] = {
	CHIP_5(AIC_ERROR, ),
	AIC_ERROR(5),
};

/* Names of the runtime and the order of L0C's four-byte elements: live facts 7 and 5. */
static const char *const socs[] = { "Ascend910B", "Ascend910_93", NULL };

static uint64_t l0c_at(uint64_t a, size_t *run)
{
	uint64_t m = a / 64, n = a / 4 % 16;

	*run = 16 - a % 16;
	return m / 2 * 128 + n / 4 * 32 + (m % 2 ? 16 : 0) + n % 4 * 4 + a % 4;
}

static const struct chip_swizzle swizzles[] = { { CHIP_L0C, l0c_at } };

static const struct chip_channel channel = {
	.socs = socs,
	.swizzles = swizzles,
	.swizzle_count = CHIP_COUNT(swizzles),
};

/* errbits table of the coredump facts; what the runtime prints for out-of-range addresses */
static const struct chip_fault_bit faults[CHIP_FAULTS] = {
	[CHIP_FAULT_ILLEGAL] = { "AIC_ERROR_0", 4 },
	[CHIP_FAULT_SCALAR_GM] = { "AIC_ERROR_2", 14 },
	[CHIP_FAULT_SCALAR_LOCAL] = { "AIC_ERROR_4", 7 },
	[CHIP_FAULT_MTE_GM] = { "AIC_ERROR_0", 23 },
	[CHIP_FAULT_MTE_LOCAL_WRITE] = { "AIC_ERROR_3", 28 },
	[CHIP_FAULT_MTE_LOCAL_READ] = { "AIC_ERROR_3", 29 },
	[CHIP_FAULT_VEC_LOCAL] = { "AIC_ERROR_1", 30 },
	[CHIP_FAULT_VEC_ALIGN] = { "AIC_ERROR_2", 11 },
	[CHIP_FAULT_VEC_CONFIG] = { "AIC_ERROR_2", 12 },
	[CHIP_FAULT_CUBE_L0A] = { "AIC_ERROR_0", 12 },
	[CHIP_FAULT_CUBE_L0B] = { "AIC_ERROR_0", 15 },
	[CHIP_FAULT_CUBE_L0C] = { "AIC_ERROR_0", 19 },
	[CHIP_FAULT_CUBE_CONFIG] = { "AIC_ERROR_0", 9 },
	[CHIP_FAULT_FIXP_L0C] = { "AIC_ERROR_3", 6 },
	[CHIP_FAULT_FIXP_GM] = { "AIC_ERROR_4", 13 },
};

const struct chip chip_910b = {
	.name = "910B",
	.product = "A2/A3",
	.soc = "Ascend910B1",
	.type = 5,
	.aic_max = 25,
	.aiv_max = 50,
	.aiv_offset = 25,
	.reg_entry_size = 32,
	.channel = &channel,
	.regs = regs,
	.reg_count = CHIP_COUNT(regs),
	.mems = mems,
	.mem_count = CHIP_COUNT(mems),
	.errors = errors,
	.error_count = CHIP_COUNT(errors),
	.faults = faults,
};
