/*
 * Unit tests of the translation: hand-made sections with a register in every place where one can
 * stand, compared byte by byte, and compiled kernels, compared by meaning with the AArch64 file
 * they were made of (by libdwarf, which the translation does not use for lists and frames).
 */
#include <elf.h>
#include <libdwarf/dwarf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "target/symbols/kdwarf_priv.h"
#include "tests/fake/sample_kernel.h"
#include "tests/unit/unit.h"

enum { MACHINE = KELF_MACHINE_ASCEND };

/* Bytes before and after; one section of a made file. */
struct change {
	const char *name;
	const char *before, *after;
	size_t n;
};

static bool translate(struct sample *s, struct symbols_error *why)
{
	why->text[0] = '\0';
	return symbols_translate(s->bytes, s->n, why);
}

static void make(uint16_t machine, const struct change *changes, size_t count, struct sample *out)
{
	struct sample_section sections[8] = { 0 };

	for (size_t i = 0; i < count; i++)
		sections[i] = (struct sample_section){ changes[i].name,	  SHT_PROGBITS, 0, 0,
						       changes[i].before, changes[i].n };
	sample_make(ET_EXEC, machine, sections, count, out);
}

/* Exactly the expected bytes have changed, and a second translation changes nothing more. */
static void expect(uint16_t machine, const struct change *changes, size_t count)
{
	struct sample s, want;
	struct symbols_error why;

	make(machine, changes, count, &s);
	make(machine, changes, count, &want);
	want.bytes[offsetof(Elf64_Ehdr, e_machine)] = EM_AARCH64;
	want.bytes[offsetof(Elf64_Ehdr, e_machine) + 1] = 0;
	for (size_t i = 0; i < count; i++) {
		size_t n;
		size_t at = sample_section_at(&want, changes[i].name, &n);

		memcpy(want.bytes + at, changes[i].after, n);
	}
	CU_ASSERT_TRUE(translate(&s, &why));
	CU_ASSERT_EQUAL(memcmp(s.bytes, want.bytes, s.n), 0);
	for (size_t i = 0; i < s.n; i++) {
		if (s.bytes[i] != want.bytes[i])
			printf("%s: byte %#zx is %#x, expected %#x\n", changes[0].name, i,
			       s.bytes[i], want.bytes[i]);
	}
	CU_ASSERT_TRUE(translate(&s, &why));
	CU_ASSERT_EQUAL(memcmp(s.bytes, want.bytes, s.n), 0);
	sample_free(&s);
	sample_free(&want);
}

#define BYTES(name, before, after)                                                                 \
	{                                                                                          \
		name, before, after, sizeof(before) - 1                                            \
	}

/* CIE: version 1, "", code 4, data -8, return column; then every instruction with registers. */
#define CIE_HEAD "\x01\0\x04\x78"
#define FRAME_BEFORE                                                                               \
	"\x0c\x1f\0\x0c\x5e\0"		   /* def_cfa r31 (stays), def_cfa 94 */                   \
	"\x0d\x5d\x12\x5e\x01"		   /* def_cfa_register 93, def_cfa_sf 94 */                \
	"\x05\x5d\x02\x11\x5f\x7f"	   /* offset_extended 93, offset_extended_sf 95 */         \
	"\x06\x40\x07\x41\x08\x5e"	   /* restore_extended, undefined, same_value */           \
	"\x09\x40\x5f\x14\x41\x01"	   /* register 64 = 95, val_offset */                      \
	"\x15\x42\x01\x2f\x43\x01"	   /* val_offset_sf, negative_offset_extended */           \
	"\x10\x5d\x02\x92\x5e"		   /* expression 93 { bregx 94: cut, stays */              \
	"\x16\x5d\x04\x92\xde\x00\x08"	   /* val_expression 93 { bregx 94 padded, 8 } */          \
	"\x0f\x03\x92\x5e\x10"		   /* def_cfa_expression { bregx 94 16 } */                \
	"\x9d\x5e\xdd\x41\x0e\x5e\x2e\x5f" /* offset r29 at 94, restore, advance: not registers */ \
	"\x05\x60\x01\x05\x3f\x01\x05\x80\x01\x01" /* 96, 63 and 128 stay */
