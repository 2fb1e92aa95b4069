/*
 * Unit tests of unwinding: every rule that call frame information knows, in a made file; where it
 * has to stop; and compiled kernels, whose frames must be those of the AArch64 files they were
 * made of.
 */
#include <elf.h>
#include <stdio.h>
#include <string.h>

#include "target/symbols/kelf_priv.h"
#include "target/symbols/symbols.h"
#include "tests/fake/sample_kernel.h"
#include "tests/unit/unit.h"

enum { BASE = 0x12c041200000, STACK = 0x8000, MACHINE = KELF_MACHINE_ASCEND };

/* A stack that grows down from STACK: each word holds BASE + 4 * (address / 8 % 64). */
static uint64_t word_at(uint64_t at)
{
	return BASE + 4 * (at / 8 % 64);
}

static bool read_stack(void *ctx, uint64_t at, void *buf, size_t n)
{
	const uint64_t *unreadable = ctx;
	uint64_t word = word_at(at);

	if (n > sizeof(word) || (unreadable && *unreadable == at))
		return false;
	memcpy(buf, &word, n);
	return true;
}

static struct symbols_frame frame_at(uint64_t pc)
{
	struct symbols_frame f = { .pc = BASE + pc, .valid = UINT32_MAX };

	for (size_t i = 0; i < SYMBOLS_REGS; i++)
		f.regs[i] = 0x100 + i;
	f.regs[SYMBOLS_SP] = STACK;
	f.regs[SYMBOLS_RA] = BASE + 0x40;
	return f;
}

/* --- a made file: one CIE (r29.. as on the device) and one FDE over 64 bytes of code */

#define CIE   "\x0c\0\0\0\xff\xff\xff\xff\x01\0\x04\x78\x5f\x0c\x5e\0" /* CFA = sp, ra = 95 */
#define RANGE "\0\0\0\0\0\0\0\0\x40\0\0\0\0\0\0\0"

static struct symbols_object *open_rules(const char *rules, size_t n)
{
	static const char code[64];
	char frame[256] = CIE "\0\0\0\0\0\0\0\0" RANGE;
	size_t used = 16 + 8 + 16;
	struct sample_section sections[] = {
		{ ".text", SHT_PROGBITS, SHF_ALLOC | SHF_EXECINSTR, 0, code, sizeof(code) },
		{ ".debug_frame", SHT_PROGBITS, 0, 0, frame, used + n },
	};
	struct symbols_object *o;
	struct symbols_error why;
	struct sample s;

	frame[16] = (char)(4 + 16 + n);
	memcpy(frame + used, rules, n);
	sample_make(ET_EXEC, MACHINE, sections, 2, &s);
	o = symbols_open(s.bytes, s.n, BASE, &why);
	CU_ASSERT_PTR_NOT_NULL_FATAL(o);
	sample_free(&s);
	return o;
}

/* Unwinds once from pc 0x10. */
static bool apply(const char *rules, size_t n, struct symbols_frame *f)
{
	struct symbols_object *o = open_rules(rules, n);
	bool ok;

	*f = frame_at(0x10);
	ok = symbols_unwind(o, f, true, read_stack, NULL);
	symbols_close(o);
	return ok;
}

#define APPLY(rules, f) apply(rules, sizeof(rules) - 1, f)

static void test_leaf(void)
{
	struct symbols_frame f;

	/* nothing saved: the return address is in its register, sp is the CFA */
	CU_ASSERT_TRUE(APPLY("\0\0\0\0", &f));
	CU_ASSERT_EQUAL(f.pc, BASE + 0x40);
	CU_ASSERT_EQUAL(f.cfa, STACK);
	CU_ASSERT_EQUAL(f.regs[SYMBOLS_SP], STACK);
	CU_ASSERT_EQUAL(f.regs[7], 0x107);
	CU_ASSERT_EQUAL(f.valid, UINT32_MAX);
}

static void test_saved(void)
{
	struct symbols_frame f;

	/* def_cfa_offset 64; 93 at cfa-64, 95 at cfa-56, 83 at cfa-48 */
	CU_ASSERT_TRUE(APPLY("\x0e\x40\x05\x5d\x08\x05\x5f\x07\x05\x53\x06", &f));
	CU_ASSERT_EQUAL(f.cfa, STACK + 64);
	CU_ASSERT_EQUAL(f.regs[SYMBOLS_SP], STACK + 64);
	CU_ASSERT_EQUAL(f.regs[SYMBOLS_FP], word_at(STACK));
	CU_ASSERT_EQUAL(f.pc, word_at(STACK + 8));
	CU_ASSERT_EQUAL(f.regs[SYMBOLS_RA], f.pc);
	CU_ASSERT_EQUAL(f.regs[19], word_at(STACK + 16));
	CU_ASSERT_EQUAL(f.regs[20], 0x114);
}

