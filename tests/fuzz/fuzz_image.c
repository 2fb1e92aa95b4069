/*
 * Fuzz target: what a device serves as symbols, read back. Each line is a kernel or a variable.
 * "!LETTER CHANGE..." is a kernel of tests/kernels (tests/fake/changed_kernel.h): what is served of
 * it, opened once more, must have the same functions, lines, sections and call frames, and where
 * only its debug information was changed, libdwarf must find the same in it before and after.
 * "NAME ADDRESS SIZE ELEMENT DIM..." is a variable (hexadecimal; ELEMENT w: a window): of all of
 * them, with the functions of the kernels as entry points, a device image is made, in which libelf
 * and libdwarf must find them again.
 */
#include <elf.h>
#include <libdwarf/dwarf.h>
#include <stdlib.h>
#include <string.h>

#include "target/symbols/image_priv.h"
#include "target/symbols/kdwarf_priv.h"
#include "tests/fake/changed_kernel.h"
#include "tests/fuzz/fuzz.h"

enum { KERNELS = 2, VARIABLES = 16, STEP = 4, LOOKUPS = 200 };
#define FIRST_BASE UINT64_C(0x12c041200000)
#define BASE_STEP  UINT64_C(0x100000)

struct device {
	struct symbols_object *kernels[KERNELS];
	size_t kernel_count;
	struct symbols_variable variables[VARIABLES];
	size_t variable_count;
	struct symbols_entries entries;
};