#define FRAME_AFTER                                                                                \
	"\x0c\x1f\0\x0c\x1f\0"                                                                     \
	"\x0d\x1d\x12\x1f\x01"                                                                     \
	"\x05\x1d\x02\x11\x1e\x7f"                                                                 \
	"\x06\x00\x07\x01\x08\x1f"                                                                 \
	"\x09\x00\x1e\x14\x01\x01"                                                                 \
	"\x15\x02\x01\x2f\x03\x01"                                                                 \
	"\x10\x1d\x02\x92\x5e"                                                                     \
	"\x16\x1d\x04\x92\x9f\x00\x08"                                                             \
	"\x0f\x03\x92\x1f\x10"                                                                     \
	"\x9d\x5e\xdd\x41\x0e\x5e\x2e\x5f"                                                         \
	"\x05\x60\x01\x05\x3f\x01\x05\x80\x01\x01"

static void test_frame_32(void)
{
	static const struct change changes[] = { BYTES(
		".debug_frame", "\x4f\0\0\0\xff\xff\xff\xff" CIE_HEAD "\x5f" FRAME_BEFORE,
		"\x4f\0\0\0\xff\xff\xff\xff" CIE_HEAD "\x1e" FRAME_AFTER) };

	expect(MACHINE, changes, 1);
}

#define EIGHT(low) low "\0\0\0\0\0\0\0"
#define FDE_RANGE  EIGHT("\x5e") EIGHT("\x5f") /* addresses that look like registers */

static void test_frame_fde(void)
{
	/* 32-bit CIE at 0, FDE; 64-bit CIE version 4 at 0x30, FDE that refers to it */
	static const struct change changes[] = {
		BYTES(".debug_frame",
		      "\x0c\0\0\0\xff\xff\xff\xff" CIE_HEAD "\x5f\0\0\0"
		      "\x17\0\0\0\0\0\0\0" FDE_RANGE "\x05\x5d\x01"
		      "\xff\xff\xff\xff\x12\0\0\0\0\0\0\0\xff\xff\xff\xff\xff\xff\xff\xff"
		      "\x04\0\x08\0\x04\x78\x5f\x0c\x5e\0"
		      "\xff\xff\xff\xff\x1b\0\0\0\0\0\0\0" EIGHT("\x2b") FDE_RANGE "\x05\x5e\x01",
		      "\x0c\0\0\0\xff\xff\xff\xff" CIE_HEAD "\x1e\0\0\0"
		      "\x17\0\0\0\0\0\0\0" FDE_RANGE "\x05\x1d\x01"
		      "\xff\xff\xff\xff\x12\0\0\0\0\0\0\0\xff\xff\xff\xff\xff\xff\xff\xff"
		      "\x04\0\x08\0\x04\x78\x1e\x0c\x1f\0"
		      "\xff\xff\xff\xff\x1b\0\0\0\0\0\0\0" EIGHT("\x2b") FDE_RANGE "\x05\x1f\x01"),
	};

	expect(MACHINE, changes, 1);
}

static void test_eh_frame(void)
{
	/* "zPLR": personality (sdata4), LSDA and FDE encodings; FDE with augmentation data */
	static const struct change changes[] = {
		BYTES(".eh_frame",
		      "\x18\0\0\0\0\0\0\0\x01zPLR\0\x04\x78\x5f\x07\x0b\x5e\0\0\0\x1b\x1b\x00\0\0"
		      "\x13\0\0\0\x20\0\0\0\x5e\0\0\0\x5f\0\0\0\x02\x5e\x5f\x05\x5d\x01\x00"
		      "\0\0\0\0" /* an end in the middle */
		      "\x0f\0\0\0\x3b\0\0\0\x5e\0\0\0\x5f\0\0\0\0\x06\x5f",
		      "\x18\0\0\0\0\0\0\0\x01zPLR\0\x04\x78\x1e\x07\x0b\x5e\0\0\0\x1b\x1b\x00\0\0"
		      "\x13\0\0\0\x20\0\0\0\x5e\0\0\0\x5f\0\0\0\x02\x5e\x5f\x05\x1d\x01\x00"
		      "\0\0\0\0"
		      "\x0f\0\0\0\x3b\0\0\0\x5e\0\0\0\x5f\0\0\0\0\x06\x1e"),
	};

	expect(MACHINE, changes, 1);
}

