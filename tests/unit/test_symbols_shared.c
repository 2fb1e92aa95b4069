/*
 * Unit test of target/symbols on the kernels inside the three dumps that the vendor's own writer
 * made: function, line and CFA of every frame that EXPECTED.json knows, unwound from the dump's
 * registers and memory; and what the translation changes in these files.
 */
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "target/core/core.h"
#include "target/symbols/symbols.h"
#include "tests/fake/sample_kernel.h"
#include "tests/unit/unit.h"

enum { PATH_BYTES = 512 };

static const char *const names[] = { "add_custom_910b", "matmul_mix_910b", "simd_950" };

struct core_of {
	struct target *t;
	struct target_tid tid;
};

static void no_log(void *ctx, enum target_log_level level, const char *text)
{
	(void)ctx;
	(void)level;
	(void)text;
}

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

static uint64_t number(struct json_object *o, const char *key)
{
	return strtoull(json_object_get_string(get(o, key)), NULL, 0);
}

static bool read_memory(void *ctx, uint64_t at, void *buf, size_t n)
{
	const struct core_of *c = ctx;
	size_t done = 0;

	return target_mem_read(c->t, c->tid, at, buf, n, &done) == TARGET_OK && done == n;
}

static uint64_t read_reg(const struct core_of *c, const char *name)
{
	const struct arch_desc *d = target_arch(c->t, c->tid);
	uint8_t raw[ARCH_REG_MAX_BYTES] = { 0 };
	uint64_t value = 0;
	bool valid = false;

	for (size_t i = 0; i < d->reg_count; i++) {
		if (strcmp(d->regs[i].name, name) != 0)
			continue;
		CU_ASSERT_EQUAL(target_reg_read(c->t, c->tid, i, raw, &valid), TARGET_OK);
		CU_ASSERT_TRUE(valid);
		memcpy(&value, raw, sizeof(value));
	}
	return value;
}

static void read_frame(const struct core_of *c, struct symbols_frame *f)
{
	char name[8];

	*f = (struct symbols_frame){ .pc = read_reg(c, "pc"), .valid = UINT32_MAX };
	for (unsigned i = 0; i < SYMBOLS_SP; i++) {
		snprintf(name, sizeof(name), "x%u", i);
		f->regs[i] = read_reg(c, name);
	}
	f->regs[SYMBOLS_SP] = read_reg(c, "sp");
}

/* "MatmulLib::CubeKernel::Mmad(unsigned int, unsigned int)" without its arguments. */
static bool same_function(const char *got, const char *want)
{
	size_t n = strcspn(want, "(");

	return got && strlen(got) == n && strncmp(got, want, n) == 0;
}

static void check_place(struct symbols_object *o, uint64_t pc, struct json_object *want)
{
	const char *function = json_object_get_string(get(want, "function"));
	struct symbols_place p;

	CU_ASSERT_TRUE_FATAL(symbols_place(o, pc, &p));
	CU_ASSERT_TRUE(same_function(p.function, function));
	CU_ASSERT_STRING_EQUAL(p.linkage, json_object_get_string(get(want, "linkage")));
	CU_ASSERT_STRING_EQUAL(p.file, json_object_get_string(get(want, "file")));
	CU_ASSERT_EQUAL(p.line, json_object_get_int64(get(want, "line")));
	if (!same_function(p.function, function))
		printf("%s, expected %s\n", p.function, function);
}

static void check_core(struct symbols_object *o, struct target *t, struct json_object *want)
{
	struct json_object *frames = get(want, "frames");
	size_t count = json_object_array_length(frames);
	uint32_t unified = (uint32_t)json_object_get_int64(get(want, "unified_id"));
	struct core_of c = { .t = t };
	struct target_tid tids[128];
	struct symbols_frame f;
	size_t n = 0;

	CU_ASSERT_EQUAL(target_threads(t, tids, 128, &n), TARGET_OK);
	for (size_t i = 0; i < n; i++)
		c.tid = tids[i].tid == unified + 1 ? tids[i] : c.tid;
	read_frame(&c, &f);
	for (size_t i = 0; i < count; i++) {
		struct json_object *frame = json_object_array_get_idx(frames, i);
		bool more;

		CU_ASSERT_EQUAL(f.pc, number(frame, "pc"));
		check_place(o, f.pc - (i ? 4 : 0), frame);
		more = symbols_unwind(o, &f, i == 0, read_memory, &c);
		CU_ASSERT_TRUE(more || i + 1 == count);
		CU_ASSERT_TRUE(!more || f.cfa == number(frame, "cfa"));
	}
}

