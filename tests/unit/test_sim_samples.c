/*
 * Unit test of target/sim: the samples of tests/apps with the runtime libraries on the simulated
 * NPU, without any debugger: right results, every time; errors, core files, several processes and
 * devices.
 */
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "arch/chip.h"
#include "tests/fake/fake_dump.h"
#include "tests/fake/fake_sim.h"
#include "tests/unit/unit.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

enum { RUNS = 10, AT_ONCE = 6 };

static char *sample(const char *name)
{
	char path[64];

	snprintf(path, sizeof(path), "tests/apps/%s", name);
	return strdup(fake_sim_built(path));
}

static int run_sample(struct fake_sim *s, const char *name, const char *argument,
		      const char *const *variables)
{
	char *path = sample(name);
	int status = fake_sim_run(s, path, argument, variables);

	free(path);
	return status;
}

/** ASCEND_SIM_RUNS: how often, e.g. 100; the results are compared by the samples themselves. */
static void right_every_time(void)
{
	static const char *const names[] = { "add_custom", "matmul", "two_ops" };
	const char *runs = getenv("ASCEND_SIM_RUNS");
	unsigned long count = runs != NULL ? strtoul(runs, NULL, 0) : RUNS;
	struct fake_sim s;

	CU_ASSERT_FATAL(fake_sim_start(&s, NULL));
	for (unsigned long i = 0; i < count; i++) {
		for (size_t k = 0; k < COUNT(names); k++)
			CU_ASSERT_EQUAL(run_sample(&s, names[k], NULL, NULL), 0);
	}
	CU_ASSERT(fake_sim_stop(&s));
}

static void every_call(void)
{
	struct fake_sim s;

	CU_ASSERT_FATAL(fake_sim_start(&s, NULL));
	CU_ASSERT_EQUAL(run_sample(&s, "acl_calls", NULL, NULL), 0);
	CU_ASSERT(fake_sim_stop(&s));
}

/** More blocks than cores run in turn; small slices make cores take turns within a tile. */
static void any_number_of_cores(void)
{
	static const char *const blocks[] = { "1", "3", "48", "50", "64", "200" };
	const char *const options[] = { "--slice", "100", "--aiv", "0x3fffffffffffc", NULL };
	struct fake_sim s;

	CU_ASSERT_FATAL(fake_sim_start(&s, options));
	for (size_t i = 0; i < COUNT(blocks); i++)
		CU_ASSERT_EQUAL(run_sample(&s, "add_custom", blocks[i], NULL), 0);
	CU_ASSERT_EQUAL(run_sample(&s, "matmul", NULL, NULL), 0);
	CU_ASSERT(fake_sim_stop(&s));
}

/** Without enough cores for a mixed block, or for all that wait for each other, time runs out. */
static void watchdog(void)
{
	const char *const options[] = { "--aiv", "1", "--watchdog", "400000", NULL };
	struct fake_sim s;

	CU_ASSERT_FATAL(fake_sim_start(&s, options));
	CU_ASSERT_EQUAL(run_sample(&s, "stuck", NULL, NULL), 1);
	CU_ASSERT_EQUAL(run_sample(&s, "two_ops", NULL, NULL), 3); /* sync_all of 4 blocks */
	CU_ASSERT_EQUAL(run_sample(&s, "add_custom", "2", NULL), 0);
	CU_ASSERT(fake_sim_stop(&s));
}

static void every_chip(void)
{
	for (size_t i = 0; i < chip_count; i++) {
		const char *const options[] = { "--chip", chips[i]->name, "--devices", "2", NULL };
		struct fake_sim s;

		CU_ASSERT_FATAL(fake_sim_start(&s, options));
		CU_ASSERT_EQUAL(run_sample(&s, "add_custom", NULL, NULL), 0);
		CU_ASSERT_EQUAL(run_sample(&s, "matmul", NULL, NULL), 0);
		CU_ASSERT_EQUAL(run_sample(&s, "simt", NULL, NULL), chips[i]->simt ? 0 : 3);
		CU_ASSERT_EQUAL(run_sample(&s, "simt", "launch", NULL), chips[i]->simt ? 0 : 3);
		CU_ASSERT_EQUAL(run_sample(&s, "simt", "array", NULL), chips[i]->simt ? 0 : 3);
		CU_ASSERT(fake_sim_stop(&s));
	}
}

