/*
 * Unit test of target/core on the three dumps that the vendor's own writer made: everything that
 * EXPECTED.json says of devices, blocks, cores, registers, local memories and memory probes.
 */
#include <inttypes.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/fake/fake_dump.h"
#include "tests/unit/unit.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

enum { PATH_BYTES = 512, PROBE_BYTES = 64 };

struct sample {
	struct json_object *want;
	struct ascend *a;
	struct fake_log log;
	const char *file;
};

static void shared_path(char *out, const char *file)
{
	const char *root = getenv("ASCEND_SHARED");

	snprintf(out, PATH_BYTES, "%s/cores/%s", root ? root : "../shared", file);
}

static struct json_object *get(struct json_object *o, const char *key)
{
	struct json_object *value = NULL;

	json_object_object_get_ex(o, key, &value);
	return value;
}

static const char *text(struct json_object *o, const char *key)
{
	const char *s = json_object_get_string(get(o, key));

	return s ? s : "";
}

/* Numbers are JSON numbers or "0x..." texts. */
static uint64_t number(struct json_object *o, const char *key)
{
	struct json_object *v = get(o, key);

	if (json_object_is_type(v, json_type_string))
		return strtoull(json_object_get_string(v), NULL, 0);
	return (uint64_t)json_object_get_int64(v);
}

static size_t length(struct json_object *o, const char *key)
{
	struct json_object *v = get(o, key);

	return json_object_is_type(v, json_type_array) ? json_object_array_length(v) : 0;
}

static struct json_object *item(struct json_object *o, const char *key, size_t i)
{
	return json_object_array_get_idx(get(o, key), i);
}

static void to_hex(const void *data, size_t n, char *out)
{
	for (size_t i = 0; i < n; i++)
		snprintf(out + 2 * i, 3, "%02x", ((const uint8_t *)data)[i]);
	out[2 * n] = '\0';
}

/* Reports a difference with its place; CUnit alone would only give a line. */
static void expect_text(const struct sample *s, const char *what, const char *got, const char *want)
{
	CU_ASSERT_STRING_EQUAL(got, want);
	if (strcmp(got, want) != 0)
		printf("%s: %s is %s, expected %s\n", s->file, what, got, want);
}

static void expect_number(const struct sample *s, const char *what, uint64_t got, uint64_t want)
{
	CU_ASSERT_EQUAL(got, want);
	if (got != want)
		printf("%s: %s is %#" PRIx64 ", expected %#" PRIx64 "\n", s->file, what, got, want);
}

static void expect_digest(const struct sample *s, const char *what, const void *data, size_t n,
			  const char *want)
{
	char digest[SYMBOLS_SHA256_TEXT];

	symbols_sha256(data, n, digest);
	expect_text(s, what, digest, want);
}

static void check_device(const struct sample *s)
{
	struct json_object *device = get(s->want, "device");

	expect_number(s, "device", s->a->device, number(device, "id"));
	expect_number(s, "chip", s->a->chip->type, number(device, "chip"));
	expect_text(s, "product", s->a->chip->product, text(device, "chip_name"));
	CU_ASSERT_EQUAL(s->log.warnings, 0);
	if (s->log.warnings)
		printf("%s: %s", s->file, s->log.text.data);
}

static void check_block(const struct sample *s, size_t i)
{
	struct json_object *want = item(s->want, "globals", i);
	const struct ascend_block *b = &s->a->blocks[i];
	size_t dims = length(want, "dims"), done = 0;

	expect_number(s, "block type", b->type, number(want, "type"));
	expect_number(s, "block address", b->at, number(want, "addr"));
	expect_number(s, "block size", b->size, number(want, "size"));
	expect_number(s, "copy_failed", b->failed, number(want, "copy_failed"));
	expect_number(s, "dimensions", b->dim_count, dims);
	for (size_t k = 0; k < dims && k < b->dim_count; k++)
		CU_ASSERT_EQUAL(b->dims[k], (uint64_t)json_object_get_int64(item(want, "dims", k)));
	uint8_t *bytes = malloc((size_t)b->size + 1);
	CU_ASSERT_EQUAL(s->a->source->global(s->a, b->at, bytes, (size_t)b->size, &done),
			b->failed ? TARGET_UNAVAILABLE : TARGET_OK);
	expect_number(s, "readable bytes", done, b->failed ? 0 : b->size);
	if (done == b->size)
		expect_digest(s, "block content", bytes, done, text(want, "sha256"));
	free(bytes);
	if (get(want, "unified_core_id"))
		expect_number(s, "core of stack", (uint64_t)b->core,
			      number(want, "unified_core_id"));
}

static void check_blocks(const struct sample *s)
{
	expect_number(s, "blocks", s->a->block_count, length(s->want, "globals"));
	for (size_t i = 0; i < s->a->block_count; i++)
		check_block(s, i);
}

