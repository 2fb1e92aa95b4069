/*
 * A device through the target contract: threads, stops, focus, registers, names of blocks, the
 * generated image, files, tables.
 */
#include "target/ascend/ascend_priv.h"
#include "tests/fake/fake_device.h"
#include "tests/unit/unit.h"

#include <stdlib.h>
#include <string.h>

enum { AIC3 = 3, AIV0 = 25, AIV11 = 36, PID = 7 };

static struct fake_device *open_device(void)
{
	struct fake_device *f = fake_device_910b();

	CU_ASSERT_FATAL(fake_open(f));
	return f;
}

static struct target_tid tid_of(unsigned unified)
{
	return (struct target_tid){ PID, unified + 1 };
}

static void init_needs_cores(void)
{
	struct fake_device *f = fake_device_create(5);

	CU_ASSERT(!fake_open(f));
	CU_ASSERT_STRING_EQUAL(f->a.base.message, "device 2 has no core that could be shown");
	target_close(&f->a.base);
}

static void threads(void)
{
	struct fake_device *f = open_device();
	struct target *t = &f->a.base;
	struct target_tid tids[2];
	struct target_text text = { 0 };
	size_t count;

	CU_ASSERT_EQUAL(target_threads(t, tids, 2, &count), TARGET_OK);
	CU_ASSERT_EQUAL(count, 3);
	CU_ASSERT(target_tid_equal(tids[0], tid_of(AIC3)));
	CU_ASSERT(target_tid_equal(tids[1], tid_of(AIV0)));
	CU_ASSERT(target_has_thread(t, tid_of(AIV11)));
	CU_ASSERT(!target_has_thread(t, tid_of(AIV11 + 1)));
	CU_ASSERT(!target_has_thread(t, (struct target_tid){ 8, AIV11 + 1 }));
	CU_ASSERT_EQUAL(target_thread_name(t, tid_of(AIV11), &text), TARGET_OK);
	CU_ASSERT_STRING_EQUAL(text.data, "AIV 11");
	target_text_deinit(&text);
	CU_ASSERT_EQUAL(target_thread_text(t, tid_of(AIV11), &text), TARGET_OK);
	CU_ASSERT_STRING_EQUAL(text.data, "dev 2 910B stopped VEC_ERROR at 0x12c041203ea0");
	target_text_deinit(&text);
	CU_ASSERT_EQUAL(target_thread_text(t, tid_of(1), &text), TARGET_NO_THREAD);
	CU_ASSERT_EQUAL(target_thread_name(t, tid_of(1), &text), TARGET_NO_THREAD);
	target_close(t);
}

static void capabilities(void)
{
	struct fake_device *f = open_device();
	unsigned caps = target_caps(&f->a.base);

	CU_ASSERT_EQUAL(caps & (TARGET_CAN_RUN | TARGET_CAN_WRITE | TARGET_CAN_BREAK), 0);
	CU_ASSERT_EQUAL(caps, TARGET_HAS_EXEC_FILE | TARGET_HAS_LIBRARIES | TARGET_HAS_REGIONS |
				      TARGET_HAS_TABLES | TARGET_HAS_FILES | TARGET_HAS_NAMES |
				      TARGET_HAS_COMMANDS);
	target_close(&f->a.base);
}

static void stops(void)
{
	struct fake_device *f = open_device();
	struct target_stop stop;

	/* no thread named: the first core with a known reason */
	CU_ASSERT_EQUAL(target_stop(&f->a.base, (struct target_tid){ 0, 0 }, &stop), TARGET_OK);
	CU_ASSERT(target_tid_equal(stop.tid, tid_of(AIV11)));
	CU_ASSERT_EQUAL(stop.kind, TARGET_STOP_SIGNAL);
	CU_ASSERT_EQUAL(stop.signal, TARGET_SIGNAL_SEGV);
	CU_ASSERT_EQUAL(stop.core, AIV11);
	CU_ASSERT_STRING_EQUAL(
		stop.text, "VEC_ERROR: AIC_ERROR_1 bit 30 vec_ub_wrap_around at 0x12c041203ea0");
	CU_ASSERT_EQUAL(target_stop(&f->a.base, tid_of(AIV0), &stop), TARGET_OK);
	CU_ASSERT_EQUAL(stop.signal, TARGET_SIGNAL_TRAP);
	CU_ASSERT_STRING_EQUAL(stop.text, "Unknown Error at 0x12c041200010");
	CU_ASSERT_EQUAL(target_stop(&f->a.base, tid_of(99), &stop), TARGET_NO_THREAD);
	target_close(&f->a.base);
}

