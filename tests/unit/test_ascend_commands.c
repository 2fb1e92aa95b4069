/*
 * Every `monitor ascend` command over the fake device: what it prints, and what it says to
 * arguments that make no sense.
 */
#include "tests/fake/fake_device.h"
#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { AIC3 = 3, AIV0 = 25, AIV11 = 36, PID = 7, WORDS = 16 };

/* Runs "ascend ..." on a core; words are divided by blanks. The text is kept in out. */
static enum target_status run(struct fake_device *f, unsigned unified, const char *line,
			      struct target_text *out)
{
	char copy[256];
	const char *argv[WORDS];
	size_t argc = 0;

	target_text_deinit(out);
	snprintf(copy, sizeof(copy), "%s", line);
	for (char *p = copy; *p && argc < WORDS;) {
		argv[argc++] = p;
		p += strcspn(p, " ");
		if (*p)
			*p++ = '\0';
	}
	return target_command(&f->a.base, (struct target_tid){ PID, unified + 1 }, argc, argv, out);
}

static void prints(struct fake_device *f, unsigned unified, const char *line, const char *want)
{
	struct target_text out = { 0 };

	CU_ASSERT_EQUAL(run(f, unified, line, &out), TARGET_OK);
	if (!out.data || strcmp(out.data, want))
		printf("%s:\n%s\n", line, out.data ? out.data : f->a.base.message);
	CU_ASSERT(out.data && !strcmp(out.data, want));
	target_text_deinit(&out);
}

static void has(struct fake_device *f, unsigned unified, const char *line, const char *part)
{
	struct target_text out = { 0 };

	CU_ASSERT_EQUAL(run(f, unified, line, &out), TARGET_OK);
	if (!out.data || !strstr(out.data, part))
		printf("%s:\n%s\n", line, out.data ? out.data : f->a.base.message);
	CU_ASSERT(out.data && strstr(out.data, part));
	target_text_deinit(&out);
}

static void fails(struct fake_device *f, unsigned unified, const char *line,
		  enum target_status status, const char *words)
{
	struct target_text out = { 0 };
	enum target_status got = run(f, unified, line, &out);

	if (got != status || strcmp(f->a.base.message, words))
		printf("%s: %d %s\n", line, (int)got, f->a.base.message);
	CU_ASSERT_EQUAL(got, status);
	CU_ASSERT_STRING_EQUAL(f->a.base.message, words);
	target_text_deinit(&out);
}

static struct fake_device *open_device(void)
{
	struct fake_device *f = fake_device_910b();

	CU_ASSERT_FATAL(fake_open(f));
	return f;
}

static void dispatch(void)
{
	struct fake_device *f = open_device();
	struct target_text out = { 0 };
	const char *const ascend[] = { "ascend", "where" };

	CU_ASSERT_EQUAL(run(f, AIV11, "help", &out), TARGET_UNSUPPORTED);
	CU_ASSERT_EQUAL(run(f, AIV11, "", &out), TARGET_UNSUPPORTED);
	fails(f, AIV11, "ascend", TARGET_INVALID, "ascend what? Type: monitor ascend help");
	fails(f, AIV11, "ascend dance now", TARGET_INVALID,
	      "'ascend dance now' is not known here. Type: monitor ascend help");
	fails(f, AIV11, "ascend info", TARGET_INVALID,
	      "'ascend info' is not known here. Type: monitor ascend help");
	fails(f, AIV11, "ascend info summaryx", TARGET_INVALID,
	      "'ascend info summaryx' is not known here. Type: monitor ascend help");
	fails(f, AIV11, "ascend info summary now", TARGET_INVALID,
	      "too many arguments\nUsage: ascend info summary");
	fails(f, 99, "ascend where", TARGET_NO_THREAD, "device 2 has no thread 7.100");
	/* no thread chosen yet: the focus */
	CU_ASSERT_EQUAL(target_command(&f->a.base, (struct target_tid){ 0, 0 }, 2, ascend, &out),
			TARGET_OK);
	target_text_deinit(&out);
	target_close(&f->a.base);
}

