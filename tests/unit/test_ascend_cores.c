/*
 * The three dumps that the vendor's own writer made, through the target contract: summary, focus,
 * stops, registers, memory by class, call stacks, merged stacks. EXPECTED.json is the judge.
 */
#include "target/core/core.h"
#include "tests/unit/unit.h"

#include "target/ascend/ascend.h"

#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PATH_BYTES = 512, PROBE = 64, FRAMES = 64 };

/* One dump and what is expected of it. */
struct sample {
	struct json_object *want;
	struct target *t;
	struct ascend *a;
	const char *file;
};

typedef void (*sample_fn)(const struct sample *s);

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

static uint64_t number(struct json_object *o, const char *key)
{
	struct json_object *v = get(o, key);

	if (json_object_is_type(v, json_type_string))
		return strtoull(json_object_get_string(v), NULL, 0);
	return (uint64_t)json_object_get_int64(v);
}

static size_t length(struct json_object *array)
{
	return json_object_is_type(array, json_type_array) ? json_object_array_length(array) : 0;
}

static void same_text(const struct sample *s, const char *what, const char *got, const char *want)
{
	CU_ASSERT_STRING_EQUAL(got, want);
	if (strcmp(got, want))
		printf("%s: %s is\n%s\nexpected\n%s\n", s->file, what, got, want);
}

static void same_number(const struct sample *s, const char *what, uint64_t got, uint64_t want)
{
	CU_ASSERT_EQUAL(got, want);
	if (got != want)
		printf("%s: %s is %#llx, expected %#llx\n", s->file, what, (unsigned long long)got,
		       (unsigned long long)want);
}

static void one_sample(struct json_object *want, sample_fn fn)
{
	struct sample s = { .want = want, .file = text(want, "file") };
	char path[PATH_BYTES], why[CORE_WORDS];

	shared_path(path, s.file);
	s.t = core_open(path, NULL, &core_limits_default, (struct target_log){ 0 }, why);
	CU_ASSERT_PTR_NOT_NULL(s.t);
	if (!s.t) {
		printf("%s: %s\n", s.file, why);
		return;
	}
	s.a = (struct ascend *)s.t;
	fn(&s);
	target_close(s.t);
}

static void all_samples(sample_fn fn)
{
	char path[PATH_BYTES];

	shared_path(path, "EXPECTED.json");
	if (access(path, R_OK)) {
		printf("skipped: no EXPECTED.json in ../shared/cores (set ASCEND_SHARED)\n");
		return;
	}
	struct json_object *root = json_object_from_file(path);
	struct json_object *files = get(root, "files");
	CU_ASSERT(length(files) > 0);
	for (size_t i = 0; i < length(files); i++)
		one_sample(json_object_array_get_idx(files, i), fn);
	json_object_put(root);
}

static struct target_tid tid_of(const struct sample *s, struct json_object *core)
{
	return (struct target_tid){ s->a->pid, (uint32_t)number(core, "unified_id") + 1 };
}

/* Calls fn for every expected core. */
static void each_core(const struct sample *s,
		      void (*fn)(const struct sample *s, struct json_object *core,
				 struct target_tid tid))
{
	struct json_object *cores = get(s->want, "cores");

	for (size_t i = 0; i < length(cores); i++) {
		struct json_object *core = json_object_array_get_idx(cores, i);
		fn(s, core, tid_of(s, core));
	}
}

/* Output of "ascend WORD1 WORD2 ..." at the focus. */
static void command(const struct sample *s, struct target_tid tid, size_t argc,
		    const char *const *argv, struct target_text *out)
{
	target_text_deinit(out);
	CU_ASSERT_EQUAL(target_command(s->t, tid, argc, argv, out), TARGET_OK);
	if (s->t->message[0])
		printf("%s: %s\n", s->file, s->t->message);
}

static void check_summary(const struct sample *s)
{
	static const char *const argv[] = { "ascend", "info", "summary" };
	struct json_object *rows = get(s->want, "summary_rows_in_file_order");
	struct target_text got = { 0 }, want = { 0 };

	for (size_t i = 0; i < length(rows); i++)
		target_text_format(&want, "%s\n",
				   json_object_get_string(json_object_array_get_idx(rows, i)));
	target_text_add(&want, "\n");
	command(s, (struct target_tid){ 0, 0 }, 3, argv, &got);
	same_text(s, "summary", got.data ? got.data : "", want.data);
	target_text_deinit(&got);
	target_text_deinit(&want);
}

