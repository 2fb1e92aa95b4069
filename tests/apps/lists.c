/*
 * A program without libraries that plays the dynamic linker: it makes lists of libraries, right and
 * wrong ones, and says so with a signal. The first letter of its argument chooses which. Also built
 * for 4-byte addresses, where the lists have another layout.
 */
#include <stddef.h>
#include <stdint.h>

#include "tests/apps/lists.h"

/* The structures of <link.h>, which is not there for both sizes of addresses. */
struct link_map {
	uintptr_t base;
	const char *name;
	uintptr_t dynamic;
	struct link_map *next, *previous;
};

struct r_debug {
	int version;
	struct link_map *list;
	uintptr_t brk, state, loader;
	struct r_debug *next;
};

struct dynamic {
	intptr_t tag;
	uintptr_t value;
};

extern struct dynamic _DYNAMIC[];

enum { LONG_NAME = 9000, TAG_NULL = 0, TAG_DEBUG = 21 };

static struct r_debug spaces[2];
static struct link_map maps[LISTS_LONG];
static char long_name[LONG_NAME];

static void append(struct r_debug *list, struct link_map *map, const char *name)
{
	struct link_map *last = list->list;

	map->name = name;
	map->base = 0x1000 * (uintptr_t)(map - maps);
	map->dynamic = map->base + 0x10;
	if (!last) {
		list->list = map;
		return;
	}
	while (last->next)
		last = last->next;
	last->next = map;
	map->previous = last;
}

static void make_long(void)
{
	for (size_t i = 4; i < LISTS_LONG; i++) {
		maps[i].name = "x";
		maps[i].previous = &maps[i - 1];
		maps[i - 1].next = &maps[i];
	}
}

static void make_lists(char kind)
{
	spaces[0].version = 1;
	append(&spaces[0], &maps[0], "");
	append(&spaces[0], &maps[1], "/lib/first & <1>.so");
	append(&spaces[0], &maps[2], "");
	append(&spaces[0], &maps[3], "/lib/second.so");
	for (size_t i = 0; i < LONG_NAME - 1; i++)
		long_name[i] = 'n';
	if (kind == LISTS_SPACES) {
		spaces[0].version = spaces[1].version = 2;
		append(&spaces[1], &maps[4], "/lib/other.so");
		spaces[0].next = &spaces[1];
		spaces[1].next = &spaces[0]; /* round in circles */
	} else if (kind == LISTS_NAME) {
		maps[3].name = long_name;
	} else if (kind == LISTS_BROKEN) {
		maps[3].previous = &maps[0];
	} else if (kind == LISTS_NOWHERE) {
		maps[1].name = (const char *)16;
		maps[3].next = (struct link_map *)16;
	} else if (kind == LISTS_MANY) {
		make_long();
	}
}

void lists_main(const char *kind);
void lists_main(const char *kind)
{
	make_lists(*kind);
	for (struct dynamic *d = _DYNAMIC; d->tag != TAG_NULL; d++)
		if (d->tag == TAG_DEBUG)
			d->value = *kind == LISTS_EARLY ? 0 : (uintptr_t)&spaces[0];
	*(volatile int *)(uintptr_t)LISTS_FAULT = 0;
}

/* The stack at the start: argc, argv[0], argv[1]. */
__asm__(LISTS_START);
