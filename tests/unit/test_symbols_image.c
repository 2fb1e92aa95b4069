/*
 * Unit tests of the device image: container, symbols and sections by libelf, types and addresses
 * by libdwarf, and the sizes that dumps could get wrong.
 */
#include <elf.h>
#include <libdwarf/dwarf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "target/symbols/image.h"
#include "target/symbols/kdwarf_priv.h"
#include "tests/unit/unit.h"

enum { ROWS = 64, UB = 0, OUTPUT, INPUT, ODD, EMPTY, SMALL, LAST };

static const struct symbols_variable variables[] = {
	[UB] = { "UB", 0xa0040000000000, 196608, 1, 0, 0, { 0 } },
	[OUTPUT] = { "output_0", 0x12c0c001d000, 256, 0, SYMBOLS_F16, 2, { 8, 16 } },
	[INPUT] = { "input_0", 0x12c0c0013000, 64, 0, SYMBOLS_BF16, 0, { 0 } },
	/* dims that are not those of the size, and overflow */
	[ODD] = { "odd", 0x12c0c0033000, 102, 0, SYMBOLS_S32, 3, { 4, 1ULL << 62, 4 } },
	[EMPTY] = { "empty", 0x12c0c0043000, 0, 0, SYMBOLS_U8, 0, { 0 } },
	[SMALL] = { "small", 0x12c0c0053000, 3, 0, SYMBOLS_U64, 0, { 0 } },
};

static const struct symbols_entries none;

/* A variable as libdwarf tells it. */
struct row {
	char name[SYMBOLS_NAME];
	uint64_t at;
	Dwarf_Half type_tag;
	char element[SYMBOLS_NAME]; /* of an array */
	uint64_t dims[4];
	size_t dim_count;
	uint64_t bytes; /* of a window */
	char members[256];
};

struct rows {
	struct row all[ROWS];
	size_t count;
	char producer[SYMBOLS_NAME];
};

static void copy_text(char *to, const char *from)
{
	snprintf(to, SYMBOLS_NAME, "%s", from ? from : "");
}

static uint64_t number(struct kdwarf *d, Dwarf_Die die, Dwarf_Half name)
{
	Dwarf_Attribute attr = NULL;
	Dwarf_Unsigned value = 0;
	Dwarf_Error err = NULL;

	if (!kdwarf_ok(d, dwarf_attr(die, name, &attr, &err), &err))
		return 0;
	kdwarf_ok(d, dwarf_formudata(attr, &value, &err), &err);
	dwarf_dealloc_attribute(attr);
	return value;
}

static Dwarf_Die type_of(struct kdwarf *d, Dwarf_Die die)
{
	uint64_t offset = 0;
	Dwarf_Die type = NULL;
	Dwarf_Error err = NULL;

	CU_ASSERT_TRUE_FATAL(kdwarf_reference(d, die, DW_AT_type, &offset));
	CU_ASSERT_EQUAL_FATAL(dwarf_offdie_b(d->dbg, offset, 1, &type, &err), DW_DLV_OK);
	return type;
}

static void read_child(struct kdwarf *d, Dwarf_Die child, struct row *r)
{
	Dwarf_Half tag = 0;
	Dwarf_Error err = NULL;
	size_t used = strlen(r->members);

	dwarf_tag(child, &tag, &err);
	if (tag == DW_TAG_subrange_type)
		r->dims[r->dim_count++] = number(d, child, DW_AT_count);
	else
		snprintf(r->members + used, sizeof(r->members) - used, "%s ",
			 kdwarf_string(d, child, DW_AT_name));
}