static void help(void)
{
	struct fake_device *f = open_device();
	struct target_text out = { 0 };

	CU_ASSERT_EQUAL(run(f, AIV11, "ascend help", &out), TARGET_OK);
	CU_ASSERT_STRING_EQUAL(out.data, target_help(&f->a.base));
	CU_ASSERT_NSTRING_EQUAL(out.data, "ascend info summary -- ", 23);
	CU_ASSERT_PTR_NOT_NULL(strstr(out.data, "\nascend bt [--merge|aic N|aiv N] -- "));
	target_text_deinit(&out);
	target_close(&f->a.base);
}

static void summary(void)
{
	struct fake_device *f = open_device();

	has(f, AIV11, "ascend info summary",
	    "  CoreId  CoreType        PC         DeviceId    ChipType\n"
	    "     3       AIC    0x12c041200010       2        A2/A3\n"
	    "     0       AIV    0x12c041200010       2        A2/A3\n"
	    " *  11       AIV    0x12c041203ea0       2        A2/A3\n"
	    "\n"
	    "  Id           DataType                   MemType                     Addr          "
	    "             Size             CoreId    CoreType    Dim\n"
	    "   0            ARGS                     GM/DCACHE               0x12c000000000     "
	    "              40               NA          NA        NA\n"
	    "   1        INPUT_TENSOR                    GM                   0x12c000001000     "
	    "              64               NA          NA        [4, 8]\n");
	has(f, AIV11, "ascend info summary",
	    "   5            STACK                    GM/DCACHE                0xff000018000     "
	    "             4096              3          AIC        NA\n");
	has(f, AIV11, "ascend info summary", " 0x12c000004000(invalid) ");
	/* the star is at the core of the thread that asks */
	has(f, AIC3, "ascend info summary", "\n *   3       AIC ");
	target_close(&f->a.base);
}

static void summary_odd(void)
{
	struct fake_device *f = fake_device_create(15);
	uint16_t core = fake_core(f, CHIP_AIV, 70);
	size_t b = fake_block(f, ASCEND_INPUT_TENSOR, 0x1000000000, 8, -1);

	f->a.blocks[b].dim_count = 10;
	for (size_t i = 0; i < 10; i++)
		f->a.blocks[b].dims[i] = i;
	fake_block(f, ASCEND_SIMT_STACK, 0x2000000000, 8, core);
	fake_block(f, ASCEND_STACK, 0x3000000000, 8, 5000);
	CU_ASSERT_FATAL(fake_open(f));
	has(f, core, "ascend info summary",
	    " *  70       AIV    0xffffffffffffffff       2        A5\n");
	has(f, core, "ascend info summary", "       [0, 1, 2, 3, 4, 5, 6, 7...]\n");
	has(f, core, "ascend info summary",
	    "   1          VF_STACK                      GM                    0x2000000000      "
	    "               8               70         AIV        NA\n");
	has(f, core, "ascend info summary", "    8               NA          NA        NA\n");
	target_close(&f->a.base);
}

static void info_tables(void)
{
	struct fake_device *f = open_device();

	prints(f, AIV11, "ascend info devices",
	       "  Device Aic_Num Aiv_Num Aic_Mask Aiv_Mask Chip ChipType Origin\n"
	       "*      2       1       2      0x8    0x801 910B    A2/A3   fake\n");
	prints(f, AIV11, "ascend info cores",
	       "  CoreId Type Device Stream Task Block             PC   stop reason Filename Line "
	       "Function\n"
	       "       3  aic      2     NA   NA    NA 0x12c041200010 Unknown Error       NA   NA "
	       "      NA\n"
	       "       0  aiv      2     NA   NA    NA 0x12c041200010 Unknown Error       NA   NA "
	       "      NA\n"
	       "*     11  aiv      2     NA   NA    NA 0x12c041203ea0     VEC_ERROR       NA   NA "
	       "      NA\n");
	has(f, AIV11, "ascend info memory", "Id  DataType");
	has(f, AIV11, "ascend info memory", "0x12c000004000(invalid)");
	has(f, AIV11, "ascend info tensors", "\noutput_0  OUTPUT_TENSOR  NA       NA      0x12c0");
	prints(f, AIV11, "ascend info kernels",
	       "Name  Base  Size  Lines  Origin  File  Digest  Note\n");
	target_close(&f->a.base);
}

