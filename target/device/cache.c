/*
 * Lines and pages read from a device, each in the one place its address gives it: another address
 * with the same place takes it over.
 */
#include "target/device/cache.h"

#include <stdlib.h>
#include <string.h>

enum { LINES = 1 << 14, PAGES = 64, CODE_PAGES = 16 };

struct line {
	uint64_t at;
	uint64_t generation; /* 0: never filled */
	uint16_t core;
	uint8_t space;
	uint8_t bytes[DEVICE_CACHE_LINE];
};

struct page {
	uint64_t at;
	uint64_t generation;
	uint8_t bytes[DEVICE_CACHE_PAGE];
};

struct device_cache {
	uint64_t generation;
	struct line lines[LINES];
	struct page pages[PAGES];
	struct page code[CODE_PAGES];
};

struct device_cache *device_cache_create(void)
{
	struct device_cache *c = calloc(1, sizeof(*c));

	if (c)
		c->generation = 1;
	return c;
}

void device_cache_destroy(struct device_cache *c)
{
	free(c);
}

void device_cache_forget(struct device_cache *c)
{
	c->generation++;
}

/* Registers count by one, memory by lines; cores and spaces are spread by odd factors. */
static size_t line_place(uint8_t space, uint16_t core, uint64_t at)
{
	uint64_t n = space == DEVICE_SPACE_REGISTER ? at : at / DEVICE_CACHE_LINE;

	return (size_t)((n + core * 2741u + space * 3571u) % LINES);
}

const uint8_t *device_cache_line(const struct device_cache *c, uint8_t space, uint16_t core,
				 uint64_t at)
{
	const struct line *l = &c->lines[line_place(space, core, at)];

	return l->generation == c->generation && l->at == at && l->core == core && l->space == space
		       ? l->bytes
		       : NULL;
}

void device_cache_put_line(struct device_cache *c, uint8_t space, uint16_t core, uint64_t at,
			   const uint8_t *bytes)
{
	struct line *l = &c->lines[line_place(space, core, at)];

	*l = (struct line){ .at = at, .generation = c->generation, .core = core, .space = space };
	memcpy(l->bytes, bytes, sizeof(l->bytes));
}

const uint8_t *device_cache_page(const struct device_cache *c, uint64_t at)
{
	const struct page *p = &c->pages[at / DEVICE_CACHE_PAGE % PAGES];

	return p->generation == c->generation && p->at == at ? p->bytes : NULL;
}

void device_cache_put_page(struct device_cache *c, uint64_t at, const uint8_t *bytes)
{
	struct page *p = &c->pages[at / DEVICE_CACHE_PAGE % PAGES];

	p->at = at;
	p->generation = c->generation;
	memcpy(p->bytes, bytes, sizeof(p->bytes));
}

static size_t code_place(uint64_t at)
{
	return at / DEVICE_CACHE_PAGE % CODE_PAGES;
}

void device_cache_forget_code(struct device_cache *c)
{
	for (size_t i = 0; i < CODE_PAGES; i++)
		c->code[i].generation = 0;
}

const uint8_t *device_cache_code(const struct device_cache *c, uint64_t at)
{
	const struct page *p = &c->code[code_place(at)];

	return p->generation && p->at == at ? p->bytes : NULL;
}

void device_cache_put_code(struct device_cache *c, uint64_t at, const uint8_t *bytes)
{
	struct page *p = &c->code[code_place(at)];

	p->at = at;
	p->generation = 1;
	memcpy(p->bytes, bytes, sizeof(p->bytes));
}

void device_cache_patch(struct device_cache *c, uint64_t at, const void *data, size_t n)
{
	struct page *p = &c->code[code_place(at)];
	uint64_t offset = at - p->at;

	if (!p->generation || offset >= DEVICE_CACHE_PAGE)
		return;
	if (n <= DEVICE_CACHE_PAGE - offset)
		memcpy(p->bytes + offset, data, n);
	else
		p->generation = 0;
}
