/*
 * `monitor ascend x` over the fake device: formats, classes, options, and memory or arguments that
 * make no sense.
 */
#include "tests/fake/fake_monitor.h"
#include "tests/unit/unit.h"

#include <stdio.h>
#include <string.h>

static struct fake_device *open_device(void)
{
	struct fake_device *f = fake_device_910b();

	CU_ASSERT_FATAL(fake_open(f));
	return f;
}

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
		fake_prints(f, AIV0, line, want);
	}
	target_close(&f->a.base);
}

static void x_halves(void)
{
	static const uint16_t halves[] = { 0x3c00, 0x42ce, 0xbc3a, 0x2c1b, 0x0001, 0x8000,
					   0x7c00, 0xfc00, 0x7e00, 0x03ff, 0x7bff, 0x0400 };
	struct fake_device *f = open_device();

	poke(f, 3, halves, sizeof(halves));
	fake_prints(f, AIV0, "ascend x -m GM -f float16[] -s 24 -c 1 0x12c000002000",
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
		fake_prints(f, rows[i].core, line, want);
	}
	target_close(&f->a.base);
}

static void x_options(void)
{
	struct fake_device *f = open_device();
	char bytes[64] = { 0 };

	poke(f, 3, bytes, sizeof(bytes));
	/* defaults: 128 bytes a line, 4 lines; the block ends after 64 */
	fake_prints(f, AIV0, "ascend x -m GM 0x12c000002030",
		    "0x12c000002030: {0x00000000 0x00000000 "
		    "0x00000000 0x00000000}\n");
	fake_prints(f, AIV0, "ascend x -m GM -f float32[] -s 8 -c 2 -E 10 0x12c000002000",
		    "0x12c000002028: {0 0}\n0x12c000002030: {0 0}\n");
	fake_prints(f, AIV0, "ascend x -m GM -f int16[] --offset 2 -s 2 -c 1 0x12c000002000",
		    "0x12c000002004: {0}\n");
	/* a last line that is cut */
	fake_prints(f, AIV0, "ascend x -m GM -f int32[] -s 8 -c 9 0x12c000002034",
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
		fake_fails(f, rows[i].core, line, rows[i].status, rows[i].want);
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
		{ "-m UB -s 65536 -c 65536 0", "more than 65536 bytes" },
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
		fake_fails(f, AIV11, line, TARGET_INVALID, want);
	}
	target_close(&f->a.base);
}

static const struct unit_test tests[] = {
	{ "formats", x_formats },
	{ "half floats", x_halves },
	{ "classes", x_classes },
	{ "options", x_options },
	{ "memory that is not there", x_errors },
	{ "arguments", x_usage },
};

int main(void)
{
	return unit_run("ascend x", tests, sizeof(tests) / sizeof(*tests));
}