static void stop(void)
{
	struct fake_device *f = open_device();
	static const char want[] =
		"AIV 11 (thread 7.37): VEC_ERROR\n"
		"  pc 0x12c041203ea0 in ??  (stored 0x12c04120395c, corrected by the "
		"error registers)\n"
		"  AIC_ERROR_1 = 0x40000000  (decides)\n"
		"    bit 30  vec_ub_wrap_around  unit VEC\n"
		"  AIC_ERROR_2 = 0x00008000\n"
		"    bit 15  reserved_ccu_bus_err  (msDebug: ccu_bus_err)\n"
		"  details: VEC_ERR_INFO_0 = 0x0000fca8, VEC_ERR_INFO_1 = 0x0000000f\n";

	prints(f, AIV11, "ascend stop", want);
	prints(f, AIC3, "ascend stop aiv 11", want);
	prints(f, AIC3, "ascend stop AIV11", want);
	has(f, AIC3, "ascend stop all", want);
	has(f, AIC3, "ascend stop all", "AIC 3 (thread 7.4): Unknown Error\n");
	prints(f, AIV0, "ascend stop",
	       "AIV 0 (thread 7.26): Unknown Error\n  pc 0x12c041200010 in ??\n"
	       "  no error registers were saved for this core: it is not part of the exception "
	       "record\n");
	fails(f, AIV11, "ascend stop 11", TARGET_INVALID,
	      "'11' is no core: give aic N or aiv N\nUsage: ascend stop [all|aic N|aiv N]");
	fails(f, AIV11, "ascend stop aiv", TARGET_INVALID,
	      "'aiv' takes exactly one aiv index argument\nUsage: ascend stop [all|aic N|aiv N]");
	fails(f, AIV11, "ascend stop aiv 5", TARGET_INVALID,
	      "Invalid core id, please check command: ascend info summary");
	target_close(&f->a.base);
}

static void stop_odd(void)
{
	struct fake_device *f = fake_device_create(15);
	uint16_t core = fake_core(f, CHIP_AIV, 70);

	fake_reg(f, core, "MTE_ERROR_T0_0", 0x100);
	fake_reg(f, core, "VEC_ERROR_T0_0", 0);
	CU_ASSERT_FATAL(fake_open(f));
	prints(f, core, "ascend stop",
	       "AIV 70 (thread 7.107): MTE_ERROR\n  pc was not saved\n"
	       "  MTE_ERROR_T0_0 = 0x00000100  (decides)\n    bit  8  (meaning not public)\n");
	target_close(&f->a.base);

	f = fake_device_create(15);
	core = fake_core(f, CHIP_AIV, 70);
	fake_reg(f, core, "MTE_ERROR_T0_0", 0);
	fake_reg(f, core, "VEC_ERROR_T0_0", 4);
	fake_reg(f, core, "VEC_ERR_INFO_T0_5", 0);
	CU_ASSERT_FATAL(fake_open(f));
	has(f, core, "ascend stop", "  in a SIMD vector function\n");
	target_close(&f->a.base);
}

static void which_thread(void)
{
	struct fake_device *f = open_device();

	prints(f, AIC3, "ascend aiv 11",
	       "AIV 11 is Thread 7.37 here. In gdb: `thread find ^AIV 11$` tells its number N, "
	       "`thread N` switches to it.\n");
	has(f, AIC3, "ascend aic 3", "AIC 3 is Thread 7.4 here.");
	fails(f, AIC3, "ascend aic", TARGET_INVALID,
	      "'aic' takes exactly one aic index argument:\nUsage: ascend aic N");
	fails(f, AIC3, "ascend aiv 1 2", TARGET_INVALID,
	      "'aiv' takes exactly one aiv index argument:\nUsage: ascend aiv N");
	fails(f, AIC3, "ascend aic x", TARGET_INVALID,
	      "Invalid aicore index 'x'\nUsage: ascend aic N");
	fails(f, AIC3, "ascend aiv -1", TARGET_INVALID,
	      "Invalid aivector index '-1'\nUsage: ascend aiv N");
	fails(f, AIC3, "ascend aiv 99999999999999999999", TARGET_INVALID,
	      "Invalid aivector index '99999999999999999999'\nUsage: ascend aiv N");
	fails(f, AIC3, "ascend aic 4", TARGET_INVALID,
	      "Invalid core id, please check command: ascend info summary");
	target_close(&f->a.base);

	f = fake_device_create(5);
	fake_core(f, CHIP_AIV, 0);
	CU_ASSERT_FATAL(fake_open(f));
	fails(f, AIV0, "ascend aic 0", TARGET_INVALID,
	      "Invalid core type, please check command: ascend info summary");
	target_close(&f->a.base);
}

