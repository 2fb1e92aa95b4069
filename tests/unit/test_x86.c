/*
 * x86 layouts and values without a process: invariants of all layouts, stock gdb's opinion of their
 * target.xml, and XSAVE, FXSAVE and general register bytes made here. Real threads are in
 * test_host.c.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "arch/x86.h"
#include "stub/tdesc.h"
#include "tests/unit/unit.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define PART(p)	 (UINT64_C(1) << X86_PART_##p)

enum { AREA = 2696 };

#define BASE   (PART(X87) | PART(SSE))
#define AVX512 (PART(AVX) | PART(K) | PART(ZMM_LOW) | PART(ZMM_HIGH))

/* Places as Intel has them; AMD has no gap where MPX was. */
static const struct x86_xsave intel = {
	.parts = BASE | AVX512 | PART(PKRU),
	.part = {
		[X86_PART_AVX] = { 576, 256 },
		[X86_PART_K] = { 1088, 64 },
		[X86_PART_ZMM_LOW] = { 1152, 512 },
		[X86_PART_ZMM_HIGH] = { 1664, 1024 },
		[X86_PART_PKRU] = { 2688, 8 },
	},
};

static struct x86_xsave with_parts(uint64_t parts)
{
	struct x86_xsave x = intel;

	x.parts = parts;
	return x;
}

static const uint64_t part_sets[] = {
	0, /* FXSAVE only */
	BASE,
	BASE | PART(AVX),
	BASE | AVX512,
	BASE | PART(AVX) | PART(PKRU),
	BASE | AVX512 | PART(PKRU),
	BASE | PART(AVX) | PART(K), /* an AVX-512 that is not whole is none */
};

typedef void (*layout_fn)(const struct arch_desc *d, enum x86_mode mode, const struct x86_xsave *x);

static void each_layout(layout_fn fn)
{
	for (size_t i = 0; i < COUNT(part_sets); i++) {
		struct x86_xsave x = with_parts(part_sets[i]);

		for (enum x86_mode mode = 0; mode < X86_MODES; mode++) {
			struct arch_desc *d = x86_desc_create(mode, &x);

			CU_ASSERT_PTR_NOT_NULL_FATAL(d);
			fn(d, mode, &x);
			x86_desc_destroy(d);
		}
	}
}

static const struct arch_reg *named(const struct arch_desc *d, const char *name)
{
	for (size_t i = 0; i < d->reg_count; i++)
		if (strcmp(d->regs[i].name, name) == 0)
			return &d->regs[i];
	return NULL;
}

static size_t g_bytes(const struct arch_desc *d)
{
	size_t n = 0;

	for (size_t i = 0; i < d->g_count; i++)
		n += arch_reg_size(&d->regs[i]);
	return n;
}

/* --- layouts --- */

static void invariants(const struct arch_desc *d, enum x86_mode mode, const struct x86_xsave *x)
{
	bool narrow = mode == X86_MODE_32;

	(void)x;
	CU_ASSERT_EQUAL(d->g_count, d->reg_count);
	CU_ASSERT_STRING_EQUAL(d->osabi, "GNU/Linux");
	CU_ASSERT_STRING_EQUAL(d->regs[d->pc].name, narrow ? "eip" : "rip");
	CU_ASSERT_STRING_EQUAL(d->regs[d->sp].name, narrow ? "esp" : "rsp");
	CU_ASSERT_STRING_EQUAL(d->regs[d->fp].name, narrow ? "ebp" : "rbp");
	CU_ASSERT_EQUAL(d->regs[d->pc].role, ARCH_PC);
	for (size_t i = 0; i < d->reg_count; i++) {
		const struct arch_reg *r = &d->regs[i];

		CU_ASSERT_PTR_EQUAL(named(d, r->name), r);
		CU_ASSERT(r->bits % 8 == 0 && arch_reg_size(r) <= ARCH_REG_MAX_BYTES);
		CU_ASSERT(r->feature < d->feature_count);
		/* numbers count up only when the registers of a feature stand together */
		CU_ASSERT(i == 0 || r->feature == r[-1].feature || r->feature == r[-1].feature + 1);
		CU_ASSERT(r->set < X86_SETS);
		for (size_t k = 0; k < i; k++)
			CU_ASSERT(r->dwarf < 0 || d->regs[k].dwarf != r->dwarf);
	}
}

