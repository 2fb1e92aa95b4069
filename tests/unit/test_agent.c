/*
 * target/agent: programs of agent expressions, good and hostile, as hex. Registers are 0x100 +
 * their number below 16; memory has "hello" at 0x1000 and bytes 1 2 3 ... from 0x2000 on.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rsp/hex.h"
#include "target/agent.h"
#include "tests/unit/unit.h"

enum { REGS = 16, TEXT_AT = 0x1000, BYTES_AT = 0x2000, BYTES_N = 256 };

struct world {
	char out[4096];
	size_t n;
};

static bool world_reg(void *ctx, unsigned number, uint64_t *value)
{
	(void)ctx;
	*value = 0x100 + number;
	return number < REGS;
}

static bool world_mem(void *ctx, uint64_t at, void *buf, size_t n)
{
	static const char text[256] = "hello";

	(void)ctx;
	if (at >= TEXT_AT && n <= sizeof(text) && at - TEXT_AT <= sizeof(text) - n) {
		memcpy(buf, text + (at - TEXT_AT), n);
		return true;
	}
	for (size_t i = 0; i < n; i++) {
		if (at + i < BYTES_AT || at + i >= BYTES_AT + BYTES_N)
			return false;
		((uint8_t *)buf)[i] = (uint8_t)(at + i - BYTES_AT + 1);
	}
	return true;
}

static void world_print(void *ctx, const char *text, size_t n)
{
	struct world *w = ctx;

	if (w->n + n >= sizeof(w->out))
		return;
	memcpy(w->out + w->n, text, n);
	w->n += n;
	w->out[w->n] = '\0';
}

/* A copy of just its size, so that a sanitizer sees reads behind it. */
static struct agent_code code_of(const char *hex)
{
	size_t n = strlen(hex) / 2;
	uint8_t *bytes = malloc(n ? n : 1);

	CU_ASSERT_FATAL(bytes && rsp_hex_decode(hex, 2 * n, bytes));
	return (struct agent_code){ bytes, n };
}

static const char *run_in(struct world *w, const char *hex, uint64_t *value)
{
	struct agent_access access = { world_reg, world_mem, w, world_print, w };
	struct agent_code code = code_of(hex);
	const char *why = agent_check(&code);

	if (!why)
		why = agent_run(&code, &access, value);
	free((void *)(uintptr_t)code.bytes);
	return why;
}

#define TWO(a, b, op) "22" a "22" b op "27"
#define MINUS(op)     "2205" "22ff1608" op "27"

