/*
 * Unit test of target/core: the kernel's name, the choice among several kernel objects, and what
 * the json says of tensors.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/fake/fake_dump.h"
#include "tests/unit/unit.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

enum { ASCEND_MACHINE = 0x1029, AARCH64 = 183, X86_64 = 62 };

/* Two kernels of equal size: nop and ret, ret and nop. */
static const char code_a[] = "\x1f\x20\x03\xd5\xc0\x03\x5f\xd6";
static const char code_b[] = "\xc0\x03\x5f\xd6\x1f\x20\x03\xd5";

#define BASE (FAKE_GM + 0x9000)

static void put_kernel(struct dump_data *data, const char *code, uint16_t machine)
{
	size_t n;
	uint8_t *kernel = fake_kernel(code, 8, machine, &n);

	dump_data_append(data, kernel, n);
	free(kernel);
}

/* A dump whose device runs code_a. */
static struct dump *kernel_dump(const char *host, const char *file)
{
	struct dump *d = fake_dump_whole();

	for (size_t i = 0; i < d->global_count; i++)
		if (d->globals[i]->type == DUMP_KERNEL_OBJECT)
			dump_data_put(&d->globals[i]->data, 0, code_a, 8);
	if (host)
		put_kernel(&d->host_object, host, ASCEND_MACHINE);
	if (file)
		put_kernel(&d->file_object, file, ASCEND_MACHINE);
	return d;
}

/* As kernel_dump, opened together with KERNEL.o. */
static bool open_with(struct fake_dump *f, struct dump *d, const void *kernel, size_t n)
{
	*f = (struct fake_dump){ .bytes = NULL };
	f->bytes = dump_bytes(d, &f->n);
	dump_destroy(d);
	int kernel_fd = fake_file(kernel, n);
	struct core_input in = { fake_file(f->bytes, f->n), kernel_fd, "dump", &core_limits_default,
				 fake_log_to(&f->log) };
	f->a = (struct ascend *)core_open_input(&in, f->why);
	close(kernel_fd);
	return f->a;
}

static void plain(void)
{
	struct fake_dump f;
	struct symbols_place place;

	CU_ASSERT_FATAL(fake_dump_make(&f, kernel_dump(code_a, code_a)));
	const struct ascend_kernel *k = f.a->kernels;
	CU_ASSERT_STRING_EQUAL(k->name, "add_custom");
	CU_ASSERT_STRING_EQUAL(k->origin, "kernel object of the host");
	CU_ASSERT(k->base == BASE && k->size == 8);
	CU_ASSERT_PTR_NOT_NULL_FATAL(k->object);
	CU_ASSERT(strncmp(k->path, "/ascend/dev0/add_custom-", 24) == 0);
	CU_ASSERT(strncmp(k->path + 24, symbols_digest(k->object), 12) == 0);
	CU_ASSERT_STRING_EQUAL(k->path + 36, ".o");
	CU_ASSERT(symbols_place(k->object, BASE + 4, &place));
	CU_ASSERT_STRING_EQUAL(place.linkage, "entry");
	CU_ASSERT_FALSE(fake_log_has(&f.log, "is not used"));
	CU_ASSERT_FALSE(fake_log_has(&f.log, "differs"));
	fake_dump_close(&f);
}

/* which object is taken, and what is said about it */
static void choices(void)
{
	static const struct {
		const char *host, *file, *origin, *words;
	} rows[] = {
		{ code_a, code_b, "kernel object of the host",
		  "the kernel object from disk is not used: the kernel object of the host equals "
		  "the code on the device" },
		{ code_b, code_a, "kernel object from disk",
		  "the kernel object of the host is not used: the kernel object from disk equals "
		  "the code on the device" },
		{ NULL, code_a, "kernel object from disk", "" },
		{ code_b, NULL, "kernel object of the host",
		  "W dump: the kernel object of the host differs from the code on the device: "
		  "functions "
		  "and lines may be wrong" },
		{ code_b, code_b, "kernel object of the host", "differs from the code" },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct fake_dump f;
		CU_ASSERT_FATAL(fake_dump_make(&f, kernel_dump(rows[i].host, rows[i].file)));
		CU_ASSERT_STRING_EQUAL(f.a->kernels[0].origin, rows[i].origin);
		CU_ASSERT(fake_log_has(&f.log, rows[i].words));
		if (!fake_log_has(&f.log, rows[i].words))
			printf("%s", f.log.text.data);
		fake_dump_close(&f);
	}
}

