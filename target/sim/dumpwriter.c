/*
 * The content of an Ascend dump before it becomes a file: blocks, cores, registers, caches. Called
 * by mkcore and unit tests; sections and bytes are made by dumplayout.c, register lists by
 * dumpranges.c. Follows coredump facts 1 to 3.
 */
#include "target/sim/dumpwriter.h"

#include <stdlib.h>
#include <string.h>

#include "target/sim/dumpranges.h"

static const char *const version_names[DUMP_VERSIONS] = {
	"v8.5.0", "v9.0.0", "v9.1.0-beta.1", "v9.1.0-beta.3", "v9.1.0", "master",
};

const char *dump_version_name(enum dump_version v)
{
	return (unsigned)v < DUMP_VERSIONS ? version_names[v] : NULL;
}

struct dump *dump_create(uint32_t chip, enum dump_version version)
{
	struct dump *d = dump_alloc(sizeof(*d));
	d->chip = chip;
	d->version = version;
	return d;
}

static void core_destroy(struct dump_core *c)
{
	for (size_t i = 0; i < c->local_count; i++) {
		dump_data_clear(&c->locals[i]->data);
		free(c->locals[i]);
	}
	free(c->locals);
	free(c->regs);
	free(c);
}

static void content_clear(struct dump *d)
{
	for (size_t i = 0; i < d->global_count; i++) {
		dump_data_clear(&d->globals[i]->data);
		free(d->globals[i]);
	}
	for (size_t i = 0; i < d->core_count; i++)
		core_destroy(d->cores[i]);
	for (size_t i = 0; i < d->extra_count; i++) {
		dump_data_clear(&d->extras[i].data);
		free(d->extras[i].name);
	}
	for (size_t i = 0; i < d->omitted_count; i++)
		free(d->omitted[i]);
	free(d->globals);
	free(d->cores);
	free(d->extras);
	free(d->omitted);
}

void dump_destroy(struct dump *d)
{
	if (!d)
		return;
	content_clear(d);
	for (size_t i = 0; i < d->section_count; i++) {
		dump_data_clear(&d->sections[i].data);
		free(d->sections[i].name);
	}
	free(d->sections);
	dump_data_clear(&d->host_object);
	dump_data_clear(&d->file_object);
	dump_data_clear(&d->json);
	free(d->kernel_name);
	free(d);
}

void dump_set_text(char **slot, const char *text)
{
	free(*slot);
	*slot = NULL;
	if (!text)
		return;
	size_t n = strlen(text) + 1;
	*slot = dump_alloc(n);
	memcpy(*slot, text, n);
}

struct dump_global *dump_add_global(struct dump *d, uint16_t type, uint64_t at, uint64_t size)
{
	struct dump_global *g = dump_alloc(sizeof(*g));
	g->type = type;
	g->at = at;
	g->data.size = size;
	d->globals = dump_grow(d->globals, d->global_count, sizeof(struct dump_global *));
	d->globals[d->global_count++] = g;
	return g;
}

struct dump_core *dump_add_core(struct dump *d, uint8_t type, uint8_t id)
{
	struct dump_core *c = dump_alloc(sizeof(*c));
	c->type = type;
	c->id = id;
	d->cores = dump_grow(d->cores, d->core_count, sizeof(struct dump_core *));
	d->cores[d->core_count++] = c;
	return c;
}

struct dump_local *dump_add_local(struct dump_core *c, uint32_t mem, uint64_t size)
{
	struct dump_local *l = dump_alloc(sizeof(*l));
	l->mem = mem;
	l->data.size = size;
	c->locals = dump_grow(c->locals, c->local_count, sizeof(struct dump_local *));
	c->locals[c->local_count++] = l;
	return l;
}

void dump_omit(struct dump *d, const char *section)
{
	d->omitted = dump_grow(d->omitted, d->omitted_count, sizeof(char *));
	d->omitted[d->omitted_count] = NULL;
	dump_set_text(&d->omitted[d->omitted_count++], section);
}

struct dump_extra *dump_add_extra(struct dump *d, const char *name, uint32_t type)
{
	d->extras = dump_grow(d->extras, d->extra_count, sizeof(struct dump_extra));
	struct dump_extra *e = &d->extras[d->extra_count++];
	*e = (struct dump_extra){ .type = type };
	dump_set_text(&e->name, name);
	return e;
}

