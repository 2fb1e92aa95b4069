/*
 * Unit test of target/core/segments: overlap, gaps, reads across borders, and a comparison with
 * the obvious slow way on random ranges.
 */
#include <stdlib.h>
#include <string.h>

#include "target/core/segments.h"
#include "tests/unit/unit.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* The file of these tests: byte i is i, and it ends at `end`. */
struct file {
	uint64_t end;
};

static size_t copy(void *ctx, uint64_t offset, void *buf, size_t n)
{
	const struct file *f = ctx;
	size_t room = offset < f->end ? (size_t)(f->end - offset) : 0;

	n = n < room ? n : room;
	for (size_t i = 0; i < n; i++)
		((uint8_t *)buf)[i] = (uint8_t)(offset + i);
	return n;
}

static struct segments make(const struct segment *ranges, size_t count, struct file *f)
{
	struct segments s = { .copy = copy, .ctx = f };

	CU_ASSERT_FATAL(segments_init(&s, ranges, count));
	return s;
}

static void empty(void)
{
	struct file f = { 256 };
	struct segment nothing = { 5, 5, 0, false };
	uint8_t buf[4];
	size_t done = 9;
	struct segments s = make(NULL, 0, &f);

	CU_ASSERT(s.count == 0 && !segments_find(&s, 0));
	CU_ASSERT(segments_read(&s, 0, buf, 4, &done) == TARGET_FAULT && done == 0);
	segments_deinit(&s);
	s = make(&nothing, 1, &f);
	CU_ASSERT(s.count == 0);
	segments_deinit(&s);
	CU_ASSERT_PTR_NULL(s.items);
}

static void earlier_wins(void)
{
	static const struct segment ranges[] = { { 20, 30, 100, false },
						 { 10, 40, 200, false },
						 { 0, 15, 50, true } };
	static const struct segment want[] = {
		{ 0, 10, 50, true },
		{ 10, 20, 200, false },
		{ 20, 30, 100, false },
		{ 30, 40, 220, false },
	};
	struct file f = { 256 };
	struct segments s = make(ranges, COUNT(ranges), &f);

	CU_ASSERT_EQUAL_FATAL(s.count, COUNT(want));
	for (size_t i = 0; i < COUNT(want); i++) {
		CU_ASSERT(s.items[i].start == want[i].start && s.items[i].end == want[i].end);
		CU_ASSERT(s.items[i].offset == want[i].offset);
		CU_ASSERT_EQUAL(s.items[i].absent, want[i].absent);
	}
	segments_deinit(&s);
}

/* one row = one read of the space below */
static void reads(void)
{
	static const struct segment ranges[] = {
		{ 10, 20, 0, false }, { 20, 30, 100, false }, { 40, 50, 60, false },
		{ 50, 60, 0, true },  { 70, 80, 0, true },    { 90, 100, 250, false },
	};
	static const struct {
		uint64_t at;
		size_t n, done;
		enum target_status status;
		uint8_t first, last;
	} rows[] = {
		{ 10, 4, 4, TARGET_OK, 0, 3 },	   /* inside */
		{ 18, 4, 4, TARGET_OK, 8, 101 },   /* into the next */
		{ 18, 40, 12, TARGET_OK, 8, 109 }, /* up to the gap */
		{ 29, 1, 1, TARGET_OK, 109, 109 }, /* last byte */
		{ 30, 1, 0, TARGET_FAULT, 0, 0 },  /* the gap */
		{ 9, 4, 0, TARGET_FAULT, 0, 0 },   /* in front of it */
		{ 45, 20, 5, TARGET_OK, 65, 69 },  /* up to what was not saved */
		{ 55, 1, 0, TARGET_UNAVAILABLE, 0, 0 },
		{ 75, 9, 0, TARGET_UNAVAILABLE, 0, 0 },
		{ 90, 10, 6, TARGET_OK, 250, 255 }, /* the file ends */
		{ 97, 2, 0, TARGET_UNAVAILABLE, 0, 0 },
		{ 100, 1, 0, TARGET_FAULT, 0, 0 },
		{ UINT64_MAX, 8, 0, TARGET_FAULT, 0, 0 },
		{ 10, 0, 0, TARGET_OK, 0, 0 },
	};
	struct file f = { 256 };
	struct segments s = make(ranges, COUNT(ranges), &f);

	for (size_t i = 0; i < COUNT(rows); i++) {
		uint8_t buf[64] = { 0 };
		size_t done = 99;
		CU_ASSERT_EQUAL(segments_read(&s, rows[i].at, buf, rows[i].n, &done),
				rows[i].status);
		CU_ASSERT_EQUAL(done, rows[i].done);
		if (done)
			CU_ASSERT(buf[0] == rows[i].first && buf[done - 1] == rows[i].last);
	}
	segments_deinit(&s);
}

