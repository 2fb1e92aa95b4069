/*
 * Unit tests of the small parts of target/symbols: the cursor over bytes, the operand tables, the
 * evaluator of expressions, words for the user, digests.
 */
#include <string.h>

#include "target/symbols/evaluate_priv.h"
#include "target/symbols/operands_priv.h"
#include "target/symbols/words_priv.h"
#include "tests/unit/unit.h"

static void test_fixed(void)
{
	static const uint8_t raw[] = { 1, 2, 3, 4, 5, 6, 7, 8, 9 };
	struct bytes b = bytes_of(raw, sizeof(raw));

	CU_ASSERT_EQUAL(bytes_fixed(&b, 1), 1);
	CU_ASSERT_EQUAL(bytes_fixed(&b, 2), 0x0302);
	CU_ASSERT_EQUAL(bytes_fixed(&b, 4), 0x07060504);
	CU_ASSERT_EQUAL(bytes_left(&b), 2);
	CU_ASSERT_FALSE(b.bad);
	CU_ASSERT_EQUAL(bytes_fixed(&b, 4), 0);
	CU_ASSERT_TRUE(b.bad);
	CU_ASSERT_EQUAL(bytes_left(&b), 0);
	b = bytes_of(raw, sizeof(raw));
	CU_ASSERT_EQUAL(bytes_fixed(&b, 9), 0);
	CU_ASSERT_TRUE(b.bad);
	b = bytes_of(NULL, 0);
	CU_ASSERT_EQUAL(bytes_fixed(&b, 1), 0);
	CU_ASSERT_TRUE(b.bad);
}

static void test_ranges(void)
{
	static const uint8_t raw[] = { 1, 2, 3, 4 };
	struct bytes b = bytes_of(raw, sizeof(raw));
	struct bytes part = bytes_take(&b, 2);

	CU_ASSERT_EQUAL(bytes_left(&part), 2);
	CU_ASSERT_EQUAL(bytes_fixed(&b, 1), 3);
	part = bytes_take(&b, 2);
	CU_ASSERT_TRUE(part.bad && b.bad);
	CU_ASSERT_EQUAL(bytes_left(&part), 0);
	b = bytes_of(raw, sizeof(raw));
	bytes_skip(&b, 4);
	CU_ASSERT_FALSE(b.bad);
	bytes_skip(&b, UINT64_MAX);
	CU_ASSERT_TRUE(b.bad);
}

static uint64_t uleb(const void *raw, size_t n, bool *bad)
{
	struct bytes b = bytes_of(raw, n);
	uint64_t value = bytes_uleb(&b);

	*bad = b.bad;
	return value;
}

static int64_t sleb(const void *raw, size_t n)
{
	struct bytes b = bytes_of(raw, n);

	return bytes_sleb(&b);
}