static void summary(void)
{
	all_samples(check_summary);
}

static void check_stop(const struct sample *s, struct json_object *core, struct target_tid tid)
{
	struct target_stop stop;
	struct target_text line = { 0 };

	CU_ASSERT_EQUAL(target_stop(s->t, tid, &stop), TARGET_OK);
	target_text_format(&line, "%s", text(core, "stop_reason"));
	if (get(core, "error_register"))
		target_text_format(&line, ": %s bit", text(core, "error_register"));
	CU_ASSERT_NSTRING_EQUAL(stop.text, line.data, line.len);
	CU_ASSERT_EQUAL(stop.signal == TARGET_SIGNAL_TRAP, !get(core, "error_register"));
	target_text_deinit(&line);
	char at[64];
	snprintf(at, sizeof(at), " at %s", text(core, "corrected_pc"));
	CU_ASSERT_PTR_NOT_NULL(strstr(stop.text, at));
}

static void check_stops(const struct sample *s)
{
	struct json_object *focus = get(s->want, "focus");
	struct target_stop stop;
	struct target_text name = { 0 };
	char want[32];

	CU_ASSERT_EQUAL(target_stop(s->t, (struct target_tid){ 0, 0 }, &stop), TARGET_OK);
	CU_ASSERT_EQUAL(target_thread_name(s->t, stop.tid, &name), TARGET_OK);
	snprintf(want, sizeof(want), "%s %u", text(focus, "core_type"),
		 (unsigned)number(focus, "core_id"));
	same_text(s, "focus", name.data, want);
	target_text_deinit(&name);
	each_core(s, check_stop);
}

static void stops(void)
{
	all_samples(check_stops);
}

/* --- registers --- */

static void reg_text(const uint8_t *bytes, size_t n, bool le, char *out, size_t cap)
{
	size_t used = (size_t)snprintf(out, cap, "%s", le ? "le:" : "0x");

	for (size_t i = 0; i < n; i++)
		used += (size_t)snprintf(out + used, cap - used, "%02x", bytes[le ? i : n - 1 - i]);
}

static void check_reg(const struct sample *s, struct json_object *core, struct target_tid tid,
		      size_t index)
{
	const struct arch_reg *reg = &target_arch(s->t, tid)->regs[index];
	struct json_object *want = get(get(core, "registers"), reg->name);
	uint8_t bytes[ARCH_REG_MAX_BYTES];
	char got[ARCH_REG_MAX_BYTES * 2 + 4];
	bool valid;

	if (!want || !strcmp(reg->name, "PC"))
		return;
	CU_ASSERT_EQUAL(target_reg_read(s->t, tid, index, bytes, &valid), TARGET_OK);
	CU_ASSERT(valid);
	const char *value = json_object_get_string(want);
	reg_text(bytes, arch_reg_size(reg), !strncmp(value, "le:", 3), got, sizeof(got));
	if (*got == '0' && strtoull(got, NULL, 0) == strtoull(value, NULL, 0))
		return; /* a number may have fewer zeros in front */
	same_text(s, reg->name, got, value);
}

static void check_absent(const struct sample *s, struct json_object *core, struct target_tid tid)
{
	const struct arch_desc *d = target_arch(s->t, tid);
	struct json_object *absent = get(core, "absent_registers");
	uint8_t bytes[ARCH_REG_MAX_BYTES];

	for (size_t i = 0; i < length(absent); i++) {
		const char *name = json_object_get_string(json_object_array_get_idx(absent, i));
		for (size_t k = 0; k < d->reg_count; k++) {
			bool valid = true;
			if (strcmp(d->regs[k].name, name))
				continue;
			CU_ASSERT_EQUAL(target_reg_read(s->t, tid, k, bytes, &valid), TARGET_OK);
			CU_ASSERT(!valid);
		}
	}
}

static uint64_t named_reg(const struct sample *s, struct target_tid tid, const char *name)
{
	const struct arch_desc *d = target_arch(s->t, tid);
	uint8_t bytes[ARCH_REG_MAX_BYTES] = { 0 };
	uint64_t v = 0;
	bool valid;

	for (size_t i = 0; i < d->reg_count; i++) {
		if (strcmp(d->regs[i].name, name))
			continue;
		CU_ASSERT_EQUAL(target_reg_read(s->t, tid, i, bytes, &valid), TARGET_OK);
		CU_ASSERT(valid);
		memcpy(&v, bytes, sizeof(v));
	}
	return v;
}

