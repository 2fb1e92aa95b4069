/*
 * Unit tests of lines in compiled kernels whose line programs libdwarf reads in another way than
 * the standard has it.
 */
#include <string.h>

#include "target/symbols/symbols.h"
#include "tests/fake/sample_kernel.h"
#include "tests/unit/unit.h"

enum { BASE = 0x12c041200000 };

static void expect_start(struct symbols_object *o, const char *function, const char *file,
			 unsigned line)
{
	struct symbols_place p;
	uint64_t at = 0;

	CU_ASSERT_TRUE(symbols_function(o, function, &at));
	CU_ASSERT_TRUE_FATAL(symbols_place(o, at, &p));
	CU_ASSERT_STRING_EQUAL(p.function, function);
	CU_ASSERT_EQUAL(p.line, line);
	CU_ASSERT_PTR_NOT_NULL_FATAL(p.file);
	CU_ASSERT_STRING_EQUAL(strrchr(p.file, '/'), file);
}

/* Lines begin in file 1 and the program does not name it, in all shapes of its tables. */
static void test_header_first(void)
{
	static const char *const files[] = { "headed.dwarf4.o", "headed.o", "headed.dwarf64.o" };

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		struct symbols_error why = { "" };
		struct sample s;

		if (!sample_compiled(files[i], &s))
			return;
		struct symbols_object *o = symbols_open(s.bytes, s.n, BASE, &why);
		CU_ASSERT_PTR_NOT_NULL_FATAL(o);
		expect_start(o, "first_of_header", "/headed.h", 22);
		expect_start(o, "behind_header", "/headed.c", 11);
		symbols_close(o);
		sample_free(&s);
	}
}

int main(void)
{
	static const struct unit_test tests[] = {
		{ "a header's function is first", test_header_first },
	};

	return unit_run("symbols_lines", tests, sizeof(tests) / sizeof(tests[0]));
}
