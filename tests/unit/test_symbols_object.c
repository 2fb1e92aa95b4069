/*
 * Unit tests of an opened kernel: identity, sections, load image, remarks, functions and lines;
 * compiled kernels, made ones for the odd cases, and damaged ones, which must only lose what is
 * broken.
 */
#include <elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "target/symbols/kelf_priv.h"
#include "target/symbols/symbols.h"
#include "tests/fake/sample_kernel.h"
#include "tests/unit/unit.h"

enum { BASE = 0x12c041200000, MACHINE = KELF_MACHINE_ASCEND };

static struct symbols_object *open_sample(const struct sample *s)
{
	struct symbols_error why = { "" };
	struct symbols_object *o = symbols_open(s->bytes, s->n, BASE, &why);

	if (!o)
		printf("%s\n", why.text);
	return o;
}

static struct symbols_object *open_compiled(const char *file)
{
	struct sample s;
	struct symbols_object *o;

	if (!sample_compiled(file, &s))
		return NULL;
	o = open_sample(&s);
	CU_ASSERT_PTR_NOT_NULL(o);
	sample_free(&s);
	return o;
}

static bool equal(const char *got, const char *want)
{
	return got == want || (got && want && strcmp(got, want) == 0);
}

/* file: the end of the path; NULL = no line is known. */
static void expect_place(struct symbols_object *o, uint64_t at, const char *function,
			 const char *file, unsigned line)
{
	struct symbols_place p;
	size_t n;

	CU_ASSERT_TRUE(symbols_place(o, BASE + at, &p));
	CU_ASSERT_TRUE(equal(p.function, function));
	CU_ASSERT_EQUAL(p.line, line);
	if (!equal(p.function, function) || p.line != line)
		printf("%#llx: %s:%u\n", (unsigned long long)at, p.function, p.line);
	if (!file) {
		CU_ASSERT_PTR_NULL(p.file);
		return;
	}
	CU_ASSERT_PTR_NOT_NULL_FATAL(p.file);
	n = strlen(p.file);
	CU_ASSERT_TRUE(n > strlen(file) && equal(p.file + n - strlen(file), file));
}

/* Address of a function, relative to the load address, found by looking everywhere. */
static uint64_t address_of(struct symbols_object *o, const char *linkage, uint64_t *n)
{
	uint64_t at = UINT64_MAX;
	size_t all;

	symbols_load_image(o, &all);
	*n = 0;
	for (size_t i = 0; i < all; i += 4) {
		struct symbols_place p;

		if (!symbols_place(o, BASE + i, &p) || !equal(p.linkage, linkage))
			continue;
		CU_ASSERT_EQUAL(p.offset, *n);
		at = *n ? at : i;
		*n += 4;
	}
	return at;
}

static void test_identity(void)
{
	struct sample s;
	struct symbols_object *o;
	char digest[SYMBOLS_SHA256_TEXT];
	const uint64_t *sections;
	const uint8_t *file, *image;
	size_t n, at;

	if (!sample_compiled("add_custom.o", &s))
		return;
	o = open_sample(&s);
	CU_ASSERT_PTR_NOT_NULL_FATAL(o);
	symbols_sha256(s.bytes, s.n, digest);
	CU_ASSERT_STRING_EQUAL(symbols_digest(o), digest);
	file = symbols_file(o, &n);
	CU_ASSERT_EQUAL(n, s.n);
	CU_ASSERT_EQUAL(file[offsetof(Elf64_Ehdr, e_machine)], EM_AARCH64);
	sections = symbols_sections(o, &n);
	CU_ASSERT_TRUE(n >= 1);
	CU_ASSERT_EQUAL(sections[0], BASE);
	at = sample_section_at(&s, ".text", &n);
	image = symbols_load_image(o, &n);
	CU_ASSERT_EQUAL(memcmp(image, s.bytes + at, n), 0);
	CU_ASSERT_EQUAL(symbols_base(o), BASE);
	CU_ASSERT_TRUE(symbols_covers(o, BASE) && symbols_covers(o, BASE + n - 1));
	CU_ASSERT_FALSE(symbols_covers(o, BASE - 1) || symbols_covers(o, BASE + n));
	CU_ASSERT_TRUE(symbols_has_lines(o));
	CU_ASSERT_PTR_NULL(symbols_note(o));
	symbols_close(o);
	sample_free(&s);
}