static void check_core_regs(const struct sample *s, struct json_object *core, struct target_tid tid)
{
	const struct arch_desc *d = target_arch(s->t, tid);

	CU_ASSERT_PTR_NOT_NULL_FATAL(d);
	for (size_t i = 0; i < d->reg_count; i++)
		check_reg(s, core, tid, i);
	check_absent(s, core, tid);
	same_number(s, "pc", named_reg(s, tid, "pc"), number(core, "corrected_pc"));
	same_number(s, "PC", named_reg(s, tid, "PC"), number(core, "corrected_pc"));
	same_number(s, "raw_pc", named_reg(s, tid, "raw_pc"), number(core, "raw_pc"));
	same_number(s, "coreid", named_reg(s, tid, "coreid"), number(core, "core_id"));
	same_number(s, "x7", named_reg(s, tid, "x7"), number(get(core, "registers"), "GPR7"));
	same_number(s, "sp", named_reg(s, tid, "sp"), number(get(core, "registers"), "GPR30"));
}

static void check_regs(const struct sample *s)
{
	each_core(s, check_core_regs);
}

static void registers(void)
{
	all_samples(check_regs);
}

/* --- memory --- */

/* Hex of n bytes; "" when they are not all there. */
static void read_hex(const struct sample *s, struct target_tid tid, uint64_t at, size_t n,
		     char *out)
{
	uint8_t bytes[PROBE];
	size_t done = 0;

	out[0] = '\0';
	if (n > PROBE || target_mem_read(s->t, tid, at, bytes, n, &done) != TARGET_OK || done != n)
		return;
	for (size_t i = 0; i < n; i++)
		snprintf(out + 2 * i, 3, "%02x", bytes[i]);
}

static const struct chip_mem_info *mem_by_name(const struct sample *s, const char *name)
{
	for (size_t i = 0; i < s->a->chip->mem_count; i++) {
		if (!strcmp(s->a->chip->mems[i].name, name))
			return &s->a->chip->mems[i];
	}
	return NULL;
}

/* Thread of "AIV 11", else the focus. */
static struct target_tid tid_named(const struct sample *s, const char *name)
{
	for (size_t i = 0; i < s->a->core_count; i++) {
		char own[32];
		snprintf(own, sizeof(own), "%s %u", chip_core_type_name(s->a->cores[i].type),
			 s->a->cores[i].id);
		if (!strcmp(own, name))
			return ascend_core_tid(s->a, &s->a->cores[i]);
	}
	return ascend_core_tid(s->a, &s->a->cores[s->a->focus]);
}

/* Raw device memory: the window of the block that holds the address. */
static uint64_t raw_address(const struct sample *s, uint64_t at)
{
	for (size_t i = 0; i < s->a->block_count; i++) {
		const struct ascend_block *b = &s->a->blocks[i];
		if (at >= b->at && at - b->at < b->size)
			return (ascend_window(CHIP_OUT_MEM, NULL) | (uint64_t)(i + 1) << 32) +
			       (at - b->at);
	}
	return at;
}

static uint64_t probe_address(const struct sample *s, const char *class_name, uint64_t at)
{
	const struct chip_mem_info *info = mem_by_name(s, class_name);

	if (!strcmp(class_name, "GM"))
		return raw_address(s, at);
	if (!strcmp(class_name, "STACK") || !strcmp(class_name, "DCACHE"))
		return at;
	return info ? ascend_window(info->mem, NULL) + at : 0;
}

static void check_probe(const struct sample *s, struct json_object *probe)
{
	const char *class_name = text(probe, "cls");
	const char *want = text(probe, "hex");
	struct target_tid tid = tid_named(s, text(probe, "core"));
	char got[PROBE * 2 + 1];

	/* no bytes expected: the address is not in the dump, or the class not in the core */
	read_hex(s, tid, probe_address(s, class_name, number(probe, "addr")),
		 number(probe, "len") ? number(probe, "len") : 4, got);
	same_text(s, text(probe, "note"), got, want);
}

static void check_memory(const struct sample *s)
{
	struct json_object *probes = get(s->want, "memory_probes");

	CU_ASSERT(length(probes) > 10);
	for (size_t i = 0; i < length(probes); i++)
		check_probe(s, json_object_array_get_idx(probes, i));
}