static void test_frame_unreadable(void)
{
	/* unknown augmentation; unknown instruction; length beyond the end; FDE of no CIE */
	static const char *const raw[] = {
		"\x10\0\0\0\xff\xff\xff\xff\x01x\0\x04\x78\x5f\x0c\x5e\0\0\0\0",
		"\x0c\0\0\0\xff\xff\xff\xff\x05\0\x04\x78\x5f\x3f\x5e\x5e\0\0\0\0",
		"\x99\0\0\0\xff\xff\xff\xff\x01\0\x04\x78\x5f\x0c\x5e\0\0\0\0\0",
		"\x0c\0\0\0\x44\0\0\0\x01\0\x04\x78\x5f\x0c\x5e\0\0\0\0\0",
	};

	for (size_t i = 0; i < sizeof(raw) / sizeof(raw[0]); i++) {
		struct change c = { ".debug_frame", raw[i], raw[i], 20 };

		expect(MACHINE, &c, 1);
	}
}

/* Two attributes of a unit: a frame base and a constant. */
#define ABBREV(form_a, form_b) "\x01\x11\x00\x40" form_a "\x1c" form_b "\0\0\0"

static void test_expression_forms(void)
{
	/* DWARF 4 exprloc, and block1, which is no expression there */
	static const struct change v4[] = {
		BYTES(".debug_info", "\x0f\0\0\0\x04\0\0\0\0\0\x08\x01\x03\x92\x5e\x08\x02\x90\x5f",
		      "\x0f\0\0\0\x04\0\0\0\0\0\x08\x01\x03\x92\x1f\x08\x02\x90\x5f"),
		BYTES(".debug_abbrev", ABBREV("\x18", "\x0a"), ABBREV("\x18", "\x0a")),
	};
	/* DWARF 2 block1, and a constant in one */
	static const struct change v2[] = {
		BYTES(".debug_info", "\x0f\0\0\0\x02\0\0\0\0\0\x08\x01\x03\x92\x5e\x08\x02\x90\x5f",
		      "\x0f\0\0\0\x02\0\0\0\0\0\x08\x01\x03\x92\x1f\x08\x02\x90\x5f"),
		BYTES(".debug_abbrev", ABBREV("\x0a", "\x0a"), ABBREV("\x0a", "\x0a")),
	};

	expect(MACHINE, v4, 2);
	expect(MACHINE, v2, 2);
}

#define OPERATIONS_BEFORE                                                                          \
	"\x50\x90\x40\x93\x08\x92\xdd\x00\x08\x9d\x5e\x5f\x9e\x02\x90\x5e"   /* reg0, regx, pieces \
									      */                   \
	"\xa3\x02\x90\x5f\xf3\x03\xa3\x01\x5e"				     /* entry_value */     \
	"\xa5\x41\x5e\xf5\x42\x5e\xa6\x08\x5e\xa0\x5e\0\0\0\x5f\x11\x5e\x9f" /* typed, pointer */
#define OPERATIONS_AFTER                                                                           \
	"\x50\x90\x00\x93\x08\x92\x9d\x00\x08\x9d\x5e\x5f\x9e\x02\x90\x5e"                         \
	"\xa3\x02\x90\x1e\xf3\x03\xa3\x01\x5e"                                                     \
	"\xa5\x01\x5e\xf5\x02\x5e\xa6\x08\x5e\xa0\x5e\0\0\0\x5f\x11\x5e\x9f"

static void test_operations(void)
{
	static const struct change changes[] = {
		BYTES(".debug_info", "\x35\0\0\0\x04\0\0\0\0\0\x08\x01\x2b" OPERATIONS_BEFORE "\0",
		      "\x35\0\0\0\x04\0\0\0\0\0\x08\x01\x2b" OPERATIONS_AFTER "\0"),
		BYTES(".debug_abbrev", ABBREV("\x18", "\x0b"), ABBREV("\x18", "\x0b")),
	};

	expect(MACHINE, changes, 2);
}