/* One core with one error register: the signal says what kind of error it is. */
static void signals(void)
{
	static const struct {
		uint32_t chip;
		const char *reg;
		uint32_t value;
		int signal;
		const char *text;
	} rows[] = {
		{ 5, "AIC_ERROR_1", 0x40000000, TARGET_SIGNAL_SEGV,
		  "VEC_ERROR: AIC_ERROR_1 bit 30 vec_ub_wrap_around" },
		{ 5, "AIC_ERROR_0", 0x800, TARGET_SIGNAL_ABRT,
		  "CUBE_ERROR: AIC_ERROR_0 bit 11 cube_l0a_rdwr_cflt" },
		{ 5, "AIC_ERROR_0", 0x4, TARGET_SIGNAL_ABRT,
		  "CCU_ERROR: AIC_ERROR_0 bit 2 ccu_call_depth_ovrflw" },
		{ 5, "AIC_ERROR_1", 3, TARGET_SIGNAL_SEGV,
		  "MTE_ERROR: AIC_ERROR_1 bit 0 mte_gdma_read_overflow, 1 "
		  "mte_gdma_write_overflow" },
		{ 5, "AIC_ERROR_0", 1, TARGET_SIGNAL_TRAP, "Unknown Error" },
		{ 15, "MTE_ERROR_T0_0", 0x100, TARGET_SIGNAL_SEGV,
		  "MTE_ERROR: MTE_ERROR_T0_0 bit 8" },
		{ 15, "SU_ERROR_T0_0", 0x100, TARGET_SIGNAL_ABRT, "SU_ERROR: SU_ERROR_T0_0 bit 8" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct fake_device *f = fake_device_create(rows[i].chip);
		uint16_t core = fake_core(f, CHIP_AIV, 1);
		struct target_stop stop;
		fake_reg(f, core, rows[i].reg, rows[i].value);
		CU_ASSERT_FATAL(fake_open(f));
		CU_ASSERT_EQUAL(target_stop(&f->a.base, tid_of(core), &stop), TARGET_OK);
		CU_ASSERT_EQUAL(stop.signal, rows[i].signal);
		CU_ASSERT_STRING_EQUAL(stop.text, rows[i].text);
		target_close(&f->a.base);
	}
}

static void focus(void)
{
	struct fake_device *f = fake_device_create(5);

	fake_core(f, CHIP_AIC, 1);
	fake_core(f, CHIP_AIV, 1);
	CU_ASSERT_FATAL(fake_open(f));
	CU_ASSERT_EQUAL(f->a.focus, 0);
	target_close(&f->a.base);

	f = fake_device_create(5);
	fake_core(f, CHIP_AIC, 1);
	fake_reg(f, fake_core(f, CHIP_AIC, 2), "AIC_ERROR_0", 0x200);
	fake_reg(f, fake_core(f, CHIP_AIV, 0), "AIC_ERROR_1", 0x40000000);
	CU_ASSERT_FATAL(fake_open(f));
	CU_ASSERT_EQUAL(f->a.focus, 1);
	target_close(&f->a.base);
}

/* --- registers --- */

static size_t reg_index(const struct arch_desc *d, const char *name)
{
	for (size_t i = 0; i < d->reg_count; i++) {
		if (!strcmp(d->regs[i].name, name))
			return i;
	}
	return SIZE_MAX;
}

static bool reg_value(struct fake_device *f, unsigned core, const char *name, uint64_t *out)
{
	const struct arch_desc *d = target_arch(&f->a.base, tid_of(core));
	uint8_t buf[ARCH_REG_MAX_BYTES] = { 0 };
	bool valid = false;
	size_t reg = reg_index(d, name);

	CU_ASSERT_FATAL(reg != SIZE_MAX);
	CU_ASSERT_EQUAL(target_reg_read(&f->a.base, tid_of(core), reg, buf, &valid), TARGET_OK);
	memcpy(out, buf, sizeof(*out));
	return valid;
}

static void registers(void)
{
	struct fake_device *f = open_device();
	static const struct {
		unsigned core;
		const char *name;
		uint64_t value;
	} rows[] = {
		{ AIV11, "pc", 0x12c041203ea0 },
		{ AIV11, "raw_pc", 0x12c04120395c },
		{ AIV11, "PC", 0x12c041203ea0 },
		{ AIV11, "x0", 0x1122334455667788 },
		{ AIV11, "sp", 0x108040 },
		{ AIV11, "GPR30", 0x108040 },
		{ AIV11, "cpsr", 0 },
		{ AIV11, "coreid", 11 },
		{ AIV11, "coretype", CHIP_AIV },
		{ AIC3, "coretype", CHIP_AIC },
		{ AIV11, "AIC_ERROR_1", 0x40000000 },
	};
	uint64_t v;

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		CU_ASSERT(reg_value(f, rows[i].core, rows[i].name, &v));
		CU_ASSERT_EQUAL(v, rows[i].value);
	}
	CU_ASSERT(!reg_value(f, AIV11, "blockid", &v));
	CU_ASSERT(!reg_value(f, AIV11, "taskid", &v));
	CU_ASSERT(!reg_value(f, AIV11, "streamid", &v));
	CU_ASSERT(!reg_value(f, AIV0, "x0", &v));
	CU_ASSERT(!reg_value(f, AIV0, "AIC_ERROR_1", &v));
	f->a.cores[2].block = 5;
	CU_ASSERT(reg_value(f, AIV11, "blockid", &v));
	CU_ASSERT_EQUAL(v, 5);
	target_close(&f->a.base);
}

