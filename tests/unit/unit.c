/* The main loop of every unit test program: one CUnit suite, one closing line. */
#include "tests/unit/unit.h"

#include <CUnit/Basic.h>
#include <stdio.h>

int unit_run(const char *suite, const struct unit_test *tests, size_t count)
{
	if (CU_initialize_registry() != CUE_SUCCESS)
		return 2;
	CU_pSuite s = CU_add_suite(suite, NULL, NULL);
	for (size_t i = 0; s && i < count; i++)
		CU_add_test(s, tests[i].name, tests[i].run);
	CU_basic_set_mode(CU_BRM_SILENT);
	CU_basic_run_tests();
	unsigned failed = CU_get_number_of_tests_failed();
	if (failed)
		CU_basic_show_failures(CU_get_failure_list());
	printf("%s: %zu passed, %u failed\n", suite, count - failed, failed);
	CU_cleanup_registry();
	return failed ? 1 : 0;
}