static void test_old_list(void)
{
#define LIST(ra)                                                                                   \
	"\xff\xff\xff\xff\xff\xff\xff\xff" EIGHT("\x5e") EIGHT("\x01")                             \
		EIGHT("\x5f") "\x02\0\x90" ra EIGHT("\x5f") EIGHT("\x60") "\x01\0\x50" EIGHT("\0") \
			EIGHT("\0")
	/* the list starts at 2; both attributes lead to it; what stands before it stays */
	static const struct change changes[] = {
		BYTES(".debug_info", "\x10\0\0\0\x04\0\0\0\0\0\x08\x01\x02\0\0\0\x02\0\0\0",
		      "\x10\0\0\0\x04\0\0\0\0\0\x08\x01\x02\0\0\0\x02\0\0\0"),
		BYTES(".debug_abbrev", "\x01\x11\x00\x40\x17\x02\x17\0\0\0",
		      "\x01\x11\x00\x40\x17\x02\x17\0\0\0"),
		BYTES(".debug_loc", "\x90\x5f" LIST("\x5f") "\x90\x5f",
		      "\x90\x5f" LIST("\x1e") "\x90\x5f"),
	};
	struct change v3[3];

	expect(MACHINE, changes, 3);
	/* DWARF 3 has the offset as data4; the same bytes else */
	memcpy(v3, changes, sizeof(v3));
	v3[0].before = v3[0].after = "\x10\0\0\0\x03\0\0\0\0\0\x08\x01\x02\0\0\0\x02\0\0\0";
	v3[1].before = v3[1].after = "\x01\x11\x00\x40\x06\x02\x06\0\0\0";
	expect(MACHINE, v3, 3);
#undef LIST
}

#define LISTS_HEAD "\x40\0\0\0\x05\0\x08\0\x01\0\0\0" /* one offset follows: 4 + ... */

static void test_new_list(void)
{
#define LIST(a, b, c)                                                                              \
	"\x06" EIGHT("\x5e") "\x09\x5e\x5f\x04\x01\x02\x02\x90" a "\x05\x02\x90" b                 \
			     "\x07" EIGHT("\x01") EIGHT("\x02") "\x02\x90" c "\x00\x90\x5f"
	/* frame base by DW_FORM_loclistx 0 with DW_AT_loclists_base 12 in 32-bit DWARF 5 */
	static const struct change changes[] = {
		BYTES(".debug_info", "\x0e\0\0\0\x05\0\x01\x08\0\0\0\0\x01\x0c\0\0\0\0",
		      "\x0e\0\0\0\x05\0\x01\x08\0\0\0\0\x01\x0c\0\0\0\0"),
		BYTES(".debug_abbrev", "\x01\x11\x00\x8c\x01\x17\x40\x22\0\0\0",
		      "\x01\x11\x00\x8c\x01\x17\x40\x22\0\0\0"),
		BYTES(".debug_loclists", LISTS_HEAD "\x04\0\0\0" LIST("\x5d", "\x5e", "\x5f"),
		      LISTS_HEAD "\x04\0\0\0" LIST("\x1d", "\x1f", "\x1e")),
	};

	expect(MACHINE, changes, 3);
#undef LIST
}

static void test_aarch64_stays(void)
{
	static const struct change changes[] = { BYTES(
		".debug_frame", "\x4f\0\0\0\xff\xff\xff\xff" CIE_HEAD "\x5f" FRAME_BEFORE,
		"\x4f\0\0\0\xff\xff\xff\xff" CIE_HEAD "\x5f" FRAME_BEFORE) };

	expect(EM_AARCH64, changes, 1);
}

static void refuses(const struct sample *s, const char *words)
{
	struct symbols_error why = { "" };

	CU_ASSERT_FALSE(symbols_translate(s->bytes, s->n, &why));
	CU_ASSERT_STRING_EQUAL(why.text, words);
}

static void test_refusals(void)
{
	static const struct sample_section z = { ".zdebug_info", SHT_PROGBITS, 0, 0, "ZLIB", 4 };
	struct sample s;

	refuses(&(struct sample){ (uint8_t[]){ 0 }, 0 }, "this is not an ELF file");
	refuses(&(struct sample){ (uint8_t *)(uintptr_t) "#!/bin/sh\n", 10 },
		"this is not an ELF file");
	refuses(&(struct sample){ (uint8_t *)(uintptr_t) "\x7f"
							 "ELF\x02\x01",
				  6 },
		"the file ends within the ELF header (6 bytes)");
	sample_make(ET_EXEC, EM_X86_64, NULL, 0, &s);
	refuses(&s, "this is not an Ascend kernel (e_machine 62: x86-64)");
	s.bytes[EI_CLASS] = ELFCLASS32;
	refuses(&s, "kernels are 64-bit little-endian ELF files, this is not");
	sample_free(&s);
	sample_make(ET_CORE, MACHINE, NULL, 0, &s);
	refuses(&s, "this is an ELF file of type 4, not a kernel object");
	sample_free(&s);
	sample_make(ET_EXEC, 0x1234, NULL, 0, &s);
	refuses(&s, "this is not an Ascend kernel (e_machine 4660: unknown machine)");
	sample_free(&s);
	sample_make(ET_EXEC, MACHINE, NULL, 0, &s);
	memcpy(s.bytes + offsetof(Elf64_Ehdr, e_shoff), "\x08\0\0\0\0\0\0", 8);
	refuses(&s, "the file has no section table, or it lies outside it");
	sample_free(&s);
	sample_make(ET_EXEC, MACHINE, &z, 1, &s);
	refuses(&s, "its debug sections are compressed, which leaves no place for the change: "
		    "compile with -gz=none");
	sample_free(&s);
}