static void test_c_places(void)
{
	struct symbols_object *o = open_compiled("add_custom.o");
	struct symbols_place p;
	uint64_t at, n;

	if (!o)
		return;
	at = address_of(o, "compute", &n);
	CU_ASSERT_TRUE(n > 16);
	CU_ASSERT_TRUE(symbols_place(o, BASE + at + 16, &p));
	CU_ASSERT_STRING_EQUAL(p.function, "compute");
	CU_ASSERT_EQUAL(p.offset, 16);
	CU_ASSERT_TRUE(p.line > 0 && strstr(p.file, "/tests/kernels/add_custom.c"));
	CU_ASSERT_FALSE(symbols_place(o, BASE - 4, &p));
	CU_ASSERT_TRUE(!p.function && !p.file && !p.line && !p.offset);
	symbols_close(o);
}

/* The address of the first instruction of an inlined function counts as its caller's. */
static void test_inlined(void)
{
	enum { IN_INNER = 1, IN_OUTER = 2, AT_CALL = 4, PLAIN = 8 };
	struct symbols_object *o = open_compiled("inlined.o");
	unsigned seen = 0;
	uint64_t at, n;

	if (!o)
		return;
	at = address_of(o, "inlined", &n);
	for (uint64_t i = 0; i < n; i += 4) {
		struct symbols_place p;

		CU_ASSERT_TRUE(symbols_place(o, BASE + at + i, &p));
		CU_ASSERT_STRING_EQUAL(p.linkage, "inlined");
		CU_ASSERT_EQUAL(p.offset, i);
		if (!p.caller) {
			CU_ASSERT_STRING_EQUAL(p.function, "inlined");
			CU_ASSERT_TRUE(p.line >= 19 && p.line <= 25);
			seen |= p.line == 23 ? AT_CALL : PLAIN;
			continue;
		}
		CU_ASSERT_STRING_EQUAL(p.caller, "inlined");
		if (equal(p.function, "inner")) {
			CU_ASSERT_TRUE(p.line >= 5 && p.line <= 9);
			seen |= IN_INNER;
			continue;
		}
		CU_ASSERT_STRING_EQUAL(p.function, "outer");
		CU_ASSERT_TRUE(p.line >= 11 && p.line <= 17);
		seen |= IN_OUTER;
	}
	CU_ASSERT_EQUAL(seen, IN_INNER | IN_OUTER | AT_CALL | PLAIN);
	symbols_close(o);
}

/* One source in all DWARF versions gives the same names and lines. */
static void test_versions(void)
{
	static const char *const files[] = { "matmul_mix.o2.o", "matmul_mix.dwarf2.o",
					     "matmul_mix.dwarf3.o", "matmul_mix.dwarf4.o",
					     "matmul_mix.dwarf64.o" };
	struct symbols_object *first = open_compiled(files[0]);
	size_t all;

	if (!first)
		return;
	symbols_load_image(first, &all);
	for (size_t i = 1; i < sizeof(files) / sizeof(files[0]); i++) {
		struct symbols_object *o = open_compiled(files[i]);

		for (size_t at = 0; o && at < all; at += 4) {
			struct symbols_place a, b;

			CU_ASSERT_EQUAL(symbols_place(first, BASE + at, &a),
					symbols_place(o, BASE + at, &b));
			CU_ASSERT_TRUE(equal(a.function, b.function) && equal(a.file, b.file));
			CU_ASSERT_TRUE(equal(a.linkage, b.linkage) && a.line == b.line);
		}
		symbols_close(o);
	}
	symbols_close(first);
}