/* Without symbols cores are grouped by equal pc. */
static void stacks(void)
{
	struct fake_device *f = open_device();

	prints(f, AIV11, "ascend where",
	       "2 cores: AIC 3, AIV 0\n  0x12c041200010 in ??\n"
	       "1 core: AIV 11\n  AIV 11: VEC_ERROR: AIC_ERROR_1 bit 30 vec_ub_wrap_around\n"
	       "  0x12c041203ea0 in ??\n");
	prints(f, AIV11, "ascend bt",
	       "AIV 11: VEC_ERROR: AIC_ERROR_1 bit 30 vec_ub_wrap_around\n"
	       "  #0  0x000012c041203ea0 in ??\n");
	prints(f, AIV11, "ascend bt aic 3",
	       "AIC 3: Unknown Error\n  #0  0x000012c041200010 in ??\n");
	prints(f, AIV11, "ascend bt --merge",
	       "Device 2, chip 910B (A2/A3), 3 cores, kernel unknown\n"
	       "2 cores: AIC 3, AIV 0\n  #0  0x000012c041200010 in ??\n"
	       "1 core: AIV 11\n  AIV 11: VEC_ERROR: AIC_ERROR_1 bit 30 vec_ub_wrap_around\n"
	       "  #0  0x000012c041203ea0 in ??\n");
	fails(f, AIV11, "ascend bt --all", TARGET_INVALID,
	      "'--all' is no core: give aic N or aiv N\nUsage: ascend bt [--merge|aic N|aiv N]");
	target_close(&f->a.base);

	f = fake_device_create(5);
	fake_core(f, CHIP_AIV, 0);
	CU_ASSERT_FATAL(fake_open(f));
	prints(f, AIV0, "ascend where", "1 core: AIV 0\n  pc was not saved\n");
	prints(f, AIV0, "ascend bt", "AIV 0: Unknown Error\n  pc was not saved\n");
	target_close(&f->a.base);
}

static void register_read(void)
{
	struct fake_device *f = open_device();

	prints(f, AIV11, "ascend register read $PC GPR0 AIC_ERROR_1",
	       "                      PC = 0x000012c041203ea0\n"
	       "                    GPR0 = 0x1122334455667788\n"
	       "             AIC_ERROR_1 = 0x40000000\n");
	prints(f, AIV11, "ascend register read",
	       "                      PC = 0x000012c041203ea0\n"
	       "                    GPR0 = 0x1122334455667788\n"
	       "                   GPR30 = 0x0000000000108040\n"
	       "30 registers were unavailable.\n");
	has(f, AIV11, "ascend register read -a", "          VEC_ERR_INFO_0 = 0x0000fca8\n");
	fails(f, AIV11, "ascend register read nope", TARGET_INVALID,
	      "Invalid register name 'nope'.");
	fails(f, AIV0, "ascend register read GPR1", TARGET_UNAVAILABLE,
	      "Get value for register_name=GPR1, register_addr=1, focus_core_id=25 failed");
	target_close(&f->a.base);
}

static void register_read_wide(void)
{
	struct fake_device *f = fake_device_create(15);
	uint16_t core = fake_core(f, CHIP_AIV, 70);
	const struct chip_reg *v1 = chip_reg_find(f->a.chip, "V1");
	const struct chip_reg *p0 = chip_reg_find(f->a.chip, "P0");
	uint8_t bytes[32];

	CU_ASSERT_FATAL(v1 && p0);
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)i;
	for (uint64_t i = 0; i < 8; i++)
		fake_entry(f, core, v1->addr + i, bytes, sizeof(bytes));
	fake_entry(f, core, p0->addr, bytes, sizeof(bytes));
	CU_ASSERT_FATAL(fake_open(f));
	has(f, core, "ascend register read V1", "V1 = {0x03020100 0x07060504 ");
	has(f, core, "ascend register read P0", "P0 = {0x00 0x01 0x02 ");
	target_close(&f->a.base);
}

