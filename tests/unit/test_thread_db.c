/*
 * libthread_db over a forked copy of this program: its symbols and variables lie where ours do, so
 * the right answers are known. Then answers that are wrong: they may lead nowhere, but not to a
 * crash and not to an endless walk.
 */
#include <dlfcn.h>
#include <link.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/fake/live.h"
#include "tests/unit/unit.h"

static __thread int local = 7;

/** The copy, stopped. */
struct copy {
	struct live live;
	struct target_tid tid;
	pid_t pid;
};

static void wait_for_end(void *ctx)
{
	(void)ctx;
	for (;;)
		pause();
}

static void copy_open(struct copy *c)
{
	/* the address of a thread variable is first known when it has been used */
	local++;
	c->pid = live_child(wait_for_end, NULL);
	live_open(&c->live);
	CU_ASSERT_TRUE_FATAL(live_attach(&c->live, c->pid));
	c->tid = (struct target_tid){ (uint32_t)c->pid, (uint32_t)c->pid };
}

static void copy_close(struct copy *c)
{
	live_close(&c->live);
}

typedef bool (*look_up_fn)(const char *name, uint64_t *value);

static bool truth(const char *name, uint64_t *value)
{
	*value = (uintptr_t)dlsym(RTLD_DEFAULT, name);
	return *value != 0;
}

static bool nothing(const char *name, uint64_t *value)
{
	(void)name;
	*value = 0;
	return false;
}

/* The version is right, or the library would go away; all else is somewhere in our data. */
static bool lie(const char *name, uint64_t *value)
{
	static uint32_t noise[4096];

	if (strstr(name, "nptl_version"))
		return truth(name, value);
	for (size_t i = 0; i < 4096; i++)
		noise[i] = (uint32_t)(rand() & 1 ? rand() : rand() % 64);
	*value = (uintptr_t)&noise[rand() % 4096];
	return rand() % 8 != 0;
}

/* Pointers of the noise lead back into it. */
static bool ring(const char *name, uint64_t *value)
{
	static uintptr_t self[64];

	for (size_t i = 0; i < 64; i++)
		self[i] = (uintptr_t)self;
	if (strstr(name, "nptl_version") || strstr(name, "_thread_db_"))
		return truth(name, value);
	*value = (uintptr_t)self;
	return true;
}

/* How many symbols were asked for. */
static size_t dialog(struct copy *c, look_up_fn look_up)
{
	const char *name = target_symbol_wanted(c->live.t, c->tid.pid, true);
	size_t n = 0;

	for (; name && n < 1000; n++) {
		uint64_t value;
		bool known = look_up(name, &value);

		target_symbol_found(c->live.t, c->tid.pid, name, known ? &value : NULL);
		name = target_symbol_wanted(c->live.t, c->tid.pid, false);
	}
	return n;
}

/* The module of this program: its offset in it, and its link map. */
static int find_block(struct dl_phdr_info *info, size_t n, void *out)
{
	(void)n;
	*(uintptr_t *)out = (uintptr_t)info->dlpi_tls_data;
	return 1; /* the first one is the program */
}

static uint64_t offset_of_local(void)
{
	uintptr_t block = 0;

	dl_iterate_phdr(find_block, &block);
	return (uintptr_t)&local - block;
}

static bool has_library(void)
{
	void *value = dlsym(RTLD_DEFAULT, "__nptl_version");
	void *lib = dlopen("libthread_db.so.1", RTLD_NOW);

	if (lib)
		dlclose(lib);
	if (value && lib)
		return true;
	puts("skipped: no libthread_db, or a C library that hides its symbols");
	return false;
}