static void test_cpp_names(void)
{
	struct symbols_object *o = open_compiled("matmul_mix.o");
	bool scoped = false;
	size_t all;

	if (!o)
		return;
	symbols_load_image(o, &all);
	for (size_t at = 0; at < all; at += 4) {
		struct symbols_place p;

		if (symbols_place(o, BASE + at, &p) && strncmp(p.linkage, "_Z", 2) == 0) {
			CU_ASSERT_PTR_NOT_NULL(strstr(p.function, "::"));
			scoped = true;
		}
	}
	CU_ASSERT_TRUE(scoped);
	symbols_close(o);
}

/* An .eh_frame that is loaded is translated in the file, but not in the image. */
static void test_image_is_original(void)
{
	struct sample s;
	struct symbols_object *o;
	const uint8_t *image, *file;
	size_t at, n, eh, eh_n;

	if (!sample_compiled("add_custom.eh.o", &s))
		return;
	o = open_sample(&s);
	CU_ASSERT_PTR_NOT_NULL_FATAL(o);
	at = sample_section_at(&s, ".text", &n);
	eh = sample_section_at(&s, ".eh_frame", &eh_n);
	image = symbols_load_image(o, &n);
	file = symbols_file(o, &n);
	CU_ASSERT_NOT_EQUAL(memcmp(file + eh, s.bytes + eh, eh_n), 0);
	CU_ASSERT_EQUAL(memcmp(image + (eh - at), s.bytes + eh, eh_n), 0);
	symbols_sections(o, &n);
	CU_ASSERT_EQUAL(n, 2);
	symbols_close(o);
	sample_free(&s);
}

/* false: not built */
static bool expect_note(const char *file, const char *note, bool lines, bool functions)
{
	struct symbols_object *o = open_compiled(file);
	struct symbols_place p;

	if (!o)
		return false;
	CU_ASSERT_PTR_NOT_NULL_FATAL(symbols_note(o));
	CU_ASSERT_STRING_EQUAL(symbols_note(o), note);
	CU_ASSERT_EQUAL(symbols_has_lines(o), lines);
	CU_ASSERT_EQUAL(symbols_place(o, BASE, &p), functions);
	CU_ASSERT_EQUAL(p.line != 0, lines);
	symbols_close(o);
	return true;
}

static void test_notes(void)
{
	if (!expect_note("add_custom.nog.o", "compiled without -g: no lines", false, true))
		return;
	expect_note(
		"add_custom.stripped.o",
		"compiled without -g: no lines; the kernel has no symbol table: no function names",
		false, false);
	expect_note("add_custom.gz.o", "compressed debug sections were decompressed", true, true);
}

static void test_decompressed(void)
{
	struct symbols_object *o = open_compiled("add_custom.gz.o");
	struct symbols_object *plain = o ? open_compiled("add_custom.o") : NULL;
	static const char *const names[] = { ".debug_info", ".debug_line", ".debug_frame" };
	struct sample a, b;

	if (!plain)
		return;
	a.bytes = (uint8_t *)(uintptr_t)symbols_file(o, &a.n);
	b.bytes = (uint8_t *)(uintptr_t)symbols_file(plain, &b.n);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		size_t an, bn;
		size_t at = sample_section_at(&a, names[i], &an);
		size_t bt = sample_section_at(&b, names[i], &bn);

		CU_ASSERT_EQUAL_FATAL(an, bn);
		CU_ASSERT_EQUAL(memcmp(a.bytes + at, b.bytes + bt, an), 0);
	}
	symbols_close(o);
	symbols_close(plain);
}

/* --- made files */

#define SYMBOL(name_, value_, size_, bind_, type_, section_)                                       \
	{                                                                                          \
		.st_name = name_, .st_value = value_, .st_size = size_,                            \
		.st_info = ELF64_ST_INFO(bind_, type_), .st_shndx = section_                       \
	}

static const char code[64];

