/*
 * Register layouts of x86 programs: names, types and order as in features/i386 of gdb 13, which
 * refuses a description that lacks a register of a feature it names. Called by the Linux host
 * with the parts of XSAVE that CPU and kernel give. Values are x86_regs.c's.
 */
#include "arch/x86.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define PART(p)	 (UINT64_C(1) << X86_PART_##p)
#define AVX512	 (PART(K) | PART(ZMM_LOW) | PART(ZMM_HIGH))

enum {
	REGS_MAX = 160,
	NAME_MAX_BYTES = 24, /* "zmm31h"; room for any number keeps the compiler quiet */
	FEATURES_MAX = 8,
	GENERAL = X86_PARTS, /* x86_row.part of what is not in the XSAVE area */
};

/** One register, or a run of numbered ones: name, number, suffix. */
struct x86_row {
	const char *name, *suffix; /* suffix NULL: one register */
	const char *type, *group;
	uint16_t bits;
	uint8_t role;
	uint8_t part;	     /* enum x86_part or GENERAL */
	uint16_t at, stride; /* in the part */
	uint8_t first;	     /* number of the first register of a run */
	uint8_t count[2];    /* registers in 64-bit and 32-bit programs */
	int16_t dwarf[2];    /* number of the first one, the same way; x86-64 and i386 psABI */
};

/* --- types --- */

#define FLAG(name, bit)		"<field name=\"" name "\" start=\"" #bit "\" end=\"" #bit "\"/>"
#define FIELD(name, type)	"<field name=\"" name "\" type=\"" type "\"/>"
#define VECTOR(id, type, count) "<vector id=\"" id "\" type=\"" type "\" count=\"" #count "\"/>"

/* Not formatted: each line of a long string would be indented more than the one before. */
/* clang-format off */
static const char eflags_type[] =
	"<flags id=\"i386_eflags\" size=\"4\">"
	FLAG("CF", 0) FLAG("", 1) FLAG("PF", 2) FLAG("AF", 4) FLAG("ZF", 6) FLAG("SF", 7)
	FLAG("TF", 8) FLAG("IF", 9) FLAG("DF", 10) FLAG("OF", 11) FLAG("NT", 14) FLAG("RF", 16)
	FLAG("VM", 17) FLAG("AC", 18) FLAG("VIF", 19) FLAG("VIP", 20) FLAG("ID", 21)
	"</flags>";

/* Types are known in their own feature only: avx512 has to repeat those of sse. */
#define VEC128 \
	VECTOR("v8bf16", "bfloat16", 8) VECTOR("v8h", "ieee_half", 8) \
	VECTOR("v4f", "ieee_single", 4) VECTOR("v2d", "ieee_double", 2) \
	VECTOR("v16i8", "int8", 16) VECTOR("v8i16", "int16", 8) \
	VECTOR("v4i32", "int32", 4) VECTOR("v2i64", "int64", 2) \
	"<union id=\"vec128\">" \
	FIELD("v8_bfloat16", "v8bf16") FIELD("v8_half", "v8h") \
	FIELD("v4_float", "v4f") FIELD("v2_double", "v2d") \
	FIELD("v16_int8", "v16i8") FIELD("v8_int16", "v8i16") \
	FIELD("v4_int32", "v4i32") FIELD("v2_int64", "v2i64") FIELD("uint128", "uint128") \
	"</union>"

static const char sse_types[] =
	VEC128
	"<flags id=\"i386_mxcsr\" size=\"4\">"
	FLAG("IE", 0) FLAG("DE", 1) FLAG("ZE", 2) FLAG("OE", 3) FLAG("UE", 4) FLAG("PE", 5)
	FLAG("DAZ", 6) FLAG("IM", 7) FLAG("DM", 8) FLAG("ZM", 9) FLAG("OM", 10) FLAG("UM", 11)
	FLAG("PM", 12) FLAG("FZ", 15)
	"</flags>";
/* clang-format on */

static const char avx512_types_64[] = VEC128 VECTOR("v2ui128", "uint128", 2);
static const char avx512_types_32[] = VECTOR("v2ui128", "uint128", 2);

/* --- registers. A slot is an index into user_regs_struct. --- */

/* The same in 64-bit and 32-bit programs. */
#define BOTH(n)                                                                                    \
	{                                                                                          \
		n, n                                                                               \
	}