static void test_rows(void)
{
	struct symbols_frame f;

	/* what stands behind the row of the pc does not count: advance 0x20, offset 128 */
	CU_ASSERT_TRUE(APPLY("\x0e\x20\x48\x0e\x80\x01", &f));
	CU_ASSERT_EQUAL(f.cfa, STACK + 32);
	/* advance 8, remember, offset 128, restore */
	CU_ASSERT_TRUE(APPLY("\x0e\x20\x42\x0a\x0e\x80\x01\x0b", &f));
	CU_ASSERT_EQUAL(f.cfa, STACK + 32);
	/* offset_extended 93, then restore_extended 93: as in the CIE */
	CU_ASSERT_TRUE(APPLY("\x0e\x20\x05\x5d\x02\x06\x5d", &f));
	CU_ASSERT_EQUAL(f.regs[SYMBOLS_FP], 0x100 + SYMBOLS_FP);
}

static void test_other_rules(void)
{
	struct symbols_frame f;

	/* def_cfa 94 16; 83 undefined; 84 same; 85 in 67; 86 = cfa-8; 94 = cfa-16 */
	CU_ASSERT_TRUE(
		APPLY("\x0c\x5e\x10\x07\x53\x08\x54\x09\x55\x43\x14\x56\x01\x14\x5e\x02", &f));
	CU_ASSERT_EQUAL(f.cfa, STACK + 16);
	CU_ASSERT_EQUAL(f.valid, ~(UINT32_C(1) << 19));
	CU_ASSERT_EQUAL(f.regs[19], 0);
	CU_ASSERT_EQUAL(f.regs[20], 0x114);
	CU_ASSERT_EQUAL(f.regs[21], 0x103);
	CU_ASSERT_EQUAL(f.regs[22], STACK + 8);
	CU_ASSERT_EQUAL(f.regs[SYMBOLS_SP], STACK);
}

static void test_expressions(void)
{
	struct symbols_frame f;

	/* CFA = bregx 94 + 48; 83 saved at { cfa on the stack, plus_uconst 8 }; 84 = { lit7 } */
	CU_ASSERT_TRUE(APPLY("\x0f\x03\x92\x5e\x30\x10\x53\x02\x23\x08\x16\x54\x01\x37", &f));
	CU_ASSERT_EQUAL(f.cfa, STACK + 48);
	CU_ASSERT_EQUAL(f.regs[19], word_at(STACK + 56));
	CU_ASSERT_EQUAL(f.regs[20], 7);
	/* an expression that fails costs its register; that of the CFA costs the frame */
	CU_ASSERT_TRUE(APPLY("\x16\x53\x01\x01", &f));
	CU_ASSERT_EQUAL(f.valid, ~(UINT32_C(1) << 19));
	CU_ASSERT_FALSE(APPLY("\x0f\x01\x01", &f));
	CU_ASSERT_FALSE(APPLY("\x0f\x00", &f));
}

static void test_outermost(void)
{
	struct symbols_frame f;

	CU_ASSERT_FALSE(APPLY("\x07\x5f", &f));		    /* return address undefined */
	CU_ASSERT_EQUAL(f.pc, BASE + 0x10);		    /* the frame is as it was */
	CU_ASSERT_FALSE(APPLY("\x16\x5f\x01\x30", &f));	    /* return address 0 */
	CU_ASSERT_FALSE(APPLY("\x0d\x40\x12\x5e\x04", &f)); /* CFA below the stack pointer */
}

static void test_no_information(void)
{
	struct symbols_object *o = open_rules("\0\0\0\0", 4);
	struct symbols_frame f = frame_at(0x40);

	CU_ASSERT_FALSE(symbols_unwind(o, &f, true, read_stack, NULL));	 /* outside of all code */
	CU_ASSERT_FALSE(symbols_unwind(o, &f, false, read_stack, NULL)); /* no progress */
	f = frame_at(0x10);
	f.valid = 0;
	CU_ASSERT_FALSE(symbols_unwind(o, &f, true, read_stack, NULL));
	f = frame_at(0);
	CU_ASSERT_FALSE(symbols_unwind(o, &f, false, read_stack, NULL)); /* 0 - 1 is not ours */
	f.pc = 0;
	CU_ASSERT_FALSE(symbols_unwind(o, &f, true, read_stack, NULL));
	symbols_close(o);
}