static void test_truth(void)
{
	struct target_text handle = { 0 };
	pthread_t self = pthread_self();
	struct copy c = { 0 };
	uint64_t at = 0;

	if (!has_library())
		return;
	copy_open(&c);
	CU_ASSERT_EQUAL(target_tls_address(c.live.t, c.tid, (uintptr_t)_r_debug.r_map,
					   offset_of_local(), &at),
			TARGET_UNAVAILABLE);
	CU_ASSERT_TRUE(dialog(&c, truth) > 10);
	CU_ASSERT_EQUAL(target_tls_address(c.live.t, c.tid, (uintptr_t)_r_debug.r_map,
					   offset_of_local(), &at),
			TARGET_OK);
	CU_ASSERT_EQUAL(at, (uintptr_t)&local);
	CU_ASSERT_EQUAL(target_thread_handle(c.live.t, c.tid, &handle), TARGET_OK);
	CU_ASSERT_TRUE(handle.len == sizeof(self) && !memcmp(handle.data, &self, sizeof(self)));
	/* offered again: everything is known */
	CU_ASSERT_EQUAL(dialog(&c, truth), 0);
	target_text_deinit(&handle);
	copy_close(&c);
}

static void test_no_symbols(void)
{
	struct target_text handle = { 0 };
	struct copy c = { 0 };
	uint64_t at;

	if (!has_library())
		return;
	copy_open(&c);
	/* one question finds out that there is no C library; it is asked at every offer */
	CU_ASSERT_EQUAL(dialog(&c, nothing), 1);
	CU_ASSERT_EQUAL(dialog(&c, nothing), 1);
	CU_ASSERT_EQUAL(target_tls_address(c.live.t, c.tid, 0, 0, &at), TARGET_UNAVAILABLE);
	CU_ASSERT_EQUAL(target_thread_handle(c.live.t, c.tid, &handle), TARGET_UNAVAILABLE);
	/* answers nobody asked for */
	target_symbol_found(c.live.t, c.tid.pid, "main", &at);
	target_symbol_found(c.live.t, 1, "main", &at);
	CU_ASSERT_PTR_NULL(target_symbol_wanted(c.live.t, 1, true));
	copy_close(&c);
}

static void test_lies(void)
{
	if (!has_library())
		return;
	srand(1);
	for (int round = 0; round < 40; round++) {
		struct target_text handle = { 0 };
		struct copy c = { 0 };
		uint64_t at;

		/* before the fork, so that the copy has the noise too */
		lie("", &at);
		ring("", &at);
		copy_open(&c);
		dialog(&c, round & 1 ? lie : ring);
		for (int i = 0; i < 20; i++) {
			uint64_t lm = i & 1 ? (uint64_t)rand() : (uintptr_t)_r_debug.r_map;

			(void)!target_tls_address(c.live.t, c.tid, lm, (uint64_t)rand(), &at);
		}
		(void)!target_tls_address(c.live.t, c.tid, 0, UINT64_MAX, &at);
		(void)!target_thread_handle(c.live.t, c.tid, &handle);
		target_text_deinit(&handle);
		copy_close(&c);
	}
}

static void test_path(void)
{
	struct copy c = { 0 };
	const char *now;

	if (!has_library())
		return;
	copy_open(&c);
	CU_ASSERT_EQUAL(target_thread_db_path(c.live.t, "/nowhere::$pdir", &now), TARGET_OK);
	CU_ASSERT_STRING_EQUAL(now, "/nowhere::$pdir");
	CU_ASSERT_EQUAL(dialog(&c, truth), 0);
	CU_ASSERT_EQUAL(target_thread_db_path(c.live.t, "", &now), TARGET_OK);
	CU_ASSERT_STRING_EQUAL(now, "$sdir:$pdir");
	CU_ASSERT_TRUE(dialog(&c, truth) > 10);
	copy_close(&c);
}

int main(void)
{
	static const struct unit_test tests[] = {
		{ "variables and handles", test_truth },
		{ "no symbols", test_no_symbols },
		{ "wrong symbols", test_lies },
		{ "search path", test_path },
	};

	return unit_run("thread_db", tests, sizeof(tests) / sizeof(tests[0]));
}