/* The probes of the local memories, in the core's own window, by number and as small address. */
static void check_local_probes(const struct sample *s, const struct ascend_core *core,
			       struct json_object *local)
{
	struct json_object *probes = get(local, "probes");
	const struct chip_mem_info *info = mem_by_name(s, text(local, "type"));
	struct target_tid tid = ascend_core_tid(s->a, core);
	char got[PROBE * 2 + 1];

	if (!probes || !info)
		return;
	bool small = info->mem == (core->type == CHIP_AIV ? CHIP_UB : CHIP_L1);
	json_object_object_foreach(probes, key, value)
	{
		uint64_t at = strtoull(key, NULL, 0);
		const char *want = json_object_get_string(value);
		size_t n = strlen(want) / 2;
		read_hex(s, tid, ascend_window(info->mem, NULL) + at, n, got);
		same_text(s, info->name, got, want);
		read_hex(s, ascend_core_tid(s->a, s->a->cores), ascend_window(info->mem, core) + at,
			 n, got);
		same_text(s, info->name, got, want);
		if (small)
			read_hex(s, tid, at, n, got);
		same_text(s, info->name, got, want);
	}
}

static void check_core_locals(const struct sample *s, struct json_object *core,
			      struct target_tid tid)
{
	struct json_object *locals = get(core, "local");
	const struct ascend_core *own = ascend_core_find(s->a, tid);

	CU_ASSERT_PTR_NOT_NULL_FATAL(own);
	CU_ASSERT(length(locals) > 0);
	for (size_t i = 0; i < length(locals); i++)
		check_local_probes(s, own, json_object_array_get_idx(locals, i));
}

static void check_locals(const struct sample *s)
{
	each_core(s, check_core_locals);
}

static void memory(void)
{
	all_samples(check_memory);
	all_samples(check_locals);
}

/* --- call stacks --- */

static void check_frame(const struct sample *s, struct json_object *frame, uint64_t pc, bool first)
{
	struct symbols_place place;

	same_number(s, "frame pc", pc, number(frame, "pc"));
	CU_ASSERT(ascend_place(s->a, first ? pc : pc - 1, &place));
	/* expected with parameter types, which the line does not need */
	const char *function = text(frame, "function");
	char name[256];
	snprintf(name, sizeof(name), "%.*s", (int)strcspn(function, "("), function);
	same_text(s, "function", place.function ? place.function : "", name);
	same_text(s, "linkage", place.linkage ? place.linkage : "", text(frame, "linkage"));
	same_text(s, "file", place.file ? place.file : "", text(frame, "file"));
	same_number(s, "line", place.line, number(frame, "line"));
}

static void check_core_stack(const struct sample *s, struct json_object *core,
			     struct target_tid tid)
{
	struct json_object *frames = get(core, "frames");
	uint64_t pcs[FRAMES];
	size_t n = ascend_backtrace(s->a, ascend_core_find(s->a, tid), pcs, FRAMES);

	same_number(s, "frames", n, length(frames));
	for (size_t i = 0; i < n && i < length(frames); i++)
		check_frame(s, json_object_array_get_idx(frames, i), pcs[i], !i);
	CU_ASSERT_EQUAL(ascend_backtrace(s->a, ascend_core_find(s->a, tid), pcs, 1), 1);
	CU_ASSERT_EQUAL(ascend_backtrace(s->a, ascend_core_find(s->a, tid), pcs, 0), 0);
}

static void check_stacks(const struct sample *s)
{
	each_core(s, check_core_stack);
}

static void stacks(void)
{
	all_samples(check_stacks);
}

/* --- texts of one dump, word for word --- */