static const struct {
	const char *hex;
	uint64_t value;
} good[] = {
	{ "27", 0 },
	{ "222a27", 42 },
	{ "23123427", 0x1234 },
	{ "241234567827", 0x12345678 },
	{ "25123456789abcdef027", 0x123456789abcdef0 },
	{ TWO("07", "05", "02"), 12 },
	{ TWO("07", "05", "03"), 2 },
	{ TWO("05", "07", "03"), (uint64_t)-2 },
	{ TWO("07", "05", "04"), 35 },
	{ TWO("13", "05", "05"), 3 },
	{ MINUS("05"), (uint64_t)-5 },
	{ "258000000000000000" "22ff1608" "05" "27", UINT64_C(1) << 63 },
	{ "258000000000000000" "22ff1608" "07" "27", 0 },
	{ "22f91608" "2202" "07" "27", (uint64_t)-1 },
	{ MINUS("06"), 0 },
	{ TWO("13", "05", "06"), 3 },
	{ TWO("13", "05", "08"), 4 },
	{ TWO("01", "04", "09"), 16 },
	{ TWO("01", "40", "09"), 0 },
	{ TWO("80", "03", "0b"), 16 },
	{ TWO("80", "ff", "0b"), 0 },
	{ "22801608" "2203" "0a" "27", (uint64_t)-16 },
	{ "22801608" "22ff" "0a" "27", (uint64_t)-1 },
	{ "22000e27", 1 },
	{ "22050e27", 0 },
	{ TWO("0c", "0a", "0f"), 8 },
	{ TWO("0c", "0a", "10"), 14 },
	{ TWO("0c", "0a", "11"), 6 },
	{ "22001227", UINT64_MAX },
	{ TWO("05", "05", "13"), 1 },
	{ TWO("05", "06", "13"), 0 },
	{ "22ff1608" "2201" "14" "27", 1 },
	{ "22ff1608" "2201" "15" "27", 0 },
	{ TWO("01", "02", "15"), 1 },
	{ "22ff160827", UINT64_MAX },
	{ "227f160827", 0x7f },
	{ "22ff160027", 0 },
	{ "22ff164027", 0xff },
	{ "22ff16ff27", 0xff },
	{ "2312342a0827", 0x34 },
	{ "2312342a0027", 0 },
	{ "2312342a4027", 0x1234 },
	{ "2320001727", 1 },
	{ "2320001827", 0x201 },
	{ "2320001927", 0x4030201 },
	{ "2320001a27", 0x807060504030201 },
	{ "26000527", 0x105 },
	{ "2205280227", 10 },
	{ "220522062927", 5 },
	{ "220522072b0327", 2 },
	{ "220122022203" "3202" "27", 1 },
	{ "220122022203" "3200" "27", 3 },
	/* a b c: c a b */
	{ "220122022203" "33" "27", 2 },
	{ "220122022203" "332929" "27", 3 },
	/* if (1) 5 else 6; if (0) 5 else 6; a jump over code that nothing reaches */
	{ "2201" "20000a" "2206" "21000c" "2205" "27", 5 },
	{ "2200" "20000a" "2206" "21000c" "2205" "27", 6 },
	{ "2207" "210006" "27" "27", 7 },
	/* sum 0, counter 3: while (counter) sum += counter--; the sum is below the counter */
	{ "2200" "2203"        /* 0: sum counter */
	  "28" "0e" "200013"   /* 4: no counter left: go to the end */
	  "28" "33" "02" "2b"  /* 9: counter (sum + counter), the other way round */
	  "2201" "03"          /* 13: counter - 1 */
	  "210004" "29" "27", 6 },
};

static void test_good(void)
{
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		struct world w = { .n = 0 };
		uint64_t value = 99;
		const char *why = run_in(&w, good[i].hex, &value);

		if (why || value != good[i].value)
			printf("%s: %s, %#llx\n", good[i].hex, why ? why : "runs",
			       (unsigned long long)value);
		CU_ASSERT_TRUE(!why && value == good[i].value);
	}
}

/* Refused before they run. */
static const struct {
	const char *hex, *why;
} bad[] = {
	{ "", "without code" },
	{ "2201", "out of its code" },
	{ "210000", NULL },
	{ "00", "unknown" },
	{ "ff27", "unknown" },
	{ "3127", "unknown" },
	{ "3527", "unknown" },
	{ "2200010227", "unknown" }, /* float */
	{ "2200" "1b27", "unknown" }, /* a float from memory */
	{ "22002201" "0c27", "unknown" }, /* trace */
	{ "2200" "0d0127", "unknown" },
	{ "22002201" "2f27", "unknown" },
	{ "2200" "30000127", "unknown" },
	{ "2c000127", "unknown" }, /* trace state variables */
	{ "2d000127", "unknown" },
	{ "2e000127", "unknown" },
	{ "22", "unknown, cut off" },
	{ "2301", "cut off" },
	{ "2512345678123456", "cut off" },
	{ "2600", "cut off" },
	{ "2100", "cut off" },
	{ "210001" "27", "middle" },
	{ "210004" "2234" "27", "middle" },
	{ "21ffff" "27", "out of its code" },
	{ "210004" "27", "out of its code" },
	{ "2201" "20ffff" "27", "out of its code" },
	{ "0227", "more from the stack" },
	{ "22010227", "more from the stack" },
	{ "2827", "more from the stack" },
	{ "2927", "more from the stack" },
	{ "22012b27", "more from the stack" },
	{ "220122023327", "more from the stack" },
	{ "2201" "320127", "more from the stack" },
	{ "2201" "32ff27", "more from the stack" },
	{ "20000327", "more from the stack" },
	{ "1727", "more from the stack" },
	/* depth grows in a loop, differs after a branch */
	{ "2201" "210000", "different depths" },
	{ "2201" "200007" "2205" "27", "different depths" },
	/* printf: no room for its operands, no NUL, wrong length, too many arguments */
	{ "22002200" "3400", "cut off" },
	{ "22002200" "34000000" "27", "cut off" },
	{ "22002200" "34000005" "6100" "27", "cut off" },
	{ "22002200" "34000002" "6161" "27", "cut off" },
	{ "2200" "34000002" "6100" "27", "more from the stack" },
	{ "22002200" "34010002" "6100" "27", "number of arguments" },
	{ "22002200" "34ff0002" "6100" "27", "number of arguments" },
	{ "22002200" "34000003" "256400" "27", "number of arguments" },
	/* %n %f %*d %ls %lc "%" "\" \q */
	{ "220022002200" "34010003" "256e00" "27", "directive" },
	{ "220022002200" "34010003" "256600" "27", "directive" },
	{ "220022002200" "34010004" "252a6400" "27", "directive" },
	{ "220022002200" "34010004" "256c7300" "27", "directive" },
	{ "220022002200" "34010004" "256c6300" "27", "directive" },
	{ "220022002200" "34010002" "2500" "27", "directive" },
	{ "220022002200" "3401000c" "25393939393939393939" "6400" "27", "directive" },
	{ "22002200" "34000002" "5c00" "27", "escape" },
	{ "22002200" "34000003" "5c7100" "27", "escape" },
};