static void read_type(struct kdwarf *d, Dwarf_Die type, struct row *r)
{
	Dwarf_Die child = NULL, element;
	Dwarf_Error err = NULL;

	dwarf_tag(type, &r->type_tag, &err);
	r->bytes = number(d, type, DW_AT_byte_size);
	if (r->type_tag == DW_TAG_array_type) {
		element = type_of(d, type);
		copy_text(r->element, kdwarf_string(d, element, DW_AT_name));
		dwarf_dealloc_die(element);
	}
	for (int rc = dwarf_child(type, &child, &err); rc == DW_DLV_OK;) {
		Dwarf_Die next = NULL;

		read_child(d, child, r);
		rc = dwarf_siblingof_b(d->dbg, child, 1, &next, &err);
		dwarf_dealloc_die(child);
		child = next;
	}
}

static uint64_t location(struct kdwarf *d, Dwarf_Die die)
{
	Dwarf_Attribute attr = NULL;
	Dwarf_Unsigned n = 0;
	Dwarf_Ptr data = NULL;
	Dwarf_Error err = NULL;
	struct bytes b;

	CU_ASSERT_EQUAL_FATAL(dwarf_attr(die, DW_AT_location, &attr, &err), DW_DLV_OK);
	CU_ASSERT_TRUE(kdwarf_ok(d, dwarf_formexprloc(attr, &n, &data, &err), &err));
	dwarf_dealloc_attribute(attr);
	b = bytes_of(data, n);
	CU_ASSERT_EQUAL(bytes_fixed(&b, 1), DW_OP_addr);
	return bytes_fixed(&b, 8);
}

static void visit(void *ctx, struct kdwarf *d, const struct kdwarf_die *die)
{
	struct rows *rows = ctx;
	struct row *r = &rows->all[rows->count];
	Dwarf_Die type;

	if (die->depth == 0)
		copy_text(rows->producer, kdwarf_string(d, die->die, DW_AT_producer));
	if (die->tag != DW_TAG_variable || rows->count == ROWS)
		return;
	rows->count++;
	copy_text(r->name, kdwarf_string(d, die->die, DW_AT_name));
	r->at = location(d, die->die);
	type = type_of(d, die->die);
	read_type(d, type, r);
	dwarf_dealloc_die(type);
}

static void read_rows(const struct kelf *elf, struct rows *rows)
{
	struct kdwarf d;

	memset(rows, 0, sizeof(*rows));
	CU_ASSERT_TRUE_FATAL(kdwarf_open(&d, elf));
	kdwarf_walk(&d, visit, rows);
	kdwarf_close(&d);
}

static void *open_image(struct kelf *elf, struct symbols_entries entries)
{
	struct symbols_error why;
	size_t n;
	void *image = symbols_image_create(variables, LAST, entries, &n);

	CU_ASSERT_PTR_NOT_NULL_FATAL(image);
	CU_ASSERT_TRUE_FATAL(kelf_open(elf, image, n, &why));
	return image;
}

static void test_types(void)
{
	static struct rows rows;
	struct kelf elf;
	void *image = open_image(&elf, none);
	const struct row *r = rows.all;

	read_rows(&elf, &rows);
	CU_ASSERT_STRING_EQUAL(rows.producer, "ascend-gdbserver");
	CU_ASSERT_EQUAL_FATAL(rows.count, 5); /* the empty one is left out, order is kept */
	CU_ASSERT_STRING_EQUAL(r[0].name, "UB");
	CU_ASSERT_EQUAL(r[0].at, 0xa0040000000000);
	CU_ASSERT_EQUAL(r[0].bytes, 196608);
	CU_ASSERT_EQUAL(r[0].type_tag, DW_TAG_structure_type);
	CU_ASSERT_STRING_EQUAL(r[0].members, "u8 s8 u16 s16 u32 s32 u64 s64 f16 bf16 f32 ");
	CU_ASSERT_STRING_EQUAL(r[1].name, "output_0");
	CU_ASSERT_STRING_EQUAL(r[1].element, "_Float16");
	CU_ASSERT_TRUE(r[1].dim_count == 2 && r[1].dims[0] == 8 && r[1].dims[1] == 16);
	CU_ASSERT_STRING_EQUAL(r[2].element, "__bf16");
	CU_ASSERT_TRUE(r[2].dim_count == 1 && r[2].dims[0] == 32);
	CU_ASSERT_STRING_EQUAL(r[3].element, "s32");
	CU_ASSERT_TRUE(r[3].dim_count == 1 && r[3].dims[0] == 25);
	CU_ASSERT_STRING_EQUAL(r[4].element, "u8"); /* smaller than its element */
	CU_ASSERT_TRUE(r[4].dim_count == 1 && r[4].dims[0] == 3);
	kelf_close(&elf);
	free(image);
}