static void top_of_space(void)
{
	struct segment range = { UINT64_MAX - 4, UINT64_MAX, 0, false };
	struct file f = { 256 };
	struct segments s = make(&range, 1, &f);
	uint8_t buf[8];
	size_t done;

	CU_ASSERT(segments_read(&s, UINT64_MAX - 2, buf, 8, &done) == TARGET_OK && done == 2);
	CU_ASSERT_PTR_NULL(segments_find(&s, UINT64_MAX));
	segments_deinit(&s);
}

/* The slow way: the first range that holds an address. */
static const struct segment *first_range(const struct segment *ranges, size_t count, uint64_t at)
{
	for (size_t i = 0; i < count; i++)
		if (at >= ranges[i].start && at < ranges[i].end)
			return &ranges[i];
	return NULL;
}

static void compare_all(const struct segments *s, const struct segment *ranges, size_t count)
{
	for (uint64_t at = 0; at < 140; at++) {
		const struct segment *want = first_range(ranges, count, at);
		const struct segment *got = segments_find(s, at);
		CU_ASSERT_EQUAL(!want, !got);
		if (want && got)
			CU_ASSERT(got->absent == want->absent &&
				  got->offset + (at - got->start) ==
					  want->offset + (at - want->start));
	}
	for (size_t i = 1; i < s->count; i++)
		CU_ASSERT(s->items[i].start >= s->items[i - 1].end);
}

static void random_ranges(void)
{
	struct file f = { 256 };

	srandom(1);
	for (int round = 0; round < 300; round++) {
		struct segment ranges[24];
		size_t count = (size_t)random() % COUNT(ranges);
		for (size_t i = 0; i < count; i++) {
			uint64_t start = (uint64_t)random() % 120;
			ranges[i] = (struct segment){ start, start + (uint64_t)random() % 20,
						      (uint64_t)random() % 1000, random() & 1 };
		}
		struct segments s = make(ranges, count, &f);
		compare_all(&s, ranges, count);
		segments_deinit(&s);
	}
}

static void many_ranges(void)
{
	enum { MANY = 16384 };
	struct segment *ranges = calloc(MANY, sizeof(*ranges));
	struct file f = { 256 };

	for (size_t i = 0; i < MANY; i++) /* nested: each hides the middle of the next */
		ranges[i] = (struct segment){ MANY - i, MANY + i + 1, MANY - i, false };
	struct segments s = make(ranges, MANY, &f);
	CU_ASSERT_EQUAL(s.count, 2 * MANY - 1);
	CU_ASSERT_EQUAL(segments_find(&s, MANY)->offset, MANY);
	segments_deinit(&s);
	free(ranges);
}

int main(void)
{
	static const struct unit_test tests[] = {
		{ "empty", empty },
		{ "earlier wins", earlier_wins },
		{ "reads", reads },
		{ "top of space", top_of_space },
		{ "random ranges", random_ranges },
		{ "many ranges", many_ranges },
	};
	return unit_run("core_segments", tests, COUNT(tests));
}