static void check_functions(struct symbols_object *o, struct json_object *functions)
{
	for (size_t i = 0; i < json_object_array_length(functions); i++) {
		struct json_object *want = json_object_array_get_idx(functions, i);
		uint64_t at = number(want, "addr");
		uint64_t n = (uint64_t)json_object_get_int64(get(want, "size"));
		struct symbols_place p;

		CU_ASSERT_TRUE(symbols_place(o, at + n - 4, &p));
		CU_ASSERT_EQUAL(p.offset, n - 4);
		CU_ASSERT_STRING_EQUAL(p.linkage, json_object_get_string(get(want, "linkage")));
	}
}

static void check_file(const char *name, struct json_object *want, const struct sample *kernel)
{
	struct core_limits limits = core_limits_default;
	struct json_object *host = get(want, "host_kernel_object");
	char path[PATH_BYTES], file[64], words[CORE_WORDS];
	struct symbols_error why;
	struct symbols_object *o =
		symbols_open(kernel->bytes, kernel->n, number(want, "base_pc"), &why);
	struct target *t;
	size_t n;

	CU_ASSERT_PTR_NOT_NULL_FATAL(o);
	CU_ASSERT_STRING_EQUAL(symbols_digest(o), json_object_get_string(get(host, "sha256")));
	symbols_load_image(o, &n);
	CU_ASSERT_EQUAL(n, json_object_get_int64(get(host, "device_image_size")));
	CU_ASSERT_PTR_NULL(symbols_note(o));
	check_functions(o, get(want, "functions"));
	limits.insecure = true;
	snprintf(file, sizeof(file), "%s.core", name);
	shared_path(path, file);
	t = core_open(path, NULL, &limits, (struct target_log){ .write = no_log }, words);
	CU_ASSERT_PTR_NOT_NULL_FATAL(t);
	for (size_t i = 0; i < json_object_array_length(get(want, "cores")); i++)
		check_core(o, t, json_object_array_get_idx(get(want, "cores"), i));
	target_close(t);
	symbols_close(o);
}

static void test_frames(void)
{
	char path[PATH_BYTES];
	struct json_object *all;
	struct sample kernel;

	shared_path(path, "EXPECTED.json");
	all = json_object_from_file(path);
	if (!all) {
		printf("skipped: ../shared/cores/EXPECTED.json is not there (set ASCEND_SHARED)\n");
		return;
	}
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (!sample_shared(names[i], &kernel))
			break;
		check_file(names[i], json_object_array_get_idx(get(all, "files"), i), &kernel);
		sample_free(&kernel);
	}
	json_object_put(all);
}

/* Nothing but the machine and register numbers from 64 on changes. */
static void check_changes(const uint8_t *before, const uint8_t *after, size_t n)
{
	size_t changed = 0;

	for (size_t i = 0; i < n; i++) {
		uint8_t want = (uint8_t)(before[i] - 64);

		if (before[i] == after[i] || i == 18 || i == 19)
			continue;
		want = before[i] == 94 ? 31 : before[i] == 95 ? 30 : want;
		CU_ASSERT_TRUE(before[i] >= 64 && before[i] <= 95 && after[i] == want);
		changed++;
	}
	CU_ASSERT_TRUE(changed >= 10);
}

static void test_changes(void)
{
	struct symbols_error why;
	struct sample kernel;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		uint8_t *before;

		if (!sample_shared(names[i], &kernel))
			return;
		before = malloc(kernel.n);
		CU_ASSERT_PTR_NOT_NULL_FATAL(before);
		memcpy(before, kernel.bytes, kernel.n);
		CU_ASSERT_TRUE(symbols_translate(kernel.bytes, kernel.n, &why));
		check_changes(before, kernel.bytes, kernel.n);
		free(before);
		sample_free(&kernel);
	}
}

int main(void)
{
	static const struct unit_test tests[] = {
		{ "frames of the dumps", test_frames },
		{ "changes", test_changes },
	};

	return unit_run("symbols_shared", tests, sizeof(tests) / sizeof(tests[0]));
}