static void check_symbol(void *ctx, const struct kelf_symbol *s)
{
	const struct symbols_variable *v = NULL;
	size_t *count = ctx;

	for (size_t i = 0; i < LAST; i++) {
		if (strcmp(variables[i].name, s->name) == 0)
			v = &variables[i];
	}
	CU_ASSERT_PTR_NOT_NULL_FATAL(v);
	CU_ASSERT_TRUE(s->value == v->at && s->size == v->size && s->type == STT_OBJECT);
	++*count;
}

static void test_container(void)
{
	struct kelf elf;
	void *image = open_image(&elf, none);
	const struct kelf_section *s = NULL;
	size_t count = 0;

	CU_ASSERT_TRUE(elf.type == ET_EXEC && elf.machine == EM_AARCH64);
	kelf_symbols(&elf, check_symbol, &count);
	CU_ASSERT_EQUAL(count, 5);
	for (size_t i = 0; i < elf.count; i++) {
		if (strcmp(elf.sections[i].name, "output_0") == 0)
			s = &elf.sections[i];
	}
	CU_ASSERT_PTR_NOT_NULL_FATAL(s);
	CU_ASSERT_TRUE(s->addr == 0x12c0c001d000 && s->size == 256 && s->type == SHT_NOBITS);
	CU_ASSERT_PTR_NOT_NULL(kelf_find(&elf, ".debug_aranges"));
	kelf_close(&elf);
	free(image);
}

static void find_main(void *ctx, const struct kelf_symbol *s)
{
	uint64_t *at = ctx;

	if (strcmp(s->name, "main") == 0)
		*at = s->value;
}

/* Where call stacks end: gdb knows the entry point and `main`. */
static void test_entries(void)
{
	const struct symbols_entries entries = { .entry = 0x12c041200010, .main = 0x12c041200020 };
	struct kelf elf;
	void *image = open_image(&elf, entries);
	uint64_t at = 0;
	Elf64_Ehdr e;

	memcpy(&e, image, sizeof(e));
	CU_ASSERT_EQUAL(e.e_entry, entries.entry);
	kelf_symbols(&elf, find_main, &at);
	CU_ASSERT_EQUAL(at, entries.main);
	kelf_close(&elf);
	free(image);
}

static void test_no_variables(void)
{
	struct symbols_error why;
	struct kelf elf;
	size_t n;
	void *image = symbols_image_create(NULL, 0, none, &n);

	CU_ASSERT_PTR_NOT_NULL_FATAL(image);
	CU_ASSERT_TRUE(kelf_open(&elf, image, n, &why));
	kelf_close(&elf);
	free(image);
}

/* More variables than a section table holds: the rest has symbols and types all the same. */
static void test_many_variables(void)
{
	enum { MANY = 5000 };
	struct symbols_variable *many = calloc(MANY, sizeof(*many));
	struct symbols_error why;
	struct kelf elf;
	size_t n;
	void *image;

	CU_ASSERT_PTR_NOT_NULL_FATAL(many);
	for (size_t i = 0; i < MANY; i++) {
		many[i] = variables[OUTPUT];
		memset(many[i].name, 'n', SYMBOLS_NAME); /* without an end */
	}
	image = symbols_image_create(many, MANY, none, &n);
	CU_ASSERT_PTR_NOT_NULL_FATAL(image);
	CU_ASSERT_TRUE_FATAL(kelf_open(&elf, image, n, &why));
	CU_ASSERT_EQUAL(elf.count, 4096);
	kelf_close(&elf);
	free(image);
	free(many);
}