/* --- by meaning: location expressions of two files, registers by number */

enum { EXPRESSIONS_MAX = 4096 };

struct meaning {
	uint64_t words[EXPRESSIONS_MAX];
	size_t count;
	struct kdwarf *d;
};

static void note(struct meaning *m, uint64_t word)
{
	if (m->count < EXPRESSIONS_MAX)
		m->words[m->count++] = word;
}

/* reg3 and regx 3 are the same, breg3 and bregx 3 too; an implicit pointer names a DIE. */
static void note_operation(struct meaning *m, Dwarf_Locdesc_c from, Dwarf_Unsigned i)
{
	Dwarf_Small code = 0;
	Dwarf_Unsigned a = 0, b = 0, c = 0, raw_a, raw_b, raw_c, branch;
	Dwarf_Error err = NULL;

	if (!kdwarf_ok(m->d,
		       dwarf_get_location_op_value_d(from, i, &code, &a, &b, &c, &raw_a, &raw_b,
						     &raw_c, &branch, &err),
		       &err))
		return;
	if (code >= DW_OP_reg0 && code <= DW_OP_reg31) {
		a = code - DW_OP_reg0;
		code = DW_OP_regx;
	}
	if (code >= DW_OP_breg0 && code <= DW_OP_breg31) {
		b = a;
		a = code - DW_OP_breg0;
		code = DW_OP_bregx;
	}
	if (code == DW_OP_implicit_pointer || code == DW_OP_GNU_implicit_pointer)
		a = 0;
	note(m, code);
	if (code == DW_OP_entry_value || code == DW_OP_GNU_entry_value)
		return; /* b is a pointer */
	note(m, a);
	note(m, b);
}

static void note_entry(struct meaning *m, Dwarf_Loc_Head_c head, Dwarf_Unsigned i)
{
	Dwarf_Small kind, source;
	Dwarf_Unsigned raw_lo, raw_hi, offset, section_offset, count = 0;
	Dwarf_Bool unavailable;
	Dwarf_Addr lo = 0, hi = 0;
	Dwarf_Locdesc_c from = NULL;
	Dwarf_Error err = NULL;

	if (!kdwarf_ok(m->d,
		       dwarf_get_locdesc_entry_d(head, i, &kind, &raw_lo, &raw_hi, &unavailable,
						 &lo, &hi, &count, &from, &source, &offset,
						 &section_offset, &err),
		       &err))
		return;
	note(m, lo);
	note(m, hi);
	for (Dwarf_Unsigned k = 0; k < count; k++)
		note_operation(m, from, k);
}

static void note_attribute(struct meaning *m, Dwarf_Die die, Dwarf_Half name)
{
	Dwarf_Attribute attr = NULL;
	Dwarf_Loc_Head_c head = NULL;
	Dwarf_Unsigned count = 0;
	Dwarf_Error err = NULL;

	if (!kdwarf_ok(m->d, dwarf_attr(die, name, &attr, &err), &err))
		return;
	if (kdwarf_ok(m->d, dwarf_get_loclist_c(attr, &head, &count, &err), &err)) {
		for (Dwarf_Unsigned i = 0; i < count; i++)
			note_entry(m, head, i);
		dwarf_loc_head_c_dealloc(head);
	}
	dwarf_dealloc_attribute(attr);
}