static void argument(void)
{
	size_t n;
	struct fake_dump f;
	uint8_t *right = fake_kernel(code_a, 8, AARCH64, &n);
	uint8_t *wrong = fake_kernel(code_b, 8, ASCEND_MACHINE, &n);
	uint8_t *foreign = fake_kernel(code_a, 8, X86_64, &n);

	CU_ASSERT_FATAL(open_with(&f, kernel_dump(NULL, NULL), right, n));
	CU_ASSERT_STRING_EQUAL(f.a->kernels[0].origin, "kernel file");
	fake_dump_close(&f);
	/* equal code: what the user names comes first */
	CU_ASSERT_FATAL(open_with(&f, kernel_dump(code_a, NULL), right, n));
	CU_ASSERT_STRING_EQUAL(f.a->kernels[0].origin, "kernel file");
	CU_ASSERT(fake_log_has(&f.log, "the kernel object of the host is not used: the kernel file "
				       "comes first"));
	fake_dump_close(&f);
	CU_ASSERT_FATAL(open_with(&f, kernel_dump(code_a, NULL), wrong, n));
	CU_ASSERT_STRING_EQUAL(f.a->kernels[0].origin, "kernel object of the host");
	CU_ASSERT(fake_log_has(&f.log, "the kernel file is not used"));
	fake_dump_close(&f);
	CU_ASSERT_FALSE(open_with(&f, kernel_dump(code_a, NULL), foreign, n));
	CU_ASSERT_STRING_EQUAL(f.why, "error: the kernel file is a Linux x86-64 program or library "
				      "(e_machine 62), not a kernel object\nname the .o file that "
				      "the kernel compiler wrote, or leave it out");
	fake_dump_close(&f);
	CU_ASSERT_FALSE(open_with(&f, kernel_dump(code_a, NULL), "text", 4));
	CU_ASSERT_PTR_NOT_NULL(strstr(f.why, "the kernel file is a text file"));
	fake_dump_close(&f);
	free(right);
	free(wrong);
	free(foreign);
}

static void no_code(void)
{
	struct dump *d = kernel_dump(code_a, NULL);
	struct fake_dump f;

	for (size_t i = 0; i < d->global_count; i++)
		d->globals[i]->failed = true;
	CU_ASSERT_FATAL(fake_dump_make(&f, d));
	CU_ASSERT(f.a->kernels[0].object && f.a->kernels[0].base == BASE);
	CU_ASSERT(fake_log_has(&f.log, "the code on the device was not saved: whether the kernel "
				       "object of the host is what ran is not known"));
	fake_dump_close(&f);
	d = fake_dump_small(DUMP_NARROW_CHIP);
	put_kernel(&d->host_object, code_a, ASCEND_MACHINE);
	CU_ASSERT_FATAL(fake_dump_make(&f, d));
	CU_ASSERT_PTR_NULL(f.a->kernels[0].object);
	CU_ASSERT(fake_log_has(&f.log, "does not say where the kernel is loaded"));
	fake_dump_close(&f);
}

static void broken_object(void)
{
	struct dump *d = kernel_dump(NULL, code_a);
	struct fake_dump f;

	dump_data_append(&d->host_object, "no ELF file", 11);
	CU_ASSERT_FATAL(fake_dump_make(&f, d));
	CU_ASSERT_STRING_EQUAL(f.a->kernels[0].origin, "kernel object from disk");
	CU_ASSERT(fake_log_has(&f.log, "W dump: the kernel object of the host is of no use: "));
	fake_dump_close(&f);
}