static void test_invariants(void)
{
	each_layout(invariants);
}

/** Bytes of `g` of gdbserver 13.1 (its fixed numbers of registers times their sizes). */
static void test_sizes(void)
{
	static const struct {
		enum x86_mode mode;
		uint64_t parts;
		size_t bytes;
	} rows[] = {
		{ X86_MODE_64, BASE, 560 },
		{ X86_MODE_64, BASE | PART(AVX), 560 + 256 },
		{ X86_MODE_64, BASE | AVX512, 560 + 256 + 512 + 64 + 1024 },
		{ X86_MODE_X32, BASE | PART(AVX), 560 + 256 },
		{ X86_MODE_32, BASE, 312 },
		{ X86_MODE_32, BASE | PART(AVX), 312 + 128 },
		{ X86_MODE_32, BASE | AVX512 | PART(PKRU), 312 + 128 + 64 + 256 + 4 },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct x86_xsave x = with_parts(rows[i].parts);
		struct arch_desc *d = x86_desc_create(rows[i].mode, &x);

		CU_ASSERT_EQUAL(g_bytes(d), rows[i].bytes);
		x86_desc_destroy(d);
	}
}

/* --- what gdb says --- */

/** Words of stock gdb about a description; false: there is no gdb. */
static bool gdb_says(const char *xml, char *out, size_t n)
{
	char path[] = "/tmp/test_x86.XXXXXX", command[256];
	int fd = mkstemp(path);
	FILE *gdb;

	CU_ASSERT_FATAL(fd >= 0);
	CU_ASSERT_EQUAL(write(fd, xml, strlen(xml)), (ssize_t)strlen(xml));
	close(fd);
	snprintf(command, sizeof(command),
		 "gdb -nx -batch -ex 'set tdesc filename %s' -ex 'show architecture' "
		 "-ex 'ptype $xmm0' -ex 'ptype $eflags' 2>&1",
		 path);
	gdb = popen(command, "r");
	CU_ASSERT_PTR_NOT_NULL_FATAL(gdb);
	size_t got = fread(out, 1, n - 1, gdb);
	out[got] = '\0';
	bool ran = pclose(gdb) == 0;
	unlink(path);
	return ran;
}

static void gdb_accepts(const struct arch_desc *d, enum x86_mode mode, const struct x86_xsave *x)
{
	char said[8192];
	struct target_text xml = { 0 };

	(void)mode;
	(void)x;
	tdesc_write(d, false, &xml);
	CU_ASSERT_FATAL(!xml.failed);
	if (!gdb_says(xml.data, said, sizeof(said))) {
		printf("skipped: no gdb\n");
	} else {
		if (strstr(said, "arning") || !strstr(said, d->name))
			printf("%s: %s\n", d->name, said);
		CU_ASSERT_PTR_NULL(strstr(said, "arning"));
		CU_ASSERT_PTR_NOT_NULL(strstr(said, d->name));
		CU_ASSERT_PTR_NOT_NULL(strstr(said, "v8_bfloat16"));
		CU_ASSERT_PTR_NOT_NULL(strstr(said, "flag i386_eflags"));
	}
	target_text_deinit(&xml);
}

static void test_gdb_accepts(void)
{
	each_layout(gdb_accepts);
}

/** That silence above means something: gdb does complain about a register that is missing. */
static void test_gdb_rejects(void)
{
	struct arch_desc *d = x86_desc_create(X86_MODE_64, &intel);
	struct target_text xml = { 0 };
	char said[8192];

	tdesc_write(d, false, &xml);
	memcpy(strstr(xml.data, "\"zmm31h\"") + 1, "other", 5);
	if (gdb_says(xml.data, said, sizeof(said)))
		CU_ASSERT_PTR_NOT_NULL(strstr(said, "rejected target-supplied description"));
	target_text_deinit(&xml);
	x86_desc_destroy(d);
}

/* --- values --- */

struct fixture {
	struct x86_xsave x;
	struct arch_desc *d;
	uint8_t set[AREA];
	size_t n;
};

static void setup(struct fixture *f, enum x86_mode mode, uint64_t parts)
{
	memset(f, 0, sizeof(*f));
	f->x = with_parts(parts);
	f->d = x86_desc_create(mode, &f->x);
	f->n = parts ? sizeof(f->set) : X86_FXSAVE;
	CU_ASSERT_PTR_NOT_NULL_FATAL(f->d);
}

