/*
 * The table of patches that outlives the server: rows, points that note themselves, and putting
 * back into a process that stands for the debugged one.
 */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "target/points.h"
#include "target/rescue.h"
#include "tests/fake/live.h"
#include "tests/unit/unit.h"

enum { CODE = 64, BREAK = 0xcc };

/* The code of the process, shared with it; what the table restores it writes through /proc. */
struct patient {
	struct rescue *r;
	uint8_t *code;
	struct points *points;
	struct points_memory m;
	pid_t pid;
};

static void wait_for_ever(void *ctx)
{
	(void)ctx;
	for (;;)
		pause();
}

static bool code_read(void *ctx, uint64_t at, void *buf, size_t n)
{
	memcpy(buf, ((const struct patient *)ctx)->code + at, n);
	return true;
}

static bool code_write(void *ctx, uint64_t at, const void *data, size_t n)
{
	memcpy(((struct patient *)ctx)->code + at, data, n);
	return true;
}

static void patient_open(struct patient *p)
{
	static const uint8_t insn = BREAK;

	*p = (struct patient){ .r = rescue_create() };
	p->code = mmap(NULL, CODE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	CU_ASSERT_TRUE_FATAL(p->r && p->code != MAP_FAILED);
	for (uint8_t i = 0; i < CODE; i++)
		p->code[i] = i;
	p->pid = live_child(wait_for_ever, NULL);
	p->points = points_create(&insn, 1);
	p->m = (struct points_memory){ code_read, code_write, p, p->r, (uint32_t)p->pid };
}

static void patient_close(struct patient *p)
{
	live_reap(p->pid);
	points_destroy(p->points);
	rescue_destroy(p->r);
	munmap(p->code, CODE);
}

/* Rows name places in the code by their offsets: as the process has them. */
static void note_real(struct patient *p, uint64_t offset, uint8_t saved)
{
	struct rescue_patch patch = {
		(uint32_t)p->pid, 1, (uintptr_t)(p->code + offset), { saved }, { BREAK }
	};

	CU_ASSERT_NOT_EQUAL(rescue_note(p->r, 0, &patch), 0);
	p->code[offset] = BREAK;
}

static void test_restore(void)
{
	struct patient p;

	patient_open(&p);
	note_real(&p, 5, 5);
	note_real(&p, 9, 9);
	note_real(&p, 20, 20);
	p.code[9] = 77; /* the program has changed it since */
	CU_ASSERT_EQUAL(rescue_restore(p.r, 0), 3);
	CU_ASSERT_EQUAL(p.code[5], 5);
	CU_ASSERT_EQUAL(p.code[9], 77);
	CU_ASSERT_EQUAL(p.code[20], 20);
	CU_ASSERT_EQUAL(rescue_restore(p.r, 1), 0);
	rescue_forget_patches(p.r, (uint32_t)p.pid);
	p.code[5] = BREAK;
	CU_ASSERT_EQUAL(rescue_restore(p.r, 0), 0);
	CU_ASSERT_EQUAL(p.code[5], BREAK);
	patient_close(&p);
}

/* What the server does to its points is in the table at once. */
static void test_points(void)
{
	struct patient p;
	uint8_t data[4] = { 1, 2, 3, 4 };

	patient_open(&p);
	uint32_t pid = (uint32_t)p.pid;
	points_set(p.points, 5);
	points_set(p.points, 9);
	CU_ASSERT_FALSE(rescue_is_patched(p.r, pid, 5));
	CU_ASSERT_TRUE(points_sync(p.points, &p.m, NULL));
	CU_ASSERT_TRUE(rescue_is_patched(p.r, pid, 5) && rescue_is_patched(p.r, pid, 9));
	CU_ASSERT_FALSE(rescue_is_patched(p.r, pid + 1, 5));
	CU_ASSERT_TRUE(points_lift(p.points, 5, &p.m));
	CU_ASSERT_TRUE(rescue_is_patched(p.r, pid, 5)); /* only for a moment */
	points_put_back(p.points, 5, &p.m);
	points_clear(p.points, 5);
	CU_ASSERT_TRUE(points_sync(p.points, &p.m, NULL));
	CU_ASSERT_FALSE(rescue_is_patched(p.r, pid, 5));
	points_keep(p.points, 7, data, sizeof(data));
	points_note_all(p.points, &p.m);
	CU_ASSERT_EQUAL(data[2], BREAK);
	CU_ASSERT_TRUE(rescue_due(p.r));
	CU_ASSERT_TRUE(points_remove_all(p.points, &p.m));
	CU_ASSERT_EQUAL(p.code[9], 3);
	CU_ASSERT_FALSE(rescue_due(p.r));
	patient_close(&p);
}

/* A copy of the table is noted for its own process, and does not touch the other's rows. */
static void test_copy(void)
{
	struct patient p;

	patient_open(&p);
	uint32_t pid = (uint32_t)p.pid;
	points_set(p.points, 5);
	CU_ASSERT_TRUE(points_sync(p.points, &p.m, NULL));
	struct points *copy = points_copy(p.points);
	struct points_memory m = p.m;
	m.pid = pid + 1;
	points_note_all(copy, &m);
	CU_ASSERT_TRUE(rescue_is_patched(p.r, pid + 1, 5));
	CU_ASSERT_TRUE(points_remove_all(copy, &m));
	CU_ASSERT_FALSE(rescue_is_patched(p.r, pid + 1, 5));
	CU_ASSERT_TRUE(rescue_is_patched(p.r, pid, 5));
	points_destroy(copy);
	patient_close(&p);
}

static void test_processes(void)
{
	struct rescue *r = rescue_create();

	CU_ASSERT_PTR_NOT_NULL_FATAL(r);
	CU_ASSERT_FALSE(rescue_due(r));
	rescue_add(r, 11);
	rescue_add(r, 12);
	rescue_forget(r, 11);
	rescue_add(r, 13);
	CU_ASSERT_EQUAL(rescue_process(r, 0), 13);
	CU_ASSERT_EQUAL(rescue_process(r, 1), 12);
	CU_ASSERT_EQUAL(rescue_process(r, RESCUE_PROCESSES), 0);
	rescue_hold(r, 14);
	CU_ASSERT_EQUAL(rescue_held(r, 0), 14);
	CU_ASSERT_EQUAL(rescue_held(r, RESCUE_HELD), 0);
	CU_ASSERT_TRUE(rescue_due(r));
	rescue_forget(r, 12);
	rescue_forget(r, 13);
	rescue_forget(r, 99);
	CU_ASSERT_TRUE(rescue_due(r));
	rescue_unhold(r, 14);
	CU_ASSERT_FALSE(rescue_due(r));
	rescue_destroy(r);
}

/* More patches than rows: the rest is not noted, rows that come free are used again. */
static void test_full(void)
{
	struct rescue *r = rescue_create();
	struct rescue_patch patch = { .pid = 7, .n = 1 };
	uint32_t slot = 0, n = 0;

	CU_ASSERT_PTR_NOT_NULL_FATAL(r);
	for (uint64_t i = 0; i < RESCUE_PATCHES + 10; i++) {
		patch.at = i;
		uint32_t got = rescue_note(r, 0, &patch);
		slot = got ? got : slot;
		n += got != 0;
	}
	CU_ASSERT_EQUAL(n, RESCUE_PATCHES - 1);
	rescue_drop(r, slot);
	CU_ASSERT_EQUAL(rescue_note(r, 0, &patch), slot);
	CU_ASSERT_EQUAL(rescue_note(r, slot, &patch), slot);
	rescue_forget(r, 7);
	CU_ASSERT_FALSE(rescue_due(r));
	CU_ASSERT_NOT_EQUAL(rescue_note(r, 0, &patch), 0);
	rescue_destroy(r);
}

/* One that was stopped by SIGSTOP goes on when nobody traces it. */
static void test_held(void)
{
	struct rescue *r = rescue_create();
	pid_t pid = live_child(wait_for_ever, NULL);
	siginfo_t info = { .si_pid = 0 };

	CU_ASSERT_PTR_NOT_NULL_FATAL(r);
	rescue_hold(r, (uint32_t)pid);
	kill(pid, SIGSTOP);
	CU_ASSERT_EQUAL(waitid(P_PID, (id_t)pid, &info, WSTOPPED), 0);
	linux_let_go(r, true);
	CU_ASSERT_EQUAL(waitid(P_PID, (id_t)pid, &info, WCONTINUED), 0);
	CU_ASSERT_EQUAL(info.si_code, CLD_CONTINUED);
	live_reap(pid);
	rescue_destroy(r);
}

/* Targets without a table. */
static void test_none(void)
{
	struct rescue_patch patch = { .pid = 7, .n = 1 };

	rescue_add(NULL, 7);
	CU_ASSERT_EQUAL(rescue_note(NULL, 0, &patch), 0);
	rescue_drop(NULL, 1);
	rescue_forget(NULL, 7);
	rescue_destroy(NULL);
}

static const struct unit_test tests[] = {
	{ "bytes are put back", test_restore },
	{ "points note themselves", test_points },
	{ "a copy has its own rows", test_copy },
	{ "processes", test_processes },
	{ "a full table", test_full },
	{ "a held process", test_held },
	{ "no table", test_none },
};

int main(void)
{
	return unit_run("rescue", tests, sizeof(tests) / sizeof(tests[0]));
}