/* coredump facts 2.3: suffix, length; names become part of a path */
static void names(void)
{
	static const struct {
		const char *written, *name;
	} rows[] = {
		{ "add_custom", "add_custom" },
		{ "matmul_mix_aic", "matmul" },
		{ "matmul_mix_mix_aiv", "matmul_mix" },
		{ "_mix_aic", "_mix_aic" },
		{ "../../etc/passwd", ".._.._etc_passwd" },
		{ "a b\tc\033", "a_b_c_" },
		{ "_ZN2k4$xE.v-1", "_ZN2k4$xE.v-1" },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct dump *d = kernel_dump(NULL, NULL);
		struct fake_dump f;
		dump_set_text(&d->kernel_name, rows[i].written);
		CU_ASSERT_FATAL(fake_dump_make(&f, d));
		CU_ASSERT_STRING_EQUAL(f.a->kernels[0].name, rows[i].name);
		fake_dump_close(&f);
	}
}

static void long_name(void)
{
	struct dump *d = kernel_dump(code_a, NULL);
	struct fake_dump f;
	char name[2000];

	memset(name, 'k', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	dump_set_text(&d->kernel_name, name);
	CU_ASSERT_FATAL(fake_dump_make(&f, d));
	CU_ASSERT_EQUAL(strlen(f.a->kernels[0].name), ASCEND_NAME - 1);
	CU_ASSERT_EQUAL(strlen(f.a->kernels[0].path), 13 + ASCEND_NAME - 1 + 1 + 12 + 2);
	fake_dump_close(&f);
}

/* The length in front of the name against the length of its section. */
static void name_lengths(void)
{
	static const struct {
		uint32_t length;
		const char *name;
		bool loss;
	} rows[] = {
		{ 10, "add_custom", false },	    { 3, "add", false },
		{ 0, "add_custom", true },	    { 11, "add_custom", true },
		{ 0xffffffff, "add_custom", true },
	};
	struct fake_dump f;

	struct dump *d = kernel_dump(code_a, NULL);
	dump_set_text(&d->kernel_name, "add_custom");
	CU_ASSERT_FATAL(fake_dump_make(&f, d));
	uint8_t *at = memmem(f.bytes, f.n, "\x0a\0\0\0add_custom", 14);
	CU_ASSERT_PTR_NOT_NULL_FATAL(at);
	for (size_t i = 0; i < COUNT(rows); i++) {
		memcpy(at, &rows[i].length, 4);
		CU_ASSERT_FATAL(fake_dump_again(&f, "dump"));
		CU_ASSERT_STRING_EQUAL(f.a->kernels[0].name, rows[i].name);
		CU_ASSERT_EQUAL(fake_log_has(&f.log, "the length of the kernel's name"),
				rows[i].loss);
	}
	memcpy(at, "\x0a\0\0\0\0", 5);
	CU_ASSERT_FATAL(fake_dump_again(&f, "dump"));
	CU_ASSERT_STRING_EQUAL(f.a->kernels[0].name, "unknown_kernel");
	fake_dump_close(&f);
}

/* One input of 32 bytes, two outputs of 16 bytes, the second with dims 2 x 4. */
static bool open_json(struct fake_dump *f, const char *json)
{
	struct dump *d = fake_dump_small(DUMP_NARROW_CHIP);
	struct dump_global *g;

	dump_set_text(&d->kernel_name, "k");
	dump_data_append(&d->json, json, strlen(json));
	dump_add_global(d, ASCEND_INPUT_TENSOR, FAKE_GM, 32);
	dump_add_global(d, ASCEND_OUTPUT_TENSOR, FAKE_GM + 64, 16);
	g = dump_add_global(d, ASCEND_OUTPUT_TENSOR, FAKE_GM + 128, 16);
	g->dim_count = 2;
	g->dims[0] = 2;
	g->dims[1] = 4;
	return fake_dump_make(f, d);
}

enum { NONE = SYMBOLS_ELEMENTS };

static void element_types(void)
{
	static const struct {
		const char *json;
		unsigned types[3];
	} rows[] = {
		{ "{\"supportInfo\":{\"inputs\":[{\"dtype\":\"float16\"}],\"outputs\":["
		  "{\"dtype\":\"float32\"},{\"dtype\":\"int16\"}]}}",
		  { SYMBOLS_F16, SYMBOLS_F32, SYMBOLS_S16 } },
		{ "{\"inputs\":[{\"data_type\":\"DT_BF16\"}],\"outputs\":[{},null]}",
		  { SYMBOLS_BF16, NONE, NONE } },
		{ "{\"inputs\":[{\"dtype\":[\"double\"]}],\"outputs\":[{\"dtype\":\"bool\"}]}",
		  { SYMBOLS_F64, NONE, NONE } }, /* one output too few */
		{ "{\"inputs\":[{\"dtype\":[\"int8\",\"int16\"]}]}", { NONE, NONE, NONE } },
		{ "{\"parameters\":[{\"dtype\":\"uint64\"},{\"dtype\":\"UINT8\"},null]}",
		  { SYMBOLS_U64, SYMBOLS_U8, NONE } },
		{ "{\"parameters\":[{\"dtype\":\"uint64\"}]}", { NONE, NONE, NONE } },
		/* dims 2 x 4 of 16 bytes are no 4-byte elements */
		{ "{\"outputs\":[{\"dtype\":\"int32\"},{\"dtype\":\"int32\"}]}",
		  { NONE, SYMBOLS_S32, NONE } },
		{ "{\"inputs\":[{\"dtype\":\"complex64\"}]}", { NONE, NONE, NONE } },
		{ "{\"inputs\":{\"dtype\":\"int8\"},\"supportInfo\":7}", { NONE, NONE, NONE } },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct fake_dump f;
		CU_ASSERT_FATAL(open_json(&f, rows[i].json));
		for (size_t k = 0; k < 3; k++) {
			const struct ascend_block *b = &f.a->blocks[k];
			CU_ASSERT_EQUAL(b->has_element ? (unsigned)b->element : NONE,
					rows[i].types[k]);
		}
		CU_ASSERT_FALSE(fake_log_has(&f.log, "json"));
		fake_dump_close(&f);
	}
}

static void broken_json(void)
{
	static const char *const rows[] = { "[]", "{", "null", "x", "\"a\"", "{\"a\":\"\xff\"" };
	struct fake_dump f;
	char deep[200];

	for (size_t i = 0; i < COUNT(rows); i++) {
		CU_ASSERT_FATAL(open_json(&f, rows[i]));
		CU_ASSERT(fake_log_has(&f.log, "the kernel's json cannot be read"));
		fake_dump_close(&f);
	}
	memset(deep, '[', sizeof(deep));
	deep[sizeof(deep) - 1] = '\0';
	CU_ASSERT_FATAL(open_json(&f, deep));
	CU_ASSERT(fake_log_has(&f.log, "the kernel's json cannot be read"));
	fake_dump_close(&f);
}

/* v8.5.0 has no name section; the json knows the name. */
static void name_in_json(void)
{
	struct fake_dump f;

	CU_ASSERT_FATAL(open_json(&f, "{\"kernelName\": \"from_json_mix_aic\"}"));
	CU_ASSERT_STRING_EQUAL(f.a->kernels[0].name, "k");
	fake_dump_close(&f);
	struct dump *d = fake_dump_whole();
	dump_data_clear(&d->json);
	dump_data_append(&d->json, "{\"kernelName\": \"from_json_mix_aic\"}", 35);
	dump_omit(d, ".ascend.kernel_info");
	CU_ASSERT_FATAL(fake_dump_make(&f, d));
	CU_ASSERT_STRING_EQUAL(f.a->kernels[0].name, "from_json");
	fake_dump_close(&f);
}

static void huge_json(void)
{
	struct dump *d = fake_dump_whole();
	struct fake_dump f;

	d->json.size = (1 << 20) + 1;
	CU_ASSERT_FATAL(fake_dump_make(&f, d));
	CU_ASSERT(fake_log_has(&f.log, "the kernel's json is larger than 1048576 bytes: ignored"));
	fake_dump_close(&f);
}

int main(void)
{
	static const struct unit_test tests[] = {
		{ "plain", plain },
		{ "choices", choices },
		{ "argument", argument },
		{ "no code", no_code },
		{ "broken object", broken_object },
		{ "names", names },
		{ "long name", long_name },
		{ "name lengths", name_lengths },
		{ "element types", element_types },
		{ "broken json", broken_json },
		{ "name in json", name_in_json },
		{ "huge json", huge_json },
	};
	return unit_run("core_kernel", tests, COUNT(tests));
}
