/*
 * What a core has mapped: global memory on first use, and code through its instruction cache, which
 * is a copy that only a refresh brings up to date. Called by core.c and the debug channel.
 */
#include <stdlib.h>
#include <string.h>

#include "target/sim/core_priv.h"
#include "target/sim/space_priv.h"

static struct sim_image *find_image(struct sim_core *c, uint64_t at)
{
	for (size_t i = 0; i < c->image_count; i++) {
		if (at - c->images[i].base < c->images[i].size)
			return &c->images[i];
	}
	return NULL;
}

static bool is_mapped(const struct sim_core *c, uint64_t at)
{
	for (size_t i = 0; i < c->map_count; i++) {
		if (at - c->maps[i].at < c->maps[i].size)
			return true;
	}
	return false;
}

static bool map_code(struct sim_core *c, const struct sim_range *r)
{
	struct sim_image image = { .base = r->at, .size = r->size };

	image.bytes = sim_pages(r->size);
	memcpy(image.bytes, sim_memory_at(c->space, r->at, r->size), r->size);
	if (!sim_engine_map(c->engine, r->at, image.bytes, r->size, false)) {
		free(image.bytes);
		return false;
	}
	sim_engine_forget(c->engine, r->at, r->size);
	c->images = sim_grow(c->images, c->image_count, sizeof(*c->images));
	c->images[c->image_count++] = image;
	return true;
}

bool sim_core_map(struct sim_core *c, uint64_t at)
{
	const struct sim_range *r = sim_memory_find(c->space, at);

	if (r == NULL || find_image(c, at) != NULL || is_mapped(c, at))
		return false;
	if (r->code)
		return map_code(c, r);
	if (!sim_engine_map(c->engine, r->at, sim_memory_at(c->space, r->at, r->size), r->size,
			    true))
		return false;
	c->maps = sim_grow(c->maps, c->map_count, sizeof(*c->maps));
	c->maps[c->map_count++] = *r;
	return true;
}

static void drop_image(struct sim_core *c, struct sim_image *image)
{
	sim_engine_forget(c->engine, image->base, image->size);
	sim_engine_unmap(c->engine, image->base, image->size);
	free(image->bytes);
	*image = c->images[--c->image_count];
}

static void drop_map(struct sim_core *c, struct sim_range *map)
{
	sim_engine_unmap(c->engine, map->at, map->size);
	*map = c->maps[--c->map_count];
}

void sim_core_unmap(struct sim_core *c, const struct sim_range *range)
{
	struct sim_image *image = find_image(c, range->at);

	if (image != NULL)
		drop_image(c, image);
	for (size_t i = 0; i < c->map_count; i++) {
		if (c->maps[i].at == range->at) {
			drop_map(c, &c->maps[i]);
			return;
		}
	}
}

void sim_core_take_space(struct sim_core *c, struct sim_space *space)
{
	if (c->space == space)
		return;
	while (c->image_count > 0)
		drop_image(c, &c->images[0]);
	while (c->map_count > 0)
		drop_map(c, &c->maps[0]);
	c->space = space;
}

static void refresh_line(struct sim_core *c, struct sim_image *image, uint64_t line)
{
	uint8_t *cached = image->bytes + (line - image->base);
	const uint8_t *memory = sim_memory_at(c->space, line, SIM_LINE);

	if (memory == NULL || memcmp(cached, memory, SIM_LINE) == 0)
		return;
	memcpy(cached, memory, SIM_LINE);
	sim_engine_forget(c->engine, line, SIM_LINE);
}

void sim_core_refresh(struct sim_core *c, uint64_t at, bool all)
{
	for (size_t i = 0; i < c->image_count; i++) {
		struct sim_image *image = &c->images[i];
		uint64_t line = at / SIM_LINE * SIM_LINE;

		if (!all && line - image->base < image->size)
			refresh_line(c, image, line);
		for (line = image->base; all && line < image->base + image->size; line += SIM_LINE)
			refresh_line(c, image, line);
	}
}
