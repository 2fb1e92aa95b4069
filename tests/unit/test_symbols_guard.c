/*
 * Unit tests of the limits on what a kernel file may cost: small files that would keep libdwarf
 * busy for hours, and that what is not broken in them goes on working.
 */
#include <elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "target/symbols/guard_priv.h"
#include "target/text.h"
#include "tests/fake/sample_kernel.h"
#include "tests/unit/unit.h"

enum { BASE = 0x10000 };

static const char text[64];

/* A file with .text and one or two other sections, opened. */
static struct symbols_object *open_with(const char *a, const struct target_text *a_bytes,
					const char *b, const struct target_text *b_bytes)
{
	const struct sample_section sections[] = {
		{ ".text", SHT_PROGBITS, SHF_ALLOC, 0, text, sizeof(text) },
		{ a, SHT_PROGBITS, 0, 0, a_bytes->data, a_bytes->len },
		{ b, SHT_PROGBITS, 0, 0, b_bytes ? b_bytes->data : NULL,
		  b_bytes ? b_bytes->len : 0 },
	};
	struct symbols_error why = { "" };
	struct symbols_object *o;
	struct sample s;

	sample_make(ET_EXEC, KELF_MACHINE_ASCEND, sections, b ? 3 : 2, &s);
	o = symbols_open(s.bytes, s.n, BASE, &why);
	CU_ASSERT_PTR_NOT_NULL_FATAL(o);
	/* the translation says so too, and is not half done without a word */
	CU_ASSERT_EQUAL(symbols_translate(s.bytes, s.n, &why),
			!strstr(symbols_note(o), "too large") || !strcmp(a, ".debug_line"));
	sample_free(&s);
	return o;
}

static bool is_too_large(struct symbols_object *o)
{
	bool too_large = strstr(symbols_note(o), "too large or broken") != NULL;

	symbols_close(o);
	return too_large;
}

static void put(struct target_text *t, const void *bytes, size_t n)
{
	target_text_bytes(t, bytes, n);
}

static void put_32(struct target_text *t, uint32_t value)
{
	put(t, &value, sizeof(value));
}

/* DWARF 4 units, each of one DIE with abbreviation 1 and no attributes. */
static void put_units(struct target_text *t, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		put_32(t, 8);
		put(t, "\x04\0\0\0\0\0\x08\x01", 8);
	}
}

/* Abbreviation 1 behind `others` that nobody uses. */
static void put_table(struct target_text *t, size_t others)
{
	for (size_t i = 0; i < others; i++)
		put(t, "\x7f\x11\0\0\0", 5);
	put(t, "\x01\x11\0\0\0\0", 6);
}

static void expect_units(size_t units, size_t others, bool too_large)
{
	struct target_text info = { 0 }, abbrev = { 0 };

	put_units(&info, units);
	put_table(&abbrev, others);
	CU_ASSERT_EQUAL(is_too_large(open_with(".debug_info", &info, ".debug_abbrev", &abbrev)),
			too_large);
	target_text_deinit(&info);
	target_text_deinit(&abbrev);
}

static void test_units(void)
{
	expect_units(1, 100000, false);
	expect_units(100, 100, false);
	expect_units(100, 100000, true);
	expect_units(GUARD_UNITS + 1, 0, true);
}

static void test_attributes(void)
{
	struct target_text info = { 0 }, abbrev = { 0 };

	put_units(&info, 1);
	put(&abbrev, "\x01\x11\0", 3);
	for (size_t i = 0; i < 1000; i++)
		put(&abbrev, "\x21\x21\x01", 3); /* implicit constants need no bytes in a DIE */
	put(&abbrev, "\0\0\0", 3);
	CU_ASSERT_TRUE(is_too_large(open_with(".debug_info", &info, ".debug_abbrev", &abbrev)));
	target_text_deinit(&info);
	target_text_deinit(&abbrev);
}

