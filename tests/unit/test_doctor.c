/*
 * monitor doctor: the form of the report, programs into which the runtime stub did not come and
 * why, the driver's node and switch, devices that could not be opened.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "target/device/device.h"
#include "target/doctor.h"
#include "target/set.h"
#include "tests/fake/fake_app.h"
#include "tests/fake/fake_drv.h"
#include "tests/fake/fake_sim.h"
#include "tests/fake/fake_target.h"
#include "tests/fake/live.h"
#include "tests/unit/unit.h"

static struct drv_model *model; /* NULL: not built */
static const char stub[] = "/opt/libascend-rt-stub.so";

/* The report of a target has these words, or (words NULL) no problem. */
static void finds(struct target *t, const char *preload, const char *words)
{
	struct target_text out = { 0 };
	struct doctor r = { .out = &out, .preload = preload };

	target_doctor(t, &r);
	bool right = words ? out.data && strstr(out.data, words) : !r.problems;
	if (!right)
		printf("not \"%s\" but:\n%s", words ? words : "no problem", out.data);
	CU_ASSERT_TRUE(right);
	target_text_deinit(&out);
}

static void test_form(void)
{
	struct target_text out = { 0 };
	struct doctor r = { .out = &out };
	struct fake_target *none = fake_target_create(0);

	doctor_ok(&r, "this", "is %d", 1);
	doctor_problem(&r, "a longer word", "is \x1b[2J");
	doctor_mend(&r, "do %s", "that");
	doctor_note(&r, "that", "is");
	target_doctor(&none->base, &r); /* it has no checks */
	CU_ASSERT_STRING_EQUAL(out.data, "ok       this             is 1\n"
					 "PROBLEM  a longer word    is ?[2J\n"
					 "           mend it:       do that\n"
					 "note     that             is\n");
	CU_ASSERT_EQUAL(r.problems, 1);
	target_close(&none->base);
	target_text_deinit(&out);
}

/* --- programs --- */

static void start_with(struct live *l, const char *path, const char *const *env)
{
	const char *const argv[] = { path, NULL };
	struct target_launch how = { .argv = argv, .env = env, .quiet_stdio = true };

	live_open(l);
	CU_ASSERT_EQUAL(target_start(l->t, &how, &l->pid), TARGET_OK);
}

static void started(const char *variable, const char *words)
{
	const char *const env[] = { "PATH=/bin", variable, NULL };
	struct live l;

	start_with(&l, "/bin/true", env);
	finds(l.t, stub, words);
	finds(l.t, NULL, NULL); /* nothing is needed: nothing is missing */
	live_close(&l);
}

static void test_started(void)
{
	char path[512];
	struct live l;

	started(NULL, "has no LD_PRELOAD: what started it has removed it\n"
		      "           mend it:       give it on: env LD_PRELOAD=/opt/libascend");
	started("LD_PRELOAD=/x.so", "has another LD_PRELOAD=/x.so\n");
	started("LD_PRELOAD=/x.so:/opt/libascend-rt-stub.so", "stands before its libraries");
	char *home = realpath(fake_sim_built("sim"), NULL);
	snprintf(path, sizeof(path), "ASCEND_TOOLKIT_HOME=%s", home);
	free(home);
	started(path, "has loaded no runtime library yet\n");
	started("ASCEND_TOOLKIT_HOME=/no-such-folder",
		"has loaded no runtime library, and its ASCEND_TOOLKIT_HOME=/no-such-folder has "
		"no lib64/libruntime.so\n"
		"           mend it:       source the set_env.sh of its toolkit");
	if (live_app("lists64", path, sizeof(path))) {
		start_with(&l, path, NULL);
		finds(l.t, stub, "is linked statically: nothing can be preloaded into it\n");
		live_close(&l);
	}
	if (live_app("lists32", path, sizeof(path))) {
		start_with(&l, path, NULL);
		finds(l.t, stub, "is a 32-bit program: the library is not\n");
		live_close(&l);
	}
}

static void sleep_on(void *ctx)
{
	const char *const *env = ctx;

	if (env)
		execle("/bin/sleep", "sleep", "600", (char *)NULL, env);
	for (;;)
		pause();
}

/* Attached to once it has its libraries. */
static void attached(const char *const *env, const char *preload, const char *words)
{
	pid_t pid = live_child(sleep_on, (void *)(uintptr_t)env);
	struct live l;
	char command[64], name[32];

	snprintf(command, sizeof(command), "/proc/%d/wchan", pid);
	for (int i = 0; env && i < 1000; i++) {
		int fd = open(command, O_RDONLY | O_CLOEXEC);
		ssize_t n = fd < 0 ? 0 : read(fd, name, sizeof(name) - 1);

		close(fd);
		name[n > 0 ? n : 0] = '\0';
		if (strstr(name, "nanosleep"))
			break;
		usleep(10000);
	}
	live_open(&l);
	CU_ASSERT_TRUE_FATAL(live_attach(&l, pid));
	finds(l.t, preload, words);
	live_close(&l);
	live_reap(pid);
}

static void test_attached(void)
{
	const char *const lost[] = { "LD_PRELOAD=/opt/libascend-rt-stub.so", NULL };
	char self[512];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);

	attached(NULL, stub,
		 "was started without this server: its kernels are not known\n"
		 "           mend it:       start it here: ascend-gdbserver COMM ");
	attached(NULL, stub,
		 "; or by hand, to attach to it: LD_PRELOAD=/opt/libascend-rt-stub.so "
		 "MSOP_SOCKET_PATH=/tmp/PATH-OF-YOUR-CHOICE /");
	attached(lost, stub, "LD_PRELOAD names it and it is not loaded");
	self[n > 0 ? n : 0] = '\0';
	attached(NULL, self, "has loaded it\n"); /* any file that is mapped will do */
}