static bool get(const struct fixture *f, const char *name, void *value)
{
	return x86_reg_get(&f->x, named(f->d, name), f->set, f->n, value);
}

static bool put(struct fixture *f, const char *name, const void *value)
{
	return x86_reg_put(&f->x, named(f->d, name), f->set, f->n, value);
}

static uint32_t word(const struct fixture *f, const char *name)
{
	uint32_t v = 0xdeadbeef;

	CU_ASSERT(get(f, name, &v));
	return v;
}

static void put_word(struct fixture *f, const char *name, uint32_t v)
{
	CU_ASSERT(put(f, name, &v));
}

static uint64_t used(const struct fixture *f)
{
	uint64_t v;

	memcpy(&v, f->set + X86_AT_XSTATE_BV, sizeof(v));
	return v;
}

static bool is_filled(const void *p, size_t n, uint8_t with)
{
	for (size_t i = 0; i < n; i++)
		if (((const uint8_t *)p)[i] != with)
			return false;
	return true;
}

/** Bytes of parts in their initial state are whatever they are: nobody may see them. */
static void test_initial(void)
{
	struct fixture f;
	uint8_t v[64];

	setup(&f, X86_MODE_64, intel.parts);
	memset(f.set, 0xaa, sizeof(f.set));
	memset(f.set + X86_AT_XSTATE_BV, 0, 8);
	for (size_t i = 0; i < f.d->reg_count; i++) {
		const struct arch_reg *r = &f.d->regs[i];
		bool control = r->set != X86_SET_XSAVE || strcmp(r->name, "fctrl") == 0 ||
			       strcmp(r->name, "ftag") == 0 || strcmp(r->name, "mxcsr") == 0;

		if (control)
			continue;
		CU_ASSERT(get(&f, r->name, v));
		CU_ASSERT(is_filled(v, arch_reg_size(r), 0));
	}
	CU_ASSERT_EQUAL(word(&f, "fctrl"), 0x37f);
	CU_ASSERT_EQUAL(word(&f, "ftag"), 0xffff);
	CU_ASSERT_EQUAL(word(&f, "mxcsr"), 0x1f80);
	x86_desc_destroy(f.d);
}

/** Writing one register of an unused part leaves the others of it initial, and other parts alone.
 */
static void test_wake(void)
{
	struct fixture f;
	uint8_t v[64], ones[64];

	setup(&f, X86_MODE_64, intel.parts);
	memset(f.set, 0xaa, sizeof(f.set));
	memset(f.set + X86_AT_XSTATE_BV, 0, 8);
	memset(f.set + X86_AT_MXCSR_MASK, 0xff, 4);
	memset(ones, 0x11, sizeof(ones));
	CU_ASSERT(put(&f, "zmm31h", ones));
	CU_ASSERT_EQUAL(used(&f), PART(ZMM_HIGH));
	CU_ASSERT(get(&f, "zmm31h", v) && is_filled(v, 32, 0x11));
	CU_ASSERT(get(&f, "zmm16h", v) && is_filled(v, 32, 0));
	CU_ASSERT(get(&f, "xmm31", v) && is_filled(v, 16, 0));
	CU_ASSERT(put(&f, "ymm15h", ones));
	CU_ASSERT_EQUAL(word(&f, "mxcsr"), 0x1f80);
	CU_ASSERT(get(&f, "ymm0h", v) && is_filled(v, 16, 0));
	CU_ASSERT(put(&f, "st7", ones));
	CU_ASSERT_EQUAL(word(&f, "fctrl"), 0x37f);
	CU_ASSERT_EQUAL(word(&f, "ftag"), 0xffff);
	CU_ASSERT(get(&f, "st0", v) && is_filled(v, 10, 0));
	CU_ASSERT(put(&f, "pkru", ones));
	CU_ASSERT(put(&f, "k7", ones));
	CU_ASSERT(put(&f, "zmm0h", ones));
	CU_ASSERT_EQUAL(used(&f) & PART(SSE), 0);
	CU_ASSERT(put(&f, "xmm0", ones));
	CU_ASSERT_EQUAL(used(&f), intel.parts);
	CU_ASSERT_EQUAL(word(&f, "mxcsr"), 0x1f80);
	x86_desc_destroy(f.d);
}