#define ROW(n, t, b, r, d, slot)                                                                   \
	{                                                                                          \
		.name = n, .type = t, .bits = b, .role = r, .part = GENERAL, .at = 8 * (slot),     \
		.count = BOTH(1), .dwarf = BOTH(d)                                                 \
	}
#define PLAIN(name, type, bits, dwarf, slot) ROW(name, type, bits, ARCH_PLAIN, dwarf, slot)

static const struct x86_row core_64[] = {
	PLAIN("rax", "int64", 64, 0, 10),
	PLAIN("rbx", "int64", 64, 3, 5),
	PLAIN("rcx", "int64", 64, 2, 11),
	PLAIN("rdx", "int64", 64, 1, 12),
	PLAIN("rsi", "int64", 64, 4, 13),
	PLAIN("rdi", "int64", 64, 5, 14),
	ROW("rbp", "data_ptr", 64, ARCH_FP, 6, 4),
	ROW("rsp", "data_ptr", 64, ARCH_SP, 7, 19),
	PLAIN("r8", "int64", 64, 8, 9),
	PLAIN("r9", "int64", 64, 9, 8),
	PLAIN("r10", "int64", 64, 10, 7),
	PLAIN("r11", "int64", 64, 11, 6),
	PLAIN("r12", "int64", 64, 12, 3),
	PLAIN("r13", "int64", 64, 13, 2),
	PLAIN("r14", "int64", 64, 14, 1),
	PLAIN("r15", "int64", 64, 15, 0),
	ROW("rip", "code_ptr", 64, ARCH_PC, 16, 16),
	ROW("eflags", "i386_eflags", 32, ARCH_FLAGS, 49, 18),
	PLAIN("cs", "int32", 32, 51, 17),
	PLAIN("ss", "int32", 32, 52, 20),
	PLAIN("ds", "int32", 32, 53, 23),
	PLAIN("es", "int32", 32, 50, 24),
	PLAIN("fs", "int32", 32, 54, 25),
	PLAIN("gs", "int32", 32, 55, 26),
};

static const struct x86_row core_32[] = {
	PLAIN("eax", "int32", 32, 0, 10),
	PLAIN("ecx", "int32", 32, 1, 11),
	PLAIN("edx", "int32", 32, 2, 12),
	PLAIN("ebx", "int32", 32, 3, 5),
	ROW("esp", "data_ptr", 32, ARCH_SP, 4, 19),
	ROW("ebp", "data_ptr", 32, ARCH_FP, 5, 4),
	PLAIN("esi", "int32", 32, 6, 13),
	PLAIN("edi", "int32", 32, 7, 14),
	ROW("eip", "code_ptr", 32, ARCH_PC, 8, 16),
	ROW("eflags", "i386_eflags", 32, ARCH_FLAGS, 9, 18),
	PLAIN("cs", "int32", 32, 41, 17),
	PLAIN("ss", "int32", 32, 42, 20),
	PLAIN("ds", "int32", 32, 43, 23),
	PLAIN("es", "int32", 32, 40, 24),
	PLAIN("fs", "int32", 32, 44, 25),
	PLAIN("gs", "int32", 32, 45, 26),
};

static const struct x86_row linux_64[] = { PLAIN("orig_rax", "int", 64, -1, 15) };
static const struct x86_row linux_32[] = { PLAIN("orig_eax", "int", 32, -1, 15) };
static const struct x86_row segments[] = {
	PLAIN("fs_base", "int", 64, 58, 21),
	PLAIN("gs_base", "int", 64, 59, 22),
};

#define CONTROL(n, where)                                                                          \
	{                                                                                          \
		.name = n, .type = "int", .group = "float", .bits = 32, .part = X86_PART_X87,      \
		.at = where, .count = BOTH(1), .dwarf = BOTH(-1)                                   \
	}

static const struct x86_row x87[] = {
	{ .name = "st",
	  .suffix = "",
	  .type = "i387_ext",
	  .bits = 80,
	  .part = X86_PART_X87,
	  .at = X86_AT_ST,
	  .stride = 16,
	  .count = { 8, 8 },
	  .dwarf = { 33, 11 } },
	CONTROL("fctrl", X86_AT_FCTRL),
	CONTROL("fstat", X86_AT_FSTAT),
	CONTROL("ftag", X86_AT_FTAG),
	CONTROL("fiseg", X86_AT_FISEG),
	CONTROL("fioff", X86_AT_FIOFF),
	CONTROL("foseg", X86_AT_FOSEG),
	CONTROL("fooff", X86_AT_FOOFF),
	CONTROL("fop", X86_AT_FOP),
};

