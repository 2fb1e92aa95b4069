/*
 * The costume in which stock clients see a core: an aarch64 with the chip's own registers in
 * features behind it. Called by target/ascend at open; stub/ makes target.xml and the g packet
 * from the result, target/ascend gets values by (set, at).
 */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arch/chip_priv.h"

enum { FEATURE_CORE, FEATURE_SCALARS, FEATURE_CHIP, FEATURE_FPU, FEATURES };
enum { NAME_MAX_BYTES = 32 };

/** Everything a costume owns, in one allocation. */
struct chip_desc {
	struct arch_desc base;
	struct arch_feature features[FEATURES];
	char feature_name[NAME_MAX_BYTES];
	struct arch_reg regs[];
};

/* Short, since gdb 13 fetches target.xml in 4 KiB pieces; "vec" makes lldb show bytes. */
static const char chip_types[] =
	"<vector id=\"vec32\" type=\"uint8\" count=\"32\"/>"
	"<vector id=\"f16x128\" type=\"ieee_half\" count=\"128\"/>"
	"<vector id=\"bf16x128\" type=\"bfloat16\" count=\"128\"/>"
	"<vector id=\"f32x64\" type=\"ieee_single\" count=\"64\"/>"
	"<vector id=\"u8x256\" type=\"uint8\" count=\"256\"/>"
	"<vector id=\"s8x256\" type=\"int8\" count=\"256\"/>"
	"<vector id=\"u16x128\" type=\"uint16\" count=\"128\"/>"
	"<vector id=\"s16x128\" type=\"int16\" count=\"128\"/>"
	"<vector id=\"u32x64\" type=\"uint32\" count=\"64\"/>"
	"<vector id=\"s32x64\" type=\"int32\" count=\"64\"/>"
	"<vector id=\"u64x32\" type=\"uint64\" count=\"32\"/>"
	"<vector id=\"s64x32\" type=\"int64\" count=\"32\"/>"
	"<union id=\"vec256\">"
	"<field name=\"u8\" type=\"u8x256\"/><field name=\"s8\" type=\"s8x256\"/>"
	"<field name=\"u16\" type=\"u16x128\"/><field name=\"s16\" type=\"s16x128\"/>"
	"<field name=\"u32\" type=\"u32x64\"/><field name=\"s32\" type=\"s32x64\"/>"
	"<field name=\"u64\" type=\"u64x32\"/><field name=\"s64\" type=\"s64x32\"/>"
	"<field name=\"f16\" type=\"f16x128\"/><field name=\"bf16\" type=\"bf16x128\"/>"
	"<field name=\"f32\" type=\"f32x64\"/>"
	"</union>";

/** A register of the costume: of the chip when gpr names one, else virtual. */
struct costume_row {
	struct arch_reg reg;
	const char *gpr;
};

#define ROW(feature, group, name, type, bits, role, dwarf, set, at, gpr)                           \
	{                                                                                          \
		{ name, type, group, bits, feature, role, dwarf, set, at }, gpr                    \
	}
#define GPR(name, type, role, dwarf, gpr)                                                          \
	ROW(FEATURE_CORE, NULL, name, type, 64, role, dwarf, CHIP_SET_REG, 0, gpr)
#define X(n) GPR("x" #n, "int64", ARCH_PLAIN, n, "GPR" #n)
#define VIRTUAL(name, type, bits, role, at)                                                        \
	ROW(FEATURE_CORE, NULL, name, type, bits, role, -1, CHIP_SET_VIRTUAL, at, NULL)
#define SCALAR(name, type, bits, at)                                                               \
	ROW(FEATURE_SCALARS, "ascend", name, type, bits, ARCH_PLAIN, -1, CHIP_SET_VIRTUAL, at, NULL)

/* DWARF numbers are those that the translated kernels use: x0..x30 0..30, sp 31. */
static const struct costume_row costume[] = {
	/* the short g: what a client asks of every thread at every stop */
	VIRTUAL("pc", "code_ptr", 64, ARCH_PC, CHIP_V_PC),
	GPR("sp", "data_ptr", ARCH_SP, 31, "GPR30"),
	GPR("x29", "int64", ARCH_FP, 29, "GPR29"),
	GPR("x30", "int64", ARCH_RA, 30, "GPR31"),
	/* the rest of what gdb wants of an aarch64 */
	CHIP_10(X, ),
	CHIP_10(X, 1),
	CHIP_5(X, 2),
	X(25),
	X(26),
	X(27),
	X(28),
	VIRTUAL("cpsr", "int32", 32, ARCH_FLAGS, CHIP_V_ZERO),
	/* numbers that conditions can be made of: break k.cpp:42 if $blockid == 7 */
	SCALAR("raw_pc", "code_ptr", 64, CHIP_V_RAW_PC),
	SCALAR("coreid", "int32", 32, CHIP_V_COREID),
	SCALAR("coretype", "int32", 32, CHIP_V_CORETYPE),
	SCALAR("blockid", "int32", 32, CHIP_V_BLOCKID),
	SCALAR("taskid", "int32", 32, CHIP_V_TASKID),
	SCALAR("streamid", "int32", 32, CHIP_V_STREAMID),
};