static void test_symbols_only(void)
{
	static const char strings[] = "\0whole\0weak\0open\0later\0object\0gone";
	static const Elf64_Sym symbols[] = {
		{ 0 },
		SYMBOL(7, 0, 16, STB_WEAK, STT_FUNC, 1),
		SYMBOL(1, 0, 16, STB_GLOBAL, STT_FUNC, 1),
		SYMBOL(12, 16, 0, STB_GLOBAL, STT_FUNC, 1),
		SYMBOL(17, 32, 8, STB_LOCAL, STT_FUNC, 1),
		SYMBOL(23, 48, 8, STB_GLOBAL, STT_OBJECT, 1),
		SYMBOL(30, 52, 8, STB_GLOBAL, STT_FUNC, SHN_UNDEF),
	};
	const struct sample_section sections[] = {
		{ ".text", SHT_PROGBITS, SHF_ALLOC | SHF_EXECINSTR, 0, code, sizeof(code) },
		{ ".symtab", SHT_SYMTAB, 0, 0, symbols, sizeof(symbols) },
		{ ".strtab", SHT_STRTAB, 0, 0, strings, sizeof(strings) },
	};
	struct symbols_place p;
	struct symbols_object *o;
	struct sample s;
	uint64_t at;

	sample_make(ET_EXEC, MACHINE, sections, 3, &s);
	o = open_sample(&s);
	CU_ASSERT_PTR_NOT_NULL_FATAL(o);
	expect_place(o, 12, "whole", NULL, 0);
	expect_place(o, 16, "open", NULL, 0);
	expect_place(o, 31, "open", NULL, 0); /* without a size: up to the next */
	expect_place(o, 32, "later", NULL, 0);
	CU_ASSERT_TRUE(symbols_function(o, "later", &at));
	CU_ASSERT_EQUAL(at, BASE + 32);
	CU_ASSERT_FALSE(symbols_function(o, "object", &at));
	CU_ASSERT_FALSE(symbols_place(o, BASE + 40, &p));
	CU_ASSERT_FALSE(symbols_place(o, BASE + 48, &p));
	symbols_close(o);
	sample_free(&s);
}

static void test_unlinked(void)
{
	static const char strings[] = "\0a\0b";
	static const Elf64_Sym symbols[] = {
		{ 0 },
		SYMBOL(1, 0, 16, STB_GLOBAL, STT_FUNC, 1),
		SYMBOL(3, 0, 16, STB_GLOBAL, STT_FUNC, 2),
	};
	const struct sample_section sections[] = {
		{ ".text.a", SHT_PROGBITS, SHF_ALLOC | SHF_EXECINSTR, 0, code, 16 },
		{ ".text.b", SHT_PROGBITS, SHF_ALLOC | SHF_EXECINSTR, 0, code, 16 },
		{ ".bss", SHT_NOBITS, SHF_ALLOC | SHF_WRITE, 0, NULL, 1 << 20 },
		{ ".symtab", SHT_SYMTAB, 0, 0, symbols, sizeof(symbols) },
		{ ".strtab", SHT_STRTAB, 0, 0, strings, sizeof(strings) },
		{ ".debug_info", SHT_PROGBITS, 0, 0, code, sizeof(code) },
	};
	struct symbols_object *o;
	struct sample s;
	const uint64_t *addresses;
	size_t n;

	sample_make(ET_REL, MACHINE, sections, 6, &s);
	o = open_sample(&s);
	CU_ASSERT_PTR_NOT_NULL_FATAL(o);
	CU_ASSERT_STRING_EQUAL(symbols_note(o), "this kernel was not linked, its relocations are "
						"not applied: no lines");
	expect_place(o, 4, "a", NULL, 0);
	expect_place(o, 20, "b", NULL, 0);
	addresses = symbols_sections(o, &n);
	CU_ASSERT_EQUAL(n, 3);
	CU_ASSERT_EQUAL(addresses[1], BASE + 16);
	symbols_load_image(o, &n);
	CU_ASSERT_EQUAL(n, 32);
	symbols_close(o);
	sample_free(&s);
}