static const struct x86_row sse[] = {
	{ .name = "xmm",
	  .suffix = "",
	  .type = "vec128",
	  .bits = 128,
	  .part = X86_PART_SSE,
	  .at = X86_AT_XMM,
	  .stride = 16,
	  .count = { 16, 8 },
	  .dwarf = { 17, 21 } },
	{ .name = "mxcsr",
	  .type = "i386_mxcsr",
	  .group = "vector",
	  .bits = 32,
	  .part = X86_PART_SSE,
	  .at = X86_AT_MXCSR,
	  .count = { 1, 1 },
	  .dwarf = { -1, -1 } },
};

#define RUN(n, s, t, b, p, where, step)                                                            \
	.name = n, .suffix = s, .type = t, .bits = b, .part = X86_PART_##p, .at = where,           \
	.stride = step, .dwarf = { -1, -1 }

static const struct x86_row avx[] = {
	{ RUN("ymm", "h", "uint128", 128, AVX, 0, 16), .count = { 16, 8 } },
};

static const struct x86_row avx512[] = {
	{ .name = "xmm",
	  .suffix = "",
	  .type = "vec128",
	  .bits = 128,
	  .part = X86_PART_ZMM_HIGH,
	  .stride = 64,
	  .first = 16,
	  .count = { 16, 0 },
	  .dwarf = { 67, -1 } },
	{ RUN("ymm", "h", "uint128", 128, ZMM_HIGH, 16, 64), .first = 16, .count = { 16, 0 } },
	{ .name = "k",
	  .suffix = "",
	  .type = "uint64",
	  .bits = 64,
	  .part = X86_PART_K,
	  .stride = 8,
	  .count = { 8, 8 },
	  .dwarf = { 118, 93 } },
	{ RUN("zmm", "h", "v2ui128", 256, ZMM_LOW, 0, 32), .count = { 16, 8 } },
	{ RUN("zmm", "h", "v2ui128", 256, ZMM_HIGH, 32, 64), .first = 16, .count = { 16, 0 } },
};

static const struct x86_row pkeys[] = {
	{ .name = "pkru",
	  .type = "uint32",
	  .bits = 32,
	  .part = X86_PART_PKRU,
	  .count = { 1, 1 },
	  .dwarf = { -1, -1 } },
};

/* --- layouts --- */

/** A stretch of a layout; one that names a feature opens it. */
struct x86_block {
	const char *feature, *types;
	const struct x86_row *rows;
	size_t count;
	uint64_t needs; /* parts of XSAVE */
};

#define BLOCK(feature, types, rows, needs)                                                         \
	{                                                                                          \
		"org.gnu.gdb.i386." feature, types, rows, COUNT(rows), needs                       \
	}
#define MORE(rows)                                                                                 \
	{                                                                                          \
		NULL, NULL, rows, COUNT(rows), 0                                                   \
	}

static const struct x86_block blocks_64[] = {
	BLOCK("core", eflags_type, core_64, 0),
	MORE(x87),
	BLOCK("sse", sse_types, sse, 0),
	BLOCK("linux", "", linux_64, 0),
	BLOCK("segments", "", segments, 0),
	BLOCK("avx", "", avx, PART(AVX)),
	BLOCK("avx512", avx512_types_64, avx512, PART(AVX) | AVX512),
	BLOCK("pkeys", "", pkeys, PART(PKRU)),
};

static const struct x86_block blocks_32[] = {
	BLOCK("core", eflags_type, core_32, 0),
	MORE(x87),
	BLOCK("sse", sse_types, sse, 0),
	BLOCK("linux", "", linux_32, 0),
	BLOCK("avx", "", avx, PART(AVX)),
	BLOCK("avx512", avx512_types_32, avx512, PART(AVX) | AVX512),
	BLOCK("pkeys", "", pkeys, PART(PKRU)),
};

