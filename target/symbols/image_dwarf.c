/*
 * DWARF 4 of the device image: one unit with the element types and a variable at a fixed address
 * for every memory window and tensor. Called by image.c, which puts it into an ELF file.
 */
#include <libdwarf/dwarf.h>
#include <string.h>

#include "target/symbols/image_priv.h"

static const struct {
	const char *name;
	const char *member; /* in a window; NULL: not there */
	uint8_t size, encoding;
} elements[SYMBOLS_ELEMENTS] = {
	[SYMBOLS_U8] = { "u8", "u8", 1, DW_ATE_unsigned },
	[SYMBOLS_S8] = { "s8", "s8", 1, DW_ATE_signed },
	[SYMBOLS_U16] = { "u16", "u16", 2, DW_ATE_unsigned },
	[SYMBOLS_S16] = { "s16", "s16", 2, DW_ATE_signed },
	[SYMBOLS_U32] = { "u32", "u32", 4, DW_ATE_unsigned },
	[SYMBOLS_S32] = { "s32", "s32", 4, DW_ATE_signed },
	[SYMBOLS_U64] = { "u64", "u64", 8, DW_ATE_unsigned },
	[SYMBOLS_S64] = { "s64", "s64", 8, DW_ATE_signed },
	[SYMBOLS_F16] = { "_Float16", "f16", 2, DW_ATE_float },
	/* gdb tells it from _Float16 by this very name */
	[SYMBOLS_BF16] = { "__bf16", "bf16", 2, DW_ATE_float },
	[SYMBOLS_F32] = { "float", "f32", 4, DW_ATE_float },
	[SYMBOLS_F64] = { "double", NULL, 8, DW_ATE_float },
	[SYMBOLS_BOOL] = { "bool", NULL, 1, DW_ATE_boolean },
};

enum {
	ABBREV_UNIT = 1,
	ABBREV_BASE,
	ABBREV_BYTE,
	ABBREV_ARRAY,
	ABBREV_RANGE,
	ABBREV_WINDOW,
	ABBREV_MEMBER,
	ABBREV_VARIABLE,
};

/* clang-format off */
/* code, tag, has children, pairs of attribute and form, 0 0 */
static const uint8_t abbrevs[] = {
	ABBREV_UNIT, DW_TAG_compile_unit, DW_CHILDREN_yes,
	DW_AT_producer, DW_FORM_string, DW_AT_language, DW_FORM_data1, DW_AT_name, DW_FORM_string,
	0, 0,
	ABBREV_BASE, DW_TAG_base_type, DW_CHILDREN_no,
	DW_AT_name, DW_FORM_string, DW_AT_encoding, DW_FORM_data1, DW_AT_byte_size, DW_FORM_data1,
	0, 0,
	ABBREV_BYTE, DW_TAG_subrange_type, DW_CHILDREN_no,
	DW_AT_name, DW_FORM_string, DW_AT_type, DW_FORM_ref4, DW_AT_byte_size, DW_FORM_data1,
	DW_AT_lower_bound, DW_FORM_sdata, DW_AT_upper_bound, DW_FORM_sdata, 0, 0,
	ABBREV_ARRAY, DW_TAG_array_type, DW_CHILDREN_yes, DW_AT_type, DW_FORM_ref4, 0, 0,
	ABBREV_RANGE, DW_TAG_subrange_type, DW_CHILDREN_no,
	DW_AT_type, DW_FORM_ref4, DW_AT_count, DW_FORM_udata, 0, 0,
	/* a structure whose members all lie at 0: of a union gdb 13 reads everything at once for an
	 * IDE, which fails for more than 64 KiB and over holes */
	ABBREV_WINDOW, DW_TAG_structure_type, DW_CHILDREN_yes,
	DW_AT_name, DW_FORM_string, DW_AT_byte_size, DW_FORM_udata, 0, 0,
	ABBREV_MEMBER, DW_TAG_member, DW_CHILDREN_no,
	DW_AT_name, DW_FORM_string, DW_AT_type, DW_FORM_ref4, 0, 0,
	ABBREV_VARIABLE, DW_TAG_variable, DW_CHILDREN_no,
	DW_AT_name, DW_FORM_string, DW_AT_type, DW_FORM_ref4, DW_AT_external, DW_FORM_flag_present,
	DW_AT_location, DW_FORM_exprloc, 0, 0,
	0,
};
/* clang-format on */