/*
 * An aarch64 has these. Without them gdb 13 makes q0..q31 up from x0..x30 and shows them in
 * `info registers vector`; with them they are unavailable, which is true.
 */
#define NOWHERE(name, group, type, bits)                                                           \
	ROW(FEATURE_FPU, group, name, type, bits, ARCH_PLAIN, -1, CHIP_SET_VIRTUAL, CHIP_V_NONE,   \
	    NULL)
#define V(n) NOWHERE("v" #n, "vector", "v2d", 128)

static const struct costume_row nowhere[] = {
	CHIP_32(V),
	NOWHERE("fpsr", "float", "int32", 32),
	NOWHERE("fpcr", "float", "int32", 32),
};

static const char fpu_types[] = "<vector id=\"v2d\" type=\"ieee_double\" count=\"2\"/>";

enum {
	SHORT_G = 4,
	COSTUME = CHIP_COUNT(costume),
	NOWHERE_COUNT = CHIP_COUNT(nowhere),
	PC = 0,
	SP = 1,
	FP = 2,
};

/** Name in `info registers GROUP`: the chip's own, except that both kinds of error go together. */
static const char *group_shown(const char *of_chip)
{
	if (chip_is_text(of_chip, "errinfo"))
		return "error";
	if (chip_is_text(of_chip, "gpr") || chip_is_text(of_chip, "pc"))
		return "ascend";
	return of_chip;
}

static const char *type_of(uint16_t size)
{
	switch (size) {
	case 1:
		return "uint8";
	case 2:
		return "uint16";
	case 4:
		return "uint32";
	case 8:
		return "uint64";
	case 16:
		return "uint128";
	case 32:
		return "vec32";
	default:
		return "vec256";
	}
}

static struct arch_reg costume_reg(const struct chip *c, const struct costume_row *row)
{
	struct arch_reg out = row->reg;

	if (row->gpr != NULL) {
		const struct chip_reg *gpr = chip_reg_find(c, row->gpr);

		assert(gpr != NULL);
		out.at = (uint32_t)(gpr - c->regs);
	}
	return out;
}

/** Registers that clients show as places in the code. */
static bool holds_code(const char *name)
{
	return chip_is_text(name, "PC") || chip_is_text(name, "SU_PC") ||
	       chip_is_text(name, "SIMT_PC");
}

/** A row of the chip's table under its own name; PC is, as in msDebug, the corrected one. */
static struct arch_reg vendor_reg(const struct chip *c, size_t index)
{
	const struct chip_reg *reg = &c->regs[index];
	bool is_pc = chip_is_text(reg->name, "PC");

	return (struct arch_reg){
		.name = reg->name,
		.type = holds_code(reg->name) ? "code_ptr" : type_of(reg->size),
		.group = group_shown(reg->group),
		.bits = (uint16_t)(reg->size * 8),
		.feature = FEATURE_CHIP,
		.dwarf = -1,
		.set = is_pc ? CHIP_SET_VIRTUAL : CHIP_SET_REG,
		.at = is_pc ? (uint32_t)CHIP_V_PC : (uint32_t)index,
	};
}

static bool has_row(const struct costume_row *rows, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (chip_is_text(rows[i].reg.name, name))
			return true;
	return false;
}

bool chip_desc_has_own(const char *name)
{
	return has_row(costume, COSTUME, name) || has_row(nowhere, NOWHERE_COUNT, name);
}

static void describe(struct chip_desc *d, const struct chip *c)
{
	for (size_t i = 0; i < COSTUME; i++)
		d->regs[i] = costume_reg(c, &costume[i]);
	for (size_t i = 0; i < c->reg_count; i++)
		d->regs[COSTUME + i] = vendor_reg(c, i);
	for (size_t i = 0; i < NOWHERE_COUNT; i++)
		d->regs[COSTUME + c->reg_count + i] = nowhere[i].reg;
	snprintf(d->feature_name, sizeof(d->feature_name), "org.ascend.%s", c->name);
	d->features[FEATURE_CORE] = (struct arch_feature){ "org.gnu.gdb.aarch64.core", "" };
	d->features[FEATURE_SCALARS] = (struct arch_feature){ "org.ascend.core", "" };
	d->features[FEATURE_CHIP] =
		(struct arch_feature){ d->feature_name, c->simt ? chip_types : "" };
	d->features[FEATURE_FPU] = (struct arch_feature){ "org.gnu.gdb.aarch64.fpu", fpu_types };
}

struct arch_desc *chip_desc_create(const struct chip *c)
{
	size_t count = COSTUME + c->reg_count + NOWHERE_COUNT;
	struct chip_desc *d = calloc(1, sizeof(*d) + count * sizeof(d->regs[0]));

	if (d == NULL)
		return NULL;
	describe(d, c);
	d->base = (struct arch_desc){
		.name = "aarch64",
		.osabi = "none",
		.features = d->features,
		.feature_count = FEATURES,
		.regs = d->regs,
		.reg_count = count,
		.g_count = SHORT_G,
		.pc = PC,
		.sp = SP,
		.fp = FP,
	};
	return &d->base;
}

void chip_desc_destroy(struct arch_desc *d)
{
	free(d); /* base is the first member of its chip_desc */
}