static void visit(void *ctx, struct kdwarf *d, const struct kdwarf_die *die)
{
	struct meaning *m = ctx;

	m->d = d;
	note_attribute(m, die->die, DW_AT_location);
	note_attribute(m, die->die, DW_AT_frame_base);
	note_attribute(m, die->die, DW_AT_call_value);
	note_attribute(m, die->die, DW_AT_GNU_call_site_value);
}

static int all_section(void *obj, Dwarf_Half index, Dwarf_Obj_Access_Section *out, int *error)
{
	const struct kdwarf *d = obj;
	const struct kelf_section *s = &d->elf->sections[index];

	(void)error;
	*out = (Dwarf_Obj_Access_Section){ .name = s->name, .type = s->type, .addr = s->addr };
	out->size = s->in_file ? s->size : 0;
	return DW_DLV_OK;
}

static int all_load(void *obj, Dwarf_Half index, Dwarf_Small **out, int *error)
{
	const struct kdwarf *d = obj;

	(void)error;
	*out = (Dwarf_Small *)(uintptr_t)(d->elf->bytes + d->elf->sections[index].offset);
	return DW_DLV_OK;
}

/* The same as kdwarf_open, but libdwarf sees the lists too. */
static void open_with_lists(struct kdwarf *d, const struct kelf *elf, Dwarf_Obj_Access_Methods *m)
{
	Dwarf_Error err = NULL;

	CU_ASSERT_TRUE_FATAL(kdwarf_open(d, elf));
	*m = *d->access.methods;
	kdwarf_close(d);
	m->get_section_info = all_section;
	m->load_section = all_load;
	d->access.methods = m;
	CU_ASSERT_EQUAL_FATAL(
		dwarf_object_init_b(&d->access, NULL, NULL, DW_GROUPNUMBER_BASE, &d->dbg, &err),
		DW_DLV_OK);
}

static void read_meaning(const struct sample *s, struct meaning *m)
{
	Dwarf_Obj_Access_Methods methods;
	struct symbols_error why;
	struct kelf elf;
	struct kdwarf d;

	m->count = 0;
	CU_ASSERT_TRUE_FATAL(kelf_open(&elf, s->bytes, s->n, &why));
	open_with_lists(&d, &elf, &methods);
	kdwarf_walk(&d, visit, m);
	kdwarf_close(&d);
	kelf_close(&elf);
}

/* false: not built */
static bool compare_compiled(const char *name)
{
	struct meaning *got = calloc(2, sizeof(*got));
	struct meaning *want = got + 1;
	struct sample device, host;
	struct symbols_error why;
	char file[64];

	snprintf(file, sizeof(file), "%s.o", name);
	if (!got || !sample_compiled(file, &device)) {
		free(got);
		return false;
	}
	snprintf(file, sizeof(file), "%s.elf", name);
	CU_ASSERT_TRUE_FATAL(sample_compiled(file, &host));
	CU_ASSERT_TRUE(symbols_translate(device.bytes, device.n, &why));
	read_meaning(&device, got);
	read_meaning(&host, want);
	CU_ASSERT_TRUE(want->count > 20);
	CU_ASSERT_EQUAL(got->count, want->count);
	CU_ASSERT_EQUAL(memcmp(got->words, want->words, sizeof(got->words)), 0);
	sample_free(&device);
	sample_free(&host);
	free(got);
	return true;
}

static void test_compiled(void)
{
	static const char *const names[] = {
		"add_custom",	     "matmul_mix",	  "matmul_mix.o2",     "matmul_mix.eh",
		"matmul_mix.dwarf2", "matmul_mix.dwarf3", "matmul_mix.dwarf4", "matmul_mix.dwarf64",
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]) && compare_compiled(names[i]); i++)
		;
}

int main(void)
{
	static const struct unit_test tests[] = {
		{ "32-bit .debug_frame", test_frame_32 },
		{ "FDEs, 64-bit .debug_frame", test_frame_fde },
		{ ".eh_frame", test_eh_frame },
		{ "frames that cannot be read", test_frame_unreadable },
		{ "forms of expressions", test_expression_forms },
		{ "operations", test_operations },
		{ ".debug_loc", test_old_list },
		{ ".debug_loclists", test_new_list },
		{ "AArch64 stays", test_aarch64_stays },
		{ "refusals", test_refusals },
		{ "compiled kernels", test_compiled },
	};

	return unit_run("symbols_translate", tests, sizeof(tests) / sizeof(tests[0]));
}