/* --- x --- */

static void poke(struct fake_device *f, size_t block, const void *bytes, size_t n)
{
	memcpy(f->block_data[block], bytes, n);
}

static void x_formats(void)
{
	static const struct {
		const char *format, *line;
	} rows[] = {
		{ "float32[]", "{1 0.100000001 -2.5 inf}" },
		{ "hex", "{0x3f800000 0x3dcccccd 0xc0200000 0x7f800000}" },
		{ "x", "{0x3f800000 0x3dcccccd 0xc0200000 0x7f800000}" },
		{ "uint32_t[]", "{0x3f800000 0x3dcccccd 0xc0200000 0x7f800000}" },
		{ "int32_t[]", "{1065353216 1036831949 -1071644672 2139095040}" },
		{ "int16_t[]", "{0 16256 -13107 15820 0 -16352 0 32640}" },
		{ "uint16[]", "{0x0000 0x3f80 0xcccd 0x3dcc 0x0000 0xc020 0x0000 0x7f80}" },
		{ "int8[]", "{0 0 -128 63 -51 -52 -52 61 0 0 32 -64 0 0 -128 127}" },
		{ "int64_t[]", "{4453159313468293120 9187343243059134464}" },
		{ "uint64_t[]", "{0x3dcccccd3f800000 0x7f800000c0200000}" },
		{ "bfloat16[]", "{0 1 -1.07479e+08 0.0996094 0 -2.5 0 inf}" },
	};
	static const uint32_t words[] = { 0x3f800000, 0x3dcccccd, 0xc0200000, 0x7f800000 };
	struct fake_device *f = open_device();

	poke(f, 3, words, sizeof(words));
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		char line[128], want[160];
		snprintf(line, sizeof(line), "ascend x -m GM -f %s 0x12c000002000 -s 16 -c 1",
			 rows[i].format);
		snprintf(want, sizeof(want), "0x12c000002000: %s\n", rows[i].line);
		prints(f, AIV0, line, want);
	}
	target_close(&f->a.base);
}

static void x_halves(void)
{
	static const uint16_t halves[] = { 0x3c00, 0x42ce, 0xbc3a, 0x2c1b, 0x0001, 0x8000,
					   0x7c00, 0xfc00, 0x7e00, 0x03ff, 0x7bff, 0x0400 };
	struct fake_device *f = open_device();

	poke(f, 3, halves, sizeof(halves));
	prints(f, AIV0, "ascend x -m GM -f float16[] -s 24 -c 1 0x12c000002000",
	       "0x12c000002000: {1 3.40234 -1.05664 0.0641479 5.96046e-08 -0 inf -inf nan "
	       "6.09756e-05 65504 6.10352e-05}\n");
	target_close(&f->a.base);
}