/* --- devices --- */

static void test_driver(void)
{
	struct device_options o = { .open = device_link_drv, .stub = stub, .only = -1 };

	if (!model)
		return;
	struct target *t = device_open(&o, (struct target_log){ 0 });
	CU_ASSERT_PTR_NOT_NULL_FATAL(t);
	*model = (struct drv_model){ .debug_switch = 1 };
	finds(t, NULL, NULL);
	finds(t, NULL, "ok       debug switch     on\n");
	CU_ASSERT_EQUAL(model->opens, 0); /* to close it would let go of a device */
	model->debug_switch = 0;
	finds(t, NULL,
	      "PROBLEM  debug switch     off: the driver lets nobody debug\n"
	      "           mend it:       as root: echo 1 > /proc/debug_switch\n");
	model->missing = true;
	finds(t, NULL,
	      "PROBLEM  driver node      /dev/drv_debug: No such file or directory\n"
	      "           mend it:       install the driver package");
	target_close(t);
}

/* What the user is told at once, on the terminal of gdb, and what the doctor says afterwards. */
static void refuses(const struct drv_model *how, const char *words)
{
	struct fake_app a;

	*model = *how;
	npu_init(&model->npu);
	app_open_over(&a, device_link_drv);
	app_set_device(&a);
	CU_ASSERT_PTR_EQUAL(strstr(a.told, "device 0 is not debugged: "), a.told);
	CU_ASSERT_PTR_NOT_NULL(strstr(a.told, words));
	CU_ASSERT_EQUAL(strncmp(a.answer, "$fail:", 6), 0); /* the program goes on without */
	finds(a.t, NULL, "PROBLEM  device           0 is not debugged: ");
	finds(a.t, NULL, words);
	/* mended: the next program has it */
	*model = (struct drv_model){ .debug_switch = 1 };
	npu_init(&model->npu);
	app_quit(&a);
	app_connect(&a);
	app_set_device(&a);
	CU_ASSERT_STRING_EQUAL(a.answer, "$ok;");
	finds(a.t, NULL, "ok       device           0, 910B, is process");
	app_close(&a);
}

static void test_words(void)
{
	if (!model)
		return;
	refuses(&(struct drv_model){ .missing = true }, "install the driver package");
	refuses(&(struct drv_model){ .debug_switch = 0 }, "as root, echo 1 > /proc/debug_switch");
	refuses(&(struct drv_model){ .debug_switch = 1, .owner = 4711 },
		"another process is debug");
	refuses(&(struct drv_model){ .debug_switch = 1, .ancient = true },
		"the driver does not know this call: install a newer driver package");
}

/* A device that another debugger has is named with the words of the refusal. */
static void test_refused(void)
{
	static struct fake_npu npu;
	struct fake_app a;

	app_open(&a, &npu);
	finds(a.t, NULL, "note     device           no program has one open\n");
	app_say(&a, "$device_id:7;tgid:1;soc_version:Abacus;#");
	finds(a.t, NULL, "PROBLEM  device           7 is not debugged: Abacus is no chip");
	app_set_device(&a);
	finds(a.t, NULL, "ok       device           0, 910B, is process 4194305: it appears");
	app_close(&a);
}

static void test_kernel(void)
{
	struct target_point p = { .kind = TARGET_SW_BREAK, .at = NPU_BASE + 0x800000, .size = 4 };
	static struct fake_npu npu;
	struct target_stop stop;
	struct fake_app a;

	app_open(&a, &npu);
	target_wish(a.t, TARGET_WISH_EXEC);
	app_set_device(&a);
	app_launch(&a, "add");
	/* the code is not that of the file any more */
	npu_word(&npu, NPU_BASE + 12, 0x12345678);
	CU_ASSERT_EQUAL(app_resume(&a, TARGET_CONTINUE, 0), TARGET_OK);
	CU_ASSERT_TRUE_FATAL(app_event(&a, &stop));
	finds(a.t, NULL, "PROBLEM  kernel           add: compiled without -g: no lines");
	finds(a.t, NULL, "mend it:       compile it with -g -O0");
	finds(a.t, NULL, "add: its file differs from the code on the device");
	CU_ASSERT_EQUAL(target_point_set(a.t, APP_PROCESS, &p), TARGET_FAULT);
	finds(a.t, NULL, ": no kernel has code there\n");
	app_close(&a);
}

static void hold_file(void *path)
{
	if (open(path, O_RDONLY) < 0)
		_exit(1);
	for (;;)
		pause();
}

static void test_holders(void)
{
	char path[] = "/tmp/ascend-holders.XXXXXX", out[128], want[32];
	int fd = mkstemp(path);

	CU_ASSERT_EQUAL(device_holders(path, out, sizeof(out)), 0); /* we do not count */
	CU_ASSERT_STRING_EQUAL(out, "");
	close(fd);
	pid_t pid = live_child(hold_file, path);
	for (int i = 0; i < 1000 && !device_holders(path, out, sizeof(out)); i++)
		usleep(10000);
	snprintf(want, sizeof(want), "%d (", pid);
	CU_ASSERT_PTR_EQUAL(strstr(out, want), out);
	live_reap(pid);
	unlink(path);
}

static const struct unit_test tests[] = {
	{ "form of the report", test_form },	    { "programs started", test_started },
	{ "programs attached to", test_attached },  { "the driver", test_driver },
	{ "words of the driver", test_words },	    { "a device refused", test_refused },
	{ "kernels and breakpoints", test_kernel }, { "who has a file open", test_holders },
};

int main(int argc, char **argv)
{
	(void)argc;
	model = fake_drv(argv);
	return unit_run("doctor", tests, sizeof(tests) / sizeof(tests[0]));
}