static bool same_text(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

/* --- kernels --- */

static uint64_t mix(uint64_t hash, const void *data, size_t n)
{
	const uint8_t *p = data;

	for (size_t i = 0; i < n; i++)
		hash = (hash ^ p[i]) * UINT64_C(1099511628211);
	return hash;
}

/* What names a DIE, in one number with those before it. */
static void mix_die(void *ctx, struct kdwarf *d, const struct kdwarf_die *die)
{
	const char *name = kdwarf_string(d, die->die, DW_AT_name);
	uint64_t *hash = ctx, lo = 0, hi = 0;

	kdwarf_address(d, die->die, &lo, &hi);
	*hash = mix(*hash, &die->offset, sizeof(die->offset));
	*hash = mix(*hash, &die->tag, sizeof(die->tag));
	*hash = mix(*hash, &lo, sizeof(lo));
	*hash = mix(*hash, &hi, sizeof(hi));
	*hash = mix(*hash, name ? name : "", name ? strlen(name) : 0);
}

static uint64_t dies_of(const void *bytes, size_t n)
{
	struct symbols_error why;
	struct kdwarf dwarf;
	struct kelf elf;
	uint64_t hash = 0;

	demand(kelf_open(&elf, bytes, n, &why));
	kdwarf_open(&dwarf, &elf);
	kdwarf_walk(&dwarf, mix_die, &hash);
	kdwarf_close(&dwarf);
	kelf_close(&elf);
	return hash;
}

/* Sections that lie over each other after a change may show the translation's bytes as names. */
static bool only_debug_changed(const struct sample *base, const struct sample *s)
{
	struct symbols_error why;
	struct kelf elf;
	bool same = s->n == base->n && memcmp(s->bytes, base->bytes, sizeof(Elf64_Ehdr)) == 0;

	demand(kelf_open(&elf, base->bytes, base->n, &why));
	same = same && !kelf_has_debug(&elf, true);
	for (size_t i = 1; i < elf.count && same; i++) {
		const struct kelf_section *c = &elf.sections[i];

		same = memcmp(s->bytes + c->header, base->bytes + c->header, sizeof(Elf64_Shdr)) ==
		       0;
		if (same && c->in_file && !kelf_is_debug(c))
			same = memcmp(s->bytes + c->offset, base->bytes + c->offset, c->size) == 0;
	}
	kelf_close(&elf);
	return same;
}

static void same_dies(const struct sample *base, const struct sample *s, const void *file, size_t n)
{
	if (only_debug_changed(base, s))
		demand(dies_of(s->bytes, s->n) == dies_of(file, n));
}

static bool read_memory(void *ctx, uint64_t at, void *buf, size_t n)
{
	uint64_t word = FIRST_BASE + (at & 0xfc);

	(void)ctx;
	if (at % 5 == 4 || n > sizeof(word))
		return false;
	memcpy(buf, &word, n);
	return true;
}

static void same_frame(struct symbols_object *a, struct symbols_object *b, uint64_t pc)
{
	struct symbols_frame x = { .pc = pc, .valid = UINT32_MAX }, y;

	for (size_t i = 0; i < SYMBOLS_REGS; i++)
		x.regs[i] = 0x100000 + 16 * i;
	y = x;
	bool found = symbols_unwind(a, &x, true, read_memory, NULL);
	demand(found == symbols_unwind(b, &y, true, read_memory, NULL));
	demand(!found || (x.pc == y.pc && x.cfa == y.cfa && x.valid == y.valid));
}

static void same_place(struct symbols_object *a, struct symbols_object *b, uint64_t pc)
{
	struct symbols_place x, y;
	uint64_t at;

	demand(symbols_place(a, pc, &x) == symbols_place(b, pc, &y));
	demand(same_text(x.function, y.function) && same_text(x.linkage, y.linkage));
	demand(same_text(x.file, y.file) && x.line == y.line && x.offset == y.offset);
	demand(!x.linkage || symbols_function(a, x.linkage, &at));
}

static void same_sections(const struct symbols_object *a, const struct symbols_object *b)
{
	size_t n, m;
	const uint64_t *x = symbols_sections(a, &n), *y = symbols_sections(b, &m);

	demand(n == m && memcmp(x, y, n * sizeof(*x)) == 0);
}

/* What a client gets of a kernel, opened as if it were one. */
static void round_trip(struct symbols_object *a, uint64_t base, size_t phase)
{
	struct symbols_error why;
	size_t n, m, size;
	const void *file = symbols_file(a, &n);
	struct symbols_object *b = symbols_open(file, n, base, &why);

	demand(b != NULL);
	demand(memcmp(symbols_file(b, &m), file, n) == 0 && n == m);
	same_sections(a, b);
	symbols_load_image(a, &size);
	symbols_load_image(b, &m);
	demand(size == m && symbols_has_lines(a) == symbols_has_lines(b));
	for (size_t i = 0; i < size && i / STEP < LOOKUPS; i += STEP) {
		same_place(a, b, base + i);
		if ((i / STEP + phase) % FUZZ_SHARE == 0)
			same_frame(a, b, base + i);
	}
	symbols_close(b);
}

static void add_kernel(struct device *d, char *line)
{
	const struct sample *base = changed_kernel_base(*line);
	uint64_t at = FIRST_BASE + BASE_STEP * d->kernel_count;
	struct symbols_error why = { "" };
	size_t n, phase = fuzz_phase((const uint8_t *)line, strlen(line));
	struct symbols_object *o;
	struct sample s;

	if (!base || d->kernel_count == KERNELS)
		return;
	s = changed_kernel(base, line + 1, " ");
	o = symbols_open(s.bytes, s.n, at, &why);
	demand(o || why.text[0]);
	if (o) {
		d->kernels[d->kernel_count++] = o;
		const void *file = symbols_file(o, &n);

		round_trip(o, at, phase);
		if (phase == 0)
			same_dies(base, &s, file, n);
	}
	sample_free(&s);
}

/* The first function of a kernel; the kernels of a device do not cover one another. */
static uint64_t first_function(struct device *d, size_t kernel)
{
	struct symbols_place place;
	uint64_t pc = FIRST_BASE + BASE_STEP * kernel;
	size_t n;

	symbols_load_image(d->kernels[kernel], &n);
	for (size_t i = 0; i < d->kernel_count; i++)
		demand(symbols_covers(d->kernels[i], pc) == (i == kernel && n > 0));
	for (size_t i = 0; i < n && i / STEP < LOOKUPS; i += STEP)
		if (symbols_place(d->kernels[kernel], pc + i, &place))
			return pc + i;
	return 0;
}

static void choose_entries(struct device *d)
{
	for (size_t i = 0; i < d->kernel_count; i++) {
		uint64_t at = first_function(d, i);

		d->entries.main = at;
		if (!d->entries.entry)
			d->entries.entry = at;
	}
}

/* --- variables --- */

static void add_variable(struct device *d, char *line)
{
	struct symbols_variable *v = &d->variables[d->variable_count];
	const char *name = strsep(&line, " "), *at = strsep(&line, " "), *size = strsep(&line, " "),
		   *element = strsep(&line, " "), *dim;

	if (!element || d->variable_count == VARIABLES)
		return;
	d->variable_count++;
	strncpy(v->name, name, sizeof(v->name)); /* without an end when it is long */
	v->at = strtoull(at, NULL, 16);
	v->size = strtoull(size, NULL, 16);
	v->window = *element == 'w';
	v->element = (enum symbols_element)(strtoul(element, NULL, 16) & 0xff);
	while ((dim = strsep(&line, " ")) && v->dim_count < SYMBOLS_DIMS)
		v->dims[v->dim_count++] = strtoull(dim, NULL, 16);
}

/* What stands in an image, as far as it was read. */
struct reading {
	const struct device *device;
	size_t next;  /* variable that has to come */
	size_t count; /* of those that came */
};

/* The next variable that is declared at all; NULL behind the last. */
static const struct symbols_variable *next_variable(struct reading *r)
{
	while (r->next < r->device->variable_count)
		if (r->device->variables[r->next++].size)
			return &r->device->variables[r->next - 1];
	return NULL;
}

static bool is_name(const char *got, const struct symbols_variable *v)
{
	return got && strnlen(v->name, SYMBOLS_NAME) == strlen(got) &&
	       memcmp(v->name, got, strlen(got)) == 0;
}

static void check_symbol(void *ctx, const struct kelf_symbol *s)
{
	struct reading *r = ctx;
	const struct symbols_variable *v;

	do
		v = next_variable(r);
	while (v && !v->name[0]); /* libelf's list has no symbols without names */
	if (!v) {
		demand(strcmp(s->name, "main") == 0 && s->value == r->device->entries.main);
		return;
	}
	demand(is_name(s->name, v) && s->value == v->at && s->type == STT_OBJECT);
	demand(s->size == image_shown(v).size && s->size <= v->size);
	r->count++;
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

	demand(kdwarf_reference(d, die, DW_AT_type, &offset));
	demand(dwarf_offdie_b(d->dbg, offset, 1, &type, &err) == DW_DLV_OK);
	return type;
}

/* Elements of an array: the product of its dimensions. */
static uint64_t elements_of(struct kdwarf *d, Dwarf_Die type)
{
	Dwarf_Die child = NULL;
	Dwarf_Error err = NULL;
	uint64_t elements = 1;

	for (int rc = dwarf_child(type, &child, &err); rc == DW_DLV_OK;) {
		Dwarf_Die next = NULL;

		elements *= number(d, child, DW_AT_count);
		rc = dwarf_siblingof_b(d->dbg, child, 1, &next, &err);
		dwarf_dealloc_die(child);
		child = next;
	}
	return elements;
}

/* The type of a variable is just as large as what is declared of it. */
static void check_type(struct kdwarf *d, Dwarf_Die type, const struct symbols_variable *v)
{
	uint64_t size = image_shown(v).size, element;
	Dwarf_Die element_type;

	if (v->window) {
		demand(number(d, type, DW_AT_byte_size) == size);
		return;
	}
	element_type = type_of(d, type);
	element = number(d, element_type, DW_AT_byte_size);
	dwarf_dealloc_die(element_type);
	demand(element > 0 && elements_of(d, type) == size / element);
}

static uint64_t location(Dwarf_Die die)
{
	Dwarf_Attribute attr = NULL;
	Dwarf_Unsigned n = 0;
	Dwarf_Ptr data = NULL;
	Dwarf_Error err = NULL;
	struct bytes b;

	demand(dwarf_attr(die, DW_AT_location, &attr, &err) == DW_DLV_OK);
	demand(dwarf_formexprloc(attr, &n, &data, &err) == DW_DLV_OK);
	dwarf_dealloc_attribute(attr);
	b = bytes_of(data, n);
	demand(bytes_fixed(&b, 1) == DW_OP_addr);
	return bytes_fixed(&b, 8);
}

static void check_die(void *ctx, struct kdwarf *d, const struct kdwarf_die *die)
{
	struct reading *r = ctx;
	const struct symbols_variable *v;
	Dwarf_Die type;

	if (die->tag != DW_TAG_variable)
		return;
	v = next_variable(r);
	demand(v && is_name(kdwarf_string(d, die->die, DW_AT_name), v));
	demand(location(die->die) == v->at);
	type = type_of(d, die->die);
	check_type(d, type, v);
	dwarf_dealloc_die(type);
	r->count++;
}

static void check_image(const struct device *d, void *image, size_t n)
{
	struct reading symbols = { .device = d }, dies = { .device = d }, want = { .device = d };
	struct symbols_error why;
	struct kdwarf dwarf;
	struct kelf elf;
	Elf64_Ehdr head;
	size_t count = 0;

	memcpy(&head, image, sizeof(head));
	demand(head.e_entry == d->entries.entry);
	demand(kelf_open(&elf, image, n, &why) && elf.machine == EM_AARCH64);
	kelf_symbols(&elf, check_symbol, &symbols);
	demand(kdwarf_open(&dwarf, &elf));
	demand(kdwarf_walk(&dwarf, check_die, &dies));
	kdwarf_close(&dwarf);
	kelf_close(&elf);
	while (next_variable(&want))
		count++;
	demand(dies.count == count && symbols.count <= count);
}

static void use_image(const struct device *d)
{
	struct symbols_error why;
	size_t n;
	void *image = symbols_image_create(d->variables, d->variable_count, d->entries, &n);
	void *copy = malloc(n);

	demand(image && copy);
	check_image(d, image, n);
	memcpy(copy, image, n);
	demand(symbols_translate(copy, n, &why) && memcmp(copy, image, n) == 0);
	free(copy);
	free(image);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = calloc(1, size + 1), *rest = text, *line;
	struct device d = { .kernel_count = 0 };

	demand(text != NULL);
	memcpy(text, data, size);
	while ((line = strsep(&rest, "\n"))) {
		if (*line == '!')
			add_kernel(&d, line + 1);
		else
			add_variable(&d, line);
	}
	choose_entries(&d);
	/* without variables it is the same image but for the entry points */
	if (d.variable_count || fuzz_phase(data, size) == 0)
		use_image(&d);
	for (size_t i = 0; i < d.kernel_count; i++)
		symbols_close(d.kernels[i]);
	free(text);
	return 0;
}