static void x_classes(void)
{
	struct fake_device *f = open_device();
	static const struct {
		unsigned core;
		const char *words;
		unsigned salt, offset;
		uint64_t shown;
	} rows[] = {
		{ AIC3, "L0A 0", 100, 0, 0 },
		{ AIC3, "l0b 0x10", 101, 0x10, 0x10 },
		{ AIC3, "L0C 0x20", 102, 0x20, 0x20 },
		{ AIC3, "L1 64", 103, 64, 64 },
		{ AIV11, "UB 0x40", 104, 0x40, 0x40 },
		{ AIV11, "ICACHE 4", 105, 4, 4 },
		{ AIV11, "DCACHE 0x12c000000008", 106, 8, 0x12c000000008 },
		{ AIV11, "STACK 0x120040", 108, 0x40, 0x120040 },
		{ AIV11, "GM 0x12c000000008", 0, 8, 0x12c000000008 },
		{ AIV11, "GM 0xff000020000", 6, 0, 0xff000020000 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		char line[128], want[128];
		snprintf(line, sizeof(line), "ascend x -s 2 -c 1 -f uint8[] -m %s", rows[i].words);
		snprintf(want, sizeof(want), "0x%08llx: {0x%02x 0x%02x}\n",
			 (unsigned long long)rows[i].shown, fake_byte(rows[i].salt, rows[i].offset),
			 fake_byte(rows[i].salt, rows[i].offset + 1));
		prints(f, rows[i].core, line, want);
	}
	target_close(&f->a.base);
}

static void x_options(void)
{
	struct fake_device *f = open_device();
	char bytes[64] = { 0 };

	poke(f, 3, bytes, sizeof(bytes));
	/* defaults: 128 bytes a line, 4 lines; the block ends after 64 */
	prints(f, AIV0, "ascend x -m GM 0x12c000002030",
	       "0x12c000002030: {0x00000000 0x00000000 "
	       "0x00000000 0x00000000}\n");
	prints(f, AIV0, "ascend x -m GM -f float32[] -s 8 -c 2 -E 10 0x12c000002000",
	       "0x12c000002028: {0 0}\n0x12c000002030: {0 0}\n");
	prints(f, AIV0, "ascend x -m GM -f int16[] --offset 2 -s 2 -c 1 0x12c000002000",
	       "0x12c000002004: {0}\n");
	/* a last line that is cut */
	prints(f, AIV0, "ascend x -m GM -f int32[] -s 8 -c 9 0x12c000002034",
	       "0x12c000002034: {0 0}\n0x12c00000203c: {0}\n");
	target_close(&f->a.base);
}

static void x_errors(void)
{
	struct fake_device *f = open_device();
	static const struct {
		unsigned core;
		enum target_status status;
		const char *words, *want;
	} rows[] = {
		{ AIV0, TARGET_INVALID, "-m FB 0",
		  "Memory type is unknown, read memory from coredump file failed, please check "
		  "command: ascend info summary" },
		{ AIV11, TARGET_INVALID, "-m L0A 0",
		  "Memory type is not in this core id data, local data type is L0A" },
		{ AIV11, TARGET_FAULT, "-m UB 0x300",
		  "addr is not in range, please check command: ascend info summary" },
		{ AIV11, TARGET_FAULT, "-m UB 0x100000000",
		  "addr is not in range, please check command: ascend info summary" },
		{ AIV11, TARGET_FAULT, "-m DCACHE 0x12c000001000",
		  "addr is not in range, please check command: ascend info summary" },
		{ AIV11, TARGET_FAULT, "-m GM 0",
		  "addr is not in range, please check command: ascend info summary" },
		{ AIV11, TARGET_UNAVAILABLE, "-m GM 0x12c000004000",
		  "this memory data is invalid, please check command: ascend info summary" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		char line[128];
		snprintf(line, sizeof(line), "ascend x %s", rows[i].words);
		fails(f, rows[i].core, line, rows[i].status, rows[i].want);
	}
	target_close(&f->a.base);
}

static void x_usage(void)
{
	struct fake_device *f = open_device();
	static const char usage[] =
		"\nUsage: ascend x -m CLASS [-f FORMAT[]] [-s BYTES] [-c LINES] [-E SKIP] ADDR";
	static const char *const rows[][2] = {
		{ "0x10", "-m CLASS is missing" },
		{ "-m UB", "the address is missing" },
		{ "-m", "-m needs a value" },
		{ "-m XX 0", "'XX' is no value for -m" },
		{ "-m UB -f int7 0", "'int7' is no value for -f" },
		{ "-m UB -s 0 0", "'0' is no value for -s" },
		{ "-m UB -c x 0", "'x' is no value for -c" },
		{ "-m UB -c 0x 0", "'0x' is no value for -c" },
		{ "-m UB -s 3 0", "-s must be a multiple of 4 for this format" },
		{ "-m UB -s 65536 -c 65536 0", "more than 1048576 bytes" },
		{ "-m UB -q 3 0", "there is no option '-q'" },
		{ "-m UB --cc 3 0", "there is no option '--cc'" },
		{ "-m UB 0 1", "'1' is no address" },
		{ "-m UB 12z", "'12z' is no address" },
		{ "-m GM -E 1 0xffffffffffffffff", "the offset leads behind the last address" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		char line[128], want[256];
		snprintf(line, sizeof(line), "ascend x %s", rows[i][0]);
		snprintf(want, sizeof(want), "%s%s", rows[i][1], usage);
		fails(f, AIV11, line, TARGET_INVALID, want);
	}
	target_close(&f->a.base);
}

/* --- SIMT --- */

static void warp_entry(struct fake_device *f, uint16_t core, const char *name, unsigned warp,
		       uint64_t value)
{
	const struct chip_reg *reg = chip_reg_find(f->a.chip, name);

	CU_ASSERT_FATAL(reg != NULL);
	fake_entry(f, core, reg->addr | warp, &value, sizeof(value));
}

static struct fake_device *simt_device(uint64_t x, uint64_t y)
{
	struct fake_device *f = fake_device_create(15);
	uint16_t core = fake_core(f, CHIP_AIV, 70);

	fake_reg(f, core, "VEC_ERROR_T0_0", 4);
	fake_reg(f, core, "VEC_ERR_INFO_T0_5", 1 | 1 << 1); /* SIMT, warp 1 */
	fake_reg(f, core, "VTHREADDIM_X", x);
	fake_reg(f, core, "VTHREADDIM_Y", y);
	fake_reg(f, core, "VTHREADDIM_Z", 1);
	warp_entry(f, core, "SIMT_PC", 0, 0);
	warp_entry(f, core, "SIMT_PC", 1, 0x12c045678100);
	warp_entry(f, core, "EXECMASK", 0, 0);
	warp_entry(f, core, "EXECMASK", 1, 0x0000fff0);
	CU_ASSERT_FATAL(fake_open(f));
	return f;
}

static void simt_threads(void)
{
	struct fake_device *f = simt_device(20, 2);
	unsigned core = f->a.cores[0].unified;

	prints(f, core, "ascend info threads",
	       "  ThreadIdx To ThreadIdx ActiveCount             PC ActiveMask Filename Line\n"
	       "    (0,0,0)     (11,1,0)          32            END 0xffffffff       NA   NA\n"
	       "*  (12,1,0)     (19,1,0)           4 0x12c045678100 0x000000f0       NA   NA\n");
	has(f, core, "ascend stop", "  in a SIMT vector function, warp 1, thread 36\n");
	target_close(&f->a.base);

	f = simt_device(100, 100);
	fails(f, core, "ascend info threads", TARGET_INVALID,
	      "Invalid thread dim:(100,100,1), Their product is > 2048.");
	target_close(&f->a.base);

	f = open_device();
	fails(f, AIV11, "ascend info threads", TARGET_INVALID,
	      "The ascend info threads command can only run on in simt kernel.");
	target_close(&f->a.base);
}

static void simt_missing(void)
{
	struct fake_device *f = fake_device_create(15);
	uint16_t core = fake_core(f, CHIP_AIV, 70);

	fake_reg(f, core, "VEC_ERROR_T0_0", 4);
	fake_reg(f, core, "VEC_ERR_INFO_T0_5", 1);
	CU_ASSERT_FATAL(fake_open(f));
	fails(f, core, "ascend info threads", TARGET_UNAVAILABLE,
	      "GetThreadDim failed: the dimensions were not saved");
	fake_reg(f, core, "VTHREADDIM_X", 4);
	fake_reg(f, core, "VTHREADDIM_Y", 1);
	fake_reg(f, core, "VTHREADDIM_Z", 1);
	prints(f, core, "ascend info threads",
	       "  ThreadIdx To ThreadIdx ActiveCount PC ActiveMask Filename Line\n"
	       "*   (0,0,0)      (3,0,0)           0 NA 0x00000000       NA   NA\n");
	target_close(&f->a.base);
}

static const struct unit_test tests[] = {
	{ "dispatch", dispatch },
	{ "help", help },
	{ "info summary", summary },
	{ "info summary, odd rows", summary_odd },
	{ "info devices, cores, memory, tensors, kernels", info_tables },
	{ "stop", stop },
	{ "stop on chips without bit names", stop_odd },
	{ "aic, aiv", which_thread },
	{ "where, bt, bt --merge", stacks },
	{ "register read", register_read },
	{ "register read of vectors", register_read_wide },
	{ "x: formats", x_formats },
	{ "x: half floats", x_halves },
	{ "x: classes", x_classes },
	{ "x: options", x_options },
	{ "x: memory that is not there", x_errors },
	{ "x: arguments", x_usage },
	{ "info threads", simt_threads },
	{ "info threads without dimensions", simt_missing },
};

int main(void)
{
	return unit_run("ascend commands", tests, sizeof(tests) / sizeof(*tests));
}