static const struct x86_layout {
	const char *name;
	const struct x86_block *blocks;
	size_t block_count;
} layouts[X86_MODES] = {
	[X86_MODE_64] = { "i386:x86-64", blocks_64, COUNT(blocks_64) },
	[X86_MODE_X32] = { "i386:x64-32", blocks_64, COUNT(blocks_64) },
	[X86_MODE_32] = { "i386", blocks_32, COUNT(blocks_32) },
};

/** A layout under construction; base is what the caller gets. */
struct x86_desc {
	struct arch_desc base;
	enum x86_mode mode;
	const struct x86_xsave *xsave;
	struct arch_feature features[FEATURES_MAX];
	struct arch_reg regs[REGS_MAX];
	char names[REGS_MAX][NAME_MAX_BYTES];
};

/** A pointer of an x32 program has 32 bits, these registers have 64: gdb shows them as numbers. */
static const char *type_of(enum x86_mode mode, const struct x86_row *row)
{
	if (mode != X86_MODE_X32)
		return row->type;
	if (row->role == ARCH_PC)
		return "uint64";
	return row->role == ARCH_SP || row->role == ARCH_FP ? "int64" : row->type;
}

static uint16_t set_of(const struct x86_desc *d, const struct x86_row *row)
{
	if (row->part == GENERAL)
		return X86_SET_GENERAL;
	if (d->xsave->parts != 0)
		return X86_SET_XSAVE;
	return d->mode == X86_MODE_32 ? X86_SET_FXSAVE_32 : X86_SET_FXSAVE;
}

static uint32_t at_of(const struct x86_desc *d, const struct x86_row *row, unsigned i)
{
	uint32_t part = row->part == GENERAL ? 0 : d->xsave->part[row->part].at;

	if (row->part == X86_PART_X87 || row->part == X86_PART_SSE)
		part = 0;
	return part + row->at + i * row->stride;
}

static void note_role(struct arch_desc *d, uint8_t role)
{
	uint16_t reg = (uint16_t)d->reg_count;

	if (role == ARCH_PC)
		d->pc = reg;
	else if (role == ARCH_SP)
		d->sp = reg;
	else if (role == ARCH_FP)
		d->fp = reg;
}

static void add_reg(struct x86_desc *d, const struct x86_row *row, unsigned i)
{
	size_t reg = d->base.reg_count;
	int16_t dwarf = row->dwarf[d->mode == X86_MODE_32];

	assert(reg < REGS_MAX);
	snprintf(d->names[reg], NAME_MAX_BYTES, "%s%u%s", row->name, row->first + i, row->suffix);
	note_role(&d->base, row->role);
	d->regs[reg] = (struct arch_reg){
		.name = row->suffix ? d->names[reg] : row->name,
		.type = type_of(d->mode, row),
		.group = row->group,
		.bits = row->bits,
		.feature = (uint8_t)(d->base.feature_count - 1),
		.role = row->role,
		.dwarf = dwarf < 0 ? dwarf : (int16_t)(dwarf + (int16_t)i),
		.set = set_of(d, row),
		.at = at_of(d, row, i),
	};
	d->base.reg_count++;
}

static void add_block(struct x86_desc *d, const struct x86_block *b)
{
	if ((b->needs & ~d->xsave->parts) != 0)
		return;
	if (b->feature) {
		assert(d->base.feature_count < FEATURES_MAX);
		d->features[d->base.feature_count++] =
			(struct arch_feature){ b->feature, b->types };
	}
	for (size_t i = 0; i < b->count; i++)
		for (unsigned k = 0; k < b->rows[i].count[d->mode == X86_MODE_32]; k++)
			add_reg(d, &b->rows[i], k);
}

struct arch_desc *x86_desc_create(enum x86_mode mode, const struct x86_xsave *x)
{
	const struct x86_layout *layout = &layouts[mode];
	struct x86_desc *d = calloc(1, sizeof(*d));

	if (!d)
		return NULL;
	d->mode = mode;
	d->xsave = x;
	d->base = (struct arch_desc){
		.name = layout->name,
		.osabi = "GNU/Linux",
		.features = d->features,
		.regs = d->regs,
	};
	for (size_t i = 0; i < layout->block_count; i++)
		add_block(d, &layout->blocks[i]);
	d->base.g_count = d->base.reg_count;
	d->xsave = NULL; /* the caller's */
	return &d->base;
}

void x86_desc_destroy(struct arch_desc *d)
{
	free(d); /* base is the first member of its x86_desc */
}