static void several_processes(void)
{
	struct fake_sim s;
	pid_t pids[AT_ONCE];
	int status;

	CU_ASSERT_FATAL(fake_sim_start(&s, NULL));
	for (unsigned i = 0; i < AT_ONCE; i++) {
		pids[i] = fork();
		if (pids[i] == 0)
			_exit(run_sample(&s, i % 2 != 0 ? "matmul" : "add_custom", NULL, NULL));
	}
	for (unsigned i = 0; i < AT_ONCE; i++) {
		CU_ASSERT_EQUAL(waitpid(pids[i], &status, 0), pids[i]);
		CU_ASSERT(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	}
	CU_ASSERT(fake_sim_stop(&s));
}

/** An app that is killed while its kernel runs leaves the cores free. */
static void killed_app(void)
{
	struct fake_sim s;
	char *path = sample("stuck");
	int status;
	pid_t pid;

	CU_ASSERT_FATAL(fake_sim_start(&s, NULL));
	pid = fork();
	if (pid == 0) {
		setenv(SIM_WIRE_ENV, s.socket, 1);
		execl(path, path, NULL);
		_exit(127);
	}
	usleep(200000);
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	CU_ASSERT_EQUAL(run_sample(&s, "add_custom", "50", NULL), 0);
	CU_ASSERT(fake_sim_stop(&s));
	free(path);
}

static void no_device(void)
{
	struct fake_sim s;
	char where[sizeof(s.socket)];

	CU_ASSERT_FATAL(fake_sim_start(&s, NULL));
	memcpy(where, s.socket, sizeof(where));
	CU_ASSERT(fake_sim_stop(&s));
	/* what it says goes to stderr */
	CU_ASSERT_EQUAL(run_sample(&s, "add_custom", NULL, NULL), 3);
}

static void python_host(void)
{
	struct fake_sim s;
	char command[4096];
	const char *path;

	if (system("python3 -c 'import ctypes' 2>/dev/null") != 0) {
		printf("skipped: no python3\n");
		return;
	}
	CU_ASSERT_FATAL(fake_sim_start(&s, NULL));
	path = fake_sim_built("");
	snprintf(command, sizeof(command),
		 "%s=%s python3 tests/apps/add_custom.py %ssim/lib64/libascendcl.so "
		 "%stests/apps/add_custom.o >/dev/null",
		 SIM_WIRE_ENV, s.socket, path, path);
	CU_ASSERT_EQUAL(system(command), 0);
	CU_ASSERT(fake_sim_stop(&s));
}

/* --- core files */

/** Runs a crashing sample with core files on, and opens the one it leaves. */
static struct ascend *crash(struct fake_sim *s, const char *name, struct fake_log *log,
			    uint8_t **bytes)
{
	const char *const variables[] = { "ASCEND_DUMP_SCENE", "aic_err_detail_dump",
					  "ASCEND_DUMP_PATH", s->folder, NULL };
	char pattern[256], why[CORE_WORDS];
	struct ascend *a;
	struct stat st;
	glob_t found;
	FILE *f;

	CU_ASSERT_EQUAL(run_sample(s, name, NULL, variables), 1);
	snprintf(pattern, sizeof(pattern), "%s/extra-info/data-dump/0/%s.*.core", s->folder, name);
	CU_ASSERT_EQUAL_FATAL(glob(pattern, 0, NULL, &found), 0);
	CU_ASSERT_EQUAL(found.gl_pathc, 1);
	CU_ASSERT(stat(found.gl_pathv[0], &st) == 0 && (st.st_mode & 0777) == 0400);
	f = fopen(found.gl_pathv[0], "rb");
	*bytes = malloc((size_t)st.st_size);
	CU_ASSERT_FATAL(f != NULL && *bytes != NULL);
	CU_ASSERT_EQUAL(fread(*bytes, 1, (size_t)st.st_size, f), (size_t)st.st_size);
	fclose(f);
	a = fake_dump_open(*bytes, (size_t)st.st_size, strrchr(found.gl_pathv[0], '/') + 1, log,
			   why);
	globfree(&found);
	return a;
}

static void look_at_crash(const char *name, uint64_t error, uint64_t bit)
{
	struct fake_log log = { .warnings = 0 };
	struct fake_sim s;
	struct ascend *a;
	uint8_t *bytes;

	CU_ASSERT_FATAL(fake_sim_start(&s, NULL));
	a = crash(&s, name, &log, &bytes);
	CU_ASSERT_PTR_NOT_NULL_FATAL(a);
	CU_ASSERT_EQUAL(log.warnings, 0);
	CU_ASSERT_EQUAL(a->core_count, 2);
	CU_ASSERT(a->cores[0].type == CHIP_AIV && a->cores[0].unified == 25);
	CU_ASSERT_EQUAL(fake_entry_value(a, 25, error, 4), UINT64_C(1) << bit);
	CU_ASSERT_EQUAL(fake_entry_value(a, 26, error, 4), UINT64_MAX); /* not its fault */
	CU_ASSERT(fake_local_of(a, 25, CHIP_UB) != SIZE_MAX);
	target_close(&a->base);
	fake_log_deinit(&log);
	free(bytes);
	CU_ASSERT(fake_sim_stop(&s));
}

static void core_files(void)
{
	look_at_crash("ub_overflow", 0x704, 30);
	look_at_crash("gm_overflow", 0x700, 23);
}

/** The scene can be in acl.json too; a file that is none stops the app. */
static void asked_for_in_a_file(void)
{
	char config[128], pattern[256];
	const char *const variables[] = { "ACL_JSON", config, NULL };
	struct fake_sim s;
	glob_t found;
	FILE *f;

	CU_ASSERT_FATAL(fake_sim_start(&s, NULL));
	snprintf(config, sizeof(config), "%s/acl.json", s.folder);
	CU_ASSERT_EQUAL(run_sample(&s, "ub_overflow", NULL, variables), 3);
	f = fopen(config, "w");
	CU_ASSERT_FATAL(f != NULL);
	fprintf(f, "{\"dump\":{\"dump_scene\":\"aic_err_detail_dump\",\"dump_path\":\"%s\"}}",
		s.folder);
	fclose(f);
	CU_ASSERT_EQUAL(run_sample(&s, "ub_overflow", NULL, variables), 1);
	snprintf(pattern, sizeof(pattern), "%s/extra-info/data-dump/0/ub_overflow.*.core",
		 s.folder);
	CU_ASSERT_EQUAL(glob(pattern, 0, NULL, &found), 0);
	globfree(&found);
	CU_ASSERT(fake_sim_stop(&s));
}

static void no_core_file_unasked(void)
{
	char pattern[256];
	struct fake_sim s;
	glob_t found;

	CU_ASSERT_FATAL(fake_sim_start(&s, NULL));
	CU_ASSERT_EQUAL(run_sample(&s, "ub_overflow", NULL, NULL), 1);
	snprintf(pattern, sizeof(pattern), "%s/extra-info", s.folder);
	CU_ASSERT_EQUAL(glob(pattern, 0, NULL, &found), GLOB_NOMATCH);
	CU_ASSERT(fake_sim_stop(&s));
}

int main(void)
{
	static const struct unit_test tests[] = {
		{ "right every time", right_every_time },
		{ "every call", every_call },
		{ "any number of cores", any_number_of_cores },
		{ "watchdog", watchdog },
		{ "every chip", every_chip },
		{ "several processes", several_processes },
		{ "killed app", killed_app },
		{ "no device", no_device },
		{ "python host", python_host },
		{ "core files", core_files },
		{ "asked for in a file", asked_for_in_a_file },
		{ "no core file unasked", no_core_file_unasked },
	};

	return unit_run("sim_samples", tests, COUNT(tests));
}