/* Nothing to load and nothing to say is no error. */
static void test_empty(void)
{
	struct symbols_place p;
	struct symbols_object *o;
	struct sample s;
	size_t n;

	sample_make(ET_EXEC, MACHINE, NULL, 0, &s);
	o = open_sample(&s);
	CU_ASSERT_PTR_NOT_NULL_FATAL(o);
	CU_ASSERT_PTR_NULL(symbols_load_image(o, &n));
	CU_ASSERT_EQUAL(n, 0);
	symbols_sections(o, &n);
	CU_ASSERT_EQUAL(n, 0);
	CU_ASSERT_FALSE(symbols_covers(o, BASE) || symbols_place(o, BASE, &p));
	symbols_close(o);
	sample_free(&s);
	symbols_close(NULL);
}

/* A skeleton unit; a compression that is none; sections that lie about their size. */
static void test_debug_notes(void)
{
	static const char info[] = "\x0a\0\0\0\x04\0\0\0\0\0\x08\x01x\0";
	static const char abbrev[] = "\x01\x11\0\xb0\x42\x08\0\0\0";
	struct sample_section split[] = {
		{ ".debug_info", SHT_PROGBITS, 0, 0, info, 14 },
		{ ".debug_abbrev", SHT_PROGBITS, 0, 0, abbrev, sizeof(abbrev) - 1 },
	};
	static const uint8_t header[24] = { [0] = ELFCOMPRESS_ZLIB, [8] = 100, [16] = 1 };
	const struct sample_section bad[] = {
		{ ".debug_info", SHT_PROGBITS, SHF_COMPRESSED, 0, header, sizeof(header) },
	};
	struct symbols_object *o;
	struct sample s;

	sample_make(ET_EXEC, MACHINE, split, 2, &s);
	o = open_sample(&s);
	CU_ASSERT_PTR_NOT_NULL_FATAL(o);
	CU_ASSERT_PTR_NOT_NULL(strstr(symbols_note(o), ".dwo file"));
	CU_ASSERT_PTR_NOT_NULL(strstr(symbols_note(o), "no usable line table"));
	symbols_close(o);
	sample_free(&s);
	sample_make(ET_EXEC, MACHINE, bad, 1, &s);
	o = open_sample(&s);
	CU_ASSERT_PTR_NOT_NULL_FATAL(o);
	CU_ASSERT_PTR_NOT_NULL(strstr(symbols_note(o), "compile with -gz=none"));
	symbols_close(o);
	sample_free(&s);
}

/* --- damage */

static bool read_nothing(void *ctx, uint64_t at, void *buf, size_t n)
{
	(void)ctx;
	(void)at;
	memset(buf, 0, n);
	return false;
}

/* Whatever comes out must be usable without harm. */
static void use(const uint8_t *bytes, size_t n)
{
	struct symbols_error why = { "" };
	struct symbols_object *o = symbols_open(bytes, n, BASE, &why);
	struct symbols_frame f = { .pc = BASE };
	struct symbols_place p;

	CU_ASSERT_TRUE(o || why.text[0]);
	if (!o)
		return;
	for (uint64_t at = 0; at < 256; at += 16)
		symbols_place(o, BASE + at, &p);
	CU_ASSERT_FALSE(symbols_unwind(o, &f, true, read_nothing, NULL));
	symbols_close(o);
}

static void test_truncated(void)
{
	struct sample s;

	if (!sample_compiled("matmul_mix.o2.o", &s))
		return;
	for (size_t n = 0; n < s.n; n += n < 4096 ? 17 : 97) {
		uint8_t *cut = malloc(n ? n : 1);

		CU_ASSERT_PTR_NOT_NULL_FATAL(cut);
		memcpy(cut, s.bytes, n);
		use(cut, n);
		free(cut);
	}
	sample_free(&s);
}