/* DIEs that are all nested in one another as deep as they may be. */
static void test_dies(void)
{
	struct target_text info = { 0 }, abbrev = { 0 };
	const size_t depth = 100, leaves = 200000;

	put(&abbrev, "\x01\x11\x01\0\0\x02\x34\x01\0\0\x03\x34\0\0\0\0", 16);
	put_32(&info, (uint32_t)(7 + 1 + 2 * depth + leaves + 1));
	put(&info, "\x04\0\0\0\0\0\x08\x01", 8);
	for (size_t i = 0; i < depth; i++)
		put(&info, "\x02", 1);
	for (size_t i = 0; i < leaves; i++)
		put(&info, "\x03", 1);
	for (size_t i = 0; i <= depth; i++)
		put(&info, "", 1);
	CU_ASSERT_TRUE(is_too_large(open_with(".debug_info", &info, ".debug_abbrev", &abbrev)));
	target_text_deinit(&info);
	target_text_deinit(&abbrev);
}

/* Sibling attributes that lead back, for which libdwarf would never come to an end. */
static void test_siblings(void)
{
	/* unit { 2 { 3 -> itself } 2 {} }; the name of the attribute in one byte and in two */
	static const char unit[] = "\x04\0\0\0\0\0\x08\x01\x02\x03\x0d\0\x02\0\0";
	static const char short_name[] = "\x01\x11\x01\0\0\x02\x34\x01\0\0\x03\x34\0\x01\x11\0\0\0";
	static const char long_name[] =
		"\x01\x11\x01\0\0\x02\x34\x01\0\0\x03\x34\0\x81\0\x11\0\0\0";
	struct target_text info = { 0 }, abbrev = { 0 };

	put_32(&info, sizeof(unit) - 1);
	put(&info, unit, sizeof(unit) - 1);
	put(&abbrev, short_name, sizeof(short_name));
	CU_ASSERT_FALSE(is_too_large(open_with(".debug_info", &info, ".debug_abbrev", &abbrev)));
	target_text_deinit(&abbrev);
	put(&abbrev, long_name, sizeof(long_name));
	CU_ASSERT_FALSE(is_too_large(open_with(".debug_info", &info, ".debug_abbrev", &abbrev)));
	target_text_deinit(&abbrev);
	target_text_deinit(&info);
}

/* What libdwarf sees has no DW_AT_sibling, whichever way tables lie in one another. */
static void test_abbreviations(void)
{
	static const uint8_t info[] = { 8, 0, 0, 0, 4, 0, 0, 0, 0, 0, 8, 1,
					8, 0, 0, 0, 4, 0, 3, 0, 0, 0, 8, 1 };
	/* from 0: attribute 1 as 0x13; from 3: an abbreviation 1 of its own */
	static const uint8_t abbrev[] = { 1, 0x11, 0, 1, 0x13, 1, 0x13, 0, 0, 0, 0, 0, 0 };
	uint8_t file[64] = { 0 };
	struct kelf_section sections[] = {
		{ .name = ".debug_info", .size = sizeof(info), .in_file = true },
		{ .name = ".debug_abbrev",
		  .offset = sizeof(info),
		  .size = sizeof(abbrev),
		  .in_file = true },
	};
	struct kelf k = { .bytes = file, .n = sizeof(file), .sections = sections, .count = 2 };
	uint8_t *seen = NULL;

	memcpy(file, info, sizeof(info));
	memcpy(file + sizeof(info), abbrev, sizeof(abbrev));
	CU_ASSERT_TRUE(guard_units(&k, &seen));
	CU_ASSERT_PTR_NOT_NULL_FATAL(seen);
	CU_ASSERT_EQUAL(seen[3], 6);
	CU_ASSERT_EQUAL(seen[5], 6);
	CU_ASSERT_EQUAL(memcmp(file + sizeof(info), abbrev, sizeof(abbrev)), 0);
	free(seen);
}

static bool unwinds(struct symbols_object *o)
{
	struct symbols_frame f = { .pc = BASE + 8, .valid = UINT32_MAX };
	bool ok;

	f.regs[SYMBOLS_RA] = BASE + 16;
	ok = symbols_unwind(o, &f, true, NULL, NULL);
	symbols_close(o);
	return ok;
}

static void expect_frames(size_t cies, size_t fdes, bool usable)
{
	static const char cie[] = "\x0c\0\0\0\xff\xff\xff\xff\x01\0\x04\x78\x5f\x0c\x5e";
	struct target_text frames = { 0 };

	for (size_t i = 0; i < cies; i++)
		put(&frames, cie, sizeof(cie));
	for (size_t i = 0; i < fdes; i++) {
		uint64_t range[2] = { 4 * i, 4 };

		put_32(&frames, 20);
		put_32(&frames, (uint32_t)(16 * (cies - 1)));
		put(&frames, range, sizeof(range));
	}
	CU_ASSERT_EQUAL(unwinds(open_with(".debug_frame", &frames, NULL, NULL)), usable);
	target_text_deinit(&frames);
}