static void test_bad(void)
{
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct agent_code code = code_of(bad[i].hex);
		const char *why = agent_check(&code);
		bool ok = bad[i].why ? why && strstr(why, bad[i].why) : !why;

		if (!ok)
			printf("%s: %s\n", bad[i].hex, why ? why : "passes");
		CU_ASSERT_TRUE(ok);
		free((void *)(uintptr_t)code.bytes);
	}
}

/* Checked, and wrong only when they run. */
static const struct {
	const char *hex, *why;
} failing[] = {
	{ TWO("01", "00", "05"), "division by zero" },
	{ TWO("01", "00", "06"), "division by zero" },
	{ TWO("01", "00", "07"), "division by zero" },
	{ TWO("01", "00", "08"), "division by zero" },
	{ "26001027", "register" },
	{ "26ffff27", "register" },
	{ "22001727", "memory" },
	{ "2320ff1827", "memory" }, /* the last byte is there, the next is not */
	{ "22ff16081a27", "memory" },
	{ "210000", "endless" },
	{ "2201" "28" "200002" "27", "endless" },
	{ "2201" "22002200" "34010003" "257300" "27", "string" },
	/* a printf in a loop */
	{ "22002200" "34000002" "6100" "210000", "endless" },
};

static void test_failing(void)
{
	for (size_t i = 0; i < sizeof(failing) / sizeof(failing[0]); i++) {
		struct world w = { .n = 0 };
		uint64_t value;
		const char *why = run_in(&w, failing[i].hex, &value);

		if (!why || !strstr(why, failing[i].why))
			printf("%s: %s\n", failing[i].hex, why ? why : "runs");
		CU_ASSERT_TRUE(why && strstr(why, failing[i].why));
	}
}

/* Depth 100 is the most: that many constants, and one more. */
static void test_depth(void)
{
	for (size_t n = 98; n <= 102; n++) {
		char hex[4 * 102 + 3];

		for (size_t i = 0; i < n; i++)
			memcpy(hex + 4 * i, "2201", 4);
		memcpy(hex + 4 * n, "27", 3);
		struct agent_code code = code_of(hex);
		CU_ASSERT_EQUAL(agent_check(&code) == NULL, n <= AGENT_STACK);
		free((void *)(uintptr_t)code.bytes);
	}
}

static void test_size(void)
{
	uint8_t *bytes = calloc(1, AGENT_BYTES + 1);
	struct agent_code code = { bytes, AGENT_BYTES };

	CU_ASSERT_FATAL(bytes != NULL);
	memset(bytes, 0x27, AGENT_BYTES);
	CU_ASSERT_PTR_NULL(agent_check(&code));
	code.n++;
	CU_ASSERT_PTR_NOT_NULL(agent_check(&code));
	free(bytes);
}

