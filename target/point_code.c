/*
 * The table of what runs at breakpoints. Called by the kinds of targets that run; what the bytes
 * mean is agent.c's.
 */
#include "target/point_code.h"

#include <stdlib.h>
#include <string.h>

/* The first entry at or behind an address and kind. */
static size_t lower_bound(const struct point_codes *c, enum target_point_kind kind, uint64_t at)
{
	size_t low = 0, high = c->count;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		const struct point_code *p = c->all[mid];

		if (p->at < at || (p->at == at && p->kind < kind))
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static bool is_at(const struct point_codes *c, size_t i, enum target_point_kind kind, uint64_t at)
{
	return i < c->count && c->all[i]->at == at && c->all[i]->kind == kind;
}

const struct target_point_code *point_codes_find(const struct point_codes *c,
						 enum target_point_kind kind, uint64_t at)
{
	size_t i = lower_bound(c, kind, at);

	return is_at(c, i, kind, at) ? &c->all[i]->code : NULL;
}

/* Copies the list and all bytes of n expressions to *at, which is moved behind them. */
static struct agent_code *put_list(char **at, const struct agent_code *list, size_t n)
{
	struct agent_code *copy = (struct agent_code *)(void *)*at;
	char *bytes = *at + n * sizeof(*list);

	for (size_t i = 0; i < n; i++) {
		memcpy(bytes, list[i].bytes, list[i].n);
		copy[i] = (struct agent_code){ (const uint8_t *)bytes, list[i].n };
		bytes += list[i].n;
	}
	*at = bytes + (size_t)(-(uintptr_t)bytes % _Alignof(struct agent_code));
	return copy;
}

static size_t list_size(const struct agent_code *list, size_t n)
{
	size_t size = n * sizeof(*list) + _Alignof(struct agent_code);

	for (size_t i = 0; i < n; i++)
		size += list[i].n;
	return size;
}

/* One block of memory with everything; NULL: out of memory. */
static struct point_code *make(enum target_point_kind kind, uint64_t at,
			       const struct target_point_code *code)
{
	struct point_code *p = malloc(sizeof(*p) + list_size(code->conditions, code->condition_n) +
				      list_size(code->commands, code->command_n));
	char *room = (char *)(p + 1);

	if (!p)
		return NULL;
	*p = (struct point_code){ .kind = kind, .at = at, .code = *code };
	p->code.conditions = put_list(&room, code->conditions, code->condition_n);
	p->code.commands = put_list(&room, code->commands, code->command_n);
	return p;
}

static void drop(struct point_codes *c, size_t i)
{
	free(c->all[i]);
	c->count--;
	memmove(&c->all[i], &c->all[i + 1], (c->count - i) * sizeof(*c->all));
}

static bool grow(struct point_codes *c)
{
	size_t cap = c->cap ? 2 * c->cap : 16;
	struct point_code **all = realloc(c->all, cap * sizeof(*all));

	if (!all)
		return false;
	c->all = all;
	c->cap = cap;
	return true;
}

static bool put(struct point_codes *c, size_t i, enum target_point_kind kind, uint64_t at,
		const struct target_point_code *code)
{
	struct point_code *p;

	if (c->count == c->cap && !grow(c))
		return false;
	p = make(kind, at, code);
	if (!p)
		return false;
	memmove(&c->all[i + 1], &c->all[i], (c->count - i) * sizeof(*c->all));
	c->all[i] = p;
	c->count++;
	return true;
}

bool point_codes_set(struct point_codes *c, const struct target_point *p)
{
	size_t i = lower_bound(c, p->kind, p->at);

	if (is_at(c, i, p->kind, p->at))
		drop(c, i);
	return !p->code || put(c, i, p->kind, p->at, p->code);
}

void point_codes_copy(struct point_codes *to, const struct point_codes *from)
{
	for (size_t i = 0; i < from->count; i++) {
		const struct point_code *p = from->all[i];

		(void)!put(to, to->count, p->kind, p->at, &p->code);
	}
}

void point_codes_clear(struct point_codes *c)
{
	while (c->count)
		free(c->all[--c->count]);
	free(c->all);
	*c = (struct point_codes){ 0 };
}