static void test_section_table_kept(void)
{
	/* the table is cut off and put in front of what it describes no longer */
	static const uint64_t values[] = { 0, 1, 63, 1 << 20, UINT32_MAX, UINT64_MAX };
	struct sample s;
	Elf64_Ehdr e;

	if (!sample_compiled("add_custom.o", &s))
		return;
	memcpy(&e, s.bytes, sizeof(e));
	for (size_t i = 0; i < e.e_shnum * sizeof(Elf64_Shdr) / 8; i++) {
		uint8_t *field = s.bytes + e.e_shoff + 8 * i;
		uint64_t was;

		memcpy(&was, field, sizeof(was));
		for (size_t k = 0; k < sizeof(values) / sizeof(values[0]); k++) {
			memcpy(field, &values[k], sizeof(was));
			use(s.bytes, s.n);
		}
		memcpy(field, &was, sizeof(was));
	}
	sample_free(&s);
}

/* false: not built */
static bool flip_bits(const char *file, size_t step)
{
	struct sample s;
	Elf64_Ehdr e;
	size_t start, n;

	if (!sample_compiled(file, &s))
		return false;
	memcpy(&e, s.bytes, sizeof(e));
	start = sample_section_at(&s, ".debug_aranges", &n);
	for (size_t at = start; at < e.e_shoff; at += step) {
		uint8_t was = s.bytes[at];

		s.bytes[at] = (uint8_t)(at % 3 == 0 ? was ^ 0x80 : at % 3 == 1 ? 0xff : was + 1);
		use(s.bytes, s.n);
		s.bytes[at] = was;
	}
	sample_free(&s);
	return true;
}

static void test_damaged(void)
{
	if (!flip_bits("add_custom.o", 7))
		return;
	flip_bits("matmul_mix.o2.o", 31);
	flip_bits("matmul_mix.dwarf2.o", 37);
	flip_bits("matmul_mix.dwarf64.o", 41);
	flip_bits("add_custom.gz.o", 11);
}

/*
 * A DWARF 5 header ends with two entries for the one file: four bytes of name, one of directory.
 * There are two directories.
 */
static void test_directory_behind_last(void)
{
	static const char *const want[] = { "tiny.c", NULL };
	enum { LENGTH_AT = 8, LENGTH_END = 12, ENTRY = 5, SECOND = 1, BEHIND = 2 };
	struct symbols_place place;
	struct sample s;
	uint32_t length;
	size_t n;

	if (!sample_compiled("tiny.o", &s))
		return;
	uint8_t *header = s.bytes + sample_section_at(&s, ".debug_line", &n);
	memcpy(&length, header + LENGTH_AT, sizeof(length));
	CU_ASSERT_FATAL(length < n - LENGTH_END);
	uint8_t *end = header + LENGTH_END + length;
	CU_ASSERT_TRUE(end[-1] == SECOND && end[-1 - ENTRY] == SECOND);
	for (size_t i = 0; i < 2; i++) {
		end[-1] = end[-1 - ENTRY] = i ? BEHIND : SECOND;
		struct symbols_object *o = open_sample(&s);
		CU_ASSERT_PTR_NOT_NULL_FATAL(o);
		CU_ASSERT_TRUE(symbols_place(o, BASE, &place) && place.line > 0);
		const char *slash = place.file ? strrchr(place.file, '/') : NULL;
		CU_ASSERT_TRUE(equal(slash ? slash + 1 : NULL, want[i]));
		symbols_close(o);
	}
	sample_free(&s);
}

int main(void)
{
	static const struct unit_test tests[] = {
		{ "identity", test_identity },
		{ "C functions and lines", test_c_places },
		{ "inlined functions", test_inlined },
		{ "DWARF versions agree", test_versions },
		{ "C++ names", test_cpp_names },
		{ "image is the original", test_image_is_original },
		{ "notes", test_notes },
		{ "decompressed", test_decompressed },
		{ "symbols only", test_symbols_only },
		{ "unlinked", test_unlinked },
		{ "empty", test_empty },
		{ "notes about debug sections", test_debug_notes },
		{ "truncated", test_truncated },
		{ "section table", test_section_table_kept },
		{ "damaged", test_damaged },
		{ "directory behind the last", test_directory_behind_last },
	};

	return unit_run("symbols_object", tests, sizeof(tests) / sizeof(tests[0]));
}