struct bus {
	struct ascend *a;
	const struct ascend_core *core;
};

static bool bus_read(void *ctx, uint64_t addr, void *buf, size_t n)
{
	const struct bus *b = ctx;

	return b->a->source->reg(b->a, b->core, addr, buf, n);
}

static bool read_reg(const struct sample *s, const struct ascend_core *core, const char *name,
		     uint8_t *value, size_t *n)
{
	const struct chip_reg *reg = chip_reg_find(s->a->chip, name);
	struct bus b = { s->a, core };
	struct chip_bus bus = { bus_read, &b, core->type, 0 };

	CU_ASSERT_PTR_NOT_NULL(reg);
	if (!reg || !chip_reg_read(s->a->chip, reg, &bus, value))
		return false;
	*n = reg->size;
	return true;
}

/* "0x..." is a number, "le:..." are bytes in file order. */
static void check_reg(const struct sample *s, const struct ascend_core *core, const char *name,
		      const char *want)
{
	uint8_t value[ARCH_REG_MAX_BYTES] = { 0 };
	char got[2 * ARCH_REG_MAX_BYTES + 4];
	size_t n = 0;
	uint64_t number_value;

	CU_ASSERT(read_reg(s, core, name, value, &n));
	if (strncmp(want, "le:", 3) == 0) {
		snprintf(got, 4, "le:");
		to_hex(value, n, got + 3);
		expect_text(s, name, got, want);
		return;
	}
	memcpy(&number_value, value, sizeof(number_value));
	expect_number(s, name, number_value, strtoull(want, NULL, 16));
}

static void check_regs(const struct sample *s, const struct ascend_core *core,
		       struct json_object *want)
{
	uint8_t value[ARCH_REG_MAX_BYTES];
	size_t n;

	json_object_object_foreach(get(want, "registers"), name, expected)
		check_reg(s, core, name, json_object_get_string(expected));
	for (size_t i = 0; i < length(want, "absent_registers"); i++) {
		const char *absent = json_object_get_string(item(want, "absent_registers", i));
		CU_ASSERT_FALSE(read_reg(s, core, absent, value, &n));
	}
}

static void check_probe(const struct sample *s, size_t index, uint64_t offset, const char *want)
{
	uint8_t buf[PROBE_BYTES];
	char got[2 * PROBE_BYTES + 1];
	size_t n = strlen(want) / 2, done = 0;

	CU_ASSERT_FATAL(n <= sizeof(buf));
	CU_ASSERT_EQUAL(s->a->source->local(s->a, index, offset, buf, n, &done), TARGET_OK);
	CU_ASSERT_EQUAL(done, n);
	to_hex(buf, done, got);
	expect_text(s, "local probe", got, want);
}

static void check_local(const struct sample *s, size_t index, struct json_object *want)
{
	const struct ascend_local *l = &s->a->locals[index];
	const struct chip_mem_info *info = chip_mem_find(s->a->chip, l->mem);
	uint8_t *bytes = malloc((size_t)l->size + 1);
	size_t done = 0;

	expect_text(s, "local type", info ? info->name : "", text(want, "type"));
	expect_number(s, "local size", l->size, number(want, "size"));
	CU_ASSERT_EQUAL(s->a->source->local(s->a, index, 0, bytes, (size_t)l->size + 1, &done),
			TARGET_OK);
	CU_ASSERT_EQUAL(done, l->size);
	expect_digest(s, "local content", bytes, done, text(want, "sha256"));
	free(bytes);
	CU_ASSERT_EQUAL(s->a->source->local(s->a, index, l->size, &done, 1, &done), TARGET_FAULT);
	struct json_object *probes = get(want, "probes");
	if (!probes)
		return;
	json_object_object_foreach(probes, at, hex)
		check_probe(s, index, strtoull(at, NULL, 16), json_object_get_string(hex));
}

static void check_core(const struct sample *s, size_t i)
{
	struct json_object *want = item(s->want, "cores", i);
	const struct ascend_core *core = &s->a->cores[i];
	size_t local = 0;

	expect_text(s, "core type", chip_core_type_name(core->type), text(want, "core_type"));
	expect_number(s, "core id", core->id, number(want, "core_id"));
	expect_number(s, "unified id", core->unified, number(want, "unified_id"));
	check_regs(s, core, want);
	for (size_t k = 0; k < s->a->local_count; k++)
		if (s->a->locals[k].core == core->unified)
			check_local(s, k, item(want, "local", local++));
	expect_number(s, "local memories", local, length(want, "local"));
}

static void check_cores(const struct sample *s)
{
	CU_ASSERT_EQUAL_FATAL(s->a->core_count, length(s->want, "cores"));
	for (size_t i = 0; i < s->a->core_count; i++)
		check_core(s, i);
}