static void check_texts(const struct sample *s)
{
	static const char *const bt[] = { "ascend", "bt", "--merge" };
	static const char *const where[] = { "ascend", "where" };
	static const char *const x[] = { "ascend", "x",	 "-m", "UB", "-f",  "float32[]",
					 "-s",	   "16", "-c", "1",  "0x40" };
	struct target_text out = { 0 };
	struct target_tid focus = tid_named(s, "AIV 1");

	if (strcmp(s->file, "add_custom_910b.core"))
		return;
	command(s, focus, 3, bt, &out);
	same_text(s, "bt --merge", out.data,
		  "Device 0, chip 910B (A2/A3), 4 cores, kernel add_custom\n"
		  "2 cores: AIV 0, AIV 2\n"
		  "  #0  0x000012c04120005c in compute at /op/add1/k.c:5\n"
		  "  #1  0x000012c0412000f8 in add_custom at /op/add1/k.c:6\n"
		  "1 core: AIV 1\n"
		  "  AIV 1: VEC_ERROR: AIC_ERROR_1 bit 30 vec_ub_wrap_around\n"
		  "  #0  0x000012c041200014 in add_one at /op/add1/k.c:4\n"
		  "  #1  0x000012c041200090 in compute at /op/add1/k.c:5\n"
		  "  #2  0x000012c0412000f8 in add_custom at /op/add1/k.c:6\n"
		  "1 core: AIV 11\n"
		  "  #0  0x000012c0412000f4 in add_custom at /op/add1/k.c:6\n");
	command(s, focus, 2, where, &out);
	same_text(s, "where", out.data,
		  "2 cores: AIV 0, AIV 2\n  0x12c04120005c in compute at /op/add1/k.c:5\n"
		  "1 core: AIV 1\n  AIV 1: VEC_ERROR: AIC_ERROR_1 bit 30 vec_ub_wrap_around\n"
		  "  0x12c041200014 in add_one at /op/add1/k.c:4\n"
		  "1 core: AIV 11\n  0x12c0412000f4 in add_custom at /op/add1/k.c:6\n");
	command(s, focus, 11, x, &out);
	same_text(s, "x", out.data, "0x00000040: {24 25.5 27 28.5}\n");
	CU_ASSERT_EQUAL(target_thread_text(s->t, focus, &out), TARGET_OK);
	same_text(s, "text of the thread", strrchr(out.data, '\n') + 1,
		  "dev 0 910B stopped VEC_ERROR at add_one k.c:4");
	target_text_deinit(&out);
}

static void texts(void)
{
	all_samples(check_texts);
}

/* --- files and libraries --- */

static void check_library(void *ctx, const struct target_library *lib)
{
	const struct sample *s = ctx;
	const void *data;
	size_t n;

	CU_ASSERT(lib->section_count > 0);
	same_number(s, "first section", lib->sections[0], number(s->want, "base_pc"));
	CU_ASSERT_EQUAL(target_file(s->t, lib->name, &data, &n), TARGET_OK);
	CU_ASSERT(n > 64 && !memcmp(data, "\177ELF", 4));
	same_number(s, "size of the kernel", n, number(get(s->want, "host_kernel_object"), "size"));
	CU_ASSERT_NSTRING_EQUAL(lib->name, "/ascend/dev", 11);
}

static void check_files(const struct sample *s)
{
	struct target_text path = { 0 };
	const void *data;
	size_t n;

	CU_ASSERT_EQUAL(target_libraries(s->t, s->a->pid, check_library, (void *)s), TARGET_OK);
	CU_ASSERT_EQUAL(target_exec_file(s->t, s->a->pid, &path), TARGET_OK);
	CU_ASSERT_EQUAL(target_file(s->t, path.data, &data, &n), TARGET_OK);
	target_text_deinit(&path);
	for (size_t i = 0; i < s->a->kernel_count; i++)
		same_text(s, "kernel", s->a->kernels[i].name,
			  text(s->want, "kernel_name_in_section"));
}

static void files(void)
{
	all_samples(check_files);
}

/* Every table fills whole rows; the kernel is there with its lines. */
static void check_tables(const struct sample *s)
{
	struct target_table t;
	size_t n, cursor = 0;
	const struct target_table_info *infos = target_tables(s->t, &n);

	for (size_t i = 0; i < n; i++) {
		CU_ASSERT_EQUAL(target_table(s->t, infos[i].name, &t), TARGET_OK);
		CU_ASSERT(target_table_rows(&t) > 0);
		target_table_deinit(&t);
	}
	CU_ASSERT_EQUAL(target_table(s->t, "ascend-kernels", &t), TARGET_OK);
	same_text(s, "name", target_table_next(&t, &cursor),
		  text(s->want, "kernel_name_in_section"));
	same_text(s, "base", target_table_next(&t, &cursor), text(s->want, "base_pc"));
	target_table_next(&t, &cursor);
	same_text(s, "lines", target_table_next(&t, &cursor), "yes");
	target_table_deinit(&t);
}

static void tables(void)
{
	all_samples(check_tables);
}

static const struct unit_test tests[] = {
	{ "tables", tables },	      { "info summary", summary },
	{ "stops and focus", stops }, { "registers", registers },
	{ "memory", memory },	      { "call stacks", stacks },
	{ "texts", texts },	      { "files and libraries", files },
};

int main(void)
{
	return unit_run("ascend cores", tests, sizeof(tests) / sizeof(*tests));
}