static void test_return_address(void)
{
	/* from pc 0x10 on CFA is sp + 32: a return address 0x10 belongs to the call before it */
	static const char rules[] = "\x0e\x10\x44\x0e\x20";
	struct symbols_object *o = open_rules(rules, sizeof(rules) - 1);
	struct symbols_frame f = frame_at(0x10);

	CU_ASSERT_TRUE(symbols_unwind(o, &f, true, read_stack, NULL));
	CU_ASSERT_EQUAL(f.cfa, STACK + 32);
	f = frame_at(0x10);
	CU_ASSERT_TRUE(symbols_unwind(o, &f, false, read_stack, NULL));
	CU_ASSERT_EQUAL(f.cfa, STACK + 16);
	symbols_close(o);
}

static void test_missing_memory(void)
{
	static const char rules[] = "\x0e\x40\x05\x5d\x08\x05\x5f\x07";
	struct symbols_object *o = open_rules(rules, sizeof(rules) - 1);
	struct symbols_frame f = frame_at(0x10);
	uint64_t unreadable = STACK;

	CU_ASSERT_TRUE(symbols_unwind(o, &f, true, read_stack, &unreadable));
	CU_ASSERT_EQUAL(f.valid, ~(UINT32_C(1) << SYMBOLS_FP));
	f = frame_at(0x10);
	unreadable = STACK + 8;
	CU_ASSERT_FALSE(symbols_unwind(o, &f, true, read_stack, &unreadable));
	symbols_close(o);
}

/* A caller that has no frame of its own would go on for ever. */
static void test_endless(void)
{
	struct symbols_object *o = open_rules("\0\0\0\0", 4);
	struct symbols_frame f = frame_at(0x10);
	unsigned frames = 0;

	f.regs[SYMBOLS_RA] = BASE + 0x10;
	while (symbols_unwind(o, &f, frames == 0, read_stack, NULL))
		frames++;
	CU_ASSERT_EQUAL(frames, 1);
	symbols_close(o);
}

/* --- compiled kernels */

static bool same_frame(const struct symbols_frame *a, const struct symbols_frame *b)
{
	return a->pc == b->pc && a->cfa == b->cfa && a->valid == b->valid &&
	       memcmp(a->regs, b->regs, sizeof(a->regs)) == 0;
}

static struct symbols_object *open_compiled(const char *name, const char *suffix)
{
	struct symbols_error why;
	struct symbols_object *o;
	struct sample s;
	char file[64];

	snprintf(file, sizeof(file), "%s%s", name, suffix);
	if (!sample_compiled(file, &s))
		return NULL;
	o = symbols_open(s.bytes, s.n, BASE, &why);
	CU_ASSERT_PTR_NOT_NULL_FATAL(o);
	sample_free(&s);
	return o;
}

/* false: not built */
static bool compare_frames(const char *name)
{
	struct symbols_object *device = open_compiled(name, ".o");
	struct symbols_object *host = device ? open_compiled(name, ".elf") : NULL;
	unsigned unwound = 0;
	size_t n;

	if (!host)
		return false;
	symbols_load_image(host, &n);
	for (size_t at = 0; at < n; at += 4) {
		struct symbols_frame a = frame_at(at);
		struct symbols_frame b = a;
		bool ok = symbols_unwind(host, &b, true, read_stack, NULL);

		CU_ASSERT_EQUAL(symbols_unwind(device, &a, true, read_stack, NULL), ok);
		CU_ASSERT_TRUE(same_frame(&a, &b));
		unwound += ok;
	}
	CU_ASSERT_TRUE(unwound > 50);
	symbols_close(device);
	symbols_close(host);
	return true;
}

static void test_compiled(void)
{
	static const char *const names[] = {
		"add_custom",	     "add_custom.eh",	  "matmul_mix",
		"matmul_mix.o2",     "matmul_mix.eh",	  "matmul_mix.dwarf2",
		"matmul_mix.dwarf3", "matmul_mix.dwarf4", "matmul_mix.dwarf64",
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]) && compare_frames(names[i]); i++)
		;
}

int main(void)
{
	static const struct unit_test tests[] = {
		{ "leaf", test_leaf },
		{ "saved registers", test_saved },
		{ "rows", test_rows },
		{ "other rules", test_other_rules },
		{ "expressions", test_expressions },
		{ "outermost", test_outermost },
		{ "no information", test_no_information },
		{ "return address", test_return_address },
		{ "missing memory", test_missing_memory },
		{ "endless", test_endless },
		{ "compiled kernels", test_compiled },
	};

	return unit_run("symbols_unwind", tests, sizeof(tests) / sizeof(tests[0]));
}
