/*
 * What the json beside a kernel says about the elements of its tensors. Called by kernels.c; the
 * only file that sees json-c. The format of the json is the compiler's own and differs between
 * versions, so a type is taken only when nothing speaks against it: as many descriptions as
 * tensors, a known type name, and a size that fits. Everything else stays bytes.
 */
#include <json-c/json.h>
#include <stdio.h>
#include <strings.h>

#include "target/core/core_priv.h"

enum { JSON_DEPTH = 32 };

static const struct {
	const char *name;
	enum symbols_element element;
} elements[] = {
	{ "float16", SYMBOLS_F16 },   { "fp16", SYMBOLS_F16 },	 { "half", SYMBOLS_F16 },
	{ "bfloat16", SYMBOLS_BF16 }, { "bf16", SYMBOLS_BF16 },	 { "float32", SYMBOLS_F32 },
	{ "float", SYMBOLS_F32 },     { "fp32", SYMBOLS_F32 },	 { "float64", SYMBOLS_F64 },
	{ "double", SYMBOLS_F64 },    { "int8", SYMBOLS_S8 },	 { "uint8", SYMBOLS_U8 },
	{ "int16", SYMBOLS_S16 },     { "uint16", SYMBOLS_U16 }, { "int32", SYMBOLS_S32 },
	{ "uint32", SYMBOLS_U32 },    { "int64", SYMBOLS_S64 },	 { "uint64", SYMBOLS_U64 },
	{ "bool", SYMBOLS_BOOL },
};

static bool element_find(const char *name, enum symbols_element *out)
{
	if (strncasecmp(name, "DT_", 3) == 0)
		name += 3;
	for (size_t i = 0; i < sizeof(elements) / sizeof(elements[0]); i++) {
		if (strcasecmp(elements[i].name, name) == 0) {
			*out = elements[i].element;
			return true;
		}
	}
	return false;
}

/* "dtype": "float16", or a list that leaves no choice. */
static const char *type_name(struct json_object *tensor)
{
	struct json_object *type;

	if (!json_object_is_type(tensor, json_type_object) ||
	    (!json_object_object_get_ex(tensor, "dtype", &type) &&
	     !json_object_object_get_ex(tensor, "data_type", &type)))
		return NULL;
	if (json_object_is_type(type, json_type_array) && json_object_array_length(type) == 1)
		type = json_object_array_get_idx(type, 0);
	return json_object_is_type(type, json_type_string) ? json_object_get_string(type) : NULL;
}

/* Without dims the block must be a whole number of elements, with dims exactly as many. */
static bool is_size_right(const struct ascend_block *b, uint64_t element)
{
	uint64_t bytes = element;

	if (!b->dim_count)
		return b->size % element == 0;
	for (size_t i = 0; i < b->dim_count; i++)
		if (__builtin_mul_overflow(bytes, b->dims[i], &bytes))
			return false;
	return bytes == b->size;
}

static void set_element(struct ascend_block *b, struct json_object *tensor)
{
	const char *name = type_name(tensor);
	enum symbols_element element;

	if (!name || !element_find(name, &element) ||
	    !is_size_right(b, symbols_element_size(element)))
		return;
	b->element = element;
	b->has_element = true;
}

static size_t count_type(const struct ascend *a, uint16_t type)
{
	size_t n = 0;

	for (size_t i = 0; i < a->block_count; i++)
		n += a->blocks[i].type == type;
	return n;
}

/* Descriptions from list[first] on belong to the tensors of a type, in file order. */
static void set_elements(struct ascend *a, uint16_t type, struct json_object *list, size_t first)
{
	for (size_t i = 0; i < a->block_count; i++)
		if (a->blocks[i].type == type)
			set_element(&a->blocks[i], json_object_array_get_idx(list, first++));
}

static void use_list(struct ascend *a, uint16_t type, struct json_object *parent, const char *key)
{
	struct json_object *list;

	if (json_object_object_get_ex(parent, key, &list) &&
	    json_object_is_type(list, json_type_array) &&
	    json_object_array_length(list) == count_type(a, type))
		set_elements(a, type, list, 0);
}

/* "parameters": inputs, then outputs, as the kernel takes them. */
static void use_parameters(struct ascend *a, struct json_object *root)
{
	size_t inputs = count_type(a, ASCEND_INPUT_TENSOR);
	size_t outputs = count_type(a, ASCEND_OUTPUT_TENSOR);
	struct json_object *list;

	if (!json_object_object_get_ex(root, "parameters", &list) ||
	    !json_object_is_type(list, json_type_array) ||
	    json_object_array_length(list) != inputs + outputs)
		return;
	set_elements(a, ASCEND_INPUT_TENSOR, list, 0);
	set_elements(a, ASCEND_OUTPUT_TENSOR, list, inputs);
}

static void use_root(struct ascend *a, struct json_object *root, char *name)
{
	struct json_object *part = root;

	if (json_object_object_get_ex(root, "kernelName", &part) &&
	    json_object_is_type(part, json_type_string))
		core_printable(json_object_get_string(part),
			       (size_t)json_object_get_string_len(part), name, ASCEND_NAME);
	use_parameters(a, root);
	if (!json_object_object_get_ex(root, "supportInfo", &part) ||
	    !json_object_is_type(part, json_type_object))
		part = root;
	use_list(a, ASCEND_INPUT_TENSOR, part, "inputs");
	use_list(a, ASCEND_OUTPUT_TENSOR, part, "outputs");
}

void kernel_json_read(struct core_dump *d, struct span json, char *name)
{
	struct json_tokener *tokener;

	name[0] = '\0';
	if (json.size > CORE_MAX_JSON) {
		core_loss(d, "the kernel's json is larger than %d bytes: ignored", CORE_MAX_JSON);
		return;
	}
	tokener = json_tokener_new_ex(JSON_DEPTH);
	if (!tokener)
		return;
	struct json_object *root =
		json_tokener_parse_ex(tokener, (const char *)json.data, (int)json.size);
	if (json_object_is_type(root, json_type_object))
		use_root(&d->ascend, root, name);
	else
		core_loss(d,
			  "the kernel's json cannot be read (byte %zu): tensors are shown as "
			  "bytes",
			  json_tokener_get_parse_end(tokener));
	json_object_put(root);
	json_tokener_free(tokener);
}