/* v8.5.0 and v9.0.0 know the offset of chip 5 only (coredump facts 9). */
uint16_t dump_unified(const struct dump *d, uint8_t type, uint8_t id)
{
	if (type == DUMP_AIC)
		return id;
	if (d->chip == DUMP_NARROW_CHIP)
		return (uint16_t)(25 + id);
	return (uint16_t)(id + (d->version >= DUMP_V9_1_0_BETA_1 ? 36 : 0));
}

/* Wide chips number the slots by die: 18 AIC and 36 AIV each (coredump facts 6.1). */
uint64_t dump_stack_at(const struct dump *d, const struct dump_core *c, uint64_t base,
		       uint64_t size)
{
	uint64_t slot = c->type == DUMP_AIC ? c->id : 25u + c->id;
	unsigned per_die = c->type == DUMP_AIC ? 18 : 36;
	if (d->chip != DUMP_NARROW_CHIP)
		slot = c->id % per_die + 54u * (c->id / per_die) + (c->type == DUMP_AIC ? 0 : 18);
	return base + size * slot;
}

static void add_cache(struct dump_core *c, uint32_t mem, const struct dump_global *g)
{
	struct dump_local *l = dump_add_local(c, mem, g->data.size);
	l->cached = g;
	dump_data_copy(&l->data, &g->data);
}

static const struct dump_global *last_of(const struct dump *d, uint16_t type)
{
	for (size_t i = d->global_count; i-- > 0;) {
		if (d->globals[i]->type == type)
			return d->globals[i];
	}
	return NULL;
}

/* Order: coredump facts 1.3 point 7; of several tiling tensors the last counts (facts 5.1). */
void dump_core_caches(const struct dump *d, struct dump_core *c)
{
	const struct dump_global *g;
	if ((g = last_of(d, DUMP_KERNEL_OBJECT)))
		add_cache(c, DUMP_ICACHE, g);
	if ((g = last_of(d, DUMP_ARGS)))
		add_cache(c, DUMP_DCACHE, g);
	if ((g = last_of(d, DUMP_TILING)))
		add_cache(c, DUMP_DCACHE, g);
	for (size_t i = 0; i < d->global_count; i++) {
		g = d->globals[i];
		if ((g->type == DUMP_STACK || g->type == DUMP_SIMT_STACK) &&
		    g->core_id == dump_unified(d, c->type, c->id))
			add_cache(c, DUMP_DCACHE, g);
	}
}

struct dump_local *dump_cache_of(const struct dump_core *c, const struct dump_global *g)
{
	for (size_t i = 0; i < c->local_count; i++) {
		if (c->locals[i]->mem == DUMP_DCACHE && c->locals[i]->cached == g)
			return c->locals[i];
	}
	return NULL;
}

struct dump_reg *dump_add_reg(struct dump_core *c, uint64_t addr, uint8_t size)
{
	c->regs = dump_grow(c->regs, c->reg_count, sizeof(*c->regs));
	struct dump_reg *r = &c->regs[c->reg_count++];
	*r = (struct dump_reg){ .addr = addr, .size = size };
	return r;
}

void dump_core_registers(const struct dump *d, struct dump_core *c)
{
	struct dump_ranges list[2];
	size_t lists = dump_ranges(d, c->type, list);
	for (size_t i = 0; i < lists; i++) {
		for (const struct dump_range *r = list[i].range; r < list[i].range + list[i].count;
		     r++) {
			for (unsigned n = 0; n < r->num; n++)
				dump_add_reg(c, r->start + n, r->width);
		}
	}
}

/* v9.1.0-beta.1 gave CUBE_ERROR_T0_1 a wrong address (coredump facts 1.5). */
void dump_core_errors(const struct dump *d, struct dump_core *c)
{
	size_t count;
	const uint16_t *addr = dump_error_addrs(d, &count);
	for (size_t i = 0; i < count; i++) {
		bool wrong = d->version == DUMP_V9_1_0_BETA_1 && addr[i] == 0x8704;
		dump_add_reg(c, wrong ? 0x8710 : addr[i], 4);
	}
}

struct dump_reg *dump_find_reg(const struct dump_core *c, uint64_t addr)
{
	for (size_t i = c->reg_count; i-- > 0;) {
		if (c->regs[i].addr == addr)
			return &c->regs[i];
	}
	return NULL;
}

void dump_reg_set(struct dump_reg *r, uint64_t value)
{
	memset(r->value, 0, sizeof(r->value));
	for (size_t i = 0; i < 8 && i < r->size; i++)
		r->value[i] = (uint8_t)(value >> (8 * i));
}