/* GM as stored; DCACHE by the address that the copy has. Other classes are target/ascend's. */
static enum target_status read_probe(const struct sample *s, struct json_object *probe, void *buf,
				     size_t n, size_t *done)
{
	const char *core = text(probe, "core");
	uint64_t at = number(probe, "addr");
	char name[16];

	if (strcmp(text(probe, "cls"), "GM") == 0)
		return s->a->source->global(s->a, at, buf, n, done);
	for (size_t i = 0; i < s->a->local_count; i++) {
		const struct ascend_local *l = &s->a->locals[i];
		const struct ascend_core *c = fake_core_of(s->a, l->core);
		snprintf(name, sizeof(name), "%s %u", chip_core_type_name(c->type), c->id);
		if (l->mem == CHIP_DCACHE && strcmp(name, core) == 0 && at >= l->at &&
		    at - l->at < l->size)
			return s->a->source->local(s->a, i, at - l->at, buf, n, done);
	}
	return TARGET_FAULT;
}

static void check_probes(const struct sample *s)
{
	for (size_t i = 0; i < length(s->want, "memory_probes"); i++) {
		struct json_object *probe = item(s->want, "memory_probes", i);
		const char *cls = text(probe, "cls"), *hex = text(probe, "hex");
		uint8_t buf[PROBE_BYTES];
		char got[2 * PROBE_BYTES + 1];
		size_t n = strlen(hex) / 2, done = 0;
		if (strcmp(cls, "GM") != 0 && strcmp(cls, "DCACHE") != 0)
			continue;
		CU_ASSERT_EQUAL(read_probe(s, probe, buf, n, &done), n ? TARGET_OK : TARGET_FAULT);
		to_hex(buf, done, got);
		expect_text(s, text(probe, "note"), got, hex);
	}
}

static void check_kernel(const struct sample *s)
{
	const struct ascend_kernel *k = s->a->kernels;
	struct json_object *host = get(s->want, "host_kernel_object");

	CU_ASSERT_EQUAL_FATAL(s->a->kernel_count, 1);
	expect_text(s, "kernel", k->name, text(s->want, "kernel_name_in_section"));
	expect_number(s, "base", k->base, number(s->want, "base_pc"));
	expect_number(s, "code size", k->size, number(host, "device_image_size"));
	CU_ASSERT_PTR_NOT_NULL_FATAL(k->object);
	expect_text(s, "kernel digest", symbols_digest(k->object), text(host, "sha256"));
	CU_ASSERT_PTR_NOT_NULL(strstr(k->path, k->name));
	CU_ASSERT_EQUAL(symbols_has_lines(k->object), number(host, "has_dwarf"));
	for (size_t i = 0; i < length(s->want, "functions"); i++) {
		struct json_object *f = item(s->want, "functions", i);
		struct symbols_place place;
		CU_ASSERT(symbols_place(k->object, number(f, "addr"), &place));
		expect_text(s, "function", place.linkage ? place.linkage : "", text(f, "linkage"));
	}
}

static void check_file(struct json_object *want, void (*check)(const struct sample *))
{
	struct sample s = { .want = want, .file = text(want, "file") };
	char path[PATH_BYTES], why[CORE_WORDS];

	shared_path(path, s.file);
	struct target *t = core_open(path, NULL, &core_limits_default, fake_log_to(&s.log), why);
	CU_ASSERT_PTR_NOT_NULL(t);
	if (!t) {
		printf("%s: %s\n", s.file, why);
		return;
	}
	s.a = (struct ascend *)t;
	check(&s);
	target_close(t);
	fake_log_deinit(&s.log);
}

static void check_files(void (*check)(const struct sample *))
{
	char path[PATH_BYTES];

	shared_path(path, "EXPECTED.json");
	if (access(path, R_OK) < 0) {
		printf("skipped: no dumps of the vendor's writer (../shared or ASCEND_SHARED)\n");
		return;
	}
	struct json_object *root = json_object_from_file(path);
	CU_ASSERT_PTR_NOT_NULL_FATAL(root);
	CU_ASSERT(length(root, "files") >= 3);
	for (size_t i = 0; i < length(root, "files"); i++)
		check_file(item(root, "files", i), check);
	json_object_put(root);
}

static void devices(void)
{
	check_files(check_device);
}

static void blocks(void)
{
	check_files(check_blocks);
}

static void cores(void)
{
	check_files(check_cores);
}

static void probes(void)
{
	check_files(check_probes);
}

static void kernels(void)
{
	check_files(check_kernel);
}

int main(void)
{
	static const struct unit_test tests[] = {
		{ "devices", devices }, { "blocks", blocks },	{ "cores", cores },
		{ "probes", probes },	{ "kernels", kernels },
	};
	return unit_run("core_shared", tests, COUNT(tests));
}