/* Format, up to two arguments, what is printed. %s takes an address. */
static const struct {
	const char *format;
	uint64_t a, b;
	unsigned args;
	const char *out;
} prints[] = {
	{ "plain 100%%", 0, 0, 0, "plain 100%" },
	{ "a\\n\\t\\\\\\\"\\e", 0, 0, 0, "a\n\t\\\"\033" },
	{ "%d %i", 5, (uint64_t)-5, 2, "5 -5" },
	{ "%d", 0xffffffff, 0, 1, "-1" },
	{ "%u %x", 0x1ffffffff, 0x1ffffffff, 2, "4294967295 ffffffff" },
	{ "%ld %llu", UINT64_MAX, UINT64_MAX, 2, "-1 18446744073709551615" },
	{ "%hhd %hu", 0x1ff, 0x1ffff, 2, "-1 65535" },
	{ "%jd %zx", (uint64_t)-2, UINT64_MAX, 2, "-2 ffffffffffffffff" },
	{ "%ld", UINT64_C(1) << 63, 0, 1, "-9223372036854775808" },
	{ "[%5d|%-5d]", 42, 42, 2, "[   42|42   ]" },
	{ "[%05d|%+d]", (uint64_t)-42, 42, 2, "[-0042|+42]" },
	{ "[% d|%.3d]", 42, 7, 2, "[ 42|007]" },
	{ "[%6.3d|%-6.3d]", (uint64_t)-7, 7, 2, "[  -007|007   ]" },
	{ "[%.0d|%.d]", 0, 0, 2, "[|]" },
	{ "[%#x|%#X]", 255, 255, 2, "[0xff|0XFF]" },
	{ "[%#x|%#o]", 0, 8, 2, "[0|010]" },
	{ "[%#08x|%-08d]", 255, 1, 2, "[0x0000ff|1       ]" },
	{ "[%p|%20p]", 4096, 16, 2, "[0x1000|                0x10]" },
	{ "%c%c", 'o', 'k', 2, "ok" },
	{ "[%3c|%-3c]", 'o', 'k', 2, "[  o|k  ]" },
	{ "[%s|%10s]", TEXT_AT, TEXT_AT, 2, "[hello|     hello]" },
	{ "[%-10s|%.2s]", TEXT_AT, TEXT_AT, 2, "[hello     |he]" },
	{ "[%s|%.0s]", 0, 0, 2, "[(null)|]" },
	/* a precision reads no further than that */
	{ "%.1s%.1d", BYTES_AT + 255, 1, 2, "" },
};

/* The expression that prints one row, as GDB makes it. */
static struct agent_code print_code(size_t row)
{
	size_t n = strlen(prints[row].format) + 1, at = 0;
	uint8_t *bytes = malloc(64 + n);
	uint64_t args[] = { prints[row].a, prints[row].b };

	CU_ASSERT_FATAL(bytes != NULL);
	for (unsigned i = prints[row].args; i-- > 0;) {
		bytes[at++] = 0x25;
		for (int shift = 56; shift >= 0; shift -= 8)
			bytes[at++] = (uint8_t)(args[i] >> shift);
	}
	memcpy(bytes + at, "\x22\x00\x22\x00\x34", 5);
	at += 5;
	bytes[at++] = (uint8_t)prints[row].args;
	bytes[at++] = (uint8_t)(n >> 8);
	bytes[at++] = (uint8_t)n;
	memcpy(bytes + at, prints[row].format, n);
	at += n;
	bytes[at++] = 0x27;
	return (struct agent_code){ bytes, at };
}

static void test_prints(void)
{
	for (size_t i = 0; i < sizeof(prints) / sizeof(prints[0]); i++) {
		struct world w = { .n = 0 };
		struct agent_access access = { world_reg, world_mem, &w, world_print, &w };
		struct agent_code code = print_code(i);
		uint64_t value;
		const char *why = agent_check(&code);

		if (!why)
			why = agent_run(&code, &access, &value);
		bool same = !why && (!prints[i].out[0] || !strcmp(w.out, prints[i].out));
		if (!same)
			printf("%s: %s %s\n", prints[i].format, why ? why : "", w.out);
		CU_ASSERT_TRUE(same);
		free((void *)(uintptr_t)code.bytes);
	}
}

int main(void)
{
	static const struct unit_test tests[] = {
		{ "good programs", test_good },	   { "refused programs", test_bad },
		{ "failing programs", test_failing }, { "depth of the stack", test_depth },
		{ "size of a program", test_size },   { "printf", test_prints },
	};

	return unit_run("agent", tests, sizeof(tests) / sizeof(tests[0]));
}