/** What is put in comes out again, and no register stands in the place of another. */
static void round_trip(const struct arch_desc *d, enum x86_mode mode, const struct x86_xsave *x)
{
	uint8_t sets[X86_SETS][AREA] = { 0 }, v[64], w[64];

	(void)mode;
	memset(sets[X86_SET_XSAVE] + X86_AT_MXCSR_MASK, 0xff, 4);
	for (int pass = 0; pass < 2; pass++)
		for (size_t i = 0; i < d->reg_count; i++) {
			const struct arch_reg *r = &d->regs[i];
			size_t n = r->set == X86_SET_GENERAL ? X86_GENERAL_64 : AREA;

			for (size_t k = 0; k < sizeof(v); k++)
				v[k] = (uint8_t)(i * 7 + k);
			if (r->group) /* control words have fewer bits */
				memset(v + (strcmp(r->name, "fop") == 0 ? 1 : 2), 0, 2 + 1);
			if (strcmp(r->name, "ftag") == 0)
				memset(v, 0xff, 2);
			if (pass == 0)
				CU_ASSERT(x86_reg_put(x, r, sets[r->set], n, v));
			CU_ASSERT(x86_reg_get(x, r, sets[r->set], n, w));
			CU_ASSERT(memcmp(v, w, arch_reg_size(r)) == 0);
		}
}

static void test_round_trip(void)
{
	each_layout(round_trip);
}

/** A set that ends before a register does not have it. */
static void truncated(const struct arch_desc *d, enum x86_mode mode, const struct x86_xsave *x)
{
	uint8_t v[64] = { 0 };

	(void)mode;
	for (size_t i = 0; i < d->reg_count; i++) {
		const struct arch_reg *r = &d->regs[i];
		size_t size = r->set == X86_SET_GENERAL ? X86_GENERAL_64 : AREA;

		for (size_t n = 0; n <= size; n += 4) {
			uint8_t *set = calloc(1, n + 1); /* ASan watches its end */

			bool has = x86_reg_get(x, r, set, n, v);
			CU_ASSERT(!has || n > r->at || n == X86_GENERAL_32);
			CU_ASSERT_EQUAL(x86_reg_put(x, r, set, n, v), has);
			free(set);
		}
	}
}

static void test_truncated(void)
{
	each_layout(truncated);
}

/* --- x87 --- */

static void put_st(struct fixture *f, unsigned i, uint64_t mantissa, uint16_t exponent)
{
	memcpy(f->set + X86_AT_ST + 16 * i, &mantissa, 8);
	memcpy(f->set + X86_AT_ST + 16 * i + 8, &exponent, 2);
}

/** Tags by what the registers hold; the bits count from the bottom of the stack, ST from its top.
 */
static void test_ftag(void)
{
	struct fixture f;

	setup(&f, X86_MODE_64, 0);
	put_st(&f, 0, UINT64_C(1) << 63, 0x3fff); /* 1.0: valid */
	put_st(&f, 1, 0, 0x8000);		  /* -0.0: zero */
	put_st(&f, 2, UINT64_C(3) << 62, 0x7fff); /* NaN: special */
	put_st(&f, 3, 1, 0);			  /* denormal: special */
	put_st(&f, 4, 1, 0x3fff);		  /* unnormal: special */
	f.set[X86_AT_FTAG] = 0xf8;		  /* registers 3..7 */
	memcpy(f.set + X86_AT_FSTAT, &(uint16_t){ 3 << 11 }, 2);
	CU_ASSERT_EQUAL(word(&f, "ftag"), 0x3f | 0 << 6 | 1 << 8 | 2 << 10 | 2 << 12 | 2 << 14);
	put_word(&f, "ftag", 0xfffc);
	CU_ASSERT_EQUAL(f.set[X86_AT_FTAG], 1);
	put_word(&f, "ftag", 0x9555); /* anything but 3 is in use */
	CU_ASSERT_EQUAL(f.set[X86_AT_FTAG], 0xff);
	CU_ASSERT_EQUAL(f.set[X86_AT_FTAG + 1], 0);
	x86_desc_destroy(f.d);
}