static void registers_missing(void)
{
	struct fake_device *f = fake_device_create(5);
	uint16_t first = fake_core(f, CHIP_AIV, 1);
	uint16_t core = fake_core(f, CHIP_AIV, 2);
	struct target_text text = { 0 };
	struct target_stop stop;
	uint64_t v;

	CU_ASSERT_FATAL(fake_open(f));
	/* GDB 13 does not connect to a thread without a pc */
	CU_ASSERT(reg_value(f, first, "pc", &v));
	CU_ASSERT_EQUAL(v, UINT64_MAX);
	CU_ASSERT(!reg_value(f, first, "PC", &v));
	CU_ASSERT(!reg_value(f, core, "pc", &v));
	CU_ASSERT(!reg_value(f, core, "raw_pc", &v));
	CU_ASSERT_EQUAL(target_thread_text(&f->a.base, tid_of(core), &text), TARGET_OK);
	CU_ASSERT_STRING_EQUAL(text.data, "dev 2 910B stopped Unknown Error");
	CU_ASSERT_EQUAL(target_stop(&f->a.base, tid_of(core), &stop), TARGET_OK);
	CU_ASSERT_STRING_EQUAL(stop.text, "Unknown Error");
	target_text_deinit(&text);
	target_close(&f->a.base);
}

/* --- names --- */