static void test_leb(void)
{
	bool bad;

	CU_ASSERT_EQUAL(uleb("\x5e", 1, &bad), 94);
	CU_ASSERT_EQUAL(uleb("\xde\x80\x00", 3, &bad), 94);
	CU_ASSERT_EQUAL(uleb("\xe5\x8e\x26", 3, &bad), 624485);
	CU_ASSERT_EQUAL(uleb("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 10, &bad), UINT64_MAX);
	CU_ASSERT_FALSE(bad);
	/* more than 64 bits: the rest is dropped, the cursor goes on */
	CU_ASSERT_EQUAL(uleb("\x81\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01", 12, &bad), 1);
	CU_ASSERT_FALSE(bad);
	uleb("\x80\x80", 2, &bad);
	CU_ASSERT_TRUE(bad);
	CU_ASSERT_EQUAL(sleb("\x7f", 1), -1);
	CU_ASSERT_EQUAL(sleb("\x3f", 1), 63);
	CU_ASSERT_EQUAL(sleb("\xc0\xbb\x78", 3), -123456);
	CU_ASSERT_EQUAL(sleb("\x80\x80\x80\x80\x80\x80\x80\x80\x80\x7f", 10), INT64_MIN);
}

static const struct operand_sizes sizes = { .address = 8, .ref = 4 };

static void test_operands(void)
{
	/* bregx 94 -8; entry_value { regx 95 }; const_type 0x30 {2 bytes}; call_ref; addr */
	static const uint8_t raw[] = { 0x92, 94, 0x78, 0xa3, 2, 0x90, 95, 0xa4, 0x30,
				       2,    1,	 2,    0x9a, 1, 0,    0,  0,	0x03,
				       8,    0,	 0,    0,    0, 0,    0,  0 };
	struct bytes b = bytes_of(raw, sizeof(raw));
	struct operands op;

	CU_ASSERT_TRUE(operands_expression(&b, &sizes, &op));
	CU_ASSERT_EQUAL(op.reg_count, 1);
	CU_ASSERT_EQUAL(op.reg[0], 94);
	CU_ASSERT_PTR_EQUAL(op.reg_at[0], raw + 1);
	CU_ASSERT_EQUAL((int64_t)op.number[0], -8);
	CU_ASSERT_TRUE(operands_expression(&b, &sizes, &op));
	CU_ASSERT_TRUE(op.has_block);
	CU_ASSERT_EQUAL(bytes_left(&op.block), 2);
	CU_ASSERT_TRUE(operands_expression(&b, &sizes, &op));
	CU_ASSERT_EQUAL(op.number[0], 0x30);
	CU_ASSERT_TRUE(operands_expression(&b, &sizes, &op));
	CU_ASSERT_EQUAL(op.number[0], 1);
	CU_ASSERT_TRUE(operands_expression(&b, &sizes, &op));
	CU_ASSERT_EQUAL(op.number[0], 8);
	CU_ASSERT_FALSE(operands_expression(&b, &sizes, &op));
}

static void test_operands_end(void)
{
	static const uint8_t unknown[] = { 0x01, 0x92 };
	static const uint8_t cut[] = { 0x92, 94 };
	struct bytes b = bytes_of(unknown, sizeof(unknown));
	struct operands op;

	CU_ASSERT_FALSE(operands_expression(&b, &sizes, &op));
	b = bytes_of(cut, sizeof(cut));
	CU_ASSERT_FALSE(operands_expression(&b, &sizes, &op));
	b = bytes_of("\x09\x5e\x5f", 3); /* DW_CFA_register */
	CU_ASSERT_TRUE(operands_frame(&b, &sizes, &op));
	CU_ASSERT_EQUAL(op.reg_count, 2);
	CU_ASSERT_EQUAL(op.reg[1], 95);
	b = bytes_of("\x3f", 1);
	CU_ASSERT_FALSE(operands_frame(&b, &sizes, &op));
	b = bytes_of("\x04\x01\x02\x01\x30", 5); /* offset_pair 1 2 { lit0 } */
	CU_ASSERT_TRUE(operands_location(&b, &sizes, &op));
	CU_ASSERT_EQUAL(op.number[1], 2);
	CU_ASSERT_EQUAL(bytes_left(&op.block), 1);
	b = bytes_of("\x0a", 1);
	CU_ASSERT_FALSE(operands_location(&b, &sizes, &op));
}

/* Memory: the byte at an address is its low byte; nothing from 0x1000 on. */
static bool read_memory(void *ctx, uint64_t at, void *buf, size_t n)
{
	uint8_t *to = buf;

	(void)ctx;
	for (size_t i = 0; i < n; i++)
		to[i] = (uint8_t)(at + i);
	return at < 0x1000;
}

static bool run(const void *code, size_t n, uint64_t *out)
{
	static const struct symbols_frame frame = { .regs = { [3] = 300, [31] = 0x800 },
						    .valid = UINT32_C(1) << 3 | UINT32_C(1) << 31 };
	struct evaluation e = { .frame = &frame, .read = read_memory, .base = 0x10000 };

	return evaluate_expression(&e, bytes_of(code, n), out);
}

static void test_evaluate(void)
{
	static const struct {
		const char *code;
		size_t n;
		uint64_t want;
	} rows[] = {
		{ "\x08\xff", 2, 255 },			     /* const1u */
		{ "\x09\xff", 2, UINT64_MAX },		     /* const1s */
		{ "\x0b\xfe\xff", 3, (uint64_t)-2 },	     /* const2s */
		{ "\x0d\xfd\xff\xff\xff", 5, (uint64_t)-3 }, /* const4s */
		{ "\x0c\xff\xff\xff\xff", 5, UINT32_MAX },   /* const4u */
		{ "\x10\x80\x01", 3, 128 },		     /* constu */
		{ "\x11\x7f", 2, UINT64_MAX },		     /* consts */
		{ "\x03\x08\0\0\0\0\0\0\0", 9, 0x10008 },    /* addr: plus the load address */
		{ "\x73\x04", 2, 304 },			     /* breg3 4 */
		{ "\x92\x1f\x78", 3, 0x7f8 },		     /* bregx 31 -8 */
		{ "\x8f\x00\x06", 3, 0x0706050403020100 },   /* breg31 0, deref */
		{ "\x8f\x00\x94\x02", 4, 0x0100 },	     /* deref_size 2 */
		{ "\x31\x12\x22", 3, 2 },		     /* lit1 dup plus */
		{ "\x31\x32\x13", 3, 1 },		     /* drop */
		{ "\x31\x32\x14", 3, 1 },		     /* over */
		{ "\x31\x32\x33\x15\x02", 5, 1 },	     /* pick 2 */
		{ "\x31\x32\x16\x1c", 4, 1 },		     /* swap minus */
		{ "\x31\x32\x33\x17", 4, 2 },		     /* rot */
		{ "\x31\x1f\x19", 3, 1 },		     /* neg abs */
		{ "\x30\x20", 2, UINT64_MAX },		     /* not */
		{ "\x35\x23\x05", 3, 10 },		     /* plus_uconst */
		{ "\x37\x32\x1b", 3, 3 },		     /* div */
		{ "\x11\x79\x32\x1b", 4, (uint64_t)-3 },     /* -7 / 2 */
		{ "\x37\x11\x7f\x1b", 4, (uint64_t)-7 },     /* 7 / -1 */
		{ "\x37\x33\x1d", 3, 1 },		     /* mod */
		{ "\x37\x33\x1e", 3, 21 },		     /* mul */
		{ "\x3c\x36\x1a", 3, 4 },		     /* 12 and 6 */
		{ "\x3c\x36\x21", 3, 14 },		     /* or */
		{ "\x3c\x36\x27", 3, 10 },		     /* xor */
		{ "\x31\x34\x24", 3, 16 },		     /* shl */
		{ "\x31\x08\x40\x24", 4, 0 },		     /* shl 64 */
		{ "\x3c\x32\x25", 3, 3 },		     /* shr */
		{ "\x11\x7c\x31\x26", 4, (uint64_t)-2 },     /* shra */
		{ "\x11\x7c\x08\x50\x26", 5, UINT64_MAX },   /* shra 80 */
		{ "\x11\x7c\x30\x26", 4, (uint64_t)-4 },     /* shra 0 */
		{ "\x31\x31\x29", 3, 1 },		     /* eq */
		{ "\x11\x7f\x31\x2a", 4, 0 },		     /* -1 ge 1 */
		{ "\x32\x31\x2b", 3, 1 },		     /* gt */
		{ "\x32\x31\x2c", 3, 0 },		     /* le */
		{ "\x11\x7f\x31\x2d", 4, 1 },		     /* lt: signed */
		{ "\x32\x31\x2e", 3, 1 },		     /* ne */
		{ "\x2f\x01\x00\x96\x37", 5, 7 },	     /* skip over nop */
		{ "\x32\x31\x28\x01\x00\x13\x96", 7, 2 },    /* bra taken: 2 stays */
		{ "\x32\x33\x30\x28\x01\x00\x13", 7, 2 },    /* bra not taken: 3 is dropped */
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint64_t got = 0;

		CU_ASSERT_TRUE(run(rows[i].code, rows[i].n, &got));
		CU_ASSERT_EQUAL(got, rows[i].want);
		if (got != rows[i].want)
			printf("expression %zu\n", i);
	}
}

static void test_evaluate_refuses(void)
{
	static const struct {
		const char *code;
		size_t n;
	} rows[] = {
		{ "", 0 },		       /* nothing to take from the stack */
		{ "\x12", 1 },		       /* dup of nothing */
		{ "\x31\x14", 2 },	       /* over */
		{ "\x74\x00", 2 },	       /* breg4: not known */
		{ "\x92\x21\x00", 3 },	       /* bregx 33: no such register */
		{ "\x9c", 1 },		       /* CFA while the CFA is computed */
		{ "\x0a\x00\x20\x06", 4 },     /* deref of what cannot be read */
		{ "\x31\x94\x09", 3 },	       /* deref_size 9 */
		{ "\x31\x94\x00", 3 },	       /* deref_size 0 */
		{ "\x31\x30\x1b", 3 },	       /* division by zero */
		{ "\x2f\xfd\xff", 3 },	       /* endless loop */
		{ "\x2f\x70\xff", 3 },	       /* jump before the start */
		{ "\x2f\x01\x00", 3 },	       /* jump behind the end */
		{ "\x50", 1 },		       /* reg0 is a place, not a value */
		{ "\x31\x01", 2 },	       /* unknown operation */
		{ "\x31\x12\x2f\xfc\xff", 5 }, /* loop that fills the stack */
	};
	uint64_t got;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		CU_ASSERT_FALSE(run(rows[i].code, rows[i].n, &got));
}

static void test_words(void)
{
	struct symbols_error e = { "" };
	char long_text[SYMBOLS_WORDS + 10];

	memset(long_text, 'x', sizeof(long_text) - 1);
	long_text[sizeof(long_text) - 1] = '\0';
	CU_ASSERT_FALSE(words_fail(&e, "number %d", 7));
	CU_ASSERT_STRING_EQUAL(e.text, "number 7");
	CU_ASSERT_FALSE(words_fail(NULL, "nobody listens"));
	words_fail(&e, "%s", long_text);
	CU_ASSERT_EQUAL(strlen(e.text), SYMBOLS_WORDS - 1);
	e.text[0] = '\0';
	words_note(&e, "one");
	words_note(&e, "two");
	words_note(&e, "one");
	words_note(&e, long_text);
	CU_ASSERT_STRING_EQUAL(e.text, "one; two");
}

static void test_digest(void)
{
	char text[SYMBOLS_SHA256_TEXT];

	symbols_sha256("abc", 3, text);
	CU_ASSERT_STRING_EQUAL(text, "ba7816bf8f01cfea414140de5dae2223"
				     "b00361a396177a9cb410ff61f20015ad");
}

int main(void)
{
	static const struct unit_test tests[] = {
		{ "fixed numbers", test_fixed },
		{ "ranges", test_ranges },
		{ "LEB128", test_leb },
		{ "operands", test_operands },
		{ "operands: unknown and cut", test_operands_end },
		{ "expressions", test_evaluate },
		{ "expressions that fail", test_evaluate_refuses },
		{ "words", test_words },
		{ "digest", test_digest },
	};

	return unit_run("symbols_bytes", tests, sizeof(tests) / sizeof(tests[0]));
}