static void test_control_words(void)
{
	static const struct {
		const char *name;
		uint32_t put, got;
		size_t at, bytes;
	} rows[] = {
		{ "fctrl", 0x1027f, 0x27f, X86_AT_FCTRL, 2 },
		{ "fstat", 0xffff3800, 0x3800, X86_AT_FSTAT, 2 },
		{ "fop", 0xffff, 0x7ff, X86_AT_FOP, 2 },
		{ "fioff", 0x89abcdef, 0x89abcdef, X86_AT_FIOFF, 4 },
		{ "fiseg", 0x5555, 0x5555, X86_AT_FISEG, 2 },
		{ "fooff", 0xfedcba98, 0xfedcba98, X86_AT_FOOFF, 4 },
		{ "foseg", 0x6666, 0x6666, X86_AT_FOSEG, 2 },
		{ "mxcsr", 0xffffffff, 0xffbf, X86_AT_MXCSR, 4 }, /* mask 0: an old CPU */
	};
	struct fixture f;

	setup(&f, X86_MODE_32, 0);
	for (size_t i = 0; i < COUNT(rows); i++) {
		uint32_t there = 0;

		put_word(&f, rows[i].name, rows[i].put);
		memcpy(&there, f.set + rows[i].at, rows[i].bytes);
		CU_ASSERT_EQUAL(there, rows[i].got);
	}
	for (size_t i = 0; i < COUNT(rows); i++) /* none has run over its neighbour */
		CU_ASSERT_EQUAL(word(&f, rows[i].name), rows[i].got);
	x86_desc_destroy(f.d);
}

/* --- general registers --- */

static void test_general_32(void)
{
	static const char *const order[] = { "ebx", "ecx", "edx",    "esi", "edi", "ebp",
					     "eax", "ds",  "es",     "fs",  "gs",  "orig_eax",
					     "eip", "cs",  "eflags", "esp", "ss" };
	struct fixture f;
	uint64_t wide = 0;

	setup(&f, X86_MODE_32, 0);
	f.n = X86_GENERAL_32;
	for (size_t i = 0; i < COUNT(order); i++) {
		uint32_t v = 0x80000000u + (uint32_t)i;

		memcpy(f.set + 4 * i, &v, 4);
		CU_ASSERT_EQUAL(word(&f, order[i]), v);
		put_word(&f, order[i], (uint32_t)i);
		CU_ASSERT_EQUAL(f.set[4 * i], i);
	}
	/* the same program in 64-bit code: eax and orig_eax keep their sign */
	f.n = X86_GENERAL_64;
	put_word(&f, "orig_eax", (uint32_t)-1);
	memcpy(&wide, f.set + 15 * 8, 8);
	CU_ASSERT_EQUAL(wide, UINT64_MAX);
	put_word(&f, "eip", 0x80000000);
	memcpy(&wide, f.set + 16 * 8, 8);
	CU_ASSERT_EQUAL(wide, 0x80000000);
	CU_ASSERT_EQUAL(word(&f, "orig_eax"), UINT32_MAX);
	x86_desc_destroy(f.d);
}

/** A 64-bit program in 32-bit code: the kernel gives the short form. */
static void test_general_mixed(void)
{
	struct fixture f;
	uint64_t v = 0;

	setup(&f, X86_MODE_64, 0);
	f.n = X86_GENERAL_32;
	memcpy(f.set + 4 * 6, &(uint32_t){ 0x87654321 }, 4);
	CU_ASSERT(get(&f, "rax", &v));
	CU_ASSERT_EQUAL(v, 0x87654321);
	CU_ASSERT(!get(&f, "r8", &v));
	CU_ASSERT(!get(&f, "fs_base", &v));
	CU_ASSERT(!put(&f, "r15", &v));
	x86_desc_destroy(f.d);
}

int main(void)
{
	static const struct unit_test tests[] = {
		{ "invariants of layouts", test_invariants },
		{ "sizes of g", test_sizes },
		{ "gdb accepts the descriptions", test_gdb_accepts },
		{ "gdb rejects a damaged one", test_gdb_rejects },
		{ "initial state", test_initial },
		{ "waking a part", test_wake },
		{ "round trip", test_round_trip },
		{ "truncated sets", test_truncated },
		{ "ftag", test_ftag },
		{ "control words", test_control_words },
		{ "general registers of 32-bit programs", test_general_32 },
		{ "general registers, mixed", test_general_mixed },
	};

	return unit_run("x86", tests, COUNT(tests));
}
