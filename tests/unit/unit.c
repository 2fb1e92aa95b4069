/* The main loop of every unit test program: one CUnit suite, one closing line. */
#include "tests/unit/unit.h"

#include <CUnit/Basic.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

/*
 * A test that fails in its middle leaves its processes; children of theirs become ours when their
 * parents end. One that another process still traces goes when that one does.
 */
static void end_children(void)
{
	char path[64];
	int pid;

	snprintf(path, sizeof(path), "/proc/self/task/%d/children", (int)getpid());
	for (int round = 0; round < 100; round++) {
		FILE *f = fopen(path, "r");
		size_t n = 0;

		for (; f && fscanf(f, "%d", &pid) == 1; n++)
			kill(pid, SIGKILL);
		if (f)
			fclose(f);
		if (!n)
			return;
		while (waitpid(-1, NULL, WNOHANG | __WALL) > 0)
			;
		usleep(1000);
	}
}

int unit_run(const char *suite, const struct unit_test *tests, size_t count)
{
	prctl(PR_SET_CHILD_SUBREAPER, 1);
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
	end_children();
	return failed ? 1 : 0;
}
