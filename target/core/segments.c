/*
 * Device memory as sorted stretches of the dump file. parse_global.c builds it once, the target
 * reads from it for every memory packet. How bytes get out of the file is the copy function's
 * matter.
 */
#include "target/core/segments.h"

#include <stdlib.h>

#include "target/auto.h"

static int compare_addresses(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

/* All borders of all ranges, sorted, each once. Between two of them nothing changes. */
static size_t collect_cuts(const struct segment *ranges, size_t count, uint64_t *cuts)
{
	size_t n = 0, unique = 0;

	for (size_t i = 0; i < count; i++) {
		cuts[n++] = ranges[i].start;
		cuts[n++] = ranges[i].end;
	}
	qsort(cuts, n, sizeof(*cuts), compare_addresses);
	for (size_t i = 0; i < n; i++)
		if (!unique || cuts[unique - 1] != cuts[i])
			cuts[unique++] = cuts[i];
	return unique;
}

static size_t cut_index(const uint64_t *cuts, size_t count, uint64_t at)
{
	const uint64_t *hit = bsearch(&at, cuts, count, sizeof(*cuts), compare_addresses);

	return (size_t)(hit - cuts);
}

/* First cell from i on that no range has taken yet; taken ones point past themselves. */
static size_t next_free(size_t *next, size_t i)
{
	while (next[i] != i) {
		next[i] = next[next[i]];
		i = next[i];
	}
	return i;
}

struct cells {
	uint64_t *cuts;
	size_t cut_count;
	size_t *next;  /* union-find over cells, so that each is taken only once */
	size_t *owner; /* range that has cell [cuts[i], cuts[i+1]); SIZE_MAX none */
};

static void take_cells(struct cells *c, const struct segment *range, size_t owner)
{
	size_t end = cut_index(c->cuts, c->cut_count, range->end);
	size_t i = next_free(c->next, cut_index(c->cuts, c->cut_count, range->start));

	for (; i < end; i = next_free(c->next, i)) {
		c->owner[i] = owner;
		c->next[i] = i + 1;
	}
}

/* Neighbouring cells of one range become one segment. */
static void emit_segments(struct segments *s, const struct cells *c, const struct segment *ranges)
{
	for (size_t i = 0; i + 1 < c->cut_count; i++) {
		if (c->owner[i] == SIZE_MAX)
			continue;
		if (i && c->owner[i - 1] == c->owner[i]) {
			s->items[s->count - 1].end = c->cuts[i + 1];
			continue;
		}
		const struct segment *r = &ranges[c->owner[i]];
		s->items[s->count++] = (struct segment){
			.start = c->cuts[i],
			.end = c->cuts[i + 1],
			.offset = r->offset + (c->cuts[i] - r->start),
			.absent = r->absent,
		};
	}
}

bool segments_init(struct segments *s, const struct segment *ranges, size_t count)
{
	size_t room = 2 * count + 1;
	AUTO_FREE uint64_t *cuts = calloc(room, sizeof(*cuts));
	AUTO_FREE size_t *next = calloc(room, sizeof(*next));
	AUTO_FREE size_t *owner = calloc(room, sizeof(*owner));

	s->count = 0;
	s->items = calloc(room, sizeof(*s->items));
	if (!cuts || !next || !owner || !s->items)
		return false;
	struct cells c = { cuts, collect_cuts(ranges, count, cuts), next, owner };
	for (size_t i = 0; i < room; i++) {
		next[i] = i;
		owner[i] = SIZE_MAX;
	}
	for (size_t i = 0; i < count; i++)
		if (ranges[i].end > ranges[i].start)
			take_cells(&c, &ranges[i], i);
	emit_segments(s, &c, ranges);
	return true;
}

void segments_deinit(struct segments *s)
{
	free(s->items);
	s->items = NULL;
	s->count = 0;
}

const struct segment *segments_find(const struct segments *s, uint64_t at)
{
	size_t lo = 0, hi = s->count;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		if (at >= s->items[mid].end)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < s->count && at >= s->items[lo].start ? &s->items[lo] : NULL;
}

enum target_status segments_read(const struct segments *s, uint64_t at, void *buf, size_t n,
				 size_t *done)
{
	const struct segment *seg = segments_find(s, at), *last = s->items + s->count;

	*done = 0;
	if (!seg)
		return TARGET_FAULT;
	for (; seg < last && seg->start <= at && !seg->absent && *done < n; seg++) {
		uint64_t room = seg->end - at;
		size_t want = n - *done < room ? n - *done : (size_t)room;
		size_t got =
			s->copy(s->ctx, seg->offset + (at - seg->start), (char *)buf + *done, want);
		*done += got;
		at += got;
		if (got < want)
			break;
	}
	return *done || !n ? TARGET_OK : TARGET_UNAVAILABLE;
}
