/*
 * Names of the blocks of device memory: as msDebug prints them and as C identifiers for the
 * generated image. Pure look-up; used by tables, commands, the image and error messages.
 */
#include "target/ascend/ascend_priv.h"

#include <stdio.h>
#include <string.h>

/* Coredump facts 2.4; `stem` starts the C identifier. */
static const struct kind {
	uint16_t type;
	const char *name;
	const char *stem;
	enum { PLAIN, TENSOR, ONCE, STACK } form; /* ONCE: the first has no number */
	bool cached;				  /* cores read it through their DCACHE */
} kinds[] = {
	{ ASCEND_INVALID_TENSOR, "INVALID_TENSOR", "invalid", TENSOR, false },
	{ ASCEND_GENERAL_TENSOR, "GENERAL_TENSOR", "tensor", TENSOR, false },
	{ ASCEND_INPUT_TENSOR, "INPUT_TENSOR", "input", TENSOR, false },
	{ ASCEND_OUTPUT_TENSOR, "OUTPUT_TENSOR", "output", TENSOR, false },
	{ ASCEND_WORKSPACE_TENSOR, "WORKSPACE_TENSOR", "workspace", PLAIN, false },
	{ ASCEND_MC2_CTX, "MC2_CTX", "mc2", PLAIN, false },
	{ ASCEND_TILING_DATA, "TILING_DATA", "tiling", ONCE, true },
	{ ASCEND_SHAPE_TENSOR, "SHAPE_TENSOR", "shape", PLAIN, false },
	{ ASCEND_ARGS, "ARGS", "args", ONCE, true },
	{ ASCEND_STACK, "STACK", "stack", STACK, true },
	{ ASCEND_KERNEL_OBJECT, "DEVICE_KERNEL_OBJECT", "kernel_code", PLAIN, false },
	{ ASCEND_SIMT_STACK, "VF_STACK", "simt_stack", STACK, false },
};

static const struct kind unknown_kind = { 0, "UNKNOWN", "block", PLAIN, false };

static const struct kind *kind_of(uint16_t type)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		if (kinds[i].type == type)
			return &kinds[i];
	}
	return &unknown_kind;
}

const char *ascend_block_type_name(uint16_t type)
{
	return kind_of(type)->name;
}

const char *ascend_block_mem_name(uint16_t type)
{
	return kind_of(type)->cached ? "GM/DCACHE" : "GM";
}

bool ascend_is_tensor(uint16_t type)
{
	return kind_of(type)->form == TENSOR;
}

bool ascend_is_stack(uint16_t type)
{
	return kind_of(type)->form == STACK;
}

bool ascend_block_core(const struct ascend *a, const struct ascend_block *b,
		       enum chip_core_type *type, uint16_t *id)
{
	return ascend_is_stack(b->type) && b->core >= 0 &&
	       chip_core(a->chip, (uint32_t)b->core, type, id);
}

/* Blocks before this one that would get the same stem. */
static size_t earlier(const struct ascend *a, size_t index)
{
	const struct ascend_block *b = &a->blocks[index];
	const struct kind *kind = kind_of(b->type);
	size_t n = 0;

	for (size_t i = 0; i < index; i++) {
		const struct ascend_block *other = &a->blocks[i];
		n += kind_of(other->type) == kind &&
		     (kind->form != STACK || other->core == b->core);
	}
	return n;
}

static void stack_stem(const struct ascend *a, const struct ascend_block *b, char *out, size_t cap)
{
	const char *stem = kind_of(b->type)->stem;
	enum chip_core_type type;
	uint16_t id;

	if (!ascend_block_core(a, b, &type, &id))
		snprintf(out, cap, "%s_core%d", stem, b->core < 0 ? 0 : b->core);
	else
		snprintf(out, cap, "%s_%s%u", stem, type == CHIP_AIC ? "aic" : "aiv", id);
}

void ascend_blocks_number(struct ascend *a)
{
	for (size_t i = 0; i < a->block_count; i++)
		a->blocks[i].ordinal = earlier(a, i);
}

void ascend_block_name(const struct ascend *a, size_t index, char *out, size_t cap)
{
	const struct ascend_block *b = &a->blocks[index];
	const struct kind *kind = kind_of(b->type);
	size_t n = b->ordinal;
	char stem[32];

	if (kind->form == STACK)
		stack_stem(a, b, stem, sizeof(stem));
	else
		snprintf(stem, sizeof(stem), "%s", kind->stem);
	if (!n && (kind->form == STACK || kind->form == ONCE))
		snprintf(out, cap, "%s", stem);
	else
		snprintf(out, cap, "%s_%zu", stem, n);
}

void ascend_dims_text(const struct ascend_block *b, size_t max, struct target_text *out)
{
	if (!ascend_is_tensor(b->type) || !b->dim_count) {
		target_text_add(out, "NA");
		return;
	}
	for (size_t i = 0; i < b->dim_count && i < max; i++)
		target_text_format(out, "%s%llu", i ? ", " : "[", (unsigned long long)b->dims[i]);
	target_text_add(out, b->dim_count > max ? "...]" : "]");
}

const char *ascend_element_name(enum symbols_element e)
{
	static const char *const names[SYMBOLS_ELEMENTS] = {
		[SYMBOLS_U8] = "uint8",	     [SYMBOLS_S8] = "int8",	[SYMBOLS_U16] = "uint16",
		[SYMBOLS_S16] = "int16",     [SYMBOLS_U32] = "uint32",	[SYMBOLS_S32] = "int32",
		[SYMBOLS_U64] = "uint64",    [SYMBOLS_S64] = "int64",	[SYMBOLS_F16] = "float16",
		[SYMBOLS_BF16] = "bfloat16", [SYMBOLS_F32] = "float32", [SYMBOLS_F64] = "float64",
		[SYMBOLS_BOOL] = "bool",
	};

	return (unsigned)e < SYMBOLS_ELEMENTS ? names[e] : "uint8";
}