static void block_names(void)
{
	static const struct {
		uint16_t type;
		int core;
		const char *name, *shown;
	} rows[] = {
		{ ASCEND_INPUT_TENSOR, -1, "input_0", "INPUT_TENSOR" },
		{ ASCEND_INPUT_TENSOR, -1, "input_1", "INPUT_TENSOR" },
		{ ASCEND_OUTPUT_TENSOR, -1, "output_0", "OUTPUT_TENSOR" },
		{ ASCEND_GENERAL_TENSOR, -1, "tensor_0", "GENERAL_TENSOR" },
		{ ASCEND_WORKSPACE_TENSOR, -1, "workspace_0", "WORKSPACE_TENSOR" },
		{ ASCEND_MC2_CTX, -1, "mc2_0", "MC2_CTX" },
		{ ASCEND_SHAPE_TENSOR, -1, "shape_0", "SHAPE_TENSOR" },
		{ ASCEND_INVALID_TENSOR, -1, "invalid_0", "INVALID_TENSOR" },
		{ ASCEND_TILING_DATA, -1, "tiling", "TILING_DATA" },
		{ ASCEND_TILING_DATA, -1, "tiling_1", "TILING_DATA" },
		{ ASCEND_ARGS, -1, "args", "ARGS" },
		{ ASCEND_ARGS, -1, "args_1", "ARGS" },
		{ ASCEND_STACK, 3, "stack_aic3", "STACK" },
		{ ASCEND_STACK, 36, "stack_aiv11", "STACK" },
		{ ASCEND_STACK, 36, "stack_aiv11_1", "STACK" },
		{ ASCEND_STACK, 9999, "stack_core9999", "STACK" },
		{ ASCEND_SIMT_STACK, 36, "simt_stack_aiv11", "VF_STACK" },
		{ ASCEND_KERNEL_OBJECT, -1, "kernel_code_0", "DEVICE_KERNEL_OBJECT" },
		{ 777, -1, "block_0", "UNKNOWN" },
		{ 778, -1, "block_1", "UNKNOWN" },
	};
	struct fake_device *f = fake_device_create(5);
	char name[SYMBOLS_NAME];
	size_t n = sizeof(rows) / sizeof(*rows);

	for (size_t i = 0; i < n; i++)
		fake_block(f, rows[i].type, 0x1000000 + i * 0x100, 16, rows[i].core);
	ascend_blocks_number(&f->a);
	for (size_t i = 0; i < n; i++) {
		ascend_block_name(&f->a, i, name, sizeof(name));
		CU_ASSERT_STRING_EQUAL(name, rows[i].name);
		CU_ASSERT_STRING_EQUAL(ascend_block_type_name(rows[i].type), rows[i].shown);
	}
	target_close(&f->a.base);
}

/* --- files --- */

static void count_library(void *ctx, const struct target_library *lib)
{
	(void)lib;
	++*(unsigned *)ctx;
}

static void files(void)
{
	struct fake_device *f = open_device();
	struct target *t = &f->a.base;
	struct target_text path = { 0 };
	const void *data;
	unsigned libraries = 0;
	size_t n;

	CU_ASSERT_EQUAL(target_exec_file(t, PID, &path), TARGET_OK);
	CU_ASSERT_STRING_EQUAL(path.data, "/ascend/dev2/device");
	CU_ASSERT_EQUAL(target_file(t, path.data, &data, &n), TARGET_OK);
	CU_ASSERT(n > 64 && !memcmp(data, "\177ELF", 4));
	CU_ASSERT_EQUAL(target_file(t, "/ascend/dev3/device", &data, &n), TARGET_INVALID);
	CU_ASSERT_EQUAL(target_file(t, "", &data, &n), TARGET_INVALID);
	CU_ASSERT_EQUAL(target_exec_file(t, 1, &path), TARGET_INVALID);
	CU_ASSERT_EQUAL(target_libraries(t, PID, count_library, &libraries), TARGET_OK);
	CU_ASSERT_EQUAL(libraries, 0);
	CU_ASSERT_EQUAL(target_libraries(t, 1, count_library, &libraries), TARGET_INVALID);
	target_text_deinit(&path);
	target_close(t);
}

/* Names of variables stand in the image's string table. */
static bool image_names(const struct fake_device *f, const char *name)
{
	return memmem(f->a.image, f->a.image_size, name, strlen(name) + 1) != NULL;
}

static void image(void)
{
	static const char *const present[] = { "UB",	     "L1",	   "L0A",    "L0B",
					       "L0C",	     "DCACHE",	   "ICACHE", "args",
					       "input_0",    "input_1",	   "tiling", "output_0",
					       "stack_aic3", "workspace_0" };
	struct fake_device *f = open_device();

	for (size_t i = 0; i < sizeof(present) / sizeof(*present); i++)
		CU_ASSERT(image_names(f, present[i]));
	CU_ASSERT(!image_names(f, "FB"));
	CU_ASSERT(!image_names(f, "kernel_code_0"));
	CU_ASSERT(!image_names(f, "output_1")); /* size 0 */
	target_close(&f->a.base);
}