/* The unit while it is written; offsets of its types. */
struct unit {
	struct target_text *t;
	uint32_t base[SYMBOLS_ELEMENTS];
};

size_t symbols_element_size(enum symbols_element e)
{
	return e < SYMBOLS_ELEMENTS ? elements[e].size : 1;
}

void image_put(struct target_text *t, uint64_t value, size_t size)
{
	uint8_t raw[8];

	for (size_t i = 0; i < sizeof(raw); i++)
		raw[i] = (uint8_t)(value >> (8 * i));
	target_text_bytes(t, raw, size);
}

static void put_uleb(struct target_text *t, uint64_t value)
{
	for (; value > 0x7f; value >>= 7)
		image_put(t, (value & 0x7f) | 0x80, 1);
	image_put(t, value, 1);
}

static void put_sleb(struct target_text *t, int64_t value)
{
	for (; value < -64 || value > 63; value >>= 7)
		image_put(t, ((uint64_t)value & 0x7f) | 0x80, 1);
	image_put(t, (uint64_t)value & 0x7f, 1);
}

static void put_string(struct target_text *t, const char *s, size_t max)
{
	target_text_bytes(t, s, strnlen(s, max));
	image_put(t, 0, 1);
}

static uint32_t here(const struct unit *u)
{
	return (uint32_t)u->t->len;
}

static uint32_t put_base(struct unit *u, size_t i, const char *name)
{
	uint32_t at = here(u);

	image_put(u->t, ABBREV_BASE, 1);
	put_string(u->t, name, SYMBOLS_NAME);
	image_put(u->t, elements[i].encoding, 1);
	image_put(u->t, elements[i].size, 1);
	return at;
}

/* A range of numbers: gdb prints the elements of a plain one-byte type as text. */
static uint32_t put_byte(struct unit *u, size_t i, bool is_signed)
{
	uint32_t base = put_base(u, i, is_signed ? "signed byte" : "byte");
	uint32_t at = here(u);

	image_put(u->t, ABBREV_BYTE, 1);
	put_string(u->t, elements[i].name, SYMBOLS_NAME);
	image_put(u->t, base, 4);
	image_put(u->t, elements[i].size, 1);
	put_sleb(u->t, is_signed ? INT8_MIN : 0);
	put_sleb(u->t, is_signed ? INT8_MAX : UINT8_MAX);
	return at;
}

static void put_base_types(struct unit *u)
{
	for (size_t i = 0; i < SYMBOLS_ELEMENTS; i++) {
		if (i == SYMBOLS_U8 || i == SYMBOLS_S8)
			u->base[i] = put_byte(u, i, i == SYMBOLS_S8);
		else
			u->base[i] = put_base(u, i, elements[i].name);
	}
}

static uint32_t put_array(struct unit *u, enum symbols_element e, const uint64_t *dims, size_t n)
{
	uint32_t at = here(u);

	image_put(u->t, ABBREV_ARRAY, 1);
	image_put(u->t, u->base[e], 4);
	for (size_t i = 0; i < n; i++) {
		image_put(u->t, ABBREV_RANGE, 1);
		image_put(u->t, u->base[SYMBOLS_U64], 4);
		put_uleb(u->t, dims[i]);
	}
	image_put(u->t, 0, 1);
	return at;
}

static uint32_t put_window(struct unit *u, const char *name, uint64_t size)
{
	uint32_t arrays[SYMBOLS_ELEMENTS] = { 0 };
	uint32_t at;

	for (enum symbols_element i = 0; i < SYMBOLS_ELEMENTS; i++) {
		uint64_t count = size / elements[i].size;

		if (elements[i].member && count)
			arrays[i] = put_array(u, i, &count, 1);
	}
	at = here(u);
	image_put(u->t, ABBREV_WINDOW, 1);
	put_string(u->t, name, SYMBOLS_NAME);
	put_uleb(u->t, size);
	for (size_t i = 0; i < SYMBOLS_ELEMENTS; i++) {
		if (!arrays[i])
			continue;
		image_put(u->t, ABBREV_MEMBER, 1);
		put_string(u->t, elements[i].member, SYMBOLS_NAME);
		image_put(u->t, arrays[i], 4);
	}
	image_put(u->t, 0, 1);
	return at;
}

