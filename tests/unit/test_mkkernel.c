/*
 * Unit test of tests/tools/mkkernel against target/symbols: what one renumbers the other takes
 * back. Translating a test kernel and renumbering it again must give the same file byte for byte,
 * and a register that translation forgets has no device number, which mkkernel refuses.
 */
#include <elf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "target/symbols/symbols.h"
#include "tests/tools/mkkernel.h"
#include "tests/unit/unit.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static const char *const kernels[] = {
	"add_custom",	     "add_custom.nog",	  "add_custom.stripped", "add_custom.eh",
	"matmul_mix",	     "matmul_mix.o2",	  "matmul_mix.eh",	 "matmul_mix.dwarf2",
	"matmul_mix.dwarf3", "matmul_mix.dwarf4", "matmul_mix.dwarf64",
};

/* Test kernels are built beside the tests: $(O)/tests/kernels. */
static struct mk_out read_kernel(const char *name, const char *suffix)
{
	char path[4096];
	struct mk_out all = { 0 };
	const char *slash = strrchr(program_invocation_name, '/');
	int n = slash ? (int)(slash - program_invocation_name) : 0;
	snprintf(path, sizeof(path), "%.*s%s../kernels/%s%s", n, program_invocation_name,
		 slash ? "/" : "", name, suffix);
	FILE *f = fopen(path, "rb");
	CU_ASSERT_FATAL(f != NULL);
	uint8_t part[4096];
	for (size_t k; (k = fread(part, 1, sizeof(part), f)) > 0;)
		mk_put(&all, part, k);
	fclose(f);
	return all;
}

static bool same(const struct mk_out *a, const struct mk_out *b)
{
	return a->n == b->n && memcmp(a->bytes, b->bytes, a->n) == 0;
}

static struct mk_out renumbered(const struct mk_out *in)
{
	struct mk_out out = { 0 };
	mk_kernel(mk_in_of(in->bytes, in->n, "a kernel"), &out);
	return out;
}

static unsigned machine_of(const struct mk_out *f)
{
	return f->bytes[18] | (unsigned)f->bytes[19] << 8;
}

static void inverse_of_translation(void)
{
	for (size_t i = 0; i < COUNT(kernels); i++) {
		struct mk_out elf = read_kernel(kernels[i], ".elf");
		struct mk_out ours = renumbered(&elf), back = { 0 };
		CU_ASSERT(machine_of(&ours) == 0x1029);
		mk_put(&back, ours.bytes, ours.n);
		struct symbols_error why;
		CU_ASSERT(symbols_translate(back.bytes, back.n, &why));
		CU_ASSERT_EQUAL_FATAL(machine_of(&back), EM_AARCH64);
		struct mk_out again = renumbered(&back);
		CU_ASSERT(same(&again, &ours));
		mk_out_free(&elf);
		mk_out_free(&ours);
		mk_out_free(&back);
		mk_out_free(&again);
	}
}

/* What runs on the device is not touched. */
static void loaded_bytes_stay(void)
{
	struct mk_out elf = read_kernel("matmul_mix", ".elf");
	struct mk_out ours = read_kernel("matmul_mix", ".o");
	CU_ASSERT(memcmp(elf.bytes + 0x1000, ours.bytes + 0x1000, 0x500) == 0);
	mk_out_free(&elf);
	mk_out_free(&ours);
}

struct vector {
	uint8_t in[16], in_n;
	uint8_t out[16], out_n;
};

static void expressions(void)
{
	static const struct vector rows[] = {
		{ { 0x53 }, 1, { 0x90, 67 }, 2 },		    /* reg3 */
		{ { 0x6f }, 1, { 0x90, 94 }, 2 },		    /* reg31 = sp */
		{ { 0x6e }, 1, { 0x90, 95 }, 2 },		    /* reg30 = return address */
		{ { 0x8f, 0x78 }, 2, { 0x92, 94, 0x78 }, 3 },	    /* breg31 -8 */
		{ { 0x92, 29, 16 }, 3, { 0x92, 93, 16 }, 3 },	    /* bregx x29 */
		{ { 0x91, 0x58 }, 2, { 0x91, 0x58 }, 2 },	    /* fbreg */
		{ { 0xa3, 1, 0x50 }, 3, { 0xa3, 2, 0x90, 64 }, 4 }, /* entry_value(reg0) */
		{ { 0x50, 0x93, 8 }, 3, { 0x90, 64, 0x93, 8 }, 4 }, /* reg0 piece 8 */
		/* bra over breg1: the distance grows; skip back over breg1 */
		{ { 0x28, 2, 0, 0x71, 0, 0x96 }, 6, { 0x28, 3, 0, 0x92, 65, 0, 0x96 }, 7 },
		{ { 0x71, 0, 0x2f, 0xfb, 0xff }, 5, { 0x92, 65, 0, 0x2f, 0xfa, 0xff }, 6 },
	};
	static const struct mk_map unmoved;
	static const struct mk_unit_info unit = { .version = 5, .info = &unmoved };
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct mk_out out = { 0 };
		mk_expression(mk_in_of(rows[i].in, rows[i].in_n, "a test"), &unit, &out);
		CU_ASSERT_EQUAL(out.n, rows[i].out_n);
		CU_ASSERT(out.n == rows[i].out_n && memcmp(out.bytes, rows[i].out, out.n) == 0);
		mk_out_free(&out);
	}
}

static void moved_offsets(void)
{
	struct mk_map m = { 0 };
	CU_ASSERT_EQUAL(mk_map_get(&m, 7), 7);
	mk_map_add(&m, 0, 0);
	mk_map_add(&m, 10, 13);
	mk_map_add(&m, 20, 40);
	static const uint64_t rows[][2] = {
		{ 9, 9 }, { 10, 13 }, { 19, 22 }, { 20, 40 }, { 25, 45 }
	};
	for (size_t i = 0; i < COUNT(rows); i++)
		CU_ASSERT_EQUAL(mk_map_get(&m, rows[i][0]), rows[i][1]);
	free(m.pairs);
}

int main(void)
{
	static const struct unit_test tests[] = {
		{ "inverse of translation", inverse_of_translation },
		{ "loaded bytes stay", loaded_bytes_stay },
		{ "expressions", expressions },
		{ "moved offsets", moved_offsets },
	};
	return unit_run("mkkernel", tests, COUNT(tests));
}