/* --- tables --- */

static void table_rows(void)
{
	static const struct {
		const char *name;
		size_t rows;
		const char *first_row; /* cells divided by '|' */
	} want[] = {
		{ "ascend-devices", 1, "2|1|2|0x8|0x801|910B|A2/A3|fake|" },
		{ "ascend-cores", 3, "3|aic|2|NA|NA|NA|0x12c041200010|Unknown Error|NA|NA|NA|" },
		{ "ascend-memory", 19,
		  "0|ARGS|GM/DCACHE|0x12c000000000|40|NA|NA|NA|args|0xa0070100000000|" },
		{ "ascend-tensors", 4,
		  "input_0|INPUT_TENSOR|float16|[4, 8]|0x12c000001000|64|ok|" },
		{ "ascend-kernels", 0, "" },
		{ "ascend-stop", 2,
		  "11|AIV|AIC_ERROR_1|0x40000000|30|vec_ub_wrap_around|vec_ub_wrap_around|VEC|"
		  "VEC_ERROR|0x12c041203ea0|" },
	};
	struct fake_device *f = open_device();

	for (size_t i = 0; i < sizeof(want) / sizeof(*want); i++) {
		struct target_table t;
		struct target_text row = { 0 };
		size_t cursor = 0;
		CU_ASSERT_EQUAL(target_table(&f->a.base, want[i].name, &t), TARGET_OK);
		CU_ASSERT_EQUAL(target_table_rows(&t), want[i].rows);
		for (size_t k = 0; k < t.column_count && want[i].rows; k++)
			target_text_format(&row, "%s|", target_table_next(&t, &cursor));
		CU_ASSERT_STRING_EQUAL(row.data ? row.data : "", want[i].first_row);
		target_text_deinit(&row);
		target_table_deinit(&t);
	}
	target_close(&f->a.base);
}

static void table_list(void)
{
	struct fake_device *f = open_device();
	struct target_table t;
	size_t n;
	const struct target_table_info *infos = target_tables(&f->a.base, &n);

	CU_ASSERT_EQUAL(n, 6);
	for (size_t i = 0; i < n; i++) {
		CU_ASSERT_EQUAL(target_table(&f->a.base, infos[i].name, &t), TARGET_OK);
		CU_ASSERT(t.column_count > 0 && !strncmp(infos[i].name, "ascend-", 7));
		target_table_deinit(&t);
	}
	CU_ASSERT_EQUAL(target_table(&f->a.base, "processes", &t), TARGET_INVALID);
	target_close(&f->a.base);
}

/* Core numbers of 64 and more go into the upper half of the mask. */
static void wide_mask(void)
{
	struct fake_device *f = fake_device_create(15);
	struct target_table t;
	size_t cursor = 0;

	fake_core(f, CHIP_AIC, 35);
	fake_core(f, CHIP_AIV, 1);
	fake_core(f, CHIP_AIV, 70);
	CU_ASSERT_FATAL(fake_open(f));
	CU_ASSERT_EQUAL(target_table(&f->a.base, "ascend-devices", &t), TARGET_OK);
	for (int i = 0; i < 3; i++)
		target_table_next(&t, &cursor);
	CU_ASSERT_STRING_EQUAL(target_table_next(&t, &cursor), "0x800000000");
	CU_ASSERT_STRING_EQUAL(target_table_next(&t, &cursor), "0x400000000000000002");
	target_table_deinit(&t);
	target_close(&f->a.base);
}

static const struct unit_test tests[] = {
	{ "a device without cores", init_needs_cores },
	{ "threads", threads },
	{ "capabilities", capabilities },
	{ "stops", stops },
	{ "signals", signals },
	{ "focus", focus },
	{ "registers", registers },
	{ "registers that were not saved", registers_missing },
	{ "names of blocks", block_names },
	{ "files", files },
	{ "variables of the image", image },
	{ "rows of tables", table_rows },
	{ "list of tables", table_list },
	{ "masks of more than 64 cores", wide_mask },
};

int main(void)
{
	return unit_run("ascend view", tests, sizeof(tests) / sizeof(*tests));
}