static void test_frames(void)
{
	expect_frames(1, 100000, true);
	expect_frames(100, 100, true);
	expect_frames(20000, 20000, false);
}

static void test_lines(void)
{
	static const struct kelf_section none = { .name = "" };
	static uint8_t line[16] = { 0x0c };
	struct kelf_section s = { .name = ".debug_line", .size = 16, .in_file = true };
	struct kelf k = { .bytes = line, .n = 16, .sections = &s, .count = 1 };
	uint64_t spent = 0;

	CU_ASSERT_TRUE(guard_lines(&k, 0, &spent));
	CU_ASSERT_EQUAL(spent, 12);
	CU_ASSERT_FALSE(guard_lines(&k, 13, &spent)); /* no whole length there */
	line[1] = 0xff;
	CU_ASSERT_FALSE(guard_lines(&k, 0, &spent));
	CU_ASSERT_FALSE(guard_lines(&k, UINT64_MAX, &spent));
	line[1] = 0;
	spent = GUARD_LINE_TOTAL - 11;
	CU_ASSERT_FALSE(guard_lines(&k, 0, &spent));
	s = none;
	spent = 0;
	CU_ASSERT_FALSE(guard_lines(&k, 0, &spent));
}

/* Tables of DWARF 5 whose entries have no bytes, or forms that need none. */
static void test_files(void)
{
#define HEAD "\x05\0\x08\0\0\0\0\0\x04\x01\x01\xfb\x0e\x01" /* opcode base 1 */
	static const struct {
		const char *tables;
		size_t n;
		bool ok;
	} rows[] = {
		{ "\0\0\0\0", 4, true },
		{ "\x01\x01\x08\x01"
		  "a\0"
		  "\x02\x01\x08\x02\x0b\x01"
		  "b\0\x05",
		  15, true },
		{ "\0\0\0\xff\xff\xff\x7f", 7, false }, /* files of no form */
		{ "\0\x01\0\0", 4, false },		/* a directory of no form */
		{ "\x01\x01\x19\x7f\0\0", 6, false },	/* flags that need no bytes */
		{ "\x01\x01\x08\x7f"
		  "a\0",
		  6, false },				     /* fewer than it says */
		{ "\x04\x01\x0e\x01\x1f\x01\x0f\x01\x1e\x01" /* 4 + 4 + 1 + 16 bytes */
		  "aaaabbbb\x01"
		  "0123456789abcdef"
		  "\0\0",
		  37, true },
		{ "\x05\x01\x09\x01\x05\x01\x06\x01\x07\x01\x25\x01" /* 2 + 2 + 4 + 8 + 1 */
		  "\x01"
		  "a"
		  "bb"
		  "cccc"
		  "dddddddd"
		  "1"
		  "\0\0",
		  31, true },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint8_t line[128] = { 0 };
		struct kelf_section s = { .name = ".debug_line", .in_file = true };
		struct kelf k = { .bytes = line, .sections = &s, .count = 1 };
		uint64_t spent = 0;

		line[0] = (uint8_t)(sizeof(HEAD) - 1 + rows[i].n);
		memcpy(line + 4, HEAD, sizeof(HEAD) - 1);
		memcpy(line + 4 + sizeof(HEAD) - 1, rows[i].tables, rows[i].n);
		s.size = k.n = 4 + sizeof(HEAD) - 1 + rows[i].n;
		CU_ASSERT_EQUAL(guard_lines(&k, 0, &spent), rows[i].ok);
		if (guard_lines(&k, 0, &spent) != rows[i].ok)
			printf("row %zu\n", i);
	}
#undef HEAD
}

int main(void)
{
	static const struct unit_test tests[] = {
		{ "units", test_units },
		{ "attributes", test_attributes },
		{ "DIEs", test_dies },
		{ "siblings", test_siblings },
		{ "abbreviations", test_abbreviations },
		{ "frames", test_frames },
		{ "lines", test_lines },
		{ "files", test_files },
	};

	return unit_run("symbols_guard", tests, sizeof(tests) / sizeof(tests[0]));
}