/* Do the dims, which come from a dump, cover just the variable? */
static bool dims_fit(const struct symbols_variable *v, size_t element_size)
{
	uint64_t bytes = element_size;

	if (v->dim_count == 0 || v->dim_count > SYMBOLS_DIMS)
		return false;
	for (size_t i = 0; i < v->dim_count; i++) {
		if (__builtin_mul_overflow(bytes, v->dims[i], &bytes))
			return false;
	}
	return bytes == v->size;
}

struct symbols_variable image_shown(const struct symbols_variable *v)
{
	struct symbols_variable out = *v;
	enum symbols_element e = v->element < SYMBOLS_ELEMENTS ? v->element : SYMBOLS_U8;

	if (v->size <= IMAGE_MOST)
		return out;
	out.size = IMAGE_MOST;
	out.dim_count = 0;
	if (!dims_fit(v, elements[e].size) || v->size / v->dims[0] > IMAGE_MOST)
		return out;
	out.dim_count = v->dim_count;
	out.dims[0] = IMAGE_MOST / (v->size / v->dims[0]);
	out.size = v->size / v->dims[0] * out.dims[0];
	return out;
}

static uint32_t put_tensor(struct unit *u, const struct symbols_variable *v)
{
	enum symbols_element e = v->element < SYMBOLS_ELEMENTS ? v->element : SYMBOLS_U8;
	uint64_t count;

	if (dims_fit(v, elements[e].size))
		return put_array(u, e, v->dims, v->dim_count);
	if (v->size < elements[e].size)
		e = SYMBOLS_U8;
	count = v->size / elements[e].size;
	return put_array(u, e, &count, 1);
}

static void put_variable(struct unit *u, const struct symbols_variable *v)
{
	uint32_t type = v->window ? put_window(u, v->name, v->size) : put_tensor(u, v);

	image_put(u->t, ABBREV_VARIABLE, 1);
	put_string(u->t, v->name, SYMBOLS_NAME);
	image_put(u->t, type, 4);
	image_put(u->t, 1 + sizeof(v->at), 1); /* length of the expression */
	image_put(u->t, DW_OP_addr, 1);
	image_put(u->t, v->at, sizeof(v->at));
}

static void patch_length(struct target_text *t)
{
	uint32_t length;

	if (t->failed)
		return;
	length = (uint32_t)(t->len - sizeof(length));
	for (size_t i = 0; i < sizeof(length); i++)
		t->data[i] = (char)(length >> (8 * i));
}

/* An address table without entries: otherwise gdb 13 takes the variables for the unit's code. */
static void put_aranges(struct target_text *t)
{
	image_put(t, 28, 4); /* length of what follows */
	image_put(t, 2, 2);  /* version */
	image_put(t, 0, 4);  /* place of the unit */
	image_put(t, 8, 1);  /* address size */
	image_put(t, 0, 1);  /* segment size */
	image_put(t, 0, 4);  /* padding to twice the address size */
	image_put(t, 0, 8);  /* end */
	image_put(t, 0, 8);
}

void image_dwarf_init(struct image_dwarf *d, const struct symbols_variable *vars, size_t count)
{
	struct unit u = { .t = &d->info };

	*d = (struct image_dwarf){ 0 };
	target_text_bytes(&d->abbrev, abbrevs, sizeof(abbrevs));
	put_aranges(&d->aranges);
	image_put(u.t, 0, 4); /* length, known at the end */
	image_put(u.t, 4, 2); /* DWARF version */
	image_put(u.t, 0, 4); /* place of the abbreviations */
	image_put(u.t, 8, 1); /* address size */
	image_put(u.t, ABBREV_UNIT, 1);
	put_string(u.t, "ascend-gdbserver", SYMBOLS_NAME);
	image_put(u.t, DW_LANG_C11, 1);
	put_string(u.t, "device", SYMBOLS_NAME);
	put_base_types(&u);
	for (size_t i = 0; i < count; i++) {
		struct symbols_variable shown = image_shown(&vars[i]);
		if (shown.size)
			put_variable(&u, &shown);
	}
	image_put(u.t, 0, 1);
	patch_length(&d->info);
}

void image_dwarf_deinit(struct image_dwarf *d)
{
	target_text_deinit(&d->info);
	target_text_deinit(&d->abbrev);
	target_text_deinit(&d->aranges);
}