/* gdb 13 counts in 32 bits: of more than 2 GiB the first rows are declared. */
static void test_huge(void)
{
	static const struct symbols_variable huge[] = {
		{ "rows", 0x1000, 1ULL << 33, 0, SYMBOLS_F32, 2, { 1 << 21, 1024 } },
		{ "flat", 0x1000, 1ULL << 32, 0, SYMBOLS_U64, 0, { 0 } },
		{ "row", 0x1000, 1ULL << 32, 0, SYMBOLS_U8, 2, { 1, 1ULL << 32 } },
		{ "window", 0x1000, 1ULL << 32, 1, 0, 0, { 0 } },
	};
	static struct rows rows;
	struct symbols_error why;
	struct kelf elf;
	const struct row *r = rows.all;
	size_t n;
	void *image = symbols_image_create(huge, 4, none, &n);

	CU_ASSERT_PTR_NOT_NULL_FATAL(image);
	CU_ASSERT_TRUE_FATAL(kelf_open(&elf, image, n, &why));
	read_rows(&elf, &rows);
	CU_ASSERT_TRUE(r[0].dim_count == 2 && r[0].dims[0] == (1 << 19) - 1 &&
		       r[0].dims[1] == 1024);
	CU_ASSERT_TRUE(r[1].dim_count == 1 && r[1].dims[0] == 0x0fffffff);
	CU_ASSERT_TRUE(r[2].dim_count == 1 && r[2].dims[0] == 0x7ffffff8);
	CU_ASSERT_EQUAL(r[3].bytes, 0x7ffffff8);
	kelf_close(&elf);
	free(image);
}

/* The note of an image: gdb compares it at its next connection. */
static const uint8_t *build_id(const void *image, size_t n)
{
	static const uint8_t head[] = { 4, 0, 0, 0, 20, 0, 0, 0, 3, 0, 0, 0, 'G', 'N', 'U', 0 };
	const uint8_t *note = memmem(image, n, head, sizeof(head));

	CU_ASSERT_PTR_NOT_NULL_FATAL(note);
	return note + sizeof(head);
}

static void test_build_id(void)
{
	size_t n, same_n, other_n;
	void *image = symbols_image_create(variables, LAST, none, &n);
	void *same = symbols_image_create(variables, LAST, none, &same_n);
	void *other = symbols_image_create(variables, LAST - 1, none, &other_n);

	CU_ASSERT_FATAL(image && same && other);
	CU_ASSERT_EQUAL(memcmp(build_id(image, n), build_id(same, same_n), 20), 0);
	CU_ASSERT_NOT_EQUAL(memcmp(build_id(image, n), build_id(other, other_n), 20), 0);
	free(image);
	free(same);
	free(other);
}

static void test_element_sizes(void)
{
	static const size_t want[] = { 1, 1, 2, 2, 4, 4, 8, 8, 2, 2, 4, 8, 1 };

	for (enum symbols_element e = 0; e < SYMBOLS_ELEMENTS; e++)
		CU_ASSERT_EQUAL(symbols_element_size(e), want[e]);
	CU_ASSERT_EQUAL(symbols_element_size(SYMBOLS_ELEMENTS), 1);
}

int main(void)
{
	static const struct unit_test tests[] = {
		{ "types and addresses", test_types },
		{ "container", test_container },
		{ "entry points", test_entries },
		{ "no variables", test_no_variables },
		{ "many variables", test_many_variables },
		{ "huge", test_huge },
		{ "build id", test_build_id },
		{ "element sizes", test_element_sizes },
	};

	return unit_run("symbols_image", tests, sizeof(tests) / sizeof(tests[0]));
}
